// Which way to a table's records SQLite was offered.

#ifndef LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_PLAN_H_
#define LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_PLAN_H_

#include <string>
#include <vector>

#include "engine/index_cursor.h"
#include "schema/record_layout.h"
#include "tools/bridges/sqlite/comparand.h"

namespace linedb::sqlite {

// SQLite asks all conditions again: a plan may find more records than fit, never fewer.
struct TablePlan {
  enum class Kind {
    kScan,    // all records
    kKey,     // by a primary or unique key
    kIndex,   // along an ordered index
    kLookup,  // by a table of some columns' values, made for the statement
  };
  struct Argument {
    int column;  // a stored one
    Bound bound;
  };
  Kind kind = Kind::kScan;
  int number = -1;          // of the key or index
  bool descending = false;  // of an index
  int last_column = -1;     // the last stored column that is read of each record
  // Values that come with the call: of a key its columns, of an index its first columns, equal,
  // and behind them bounds of the next one.
  std::vector<Argument> arguments = {};
};

// For EXPLAIN QUERY PLAN: "index city,name by city = and name >=".
std::string TextOf(const TablePlan& plan, const schema::RecordLayout& layout);

// What of its index a plan walks with these values of its arguments. What is not known limits
// nothing, nor does what stands behind it.
engine::IndexRange RangeOf(const TablePlan& plan, const std::vector<Comparand>& values);

}  // namespace linedb::sqlite

#endif  // LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_PLAN_H_
