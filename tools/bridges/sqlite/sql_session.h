// Queries in SQL over the tables of a database: all of SQLite's SELECT, read only.
//
//   auto session = *linedb::sqlite::SqlSession::Open(*db);
//   auto done = session->Run("SELECT name, count(*) FROM student JOIN enrollment USING (id) GROUP
//   BY 1",
//                            {.columns = …, .row = …});
//
// A column's values are: int and bool INTEGER (0 and 1), float REAL, str, date and timestamp TEXT
// as the files have them, json TEXT that json_extract() and -> read, bytes BLOB. Text is compared
// byte by byte. Names of tables and columns are found in any case; of columns whose names differ in
// case alone the second is called name_2.

#ifndef LINEDB_TOOLS_BRIDGES_SQLITE_SQL_SESSION_H_
#define LINEDB_TOOLS_BRIDGES_SQLITE_SQL_SESSION_H_

#include <sqlite3.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/database.h"
#include "tools/bridges/sqlite/table_source.h"

namespace linedb::sqlite {

// What is called with a statement's result. A row's cells are JSON texts, valid during the call: a
// bool column is true or false, one of json the JSON itself, a BLOB its base64.
struct ResultVisitor {
  // Once before the rows of each statement that has columns. Names are unique: of two columns
  // called id the second is id_2.
  std::function<void(const std::vector<std::string>& names)> columns;
  // False ends the statement.
  std::function<bool(const std::vector<std::string_view>& cells)> row;
  // After the last row.
  std::function<void()> end;
};

// Sees all tables as they were when it was opened. One thread; must end before its Database does.
class SqlSession {
 public:
  // kResourceExhausted: no memory. Otherwise as Database::BeginRead.
  static absl::StatusOr<std::unique_ptr<SqlSession>> Open(Database& database);
  ~SqlSession();
  SqlSession(const SqlSession&) = delete;
  SqlSession& operator=(const SqlSession&) = delete;

  // Asked now and then while a statement runs; true ends it with kCancelled. May be empty.
  void set_interrupted(std::function<bool()> interrupted) { interrupted_ = std::move(interrupted); }

  // Runs the statements of a text, one after the other, to the first error: kInvalidArgument (what
  // is wrong with it, in SQLite's words; also for what would change something), kNotFound (no such
  // table, with a suggestion), kDataLoss (a table is damaged), kCancelled, kResourceExhausted.
  absl::Status Run(std::string_view sql, const ResultVisitor& visitor);

  // Whether the text ends with a whole statement, so that a prompt need not wait for more.
  static bool IsComplete(const std::string& sql);

  const std::vector<std::unique_ptr<TableSource>>& tables() const { return tables_; }

 private:
  SqlSession(Database& database, ReadTransaction snapshot)
      : database_(database), snapshot_(std::move(snapshot)) {}
  absl::Status Connect();
  absl::Status Step(sqlite3_stmt* statement, const ResultVisitor& visitor);
  absl::Status ErrorOf(int code);
  static int Authorize(void* session, int action, const char* first, const char* second,
                       const char* database, const char* trigger);

  Database& database_;
  const ReadTransaction snapshot_;
  sqlite3* connection_ = nullptr;
  std::vector<std::unique_ptr<TableSource>> tables_;
  std::function<bool()> interrupted_;
  bool denied_ = false;  // the statement would have done something else than read
};

}  // namespace linedb::sqlite

#endif  // LINEDB_TOOLS_BRIDGES_SQLITE_SQL_SESSION_H_
