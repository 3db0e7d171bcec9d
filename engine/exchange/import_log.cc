#include "engine/exchange/import_log.h"

#include <algorithm>
#include <utility>

namespace linedb::engine {
namespace {

constexpr std::size_t kUnknownColumnsMax = 1000;

}  // namespace

void ImportLog::Add(ImportProblem problem) {
  ++report.problem_count;
  if (options_.on_problem) options_.on_problem(problem);
  if (report.problems.size() < options_.problems_max) {
    report.problems.push_back(std::move(problem));
  }
}

void ImportLog::Add(TextPosition position, const RecordFault& fault) {
  const schema::RecordError& error = fault.error;
  const bool syntax = fault.is_syntax || error.column.empty();
  if (fault.unknown_column) NoteUnknownColumn(error.column);
  AddRefusal(position, syntax ? ProblemKind::kSyntax : ProblemKind::kConstraint,
             error.column.empty() ? table_ : table_ + "." + error.column, error.reason);
}

void ImportLog::AddInputFault(const InputFault& fault) {
  input_is_unfit_ = true;
  Add(fault.position, fault.fault);
}

void ImportLog::AddRefusal(TextPosition position, ProblemKind kind, std::string owner,
                           std::string reason) {
  Add({.file = options_.source_name,
       .line = position.line,
       .column = position.column,
       .table_column = std::move(owner),
       .reason = std::move(reason),
       .kind = kind});
}

void ImportLog::Reject(std::string_view text) {
  ++report.rejected;
  if (options_.rejects != nullptr && !text.empty()) source_.WriteRejected(text, *options_.rejects);
}

void ImportLog::NoteUnknownColumn(const std::string& name) {
  std::vector<std::string>& known = report.unknown_columns;
  if (known.size() == kUnknownColumnsMax) return;
  if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(name);
}

}  // namespace linedb::engine
