// The JSON object that says a query (linedb/linedb.h) -> the query.

#ifndef LINEDB_ENGINE_C_API_QUERY_DOCUMENT_H_
#define LINEDB_ENGINE_C_API_QUERY_DOCUMENT_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "linedb/database.h"
#include "linedb/json_query.h"

namespace linedb::c_api {

struct DocumentQuery {
  JsonTable table;
  JsonQuery query;
  // Nothing is asked for but the records of the table, in file order.
  bool is_plain_walk = false;
};

// kInvalidArgument: no JSON object, a member that is none, of another type, or named twice, or what
// the query itself finds wrong. kNotFound: a table is not there.
absl::StatusOr<DocumentQuery> ParseQueryDocument(Database& database, std::string_view text);

}  // namespace linedb::c_api

#endif  // LINEDB_ENGINE_C_API_QUERY_DOCUMENT_H_
