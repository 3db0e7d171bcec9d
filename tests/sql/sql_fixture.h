// A database in memory and a session that asks it in SQL.

#ifndef LINEDB_TESTS_SQL_SQL_FIXTURE_H_
#define LINEDB_TESTS_SQL_SQL_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "linedb/database.h"
#include "linedb/json_table.h"
#include "tools/bridges/sqlite/sql_session.h"

namespace linedb::sql_test {

// A statement's rows as JSON, or its error in place of these.
struct Answer {
  absl::Status status;
  std::vector<std::string> names;
  std::vector<std::string> rows;  // [1,"a"]
};
Answer Ask(sqlite::SqlSession& session, const std::string& sql);

class SqlTest : public testing::Test {
 protected:
  void Create(const TableSchema& schema, const std::vector<Json>& records);
  // Sees all from then on; called anew it sees what has been written since.
  void OpenSession();

  // The rows, one behind the other, or the error.
  std::string Rows(const std::string& sql);
  std::string Names(const std::string& sql);
  // How many records a statement reads, which has to succeed.
  std::uint64_t Reads(const std::string& sql);

  std::unique_ptr<Database> database_ = *Database::OpenInMemory();
  std::unique_ptr<sqlite::SqlSession> session_;
};

}  // namespace linedb::sql_test

#endif  // LINEDB_TESTS_SQL_SQL_FIXTURE_H_
