// SQLite's values <-> linedb's.

#ifndef LINEDB_TOOLS_BRIDGES_SQLITE_SQL_VALUE_H_
#define LINEDB_TOOLS_BRIDGES_SQLITE_SQL_VALUE_H_

#include <sqlite3.h>

#include <optional>
#include <string>
#include <string_view>

#include "linedb/value.h"
#include "schema/value_view.h"

namespace linedb::sqlite {

// The type that a column of this type is declared with; its affinity is that of the values.
std::string_view DeclaredType(Type type);

// A column's value, given by its canonical text, as the result of a function or column. Texts are
// not copied if they need not be decoded: they must live as long as the row.
void SetResult(sqlite3_context* context, Type type, std::string_view text,
               schema::ScratchArena* arena);

// Appends column `i` of the statement's row as JSON.
void AppendJson(sqlite3_stmt* statement, int i, std::string* json);

// What a comparison of a column with a value of SQLite's can look up.
struct Comparand {
  enum class Kind {
    kNothing,  // the comparison is never true
    kValue,    // what fits has a value at the bound, or beyond it
    kUnknown,  // SQLite compares in a way that no key or index does: all records may fit
  };
  Kind kind = Kind::kUnknown;
  Value value = {};
};
enum class Bound { kEqual, kLow, kHigh };
Comparand ComparandOf(Type type, Bound bound, sqlite3_value* value);

}  // namespace linedb::sqlite

#endif  // LINEDB_TOOLS_BRIDGES_SQLITE_SQL_VALUE_H_
