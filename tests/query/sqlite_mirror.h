// The model's rows in SQLite, in memory.

#ifndef LINEDB_TESTS_QUERY_SQLITE_MIRROR_H_
#define LINEDB_TESTS_QUERY_SQLITE_MIRROR_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/query/model_rows.h"

struct sqlite3;

namespace linedb::query_test {

class SqliteMirror {
 public:
  SqliteMirror();

  // A table with these rows, and a column `pos` with their places. Booleans are 0 and 1, times
  // microseconds, dates days, json text.
  void Load(const std::string& table, const std::vector<ModelRow>& rows);
  // The rows of a query; nothing if SQLite fails, as at a sum that overflows.
  std::optional<std::vector<std::vector<Value>>> Ask(const std::string& sql);

 private:
  std::shared_ptr<sqlite3> db_;
};

// Whether SQLite's value is this one, as it keeps it; sums of floats are about the same.
bool IsSameInSqlite(const Value& ours, const Value& theirs);

}  // namespace linedb::query_test

#endif  // LINEDB_TESTS_QUERY_SQLITE_MIRROR_H_
