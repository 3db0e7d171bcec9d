// Names in SQL.

#ifndef LINEDB_TOOLS_BRIDGES_SQLITE_SQL_NAMES_H_
#define LINEDB_TOOLS_BRIDGES_SQLITE_SQL_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

namespace linedb::sqlite {

// A name in SQL's quotes.
std::string QuotedName(std::string_view name);

enum class Letters { kExact, kIgnoreCase };  // whether Name and name are two names

// The names, with a number behind each that was there before: id, id_2.
std::vector<std::string> UniqueNames(const std::vector<std::string>& names, Letters letters);

// The message, with the name that was meant, perhaps.
std::string WithSuggestion(std::string message, std::string_view wanted,
                           const std::vector<std::string>& names);

}  // namespace linedb::sqlite

#endif  // LINEDB_TOOLS_BRIDGES_SQLITE_SQL_NAMES_H_
