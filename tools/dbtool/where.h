// The condition of `cat --where`: comparisons joined by `and`.
//
//   gpa >= 3.5 and name = 'Bob' and email is not null
//
// Column names stand bare, or in double quotes; strings in single quotes ('' for a quote). As in
// SQL, a comparison with null is not true.

#ifndef LINEDB_TOOLS_DBTOOL_WHERE_H_
#define LINEDB_TOOLS_DBTOOL_WHERE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "schema/record_codec.h"
#include "schema/record_layout.h"
#include "tools/dbtool/row_value.h"

namespace linedb::dbtool {

enum class Comparison {
  kEqual,
  kUnequal,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kNull,
  kNotNull
};

struct Condition {
  int column = 0;  // stored column
  Comparison comparison = Comparison::kEqual;
  RowValue value = {};
};

// All of which must be true.
using Where = std::vector<Condition>;

// kInvalidArgument says what was expected, and where.
absl::StatusOr<Where> ParseWhere(std::string_view text, const schema::RecordLayout& layout);

bool Matches(const Where& where, const schema::RecordLayout& layout, std::string_view line,
             const std::vector<schema::FieldSpan>& spans);

// The stored column of that name; kInvalidArgument with a suggestion.
absl::StatusOr<int> FindColumn(const schema::RecordLayout& layout, const std::string& name);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_WHERE_H_
