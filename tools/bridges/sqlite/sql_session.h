// Queries in SQL over the tables of a database: all of SQLite's SELECT, and nothing that writes.
//
//   auto session = *linedb::sqlite::SqlSession::Open(*db);
//   absl::Status done = session->Run(
//       "SELECT name, count(*) FROM student JOIN enrollment ON student_id = id GROUP BY id",
//       {.columns = [](const auto& names) { … },
//        .row = [](const auto& cells) { …; return true; }});
//
// tools/dbtool/README.md says what linedb's values are in SQL.

#ifndef LINEDB_TOOLS_BRIDGES_SQLITE_SQL_SESSION_H_
#define LINEDB_TOOLS_BRIDGES_SQLITE_SQL_SESSION_H_

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/database.h"
#include "tools/bridges/sqlite/table_source.h"

namespace linedb::sqlite {

// What is called with a statement's result; each may be empty.
struct ResultVisitor {
  // Once before the rows of each statement. Of two columns called id the second is id_2 here.
  std::function<void(const std::vector<std::string>& names)> columns = {};
  // The values as JSON, valid during the call: a bool column is true or false, one of json the JSON
  // itself, a BLOB its base64. False ends the statement.
  std::function<bool(const std::vector<std::string_view>& cells)> row = {};
  // After the last row.
  std::function<void()> end = {};
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
  // is wrong with it, in SQLite's words, perhaps with the name that was meant; also for what is no
  // query), kNotFound (no such table), kDataLoss (a table is damaged), kCancelled,
  // kResourceExhausted.
  absl::Status Run(std::string_view sql, const ResultVisitor& visitor);

  // Where in its text the last Run's error lies, if that is known.
  std::optional<std::size_t> error_byte() const { return error_byte_; }

  // Whether the text ends with a whole statement, so that a prompt need not wait for more.
  static bool IsComplete(const std::string& sql);

  const std::vector<std::unique_ptr<TableSource>>& tables() const { return tables_; }
  // By all statements so far, each as often as it was read.
  std::uint64_t records_read() const;

 private:
  SqlSession(Database& database, ReadTransaction snapshot)
      : database_(database), snapshot_(std::move(snapshot)) {}
  absl::Status Connect();
  absl::Status AddTables();
  absl::Status OpenTable(const std::string& name);
  int MakeSafe();
  absl::Status RunNext(std::string_view* sql, const ResultVisitor& visitor);
  absl::Status Step(sqlite3_stmt* statement, std::string_view text, const ResultVisitor& visitor);
  absl::Status ErrorOf(int code, std::string_view statement);
  absl::Status UnknownName(const std::string& message, std::string_view statement);
  std::vector<std::string> FunctionNames();
  static int Authorize(void* session, int action, const char* first, const char* second,
                       const char* database, const char* trigger);

  Database& database_;
  const ReadTransaction snapshot_;
  sqlite3* connection_ = nullptr;
  std::vector<std::unique_ptr<TableSource>> tables_;
  std::function<bool()> interrupted_;
  bool denied_ = false;  // the statement would have done something else than read
  std::optional<std::size_t> error_byte_;
};

}  // namespace linedb::sqlite

#endif  // LINEDB_TOOLS_BRIDGES_SQLITE_SQL_SESSION_H_
