#include "wal/wal_reader.h"

#include <array>
#include <cassert>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "wal/wal_line.h"

namespace linedb::wal {
namespace {

// The line at `byte` with its "\n"; without one if it is the text's torn end.
std::string_view LineAt(std::string_view text, std::uint64_t byte) {
  assert(byte <= text.size());
  const std::size_t end = text.find('\n', byte);
  return text.substr(byte, end == std::string_view::npos ? end : end + 1 - byte);
}

std::string Mismatch(std::uint64_t found, std::uint64_t expected) {
  return absl::StrCat("checksum ", FormatChecksum(found), ", expected ", FormatChecksum(expected));
}

std::string WrongNumber(const char* what, std::uint64_t found, std::uint64_t expected) {
  return absl::StrCat(what, " ", found, ", expected ", expected);
}

// Whether the line ends as one of this checksum does. Sixteen digits are written and compared in
// less time than they are read.
bool EndsIn(std::string_view line, std::uint64_t checksum) {
  std::array<char, kTailBytes> tail;
  std::memcpy(tail.data(), kChecksumKey.data(), kChecksumKey.size());
  char* const digits = tail.data() + kChecksumKey.size();
  for (int i = kChecksumDigits; i > 0; --i, checksum >>= 4) {
    digits[i - 1] = "0123456789abcdef"[checksum & 15];
  }
  std::memcpy(digits + kChecksumDigits, kLineEnd.data(), kLineEnd.size());
  return line.ends_with(std::string_view(tail.data(), tail.size()));
}

// The Python original writes no header; its lines begin with their time.
bool IsOriginalLine(std::string_view line) { return line.starts_with("{\"timestamp\""); }

// Why a header line is not valid; empty if it is.
std::string ReadHeaderLine(std::string_view line, LogHeader* header, std::uint64_t* checksum) {
  if (line.empty()) return "the log is empty";
  if (!line.ends_with('\n')) return "the header is cut off";
  const std::optional<std::uint64_t> found = ChecksumInTail(line);
  if (!found.has_value()) return "not a header of a log";
  const std::string_view body = line.substr(0, line.size() - kTailBytes);
  const std::optional<std::size_t> start = HeaderRangeStart(body);
  if (!start.has_value()) return "not a header of a log of this version";
  const std::uint64_t expected = ChecksumOf(body.substr(*start));
  if (*found != expected) return Mismatch(*found, expected);
  if (!ParseHeaderBody(body, header)) return "the header lacks a member or has a wrong one";
  *checksum = expected;
  return "";
}

}  // namespace

WalReader::WalReader(std::string_view text, std::string name)
    : text_(text), name_(std::move(name)) {
  assert(!name_.empty());
}

WalReader::WalReader(std::string_view text, std::string name, const LogPosition& position)
    : text_(text),
      text_begin_(position.bytes - kLinkBytes),
      name_(std::move(name)),
      position_(position) {
  assert(!name_.empty() && position.lines > 0 && position.bytes > kLinkBytes);
}

absl::Status WalReader::ReadHeader(LogHeader* header) {
  assert(position_.bytes == 0);
  const std::string_view line = LineAt(text_, 0);
  std::string_view rest = line;
  std::uint64_t version = 0;
  if (ConsumePrefix(&rest, kHeaderStart) && ConsumeNumber(&rest, &version) &&
      version > std::uint64_t{kLogVersion}) {
    return absl::FailedPreconditionError(absl::StrCat(
        name_, " line 1 byte 0: log version ", version, ", this linedb reads up to ", kLogVersion));
  }
  if (IsOriginalLine(line)) {
    return absl::NotFoundError(absl::StrCat(name_, " has no header of linedb"));
  }
  const std::string reason = ReadHeaderLine(line, header, &position_.checksum);
  if (!reason.empty()) {
    stop_ = LogStop{1, 0, reason};
    return absl::DataLossError(absl::StrCat(name_, " line 1 byte 0: ", reason));
  }
  position_.bytes = line.size();
  position_.lines = 1;
  position_.next_lsn = header->first_lsn;
  position_.next_transaction = header->first_transaction;
  position_.durable = Lsn{header->first_lsn.value - 1};
  return absl::OkStatus();
}

bool WalReader::Next(LogEntry* entry) {
  assert(position_.lines > 0 && entry != nullptr);
  const std::string_view line = LineAt(text_, position_.bytes - text_begin_);
  std::uint64_t checksum = 0;
  std::string reason = line.empty() ? "" : Judge(line, entry, &checksum);
  if (line.empty() || !reason.empty()) {
    stop_ = LogStop{position_.lines + 1, position_.bytes, std::move(reason)};
    return false;
  }
  entry->line = position_.lines + 1;
  entry->byte = position_.bytes;
  position_.bytes += line.size();
  position_.lines += 1;
  position_.checksum = checksum;
  position_.next_lsn.value = entry->lsn.value + 1;
  position_.next_transaction.value = entry->transaction.value + (entry->commit ? 1 : 0);
  if (entry->commit) position_.durable = entry->durable;
  return true;
}

std::string WalReader::Judge(std::string_view line, LogEntry* entry, std::uint64_t* checksum) {
  if (!line.ends_with('\n')) return "the line is cut off";
  if (line.size() <= kTailBytes) return "not a line of a log";
  const std::string_view body = line.substr(0, line.size() - kTailBytes);
  // The link of the line before lies right in front of this one: one contiguous range.
  assert(position_.bytes >= kLinkBytes);
  const std::uint64_t expected = ChecksumOf(
      text_.substr(position_.bytes - text_begin_ - kLinkBytes, kLinkBytes + body.size()));
  if (!EndsIn(line, expected)) {
    const std::optional<std::uint64_t> found = ChecksumInTail(line);
    return found.has_value() ? Mismatch(*found, expected) : "not a line of a log";
  }
  if (!Parse(body, entry)) return "not an operation of this version";
  if (entry->lsn != position_.next_lsn) {
    return WrongNumber("lsn", entry->lsn.value, position_.next_lsn.value);
  }
  if (entry->transaction != position_.next_transaction) {
    return WrongNumber("txn", entry->transaction.value, position_.next_transaction.value);
  }
  *checksum = expected;
  return "";
}

bool WalReader::Parse(std::string_view body, LogEntry* entry) {
  if (ParseAlike(body, entry)) return true;
  if (!ParseOperationBody(body, entry)) return false;
  const char* const rest = entry->timestamp.data() + entry->timestamp.size();
  const char* const table_end = entry->table.data() + entry->table.size();
  const auto rest_bytes = static_cast<std::size_t>(table_end - rest) + kRecordKey.size();
  middle_ = {entry->timestamp, std::string_view(rest, rest_bytes), entry->table, entry->operation};
  assert(middle_.rest.starts_with('"') && middle_.rest.ends_with(kRecordKey));
  return true;
}

bool WalReader::ParseAlike(std::string_view body, LogEntry* entry) const {
  if (middle_.rest.empty()) return false;
  if (!ConsumePrefix(&body, kOperationStart) || !ConsumeNumber(&body, &entry->lsn.value) ||
      !ConsumePrefix(&body, kTransactionKey) || !ConsumeNumber(&body, &entry->transaction.value) ||
      !ConsumePrefix(&body, kTimestampKey)) {
    return false;
  }
  entry->timestamp = body.substr(0, middle_.timestamp.size());
  body.remove_prefix(entry->timestamp.size());
  if (!ConsumePrefix(&body, middle_.rest)) return false;
  if (entry->timestamp != middle_.timestamp && !IsPlain(entry->timestamp)) return false;
  entry->operation = middle_.operation;
  entry->table = middle_.table;
  return ParseOperationRecords(body, entry);
}

}  // namespace linedb::wal
