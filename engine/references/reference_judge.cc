#include "engine/references/reference_judge.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "engine/references/referring_line.h"

namespace linedb::engine {
namespace {

std::string_view TailOf(const TableGeneration& table) { return table.records.tail(); }

// Calls `visit(offset, line)` with the live records in file order, until it returns false.
template <class Visit>
void WalkLive(const TableGeneration& table, Visit&& visit) {
  std::uint64_t offset = 0;
  for (const std::string_view part : {table.records.file_view(), TailOf(table)}) {
    for (std::size_t begin = 0; begin < part.size();) {
      const std::size_t end = std::min(part.find('\n', begin), part.size());
      const bool live = !table.IsSuperseded(offset + begin, kNoLimit);
      const std::string_view line = part.substr(begin, end - begin);
      if (live && !schema::IsTombstone(line) && !visit(offset + begin, line)) return;
      begin = end + 1;
    }
    offset += part.size();
  }
}

std::uint64_t LineNumberAt(const TableGeneration& table, std::uint64_t offset) {
  const std::string_view file = table.records.file_view();
  const std::string_view tail = TailOf(table);
  const std::string_view in_file = file.substr(0, std::min<std::uint64_t>(offset, file.size()));
  const std::string_view in_tail = tail.substr(0, offset - in_file.size());
  return 1 + static_cast<std::uint64_t>(std::count(in_file.begin(), in_file.end(), '\n') +
                                        std::count(in_tail.begin(), in_tail.end(), '\n'));
}

JudgedReference At(const TableGeneration& from, std::uint64_t offset, ReferringLine& line,
                   BrokenReference broken) {
  JudgedReference judged{std::move(broken), LineNumberAt(from, offset), offset, {}};
  judged.key = std::string(line.KeyText(from.layout().keys()[0]).value_or(""));
  return judged;
}

// The columns by name alone: of a reference to a table that is not there.
schema::KeyLayout ColumnsOf(const schema::RecordLayout& layout, const ReferenceSchema& reference) {
  schema::KeyLayout columns;
  for (const std::string& name : reference.columns) {
    columns.columns.push_back(layout.FindColumn(name));
  }
  return columns;
}

}  // namespace

void ReferenceJudge::Add(std::shared_ptr<const TableGeneration> table) {
  const std::string& name = table->layout().schema().table_name;
  tables_[name] = std::move(table);
}

absl::Status ReferenceJudge::JudgeReference(const TableGeneration& from,
                                            const ReferenceSchema& reference, Found found,
                                            bool* enough) const {
  const schema::RecordLayout& layout = from.layout();
  const auto to = tables_.find(reference.table);
  std::optional<ResolvedReference> resolved;
  if (to != tables_.end()) {
    absl::StatusOr<ResolvedReference> fits =
        ResolveReference(layout, reference, to->second->layout());
    if (fits.ok()) resolved = *std::move(fits);
  }
  const schema::KeyLayout columns = resolved ? resolved->columns : ColumnsOf(layout, reference);
  absl::Status failed;
  std::string found_last;  // records that follow each other often reference the same one
  WalkLive(from, [&](std::uint64_t offset, std::string_view text) {
    ReferringLine line(layout, text);
    const std::optional<std::string_view> key = line.KeyText(columns);
    if (!key || (!found_last.empty() && *key == found_last)) return true;
    const std::string value(*key);
    if (!resolved) {
      *enough = !found(At(from, offset, line, MissingTable(layout, reference, value, text)));
      return !*enough;
    }
    const absl::StatusOr<RecordLocation> there =
        to->second->FindChecked(resolved->key, value, kNoLimit);
    if (!there.ok()) {
      failed = there.status();
      return false;
    }
    if (*there) {
      found_last = value;
      return true;
    }
    *enough = !found(
        At(from, offset, line, MissingKey(layout, *resolved, to->second->layout(), value, text)));
    return !*enough;
  });
  return failed;
}

absl::Status ReferenceJudge::JudgeRecordsOf(const std::string& table, Found found) const {
  const auto from = tables_.find(table);
  assert(from != tables_.end());
  bool enough = false;
  for (const ReferenceSchema& reference : AllReferences(from->second->layout().schema())) {
    absl::Status judged = JudgeReference(*from->second, reference, found, &enough);
    if (!judged.ok() || enough) return judged;
  }
  return absl::OkStatus();
}

absl::Status ReferenceJudge::JudgeAll(Found found) const {
  bool enough = false;
  const auto count = [&](const JudgedReference& each) {
    enough = !found(each);
    return !enough;
  };
  for (const auto& [name, table] : tables_) {
    absl::Status judged = JudgeRecordsOf(name, count);
    if (!judged.ok() || enough) return judged;
  }
  return absl::OkStatus();
}

absl::Status ReferenceJudge::JudgeTable(const std::string& table, Found found) const {
  bool enough = false;
  for (const auto& [name, from] : tables_) {
    for (const ReferenceSchema& reference : AllReferences(from->layout().schema())) {
      if (name != table && reference.table != table) continue;
      absl::Status judged = JudgeReference(*from, reference, found, &enough);
      if (!judged.ok() || enough) return judged;
    }
  }
  return absl::OkStatus();
}

}  // namespace linedb::engine
