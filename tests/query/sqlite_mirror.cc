#include "tests/query/sqlite_mirror.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cmath>

#include "tests/query/random_condition.h"

namespace linedb::query_test {

SqliteMirror::SqliteMirror() {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open(":memory:", &db), SQLITE_OK);
  db_ = std::shared_ptr<sqlite3>(db, sqlite3_close);
}

void SqliteMirror::Load(const std::string& table, const std::vector<ModelRow>& rows) {
  std::string columns = "pos";
  for (const ColumnSchema& column : ModelColumns()) columns += ", " + column.name;
  std::string sql = "begin; create table " + table + "(" + columns + ");";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    sql += "insert into " + table + " values (" + std::to_string(i);
    for (const Value& value : rows[i]) sql += ", " + LiteralSql(value);
    sql += ");";
  }
  sql += "commit;";
  char* message = nullptr;
  EXPECT_EQ(sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
}

std::optional<std::vector<std::vector<Value>>> SqliteMirror::Ask(const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  const int prepared = sqlite3_prepare_v2(db_.get(), sql.c_str(), -1, &raw, nullptr);
  EXPECT_EQ(prepared, SQLITE_OK) << sqlite3_errmsg(db_.get()) << ": " << sql;
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(raw, sqlite3_finalize);
  std::vector<std::vector<Value>> rows;
  int step = SQLITE_ERROR;
  while ((step = sqlite3_step(raw)) == SQLITE_ROW) {
    std::vector<Value>& row = rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(raw); ++i) {
      const auto bytes = [&] { return static_cast<std::size_t>(sqlite3_column_bytes(raw, i)); };
      switch (sqlite3_column_type(raw, i)) {
        case SQLITE_INTEGER:
          row.push_back(Value::Int(sqlite3_column_int64(raw, i)));
          break;
        case SQLITE_FLOAT:
          row.push_back(Value::Float(sqlite3_column_double(raw, i)));
          break;
        case SQLITE_NULL:
          row.emplace_back();
          break;
        default: {
          const auto* text = static_cast<const char*>(sqlite3_column_blob(raw, i));
          row.push_back(Value::String(text == nullptr ? "" : std::string(text, bytes())));
        }
      }
    }
  }
  if (step != SQLITE_DONE) return std::nullopt;
  return rows;
}

bool IsSameInSqlite(const Value& ours, const Value& theirs) {
  if (ours.is_null() || theirs.is_null()) return ours.is_null() == theirs.is_null();
  const bool is_text =
      ours.type() == Type::kString || ours.type() == Type::kBytes || ours.type() == Type::kJson;
  if (is_text || theirs.type() == Type::kString) {
    return theirs.type() == Type::kString && is_text && ours.as_string() == theirs.as_string();
  }
  const auto real = [](const Value& value) {
    return value.type() == Type::kFloat ? value.as_float() : static_cast<double>(value.as_int());
  };
  const double a = real(ours);
  const double b = real(theirs);
  if (a == b) return true;
  return std::abs(a - b) <= 1e-9 * std::fmax(1, std::fmax(std::abs(a), std::abs(b)));
}

}  // namespace linedb::query_test
