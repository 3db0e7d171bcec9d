// SQLite can write files, load code and change what it is asked about, by words that a query may
// hide. None of that may come of a text which somebody runs over a database.

#include <stdlib.h>

#include <filesystem>

#include "tests/sql/sql_fixture.h"

namespace linedb::sql_test {
namespace {
namespace fs = std::filesystem;

class ReadOnlyTest : public SqlTest {
 protected:
  void SetUp() override {
    before_ = fs::current_path();
    directory_ = fs::temp_directory_path() / "linedb_sql_XXXXXX";
    ASSERT_NE(::mkdtemp(directory_.data()), nullptr);
    fs::current_path(directory_);
    Create({.table_name = "student",
            .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                        {.name = "name", .type = Type::kString},
                        {.name = "gpa", .type = Type::kFloat, .nullable = true}}},
           {{{"id", 1}, {"name", "Alice"}, {"gpa", 3.5}}});
    OpenSession();
  }
  void TearDown() override {
    fs::current_path(before_);
    fs::remove_all(directory_);
  }

  fs::path before_;
  std::string directory_;
};

// [sql-1]
TEST_F(ReadOnlyTest, WhatWouldChangeOrWriteAnythingIsRefused) {
  for (const char* sql : {"INSERT INTO student VALUES (2, 'Bob', 1.0)",
                          "REPLACE INTO student VALUES (1, 'Bob', 1.0)",
                          "UPDATE student SET name = 'Bob'",
                          "DELETE FROM student",
                          "WITH s AS (SELECT 1) DELETE FROM student",
                          "CREATE TABLE t (a)",
                          "CREATE TEMP TABLE t (a)",
                          "CREATE TABLE t AS SELECT * FROM student",
                          "CREATE VIEW v AS SELECT 1",
                          "CREATE INDEX i ON student (name)",
                          "CREATE TRIGGER g AFTER INSERT ON student BEGIN SELECT 1; END",
                          "CREATE VIRTUAL TABLE t USING student",
                          "CREATE VIRTUAL TABLE t USING fts5(a)",
                          "DROP TABLE student",
                          "ALTER TABLE student RENAME TO pupil",
                          "ATTACH 'other.db' AS other",
                          "ATTACH ':memory:' AS other",
                          "DETACH main",
                          "VACUUM",
                          "VACUUM INTO 'copy.db'",
                          "BEGIN",
                          "COMMIT",
                          "SAVEPOINT s",
                          "ANALYZE",
                          "PRAGMA query_only = OFF",
                          "PRAGMA writable_schema = ON",
                          "PRAGMA journal_mode = WAL",
                          "PRAGMA temp_store = FILE",
                          "PRAGMA temp_store_directory = '.'",
                          "PRAGMA trusted_schema = ON",
                          "PRAGMA user_version = 3",
                          "SELECT * FROM pragma_integrity_check",
                          "SELECT load_extension('./code')",
                          "EXPLAIN DELETE FROM student",
                          "INSERT INTO sqlite_schema VALUES (1, 2, 3, 4, 5)"}) {
    const Answer answer = Ask(*session_, sql);
    EXPECT_TRUE(absl::IsInvalidArgument(answer.status)) << sql << "\n" << answer.status;
    EXPECT_TRUE(answer.rows.empty()) << sql;
  }
  EXPECT_EQ(Rows("SELECT name FROM sqlite_schema"), "[\"student\"]");
  EXPECT_EQ(Rows("SELECT * FROM student"), R"([1,"Alice",3.5])");
  EXPECT_TRUE(fs::is_empty(directory_));
}

// [sql-1]
TEST_F(ReadOnlyTest, SqlitesOwnWaysToReadAndWriteFilesAreNotThere) {
  for (const char* sql :
       {"SELECT writefile('out', 'x')", "SELECT readfile('/etc/hostname')", "SELECT edit('x')",
        "SELECT * FROM fsdir('.')", "SELECT fts3_tokenizer('a', x'00')"}) {
    EXPECT_FALSE(Ask(*session_, sql).status.ok()) << sql;
  }
  EXPECT_TRUE(fs::is_empty(directory_));
}

// [sql-1]
TEST_F(ReadOnlyTest, ALargeSortWritesNoFile) {
  EXPECT_EQ(Rows("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) "
                 "SELECT i FROM n ORDER BY i % 1000 DESC, printf('%50d', i) LIMIT 1"),
            "[999]");
  EXPECT_TRUE(fs::is_empty(directory_));
}

// [sql-6]
TEST_F(ReadOnlyTest, ErrorsSayWhereAndWhatWasMeant) {
  struct Row {
    const char* sql;
    absl::StatusCode code;
    int byte;  // -1: not known
    const char* words;
  };
  const auto kCall = absl::StatusCode::kInvalidArgument;
  const Row rows[] = {
      {"SELECT * FORM student", kCall, 9, "near \"FORM\": syntax error"},
      {"SELECT 1; SELECT * FORM student", kCall, 19, "near \"FORM\": syntax error"},
      {"SELECT (1", kCall, -1, "incomplete input"},
      {"SELECT nmae FROM student", kCall, 7, "no such column: nmae; did you mean name?"},
      {"SELECT s.nmae FROM student s", kCall, 7, "no such column: s.nmae; did you mean name?"},
      {"SELECT * FROM studnet", absl::StatusCode::kNotFound, -1,
       "there is no table \"studnet\"; did you mean \"student\"?"},
      {"SELECT * FROM main.studnet", absl::StatusCode::kNotFound, -1, "did you mean \"student\"?"},
      {"SELECT lenght(name) FROM student", kCall, 7,
       "no such function: lenght; did you mean length?"},
      {"SELECT * FROM student WHERE name = \"Alice\"", kCall, 35,
       "no such column: Alice; a text stands in single quotes: 'Alice'"},
      {"SELECT json_extract(name, '$') FROM student", kCall, -1, "malformed JSON"},
      {"SELECT abs(-9223372036854775808)", kCall, -1, "integer overflow"},
  };
  for (const Row& row : rows) {
    const absl::Status status = Ask(*session_, row.sql).status;
    EXPECT_EQ(status.code(), row.code) << row.sql << "\n" << status;
    EXPECT_NE(std::string(status.message()).find(row.words), std::string::npos) << row.sql << "\n"
                                                                                << status;
    const auto byte = session_->error_byte();
    EXPECT_EQ(byte.has_value() ? static_cast<int>(*byte) : -1, row.byte) << row.sql;
  }
  const Answer nul = Ask(*session_, std::string("SELECT 1;\0SELECT 2", 18));
  EXPECT_TRUE(absl::IsInvalidArgument(nul.status)) << nul.status;
}

}  // namespace
}  // namespace linedb::sql_test
