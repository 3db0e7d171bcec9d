// Rows that were written out, edited and read back.

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/edit/edited_lines.h"
#include "engine/edit/problem_list.h"
#include "engine/edit/row_changes.h"
#include "linedb/edit.h"
#include "linedb/references.h"
#include "schema/record_codec.h"

namespace linedb {
namespace engine {
namespace {

// The rows as they were written out, and their keys, which the rows' views are of.
struct WrittenRows {
  std::vector<std::string> keys;
  std::vector<RowBefore> rows;
};

absl::StatusOr<WrittenRows> ReadWrittenRows(const schema::RecordLayout& layout,
                                            std::string_view text) {
  WrittenRows written;
  std::vector<schema::FieldSpan> spans(layout.columns().size());
  std::string scratch;
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.size() == text.size() ||
        !schema::SplitCanonical(layout, line, layout.column_count() - 1, spans.data())) {
      return absl::InvalidArgumentError(absl::StrCat("line ", number, " of the rows before is no ",
                                                     "canonical line of table ",
                                                     layout.schema().table_name));
    }
    text.remove_prefix(line.size() + 1);
    const auto key = schema::KeyTextOf(layout.keys()[0], line, spans.data(), &scratch);
    written.keys.emplace_back(key.value_or(""));
    written.rows.push_back({{}, line, number});
  }
  for (std::size_t i = 0; i < written.rows.size(); ++i) written.rows[i].key = written.keys[i];
  return written;
}

// Leaves one line of each key.
void RemoveDoubledKeys(const schema::RecordLayout& layout, std::vector<EditedLine>& lines,
                       ProblemList& problems) {
  std::unordered_map<std::string, TextPosition> first;
  std::erase_if(lines, [&](const EditedLine& line) {
    if (line.key.empty()) return false;
    const auto [found, is_new] = first.emplace(line.key, line.position);
    if (!is_new) AddDoubledKey(layout, line, found->second, problems);
    return !is_new;
  });
}

}  // namespace
}  // namespace engine

absl::StatusOr<EditReport> ApplyEdited(Database& database, std::string_view table,
                                       std::string_view before, std::string_view after,
                                       const EditOptions& options) {
  absl::StatusOr<engine::TableCore> core = database.OpenCore(table);
  if (!core.ok()) return core.status();
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(core->schema());
  if (!layout.ok()) return layout.status();
  const absl::StatusOr<engine::WrittenRows> written = engine::ReadWrittenRows(*layout, before);
  if (!written.ok()) return written.status();
  EditReport report;
  engine::ProblemList problems(report, options.problems_max, options.source_name,
                               core->schema().table_name);
  absl::StatusOr<std::vector<engine::EditedLine>> lines =
      engine::ReadEditedLines(*layout, after, engine::Tombstones::kRefused, problems);
  if (!lines.ok()) return lines.status();
  engine::RemoveDoubledKeys(*layout, *lines, problems);
  engine::ChangePlan plan = engine::PlanChanges(written->rows, *lines);
  if (report.problem_count > 0) engine::KeepReadable(plan);
  if (!plan.changes.empty()) {
    absl::StatusOr<WriteTransaction> transaction = database.Begin();
    if (!transaction.ok()) return transaction.status();
    std::vector<engine::RowOperation> operations;
    absl::Status done =
        engine::ApplyChanges({*transaction, *core, *layout}, plan, problems, &operations);
    if (!done.ok()) return done;
    if (report.problem_count == 0) {
      done = options.dry_run ? transaction->CheckReferences() : transaction->Commit();
      const std::vector<BrokenReference> broken = BrokenReferencesIn(done);
      if (!done.ok() && broken.empty()) return done;
      for (const BrokenReference& each : broken) {
        problems.AddBroken(engine::PositionOf(plan, each.record), each);
      }
      report.committed = done.ok() && !options.dry_run;
    }
  }
  if (report.problem_count == 0) {
    engine::ReportChanges(plan, core->schema().table_name, options.changes_max, &report);
  }
  return report;
}

}  // namespace linedb
