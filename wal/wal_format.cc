#include "wal/wal_format.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cstring>
#include <limits>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "wal/wal_line.h"

namespace linedb::wal {
namespace {

constexpr std::array<std::pair<Operation, std::string_view>, 8> kOperationNames{{
    {Operation::kInsert, "INSERT"},
    {Operation::kUpdate, "UPDATE"},
    {Operation::kDelete, "DELETE"},
    {Operation::kCreateTable, "CREATE_TABLE"},
    {Operation::kAlterTable, "ALTER_TABLE"},
    {Operation::kDropTable, "DROP_TABLE"},
    {Operation::kPurge, "PURGE"},
    {Operation::kPurged, "PURGED"},
}};

// A newline in a record would end its line early.
[[maybe_unused]] bool IsOneLineObject(std::string_view text) {
  return text.size() >= 2 && text.front() == '{' && text.back() == '}' &&
         text.find('\n') == std::string_view::npos;
}

template <typename Number>
void AppendNumber(Number number, std::string* text) {
  std::array<char, std::numeric_limits<Number>::digits10 + 3> digits;
  const std::to_chars_result end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number);
  assert(end.ec == std::errc());
  text->append(digits.data(), static_cast<std::size_t>(end.ptr - digits.data()));
}

void AppendString(std::string_view key, std::string_view value, std::string* text) {
  assert(IsPlain(value));
  text->append(key);
  text->push_back('"');
  text->append(value);
  text->push_back('"');
}

template <typename Number>
void AppendMember(std::string_view key, Number number, std::string* text) {
  text->append(key);
  AppendNumber(number, text);
}

// Writes where there is room: a line of the log is put together piece by piece, and to ask the
// string for each of them would cost more than the pieces.
class LinePen {
 public:
  explicit LinePen(char* to) : at_(to) {}

  void Put(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void PutNumber(std::uint64_t number) {
    at_ = std::to_chars(at_, at_ + kNumberBytesMax, number).ptr;
  }
  void PutRecord(std::string_view record) {
    assert(record.empty() || IsOneLineObject(record));
    Put(record.empty() ? kNull : record);
  }
  char* at() const { return at_; }

  static constexpr std::size_t kNumberBytesMax = 20;
  static constexpr std::string_view kNull = "null";

 private:
  char* at_;
};

void AppendTable(const std::string& name, const TableCheckpoint& table, std::string* text) {
  assert(!name.empty() && IsPlain(name));
  text->append("\"").append(name).append("\":{");
  AppendMember("\"bytes\":", table.bytes, text);
  AppendMember(",\"lines\":", table.lines, text);
  AppendMember(",\"live\":", table.live, text);
  AppendString(",\"checksum\":", FormatChecksum(table.checksum), text);
  AppendMember(",\"schema_version\":", table.schema_version, text);
  AppendMember(",\"next_id\":", table.next_id, text);
  AppendString(",\"schema_checksum\":", FormatChecksum(table.schema_checksum), text);
  if (table.compacted) text->append(",\"compacted\":true");
  text->push_back('}');
}

std::array<char, kChecksumDigits> DigitsOf(std::uint64_t checksum) {
  std::array<char, kChecksumDigits> digits;
  for (std::size_t i = digits.size(); i > 0; --i, checksum >>= 4) {
    digits[i - 1] = "0123456789abcdef"[checksum & 15];
  }
  assert(checksum == 0);
  return digits;
}

// Closes a line whose checksum is taken over what the pen has written since `range`; there is room.
std::uint64_t PutTail(const char* range, LinePen* pen) {
  assert(range < pen->at());
  const std::uint64_t checksum = XXH3_64bits(range, static_cast<std::size_t>(pen->at() - range));
  const std::array<char, kChecksumDigits> digits = DigitsOf(checksum);
  pen->Put(kChecksumKey);
  pen->Put({digits.data(), digits.size()});
  pen->Put(kLineEnd);
  return checksum;
}

// What an operation's line has beside its texts.
constexpr std::size_t kOperationBytesMax =
    kOperationStart.size() + kTransactionKey.size() + kTimestampKey.size() + kOperationKey.size() +
    kTableKey.size() + kRecordKey.size() + kOldRecordKey.size() + kCommitKey.size() + kTailBytes +
    2 * LinePen::kNull.size() + 3 * LinePen::kNumberBytesMax;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string_view OperationName(Operation operation) {
  for (const auto& [value, name] : kOperationNames) {
    if (value == operation) return name;
  }
  assert(false && "an operation without a name");
  return "";
}

std::optional<Operation> ParseOperation(std::string_view name) {
  for (const auto& [value, known] : kOperationNames) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::uint64_t ChecksumOf(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string FormatChecksum(std::uint64_t checksum) {
  const std::array<char, kChecksumDigits> digits = DigitsOf(checksum);
  return std::string(digits.data(), digits.size());
}

std::optional<std::uint64_t> ParseChecksum(std::string_view digits) {
  if (digits.size() != kChecksumDigits) return std::nullopt;
  std::uint64_t checksum = 0;
  for (const char c : digits) {
    const int digit = HexDigit(c);
    if (digit < 0) return std::nullopt;
    checksum = checksum << 4 | static_cast<std::uint64_t>(digit);
  }
  return checksum;
}

std::uint64_t AppendHeaderLine(const LogHeader& header, std::string* text) {
  assert(header.database.size() == 32 && header.epoch > 0 && header.first_lsn.value > 0);
  text->append(kHeaderStart);
  AppendNumber(kLogVersion, text);
  // In front of all that can vary, so that the checksum covers it.
  text->append(kPreviousKey);
  const std::size_t range_start = text->size();
  text->append(FormatChecksum(header.previous)).append("\"");
  AppendString(",\"database\":", header.database, text);
  AppendMember(",\"epoch\":", header.epoch, text);
  AppendMember(",\"first_lsn\":", header.first_lsn.value, text);
  AppendMember(",\"first_txn\":", header.first_transaction.value, text);
  AppendString(",\"timestamp\":", header.timestamp, text);
  text->append(",\"operation\":\"CHECKPOINT\",\"table\":null,\"record\":null,\"old_record\":null");
  text->append(",\"tables\":{");
  bool first = true;
  for (const auto& [name, table] : header.tables) {
    if (!first) text->push_back(',');
    first = false;
    AppendTable(name, table, text);
  }
  text->push_back('}');
  const std::size_t bytes = text->size();
  text->resize(bytes + kTailBytes);
  LinePen pen(text->data() + bytes);
  return PutTail(text->data() + range_start, &pen);
}

std::uint64_t AppendOperationLine(const LogOperation& operation, LineNumbers numbers,
                                  std::string_view timestamp, std::optional<Lsn> commit_durable,
                                  std::string* text) {
  assert(text->size() >= kLinkBytes && text->ends_with(kLineEnd));
  assert(!operation.table.empty() && IsPlain(operation.table) && IsPlain(timestamp));
  assert(!commit_durable.has_value() || *commit_durable < numbers.lsn);
  const std::size_t bytes = text->size();
  const std::string_view name = OperationName(operation.operation);
  text->resize(bytes + kOperationBytesMax + timestamp.size() + name.size() +
               operation.table.size() + operation.record.size() + operation.old_record.size());
  LinePen pen(text->data() + bytes);
  pen.Put(kOperationStart);
  pen.PutNumber(numbers.lsn.value);
  pen.Put(kTransactionKey);
  pen.PutNumber(numbers.transaction.value);
  pen.Put(kTimestampKey);
  pen.Put(timestamp);
  pen.Put(kOperationKey);
  pen.Put(name);
  pen.Put(kTableKey);
  pen.Put(operation.table);
  pen.Put(kRecordKey);
  pen.PutRecord(operation.record);
  pen.Put(kOldRecordKey);
  pen.PutRecord(operation.old_record);
  if (commit_durable.has_value()) {
    pen.Put(kCommitKey);
    pen.PutNumber(commit_durable->value);
  }
  const std::uint64_t checksum = PutTail(text->data() + bytes - kLinkBytes, &pen);
  assert(pen.at() <= text->data() + text->size());
  text->resize(static_cast<std::size_t>(pen.at() - text->data()));
  return checksum;
}

}  // namespace linedb::wal
