// Choosing a way to a table's records for SQLite's planner.

#ifndef LINEDB_TOOLS_BRIDGES_SQLITE_PLAN_CHOICE_H_
#define LINEDB_TOOLS_BRIDGES_SQLITE_PLAN_CHOICE_H_

#include <sqlite3.h>

#include "tools/bridges/sqlite/table_source.h"

namespace linedb::sqlite {

// Fills what xBestIndex is to fill, with the plan that costs least; the plan itself goes to the
// source. False: there is no memory.
bool ChoosePlan(TableSource& source, sqlite3_index_info* info);

}  // namespace linedb::sqlite

#endif  // LINEDB_TOOLS_BRIDGES_SQLITE_PLAN_CHOICE_H_
