// A record, and what it was before.

#include <algorithm>
#include <deque>
#include <string>
#include <utility>

#include "linedb/record_history.h"
#include "tools/dbtool/cell_text.h"
#include "tools/dbtool/ui/pages.h"

namespace linedb::dbtool {
namespace {

constexpr std::uint64_t kVersions = 12;
constexpr std::uint64_t kVersionsMax = 1000;
// Of a record's text.
constexpr std::size_t kTextBytesMax = std::size_t{1} << 20;

// The members of a canonical record as [name, text] pairs; numbers exactly as they stand there.
class MemberReader {
 public:
  explicit MemberReader(std::string_view record) : rest_(record) {}

  PageJson Read() {
    PageJson members = PageJson::array();
    if (rest_.empty() || rest_.front() != '{') return members;
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() == '"') {
      const std::string_view name = TakeValue();
      if (rest_.empty()) break;
      rest_.remove_prefix(1);  // ":"
      const std::string_view value = TakeValue();
      if (!rest_.empty()) rest_.remove_prefix(1);  // "," or "}"
      if (name == "\"$rowid\"") continue;
      PageJson text = nullptr;
      if (value != "null") text = PlainText(value);
      members.push_back({PlainText(name), std::move(text)});
    }
    return members;
  }

 private:
  // Up to what ends it on its own level: "," ":" or a closing bracket.
  std::string_view TakeValue() {
    int depth = 0;
    bool in_string = false;
    std::size_t at = 0;
    for (; at < rest_.size(); ++at) {
      const char c = rest_[at];
      if (in_string) {
        if (c == '\\') ++at;
        in_string = c != '"';
        continue;
      }
      if (c == '"') in_string = true;
      if (depth == 0 && (c == ',' || c == ':' || c == '}' || c == ']')) break;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
    }
    at = std::min(at, rest_.size());
    const std::string_view value = rest_.substr(0, at);
    rest_.remove_prefix(at);
    return value;
  }

  std::string_view rest_;
};

PageJson VersionJson(const RecordVersion& version) {
  PageJson changed = PageJson::array();
  for (const ColumnChange& change : version.changed) changed.push_back(std::string(change.column));
  return {{"lsn", version.lsn},
          {"transaction", version.transaction},
          {"timestamp", std::string(version.timestamp)},
          {"operation", std::string(ChangeKindName(version.kind))},
          {"changed", std::move(changed)},
          {"members", MemberReader(version.record).Read()}};
}

struct Current {
  bool exists = false;
  std::string line;
};

absl::StatusOr<Current> ReadCurrent(Session& session, const std::string& table,
                                    const std::string& key) {
  const auto core = session.database().OpenCore(table);
  if (absl::IsNotFound(core.status())) return Current{};  // its past may still be there
  if (!core.ok()) return core.status();
  const absl::StatusOr<std::string> key_text = core->KeyTextFromUser(0, key);
  if (!key_text.ok()) return Current{};
  Current current;
  const absl::Status found = core->Visit({}, 0, *key_text, [&current](std::string_view line) {
    current = {true, std::string(line)};
    return absl::OkStatus();
  });
  if (!found.ok() && !absl::IsNotFound(found)) return found;
  return current;
}

}  // namespace

absl::StatusOr<PageJson> RecordPage(Session& session, const Parameters& parameters) {
  const std::string& table = parameters.Text("table");
  const std::string& key = parameters.Text("key");
  const absl::StatusOr<std::uint64_t> count = parameters.Number("count", kVersions);
  if (!count.ok()) return count.status();
  const absl::StatusOr<Current> current = ReadCurrent(session, table, key);
  if (!current.ok()) return current.status();
  const std::uint64_t most = std::clamp<std::uint64_t>(*count, 1, kVersionsMax);
  std::deque<PageJson> versions;
  const auto history = ReadRecordHistory(session.database().directory(), table, key,
                                         [&](const RecordVersion& version) {
                                           versions.push_back(VersionJson(version));
                                           if (versions.size() > most) versions.pop_front();
                                           return true;
                                         });
  // Of a record that is there the logs need not know anything any more.
  const bool only_now = current->exists && absl::IsNotFound(history.status());
  if (!history.ok() && !only_now) return history.status();
  PageJson page = {{"table", table},
                   {"key", key},
                   {"exists", current->exists},
                   {"file", "data/" + table + ".records"},
                   {"line", current->line.substr(0, kTextBytesMax)},
                   {"members", MemberReader(current->line).Read()},
                   {"versions", versions},
                   {"versions_total", history.ok() ? history->versions : 0},
                   {"first_lsn", history.ok() ? history->first_lsn : 0},
                   {"notes", PageJson::array()}};
  if (history.ok()) page["notes"] = history->notes;
  if (only_now) page["notes"].push_back(std::string(history.status().message()));
  return page;
}

}  // namespace linedb::dbtool
