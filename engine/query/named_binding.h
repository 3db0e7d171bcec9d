// Binding an expression that a person typed.

#ifndef LINEDB_ENGINE_QUERY_NAMED_BINDING_H_
#define LINEDB_ENGINE_QUERY_NAMED_BINDING_H_

#include "absl/status/statusor.h"
#include "linedb/expression.h"
#include "schema/bound_expression.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// BoundExpression::Bind, whose message of a column that there is not has the one that was perhaps
// meant. Any thread.
absl::StatusOr<schema::BoundExpression> BindNamed(const Expression& expression,
                                                  const schema::RecordLayout& layout);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_NAMED_BINDING_H_
