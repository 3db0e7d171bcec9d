// A column's value in a form that can be compared.

#ifndef LINEDB_TOOLS_DBTOOL_ROW_VALUE_H_
#define LINEDB_TOOLS_DBTOOL_ROW_VALUE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "linedb/value.h"

namespace linedb::dbtool {

// Null, a number, a truth value, or text (also of a timestamp, whose canonical text sorts by time).
using RowValue = std::variant<std::monostate, std::int64_t, double, bool, std::string>;

// Of a value's canonical text.
RowValue ReadRowValue(Type type, std::string_view json);

// Negative, 0 or positive. Null comes before everything; numbers compare by value.
int CompareRowValues(const RowValue& a, const RowValue& b);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_ROW_VALUE_H_
