// SQLite's prepared statements, whose errors end the program.

#ifndef LINEDB_TESTS_BENCH_SQLITE_STATEMENT_H_
#define LINEDB_TESTS_BENCH_SQLITE_STATEMENT_H_

#include <sqlite3.h>

#include <string>
#include <string_view>

#include "tests/bench/contender.h"

namespace bench {

class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql) : database_(database) {
    const int code = sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
    if (code != SQLITE_OK) Fail(std::string("sqlite: ") + sqlite3_errmsg(database));
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  sqlite3_stmt* get() const { return statement_; }

  // Whether there is a row.
  bool Step() const {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
      Fail(std::string("sqlite: ") + sqlite3_errmsg(database_));
    }
    return code == SQLITE_ROW;
  }
  void Reset() const { sqlite3_reset(statement_); }
  void Run() const {
    Step();
    Reset();
  }

  void Bind(int place, std::string_view text) const {
    sqlite3_bind_text(statement_, place, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  void Bind(int place, std::int64_t value) const { sqlite3_bind_int64(statement_, place, value); }
  void Bind(int place, double value) const { sqlite3_bind_double(statement_, place, value); }

  std::string_view Text(int column) const {
    // In this order: sqlite3_column_text may convert, which changes the length.
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

inline void RunSql(sqlite3* database, const char* sql) {
  char* message = nullptr;
  sqlite3_exec(database, sql, nullptr, nullptr, &message);
  if (message != nullptr) Fail(std::string("sqlite: ") + message);
}

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_SQLITE_STATEMENT_H_
