// A database on a disk in memory with one table to alter, and the words to speak of it.

#ifndef LINEDB_TESTS_EVOLUTION_ALTERED_TABLE_H_
#define LINEDB_TESTS_EVOLUTION_ALTERED_TABLE_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/alteration.h"
#include "linedb/migrate.h"
#include "tests/engine/campus.h"

namespace linedb::testing {

inline Options ManualMaintenance() {
  Options options;
  options.maintenance = Maintenance::kManual;
  return options;
}

// Of the schema, so that a test may say what it changes.
inline ColumnSchema& ColumnOf(TableSchema& schema, const std::string& name) {
  for (ColumnSchema& column : schema.columns) {
    if (column.name == name) return column;
  }
  ADD_FAILURE() << "no column " << name;
  return schema.columns[0];
}

// id, name, nick (nullable), born (date), height (int), grade (float), code (str, unique), extra
// (json, nullable).
inline TableSchema PersonSchema() {
  TableSchema schema;
  schema.table_name = "person";
  schema.columns = {{.name = "id", .type = Type::kInt, .primary_key = true, .nullable = true},
                    {.name = "name"},
                    {.name = "nick", .nullable = true},
                    {.name = "born", .type = Type::kDate},
                    {.name = "height", .type = Type::kInt},
                    {.name = "grade", .type = Type::kFloat},
                    {.name = "code", .unique = true},
                    {.name = "extra", .type = Type::kJson, .nullable = true}};
  return schema;
}

inline std::vector<std::string> Persons() {
  return {
      R"({"name":"Ann","nick":"A","born":"2001-02-03","height":170,"grade":3.0,"code":"17","extra":1})",
      R"({"name":"Bob","nick":"B","born":"2002-03-04","height":180,"grade":2.0,"code":"18","extra":2})"};
}

class AlteredTable {
 public:
  explicit AlteredTable(const TableSchema& schema, const std::vector<std::string>& records = {},
                        const Options& options = ManualMaintenance())
      : name_(schema.table_name), options_(options) {
    EXPECT_THAT(campus.Open(options), IsOk());
    EXPECT_THAT(campus.engine->CreateTable(schema), IsOk());
    for (const std::string& record : records) Insert(record);
  }

  void Insert(const std::string& record) { Write(engine::WriteMode::kInsert, record); }
  void Update(const std::string& record) { Write(engine::WriteMode::kUpdate, record); }

  engine::TableCore Core() {
    return engine::TableCore(campus.engine.get(), campus.engine->FindTable(name_));
  }
  TableSchema Schema() { return campus.engine->FindTable(name_)->layout().schema(); }

  absl::StatusOr<MigrateReport> Migrate(const TableSchema& wanted,
                                        std::vector<Permission> permit = {},
                                        MigrateMode mode = MigrateMode::kApply) {
    engine::AlterationRequest request;
    request.wanted = wanted;
    request.options.permit = std::move(permit);
    request.options.mode = mode;
    return campus.engine->Alter(request);
  }

  // The live records, a line each.
  std::string Lines() {
    absl::StatusOr<engine::RecordCursor> cursor = Core().Scan({});
    if (!cursor.ok()) return cursor.status().ToString();
    std::string text;
    for (std::string_view line; cursor->Next(&line);) text += std::string(line) + "\n";
    return text;
  }

  // Closes, verifies and opens again; the records stay.
  void ExpectSameAfterReopening() {
    const std::string lines = Lines();
    const TableSchema schema = Schema();
    ASSERT_THAT(campus.Close(), IsOk());
    EXPECT_EQ(campus.Problems(), "");
    ASSERT_THAT(campus.Open(options_), IsOk());
    EXPECT_EQ(Lines(), lines);
    EXPECT_EQ(Schema(), schema);
    EXPECT_EQ(campus.Notes(), "");
  }

  Campus campus;

 private:
  void Write(engine::WriteMode mode, const std::string& record) {
    WriteTransaction transaction = campus.Begin();
    ASSERT_THAT(Core().WriteJson(transaction, mode, record, nullptr), IsOk()) << record;
    ASSERT_THAT(transaction.Commit(), IsOk());
  }

  const std::string name_;
  const Options options_;
};

// "3: person.height: null is not allowed", a line each.
inline std::string ViolationsOf(const MigrateReport& report) {
  std::string text;
  for (const MigrateViolation& violation : report.violations) {
    text += absl::StrCat(violation.line, ": ", violation.column, ": ", violation.reason, " (",
                         violation.key, ")\n");
  }
  return text;
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_EVOLUTION_ALTERED_TABLE_H_
