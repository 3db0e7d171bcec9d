#include "tools/dbtool/import_rejects.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string_view>
#include <system_error>

#include "absl/strings/match.h"
#include "nlohmann/json.hpp"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/import_job.h"
#include "tools/dbtool/report.h"

namespace linedb::dbtool {
namespace {

std::string_view KindName(ProblemKind kind) {
  switch (kind) {
    case ProblemKind::kSyntax:
      return "syntax";
    case ProblemKind::kConstraint:
      return "constraint";
    case ProblemKind::kClash:
      return "clash";
    case ProblemKind::kReference:
      break;
  }
  return "reference";
}

ReportJson ReportOf(const ImportJob& job, const ImportReport& report) {
  ReportJson problems = ReportJson::array();
  for (const ImportProblem& problem : report.problems) problems.push_back(ProblemJson(problem));
  return {{"table", job.table},
          {"read", report.read},
          {"inserted", report.inserted},
          {"replaced", report.replaced},
          {"skipped", report.skipped},
          {"rejected", report.rejected},
          {"committed", report.committed},
          {"dry_run", job.dry_run},
          {"problem_count", report.problem_count},
          {"unknown_columns", report.unknown_columns},
          {"problems", problems}};
}

std::string CountsText(const ImportJob& job, const ImportReport& report) {
  std::string text = "read " + WithThousands(report.read) + ", inserted " +
                     WithThousands(report.inserted) + ", replaced " +
                     WithThousands(report.replaced) + ", skipped " + WithThousands(report.skipped) +
                     ", rejected " + WithThousands(report.rejected);
  if (job.dry_run) return text + " (dry run: nothing was written)";
  if (report.committed) return text;
  return text + (report.inserted + report.replaced > 0 ? ": the last batch was not committed"
                                                       : ": nothing was written");
}

void TellProblems(const ImportReport& report) {
  for (const ImportProblem& problem : report.problems) std::cerr << problem.ToString() << '\n';
  if (report.problem_count > report.problems.size()) {
    std::cerr << "… and " << Counted(report.problem_count - report.problems.size(), "more problem")
              << " (--max-errors)\n";
  }
}

void TellUnknownColumns(const Context& context, const ImportReport& report) {
  if (report.unknown_columns.empty()) return;
  std::string names;
  for (const std::string& name : report.unknown_columns)
    names += (names.empty() ? "" : ", ") + name;
  Hint(context, "unknown columns: " + names +
                    "; --add-columns adds them to the table, --ignore-columns leaves them out");
}

void TellClash(const Context& context, const ImportJob& job, const ImportFindings& findings) {
  if (!findings.clashes || job.on_conflict != "fail" || !job.rejects.empty()) return;
  Hint(context, "--on-conflict skip leaves these out, replace puts them in the others' place");
}

// What the schema, a key or a reference forbids.
bool IsViolation(const ImportProblem& problem) { return problem.kind != ProblemKind::kSyntax; }

}  // namespace

ReportJson ProblemJson(const ImportProblem& problem) {
  return {{"file", problem.file},
          {"line", problem.line},
          {"column", problem.column},
          {"table_column", problem.table_column},
          {"kind", std::string(KindName(problem.kind))},
          {"reason", problem.reason}};
}

// A violated constraint is what failed it.
ExitCode ExitCodeOf(const std::vector<ImportProblem>& problems) {
  if (problems.empty()) return kExitOk;
  return std::any_of(problems.begin(), problems.end(), IsViolation) ? kExitConstraint
                                                                    : kExitProblems;
}

absl::StatusOr<std::unique_ptr<RejectsFiles>> RejectsFiles::Create(Context& context,
                                                                   const std::string& name) {
  std::unique_ptr<RejectsFiles> files(new RejectsFiles(context.out));
  if (name == "-") return files;
  std::error_code ignored;
  const bool exist = std::filesystem::is_regular_file(name, ignored) ||
                     std::filesystem::is_regular_file(name + ".reasons", ignored);
  const bool replace =
      exist && Confirmed(context, name + " exists, or the reasons beside it. Replace them?");
  const Existing existing = replace ? Existing::kReplace : Existing::kRefuse;
  auto lines = ExportFile::Create(name, existing);
  if (!lines.ok()) return lines.status();
  auto reasons = ExportFile::Create(name + ".reasons", existing);
  if (!reasons.ok()) return reasons.status();
  files->lines_ = *std::move(lines);
  files->reasons_ = *std::move(reasons);
  return files;
}

void RejectsFiles::Note(const ImportProblem& problem) {
  if (reasons_ == nullptr) return;
  reasons_->stream() << ProblemJson(problem).dump(-1, ' ', false,
                                                  ReportJson::error_handler_t::replace)
                     << '\n';
}

absl::Status RejectsFiles::Flush() {
  if (lines_ == nullptr) return absl::OkStatus();
  lines_->stream().flush();
  reasons_->stream().flush();
  return lines_->status().ok() ? reasons_->status() : lines_->status();
}

absl::Status RejectsFiles::Finish() {
  if (lines_ == nullptr) return absl::OkStatus();
  if (absl::Status kept = lines_->Finish(); !kept.ok()) return kept;
  return reasons_->Finish();
}

void ImportFindings::Note(const ImportProblem& problem) {
  is_violated |= IsViolation(problem);
  clashes |= problem.kind == ProblemKind::kClash;
  if (IsViolation(problem)) return;
  const bool is_indented = problem.line == brace_line + 1 && problem.column > 1;
  spans_lines |= brace_line > 0 && is_indented &&
                 absl::StartsWith(problem.reason, "expected an object, found \"");
  const bool is_brace =
      problem.column == 2 && absl::StartsWith(problem.reason, "expected a member's name");
  brace_line = is_brace ? problem.line : 0;
}

int TellImport(Context& context, const ImportJob& job, const ImportReport& report,
               const ImportFindings& findings) {
  if (context.json) {
    PrintReport(context, ReportOf(job, report), "", {});
  } else {
    TellProblems(report);
    TellUnknownColumns(context, report);
    TellClash(context, job, findings);
    if (findings.spans_lines) Hint(context, kOneLineHint);
    Note(context, CountsText(job, report));
  }
  if (report.problem_count == 0) return kExitOk;
  // With rejects the good records were taken in, unless what they reference is not there.
  const bool refused = job.rejects.empty() || (!report.committed && !job.dry_run);
  return refused && findings.is_violated ? kExitConstraint : kExitProblems;
}

}  // namespace linedb::dbtool
