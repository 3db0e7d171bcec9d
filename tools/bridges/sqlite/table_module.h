// linedb's tables as virtual tables of SQLite.

#ifndef LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_MODULE_H_
#define LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_MODULE_H_

#include <sqlite3.h>

#include <string>

#include "tools/bridges/sqlite/table_source.h"

namespace linedb::sqlite {

// Makes the table by its name, to read only. The source must outlive the connection. An error code
// of SQLite.
int AddTable(sqlite3* connection, TableSource* source);

// "CREATE TABLE student(id INTEGER, …)", as SQLite is told.
std::string DeclarationOf(const TableSource& source);

}  // namespace linedb::sqlite

#endif  // LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_MODULE_H_
