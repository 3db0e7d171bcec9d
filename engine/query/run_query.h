// Running queries.

#ifndef LINEDB_ENGINE_QUERY_RUN_QUERY_H_
#define LINEDB_ENGINE_QUERY_RUN_QUERY_H_

#include "absl/status/status.h"
#include "linedb/query_spec.h"

namespace linedb::engine {

enum class RowLines { kAsAsked, kAlways };

// As linedb/query_spec.h has it; with kAlways a query of one table that has outputs, and is not
// grouped, passes the records' lines, too.
absl::Status RunQuery(const QuerySpec& query, View in, RowLines lines, ResultVisitor visit);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_RUN_QUERY_H_
