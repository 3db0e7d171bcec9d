#include "engine/exchange/broken_records.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"

namespace linedb::engine {

ImportProblem ProblemOf(const BrokenReference& broken, const std::string& source_name,
                        std::uint64_t line) {
  ImportProblem problem{.file = source_name,
                        .line = line,
                        .column = 1,
                        .table_column = absl::StrCat(broken.table, ".", broken.columns),
                        .reason = broken.message,
                        .kind = ProblemKind::kReference};
  const std::string place = problem.table_column + ": ";
  if (problem.reason.compare(0, place.size(), place) == 0) problem.reason.erase(0, place.size());
  return problem;
}

std::vector<ImportProblem> ProblemsIn(const absl::Status& status, const std::string& source_name,
                                      RecordOrigins& origins) {
  std::vector<ImportProblem> problems;
  for (const BrokenReference& broken : BrokenReferencesIn(status)) {
    std::uint64_t line = origins.Find(broken.record);
    if (line == 0) line = origins.Find(broken.referenced_record);
    problems.push_back(ProblemOf(broken, source_name, line));
  }
  return problems;
}

}  // namespace linedb::engine
