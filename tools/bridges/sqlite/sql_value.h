// linedb's values as SQLite's.

#ifndef LINEDB_TOOLS_BRIDGES_SQLITE_SQL_VALUE_H_
#define LINEDB_TOOLS_BRIDGES_SQLITE_SQL_VALUE_H_

#include <sqlite3.h>

#include <string_view>

#include "linedb/value.h"
#include "schema/value_view.h"

namespace linedb::sqlite {

// The type that a column of this type is declared with; its affinity is that of the values.
std::string_view DeclaredType(Type type);
inline constexpr std::string_view kDeclaredBool = "BOOLEAN";
inline constexpr std::string_view kDeclaredJson = "JSON TEXT";  // JSON alone would be a number's

// A column's value, given by its canonical text, as the result of a function or column.
void SetResult(sqlite3_context* context, Type type, std::string_view text,
               schema::ScratchArena* arena);

}  // namespace linedb::sqlite

#endif  // LINEDB_TOOLS_BRIDGES_SQLITE_SQL_VALUE_H_
