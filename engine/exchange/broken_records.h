// A commit that references refused, told record by record as an import tells its problems.

#ifndef LINEDB_ENGINE_EXCHANGE_BROKEN_RECORDS_H_
#define LINEDB_ENGINE_EXCHANGE_BROKEN_RECORDS_H_

#include <string>
#include <vector>

#include "engine/exchange/record_origins.h"
#include "linedb/import_problem.h"
#include "linedb/references.h"

namespace linedb::engine {

// The problem of one record, at the beginning of this line.
ImportProblem ProblemOf(const BrokenReference& broken, const std::string& source_name,
                        std::uint64_t line);

// Of each record that the status tells of; records that the import did not bring are at line 0.
// Empty if the status is about something else.
std::vector<ImportProblem> ProblemsIn(const absl::Status& status, const std::string& source_name,
                                      RecordOrigins& origins);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_BROKEN_RECORDS_H_
