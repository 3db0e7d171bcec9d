// The header is read more leniently than operation lines: a later version may add members to it,
// and an older reader skips those.

#include <cassert>
#include <limits>

#include "wal/file_names.h"
#include "wal/wal_line.h"

namespace linedb::wal {
namespace {

// Walks over JSON without spaces, as we write it. Every step checks the end of the text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }
  bool Consume(std::string_view prefix) { return ConsumePrefix(&rest_, prefix); }

  // A string's bytes between its quotes, escapes left as they are.
  bool ReadString(std::string_view* value) {
    if (!rest_.starts_with('"')) return false;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '\\') {
        ++i;
      } else if (rest_[i] == '"') {
        *value = rest_.substr(1, i - 1);
        rest_.remove_prefix(i + 1);
        return true;
      }
    }
    return false;
  }

  bool ReadNumber(std::uint64_t* value) { return ConsumeNumber(&rest_, value); }

  bool ReadSigned(std::int64_t* value) {
    constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
    const bool negative = Consume("-");
    std::uint64_t magnitude = 0;
    if (!ReadNumber(&magnitude) || magnitude > kMax + (negative ? 1 : 0)) return false;
    *value = static_cast<std::int64_t>(negative ? std::uint64_t{0} - magnitude : magnitude);
    return true;
  }

  bool ReadChecksum(std::uint64_t* value) {
    std::string_view digits;
    if (!ReadString(&digits)) return false;
    const std::optional<std::uint64_t> checksum = ParseChecksum(digits);
    if (checksum.has_value()) *value = *checksum;
    return checksum.has_value();
  }

  bool ReadBoolean(bool* value) {
    *value = rest_.starts_with('t');
    return Consume("true") || Consume("false");
  }

  // Any value. Nesting is counted, not recursed into.
  bool SkipValue() {
    std::size_t depth = 0;
    do {
      std::string_view ignored;
      if (rest_.empty()) return false;
      const char c = rest_.front();
      if (c == '"') {
        if (!ReadString(&ignored)) return false;
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      rest_.remove_prefix(1);
      if (depth == 0 && c != '}' && c != ']') return SkipScalar();
    } while (depth > 0);
    return true;
  }

 private:
  bool SkipScalar() {
    const std::size_t end = rest_.find_first_of(",}]");
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
    return true;
  }

  std::string_view rest_;
};

// Calls `read` with each key of the object at the cursor, which reads the value. `closed`: whether
// the object's end belongs to it, or the text just ends behind its last member.
template <typename Read>
bool ReadMembers(Cursor* cursor, bool closed, Read read) {
  if (!cursor->Consume("{")) return false;
  if (closed && cursor->Consume("}")) return true;
  do {
    std::string_view key;
    if (!cursor->ReadString(&key) || !cursor->Consume(":") || !read(key)) return false;
  } while (cursor->Consume(","));
  return closed ? cursor->Consume("}") : cursor->AtEnd();
}

bool ReadText(Cursor* cursor, std::string* text) {
  std::string_view value;
  if (!cursor->ReadString(&value)) return false;
  text->assign(value);
  return IsPlain(value);
}

bool ReadTable(Cursor* cursor, TableCheckpoint* table) {
  return ReadMembers(cursor, /*closed=*/true, [&](std::string_view key) {
    if (key == "bytes") return cursor->ReadNumber(&table->bytes);
    if (key == "lines") return cursor->ReadNumber(&table->lines);
    if (key == "live") return cursor->ReadNumber(&table->live);
    if (key == "checksum") return cursor->ReadChecksum(&table->checksum);
    if (key == "schema_version") return cursor->ReadSigned(&table->schema_version);
    if (key == "next_id") return cursor->ReadSigned(&table->next_id);
    if (key == "schema_checksum") return cursor->ReadChecksum(&table->schema_checksum);
    if (key == "compacted") return cursor->ReadBoolean(&table->compacted);
    return cursor->SkipValue();
  });
}

bool ReadTables(Cursor* cursor, std::map<std::string, TableCheckpoint>* tables) {
  return ReadMembers(cursor, /*closed=*/true, [&](std::string_view name) {
    return IsTableName(name) && ReadTable(cursor, &(*tables)[std::string(name)]);
  });
}

}  // namespace

std::optional<std::size_t> HeaderRangeStart(std::string_view body) {
  std::string_view rest = body;
  std::uint64_t version = 0;
  if (!ConsumePrefix(&rest, kHeaderStart) || !ConsumeNumber(&rest, &version)) return std::nullopt;
  if (version != std::uint64_t{kLogVersion}) return std::nullopt;
  if (!ConsumePrefix(&rest, kPreviousKey)) return std::nullopt;
  assert(rest.size() < body.size());
  return body.size() - rest.size();
}

bool ParseHeaderBody(std::string_view body, LogHeader* header) {
  assert(header != nullptr);
  Cursor cursor(body);
  *header = LogHeader{};
  header->epoch = 0;
  header->first_lsn = Lsn{0};
  const bool parsed = ReadMembers(&cursor, /*closed=*/false, [&](std::string_view key) {
    if (key == "database") return ReadText(&cursor, &header->database);
    if (key == "epoch") return cursor.ReadNumber(&header->epoch);
    if (key == "first_lsn") return cursor.ReadNumber(&header->first_lsn.value);
    if (key == "first_txn") return cursor.ReadNumber(&header->first_transaction.value);
    if (key == "previous") return cursor.ReadChecksum(&header->previous);
    if (key == "timestamp") return ReadText(&cursor, &header->timestamp);
    if (key == "tables") return ReadTables(&cursor, &header->tables);
    return cursor.SkipValue();
  });
  return parsed && header->database.size() == 32 && header->epoch > 0 &&
         header->first_lsn.value > 0 && header->first_transaction.value > 0;
}

}  // namespace linedb::wal
