// Tables made at random, in linedb and in SQLite.

#ifndef LINEDB_TESTS_SQL_RANDOM_TABLES_H_
#define LINEDB_TESTS_SQL_RANDOM_TABLES_H_

#include <memory>
#include <string>
#include <vector>

#include "linedb/database.h"
#include "tests/query/model_rows.h"
#include "tests/sql/sql_fixture.h"

struct sqlite3;

namespace linedb::sql_test {

using query_test::Below;
using query_test::ModelRow;
using query_test::OneIn;
using query_test::Random;

struct RandomTable {
  TableSchema schema;
  std::vector<ModelRow> rows;  // live ones
};

// A table of some columns, with or without a primary key, with unique columns and indexes; filled,
// and some of its records changed and deleted again.
RandomTable MakeRandomTable(Random& random, Database& database, const std::string& name);

// SQLite's own tables with the same rows, without any key or index.
class SqlMirror {
 public:
  SqlMirror();
  void Load(const RandomTable& table);
  Answer Ask(const std::string& sql);

 private:
  std::shared_ptr<sqlite3> db_;
};

// As SQL has it; times as the text that they are.
std::string SqlLiteral(const Value& value);

}  // namespace linedb::sql_test

#endif  // LINEDB_TESTS_SQL_RANDOM_TABLES_H_
