#include "engine/edit/adopted_file.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"

namespace linedb::engine {
namespace {

using KeyLines = std::vector<const EditedLine*>;

bool Has(const KeyLines& lines, std::string_view line) {
  return std::any_of(lines.begin(), lines.end(),
                     [line](const EditedLine* other) { return other->line == line; });
}

// Whether a version that the log has went into the file after the editor had read it, or was
// removed: which of the two nobody can tell.
bool IsStale(const KnownTable::Row& row, const KeyLines& lines) {
  return row.logged && lines.size() < row.lines_min && !Has(lines, row.newest);
}

void JudgeKey(const KnownTable& known, const KeyLines& lines, ProblemList& problems) {
  const EditedLine& last = *lines.back();
  const KnownTable::Row* row = known.Find(last.key);
  if (row != nullptr && IsStale(*row, lines)) {
    const std::string now =
        row->line.empty() ? "it was deleted" : absl::StrCat("it is ", row->line);
    problems.Add(last.position, known.layout().keys()[0].name,
                 absl::StrCat("the row ", last.key, " was changed meanwhile: ", now,
                              ", by a line that this file has not"),
                 ProblemKind::kClash);
    return;
  }
  // One line more than the file had, but not to delete the row, nor behind its deletion.
  const std::uint64_t lines_max = std::max<std::uint64_t>(row == nullptr ? 0 : row->lines_max, 1);
  if (lines.size() <= lines_max || last.is_tombstone) return;
  const EditedLine& before = *lines[lines.size() - 2];
  if (!before.is_tombstone) AddDoubledKey(known.layout(), last, before.position, problems);
}

}  // namespace

absl::StatusOr<std::vector<EditedLine>> ReadAdoptedFile(const KnownTable& known,
                                                        std::string_view text,
                                                        ProblemList& problems) {
  absl::StatusOr<std::vector<EditedLine>> lines =
      ReadEditedLines(known.layout(), text, Tombstones::kAllowed, problems);
  if (!lines.ok()) return lines;
  std::unordered_map<std::string_view, KeyLines> by_key;
  for (const EditedLine& line : *lines) {
    if (!line.key.empty()) by_key[line.key].push_back(&line);
  }
  for (const EditedLine& line : *lines) {
    const auto same = by_key.find(line.key);
    if (line.key.empty() || same->second.back() != &line) continue;
    JudgeKey(known, same->second, problems);
  }
  std::vector<EditedLine> rows;
  for (const EditedLine& line : *lines) {
    const bool counts = line.key.empty() || by_key[line.key].back() == &line;
    if (counts && !line.is_tombstone) rows.push_back(line);
  }
  return rows;
}

}  // namespace linedb::engine
