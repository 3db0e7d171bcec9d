// The texts that a JsonQuery is made of -> parts of a query.

#ifndef LINEDB_ENGINE_QUERY_QUERY_WORDS_H_
#define LINEDB_ENGINE_QUERY_QUERY_WORDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "linedb/query_spec.h"

namespace linedb::engine {

// Each kInvalidArgument with the part that is wrong, and why. Any thread.
// "name, gpa * 25 as percent, count(*)"
absl::StatusOr<std::vector<OutputSpec>> ParseOutputs(std::string_view text);
// "gpa desc, name"
absl::StatusOr<std::vector<OrderSpec>> ParseOrders(std::string_view text);
// "year, gpa > 3.5"
absl::StatusOr<std::vector<Expression>> ParseExpressions(std::string_view text);
// "student_id = id and term = term": a column here and one there.
absl::StatusOr<MatchSpec> ParseMatch(std::string_view text);
// "gpa = gpa + 0.1, email = null"
absl::StatusOr<std::vector<AssignmentSpec>> ParseAssignments(std::string_view text);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_QUERY_WORDS_H_
