// Which records of a table `cat` and `edit` are asked for: a query of the engine, in the words of
// linedb/expression.h, with what is convenient to type.

#ifndef LINEDB_TOOLS_DBTOOL_TABLE_QUERY_H_
#define LINEDB_TOOLS_DBTOOL_TABLE_QUERY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "linedb/query_spec.h"
#include "linedb/table_core.h"
#include "schema/record_layout.h"

namespace linedb::dbtool {

struct QueryWords {
  std::string where = {};     // gpa >= 3.5 and starts_with(name, 'A'); empty: all
  std::string order_by = {};  // gpa:desc,name or gpa desc, length(name)
  std::optional<std::uint64_t> limit = std::nullopt;
};

// Beyond what the engine compares, a timestamp is compared with a day, '2026-01-03', which is its
// first moment, and a json column with text, numbers, true and false, or the text of JSON.
// kInvalidArgument says what was expected and where, with a suggestion for a mistyped column.
absl::StatusOr<engine::QuerySpec> ParseQuery(const engine::TableCore& core,
                                             const QueryWords& words);

// The stored column of that name; kInvalidArgument with a suggestion.
absl::StatusOr<int> FindColumn(const schema::RecordLayout& layout, const std::string& name);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_TABLE_QUERY_H_
