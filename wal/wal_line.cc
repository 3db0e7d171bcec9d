#include "wal/wal_line.h"

#include <cassert>
#include <limits>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "wal/file_names.h"

namespace linedb::wal {
namespace {

constexpr std::string_view kNull = "null";

// The text up to the next quote. Names and times need no escapes.
bool ConsumePlain(std::string_view* text, std::string_view* plain) {
  const std::size_t end = text->find('"');
  if (end == std::string_view::npos) return false;
  *plain = text->substr(0, end);
  text->remove_prefix(end);
  return IsPlain(*plain);
}

// The length of the object at the front, by matching braces outside strings; 0 if it has no end.
// No recursion: its depth is a number, so no text can exhaust the stack.
std::size_t ObjectLength(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}') {
      if (depth == 0) return 0;
      if (--depth == 0) return i + 1;
    }
  }
  return 0;
}

bool LooksLikeObject(std::string_view text) {
  return text.size() >= 2 && text.front() == '{' && text.back() == '}';
}

// Cuts a commit's members off the end. They cannot be mistaken for a record's: a record ends in a
// brace or in "null", a commit in a digit.
bool CutCommit(std::string_view* text, LogEntry* entry) {
  entry->commit = false;
  entry->durable = Lsn{};
  if (text->empty() || text->back() == '}' || text->back() == 'l') return true;
  const std::size_t digits = text->find_last_not_of("0123456789");
  if (digits == std::string_view::npos) return false;
  std::string_view number = text->substr(digits + 1);
  const std::string_view rest = text->substr(0, digits + 1);
  if (!rest.ends_with(kCommitKey)) return false;
  if (!ConsumeNumber(&number, &entry->durable.value) || !number.empty()) return false;
  *text = rest.substr(0, rest.size() - kCommitKey.size());
  entry->commit = true;
  return entry->durable < entry->lsn;
}

// `text` is <record>,"old_record":<old record>. Where one of them is null the other needs no
// scanning, which is all lines but updates.
bool ParseRecords(std::string_view text, LogEntry* entry) {
  std::size_t record_bytes = 0;
  if (text.ends_with(kNull) && text.size() >= kNull.size() + kOldRecordKey.size()) {
    record_bytes = text.size() - kNull.size() - kOldRecordKey.size();
  } else if (text.starts_with(kNull)) {
    record_bytes = kNull.size();
  } else {
    record_bytes = ObjectLength(text);
  }
  entry->record = text.substr(0, record_bytes);
  text.remove_prefix(record_bytes);
  if (!ConsumePrefix(&text, kOldRecordKey)) return false;
  entry->old_record = text;
  for (std::string_view* record : {&entry->record, &entry->old_record}) {
    if (*record == kNull) {
      *record = std::string_view();
    } else if (!LooksLikeObject(*record)) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string LinkOf(std::uint64_t checksum) { return FormatChecksum(checksum).append(kLineEnd); }

std::optional<std::uint64_t> ChecksumInTail(std::string_view line) {
  if (line.size() <= kTailBytes || !line.ends_with(kLineEnd)) return std::nullopt;
  std::string_view tail = line.substr(line.size() - kTailBytes);
  if (!ConsumePrefix(&tail, kChecksumKey)) return std::nullopt;
  return ParseChecksum(tail.substr(0, kChecksumDigits));
}

std::uint64_t ChecksumAfter(std::uint64_t previous, std::string_view body) {
  const std::string link = LinkOf(previous);
  XXH3_state_t state;
  XXH3_INITSTATE(&state);
  XXH3_64bits_reset(&state);
  XXH3_64bits_update(&state, link.data(), link.size());
  XXH3_64bits_update(&state, body.data(), body.size());
  return XXH3_64bits_digest(&state);
}

bool IsPlain(std::string_view text) {
  for (const char c : text) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) return false;
  }
  return true;
}

bool ConsumePrefix(std::string_view* text, std::string_view prefix) {
  if (!text->starts_with(prefix)) return false;
  text->remove_prefix(prefix.size());
  return true;
}

bool ConsumeNumber(std::string_view* text, std::uint64_t* number) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t value = 0;
  std::size_t digits = 0;
  for (; digits < text->size(); ++digits) {
    const char c = (*text)[digits];
    if (c < '0' || c > '9') break;
    const std::uint64_t digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kMax - digit) / 10) return false;
    value = value * 10 + digit;
  }
  if (digits == 0 || (digits > 1 && text->front() == '0')) return false;
  text->remove_prefix(digits);
  *number = value;
  return true;
}

bool ParseOperationBody(std::string_view body, LogEntry* entry) {
  assert(entry != nullptr);
  std::string_view name;
  if (!ConsumePrefix(&body, kOperationStart)) return false;
  if (!ConsumeNumber(&body, &entry->lsn.value)) return false;
  if (!ConsumePrefix(&body, kTransactionKey)) return false;
  if (!ConsumeNumber(&body, &entry->transaction.value)) return false;
  if (!ConsumePrefix(&body, kTimestampKey)) return false;
  if (!ConsumePlain(&body, &entry->timestamp)) return false;
  if (!ConsumePrefix(&body, kOperationKey)) return false;
  if (!ConsumePlain(&body, &name)) return false;
  const std::optional<Operation> operation = ParseOperation(name);
  if (!operation.has_value()) return false;
  entry->operation = *operation;
  if (!ConsumePrefix(&body, kTableKey)) return false;
  if (!ConsumePlain(&body, &entry->table) || !IsTableName(entry->table)) return false;
  if (!ConsumePrefix(&body, kRecordKey)) return false;
  return ParseOperationRecords(body, entry);
}

bool ParseOperationRecords(std::string_view text, LogEntry* entry) {
  assert(entry != nullptr);
  return CutCommit(&text, entry) && ParseRecords(text, entry);
}

}  // namespace linedb::wal
