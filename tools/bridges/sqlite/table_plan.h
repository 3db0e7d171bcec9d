// Which way to a table's records SQLite is offered, and what it was told of it.

#ifndef LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_PLAN_H_
#define LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_PLAN_H_

#include <sqlite3.h>

#include <optional>
#include <string>
#include <vector>

#include "tools/bridges/sqlite/table_source.h"

namespace linedb::sqlite {

// All conditions are asked again by SQLite: a plan may find more records than fit, never fewer.
struct TablePlan {
  enum class Kind { kScan, kKey, kIndex };
  Kind kind = Kind::kScan;
  int number = 0;           // of the key or the index
  bool descending = false;  // of an index
  int last_column = -1;     // the last stored column that is read
  std::string operators =
      {};  // of each argument: '=' on the next column, then '>' and '<', inclusive

  int Number() const;  // what SQLite keeps of it, beside the operators
  static TablePlan FromNumber(int number, const char* operators);
};

// Fills what xBestIndex is to fill. False: there is no memory.
bool ChoosePlan(const TableSource& source, sqlite3_index_info* info);

}  // namespace linedb::sqlite

#endif  // LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_PLAN_H_
