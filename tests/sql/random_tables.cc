#include "tests/sql/random_tables.h"

#include <sqlite3.h>

#include <charconv>
#include <iterator>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "tools/bridges/sqlite/result_row.h"

namespace linedb::sql_test {
namespace {

constexpr const char* kNames[] = {"k", "n", "x y", "q\"t", "order", "\u00dc", "it's", "select"};
constexpr Type kTypes[] = {Type::kInt,   Type::kFloat,     Type::kBool, Type::kString,
                           Type::kBytes, Type::kTimestamp, Type::kDate, Type::kJson};

bool MayBeKey(const ColumnSchema& column) { return column.type != Type::kJson; }

// Some of the columns that may be in a key or an index.
std::vector<std::string> SomeColumns(Random& random, const TableSchema& schema) {
  std::vector<std::string> names;
  for (std::size_t i = Below(random, schema.columns.size()); i < schema.columns.size(); ++i) {
    const ColumnSchema& column = schema.columns[i];
    if (MayBeKey(column) && names.size() < 2 && OneIn(random, 2)) names.push_back(column.name);
  }
  return names;
}

TableSchema RandomSchema(Random& random, const std::string& name) {
  TableSchema schema{.table_name = name, .columns = {}};
  const std::size_t count = 3 + Below(random, 4);
  for (std::size_t i = 0; i < count; ++i) {
    // An int and a text are always there.
    const Type type = i < 2 ? kTypes[3 * i] : kTypes[Below(random, std::size(kTypes))];
    schema.columns.push_back({.name = kNames[i], .type = type, .nullable = !OneIn(random, 3)});
  }
  const std::size_t key_columns = Below(random, 3);
  for (std::size_t i = 0, taken = 0; i < count && taken < key_columns; ++i) {
    ColumnSchema& column = schema.columns[i];
    if (!MayBeKey(column) || OneIn(random, 3)) continue;
    column.primary_key = true;
    column.nullable = false;
    ++taken;
  }
  ColumnSchema& unique = schema.columns[Below(random, count)];
  unique.unique = !unique.primary_key && MayBeKey(unique) && unique.type != Type::kBool;
  for (std::size_t i = Below(random, 4); i > 0; --i) {
    IndexSchema index{.columns = SomeColumns(random, schema)};
    bool is_new = !index.columns.empty();
    for (const IndexSchema& other : schema.indexes) is_new = is_new && !(other == index);
    if (is_new) schema.indexes.push_back(std::move(index));
  }
  return schema;
}

ModelRow RandomRowOf(Random& random, const TableSchema& schema) {
  ModelRow row;
  for (const ColumnSchema& column : schema.columns) {
    row.push_back(query_test::RandomValue(random, column));
  }
  return row;
}

Json JsonOf(const TableSchema& schema, const ModelRow& row) {
  Json record = Json::object();
  for (std::size_t i = 0; i < row.size(); ++i) {
    record[schema.columns[i].name] = query_test::JsonOfValue(row[i]);
  }
  return record;
}

std::string DeclaredType(Type type) {
  switch (type) {
    case Type::kInt:
      return "INTEGER";
    case Type::kFloat:
      return "REAL";
    case Type::kBool:
      return "BOOLEAN";
    case Type::kBytes:
      return "BLOB";
    case Type::kJson:
      return "JSON TEXT";
    default:
      return "TEXT";
  }
}

std::string Quoted(const std::string& text, const std::string& quote) {
  return quote + absl::StrReplaceAll(text, {{quote, quote + quote}}) + quote;
}

}  // namespace

RandomTable MakeRandomTable(Random& random, Database& database, const std::string& name) {
  RandomTable made{.schema = RandomSchema(random, name), .rows = {}};
  const absl::Status created = database.CreateTable(made.schema);
  EXPECT_TRUE(created.ok()) << created;
  const JsonTable table = *JsonTable::Open(database, name);
  std::vector<Json> keys;
  for (std::size_t i = 20 + Below(random, 60); i > 0; --i) {
    ModelRow row = RandomRowOf(random, made.schema);
    const absl::StatusOr<Json> key = table.Insert(JsonOf(made.schema, row));
    if (!key.ok()) continue;  // a key that is taken
    made.rows.push_back(std::move(row));
    keys.push_back(*key);
  }
  const bool has_key = table.schema().columns.size() > 0 && !keys.empty() && !keys[0].is_null();
  for (std::size_t i = Below(random, 10); has_key && i > 0 && !keys.empty(); --i) {
    const std::size_t erased = Below(random, keys.size());
    EXPECT_TRUE(table.Erase(keys[erased]).ok());
    keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(erased));
    made.rows.erase(made.rows.begin() + static_cast<std::ptrdiff_t>(erased));
  }
  return made;
}

SqlMirror::SqlMirror() {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open(":memory:", &db), SQLITE_OK);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  db_ = std::shared_ptr<sqlite3>(db, sqlite3_close);
}

void SqlMirror::Load(const RandomTable& table) {
  const std::string name = Quoted(table.schema.table_name, "\"");
  std::string columns;
  for (const ColumnSchema& column : table.schema.columns) {
    columns +=
        (columns.empty() ? "" : ", ") + Quoted(column.name, "\"") + " " + DeclaredType(column.type);
  }
  std::string sql = "CREATE TABLE " + name + "(" + columns + ");";
  for (const ModelRow& row : table.rows) {
    std::string values;
    for (const Value& value : row) values += (values.empty() ? "" : ", ") + SqlLiteral(value);
    sql += "INSERT INTO " + name + " VALUES (" + values + ");";
  }
  EXPECT_EQ(sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(db_.get()) << "\n"
      << sql;
}

Answer SqlMirror::Ask(const std::string& sql) {
  Answer answer;
  sqlite3_stmt* raw = nullptr;
  const int prepared = sqlite3_prepare_v2(db_.get(), sql.c_str(), -1, &raw, nullptr);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(raw, sqlite3_finalize);
  if (prepared != SQLITE_OK) {
    answer.status = absl::InvalidArgumentError(sqlite3_errmsg(db_.get()));
    return answer;
  }
  sqlite::ResultRow result(raw);
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(raw)) == SQLITE_ROW) {
    std::string row;
    for (const std::string_view cell : result.Read()) {
      row.append(row.empty() ? "" : ",").append(cell);
    }
    answer.rows.push_back("[" + row + "]");
  }
  if (code != SQLITE_DONE) answer.status = absl::InvalidArgumentError(sqlite3_errmsg(db_.get()));
  return answer;
}

std::string SqlLiteral(const Value& value) {
  if (value.is_null()) return "NULL";
  switch (*value.type()) {
    case Type::kInt:
      return std::to_string(value.as_int());
    case Type::kFloat: {
      char buffer[40];
      std::string text(buffer,
                       std::to_chars(buffer, buffer + sizeof(buffer), value.as_float()).ptr);
      return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
    }
    case Type::kBool:
      return value.as_bool() ? "1" : "0";
    case Type::kBytes:
      return "x'" + absl::BytesToHexString(value.as_bytes()) + "'";
    case Type::kString:
      return Quoted(value.as_string(), "'");
    case Type::kJson:
      return Quoted(value.as_json(), "'");
    case Type::kTimestamp:
    case Type::kDate:
      return Quoted(query_test::JsonOfValue(value).get<std::string>(), "'");
  }
  return "NULL";
}

}  // namespace linedb::sql_test
