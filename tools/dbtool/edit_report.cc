#include "tools/dbtool/edit_report.h"

#include <algorithm>
#include <iostream>
#include <string>

#include "tools/dbtool/import_rejects.h"

namespace linedb::dbtool {
namespace {

// So many rows are shown; the counts are of all.
constexpr std::size_t kChangesShown = 20;

std::string KindName(RowChangeKind kind) {
  switch (kind) {
    case RowChangeKind::kInserted:
      return "inserted";
    case RowChangeKind::kUpdated:
      return "updated";
    case RowChangeKind::kDeleted:
      break;
  }
  return "deleted";
}

std::string ChangeText(const RowChange& change) {
  std::string text = KindName(change.kind);
  if (change.line > 0) text += " (line " + std::to_string(change.line) + ")";
  text += " " + change.table + ": ";
  if (!change.old_record.empty()) text += change.old_record;
  if (!change.old_record.empty() && !change.record.empty()) text += " -> ";
  return text + change.record;
}

ReportJson ChangeJson(const RowChange& change) {
  const auto parsed = [](const std::string& line) {
    return line.empty() ? ReportJson() : ReportJson::parse(line, nullptr, false);
  };
  return {{"kind", KindName(change.kind)},
          {"table", change.table},
          {"line", change.line > 0 ? ReportJson(change.line) : ReportJson()},
          {"record", parsed(change.record)},
          {"old_record", parsed(change.old_record)}};
}

}  // namespace

void TellEditProblems(const EditReport& report) {
  for (const ImportProblem& problem : report.problems) std::cerr << problem.ToString() << '\n';
  if (report.problem_count > report.problems.size()) {
    std::cerr << "… and " << Counted(report.problem_count - report.problems.size(), "more problem")
              << " (--max-errors)\n";
  }
}

void TellChanges(const Context& context, const EditReport& report, bool every_change) {
  std::size_t shown = 0;
  std::uint64_t told = 0;
  for (const RowChange& change : report.changes) {
    if (!every_change && change.kind != RowChangeKind::kDeleted) continue;
    if (++shown > kChangesShown) break;
    ++told;
    Note(context, ChangeText(change));
  }
  const std::uint64_t all = every_change ? report.changed() : report.deleted;
  if (all > told) Note(context, "… and " + WithThousands(all - told) + " more");
  Note(context, WithThousands(report.inserted) + " inserted, " + WithThousands(report.updated) +
                    " updated, " + WithThousands(report.deleted) + " deleted, " +
                    WithThousands(report.unchanged) + " unchanged");
}

bool DeletionConfirmed(const Context& context, const EditReport& report) {
  return report.deleted == 0 || Confirmed(context, "Delete " + Counted(report.deleted, "row") +
                                                       ", and change the others?");
}

ReportJson EditJson(const EditReport& report, bool dry_run) {
  ReportJson problems = ReportJson::array();
  for (const ImportProblem& problem : report.problems) problems.push_back(ProblemJson(problem));
  ReportJson changes = ReportJson::array();
  for (const RowChange& change : report.changes) changes.push_back(ChangeJson(change));
  return {{"inserted", report.inserted},
          {"updated", report.updated},
          {"deleted", report.deleted},
          {"unchanged", report.unchanged},
          {"committed", report.committed},
          {"dry_run", dry_run},
          {"problem_count", report.problem_count},
          {"problems", std::move(problems)},
          {"changes", std::move(changes)}};
}

}  // namespace linedb::dbtool
