// SQLite's values as what a key or an index of linedb can look up.

#ifndef LINEDB_TOOLS_BRIDGES_SQLITE_COMPARAND_H_
#define LINEDB_TOOLS_BRIDGES_SQLITE_COMPARAND_H_

#include <sqlite3.h>

#include "linedb/value.h"

namespace linedb::sqlite {

// How a column is compared with a value: `=`, `is`, `>=`, `>`, `<=`, `<`.
enum class Bound { kEqual, kIs, kLow, kAbove, kHigh, kBelow };

inline bool IsEquality(Bound bound) { return bound == Bound::kEqual || bound == Bound::kIs; }

// What a comparison of a column with a value of SQLite's can look up.
struct Comparand {
  enum class Kind {
    kNothing,  // the comparison is never true
    kValue,    // all that fits equals this, is at least this, or at most
    kUnknown,  // SQLite compares in a way that no key or index does: all records may fit
  };
  Kind kind = Kind::kUnknown;
  Value value = {};    // of the column's type; of a json column its text, as a str
  bool exact = false;  // whether SQLite compares with this very value: then > is not >=

  bool is_value() const { return kind == Kind::kValue; }
};

// By SQLite's rules for a column of that type as sql_value.h declares it. `value` stays as it is.
Comparand ComparandOf(Type type, Bound bound, sqlite3_value* value);

}  // namespace linedb::sqlite

#endif  // LINEDB_TOOLS_BRIDGES_SQLITE_COMPARAND_H_
