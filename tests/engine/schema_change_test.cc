// Guards against a table whose schema and records do not belong together, and against one that is
// half gone. Every step of the changes is crashed in tests/crash.

#include <gtest/gtest.h>

#include <string>

#include "linedb/json_table.h"
#include "schema/schema_document.h"
#include "tests/engine/campus.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::Student;

class SchemaChangeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options.maintenance = Maintenance::kManual;
    ASSERT_THAT(campus.Open(options), IsOk());
    ASSERT_THAT(campus.students().Insert({.name = "Alice", .email = "a"}), IsOk());
    ASSERT_THAT(campus.students().Insert({.name = "Bob"}), IsOk());
    ASSERT_THAT(campus.students().Insert({.name = "Carol", .email = "c"}), IsOk());
    ASSERT_THAT(campus.students().Erase(3), IsOk());
  }

  TableSchema SchemaNow() { return campus.engine->FindTable("student")->layout().schema(); }
  static ColumnSchema& Column(TableSchema& schema, const std::string& name) {
    for (ColumnSchema& column : schema.columns) {
      if (column.name == name) return column;
    }
    ADD_FAILURE() << name;
    return schema.columns[0];
  }
  void ExpectSameAfterReopening() {
    const std::string state = campus.State();
    ASSERT_THAT(campus.Close(), IsOk());
    EXPECT_EQ(campus.Problems(), "");
    ASSERT_THAT(campus.Open(options), IsOk());
    EXPECT_EQ(campus.State(), state);
    EXPECT_EQ(campus.Notes(), "");
  }

  // What a crash leaves, for a writer, a reader and verify: all see the same.
  static std::string Seen(const testing::Tree& crashed) {
    Campus reader(crashed);
    EXPECT_EQ(reader.Problems(), "");
    EXPECT_THAT(reader.OpenToRead(), IsOk());
    Campus writer(crashed);
    EXPECT_THAT(writer.Open(), IsOk());
    EXPECT_EQ(reader.State(), writer.State());
    const std::string state = writer.State();
    EXPECT_THAT(writer.Close(), IsOk());
    EXPECT_EQ(writer.Problems(), "");
    for (const auto& [path, bytes] : writer.Files()) {
      EXPECT_THAT(path, ::testing::Not(::testing::EndsWith(".next")));
      EXPECT_THAT(path, ::testing::Not(::testing::EndsWith(".compacted")));
    }
    return state;
  }

  Options options;
  Campus campus;
};

constexpr char kSchema[] = "schema/student.schema.json";
constexpr char kNext[] = "schema/student.schema.json.next";
constexpr char kRecords[] = "data/student.records";
constexpr char kCompacted[] = "data/student.records.compacted";

// [engine-4.10]
TEST_F(SchemaChangeTest, AddedAndDroppedColumnsAreCarriedIntoEveryRecord) {
  TableSchema schema = SchemaNow();
  std::erase_if(schema.columns, [](const ColumnSchema& column) { return column.name == "gpa"; });
  schema.columns.push_back({.name = "year", .type = Type::kInt, .default_json = "1"});
  ASSERT_THAT(campus.engine->AlterTable(schema), IsOk());
  EXPECT_EQ(campus.State(),
            "student (next 4)\n"
            "  {\"id\":1,\"name\":\"Alice\",\"email\":\"a\",\"year\":1}\n"
            "  {\"id\":2,\"name\":\"Bob\",\"email\":null,\"year\":1}\n");
  EXPECT_EQ(SchemaNow().version, 2);
  ExpectSameAfterReopening();
}

TEST_F(SchemaChangeTest, OldHandlesSayWhatBecameOfTheirTable) {
  const Table<Student> before = campus.students();
  TableSchema schema = SchemaNow();
  Column(schema, "email").unique = false;
  ASSERT_THAT(campus.engine->AlterTable(schema), IsOk());
  EXPECT_THAT(before.Get(1), Fails(absl::StatusCode::kFailedPrecondition, "altered"));
  EXPECT_THAT(before.Insert({.name = "Dan"}),
              Fails(absl::StatusCode::kFailedPrecondition, "altered"));
}

TEST_F(SchemaChangeTest, RecordThatDoesNotFitIsShownAndNothingHappens) {
  const std::string state = campus.State();
  const testing::Tree files = campus.Files();
  TableSchema schema = SchemaNow();
  Column(schema, "email").nullable = false;
  EXPECT_THAT(campus.engine->AlterTable(schema),
              Fails(absl::StatusCode::kFailedPrecondition, "Bob"));
  schema = SchemaNow();
  Column(schema, "gpa").unique = true;
  EXPECT_THAT(campus.engine->AlterTable(schema), Fails(absl::StatusCode::kAlreadyExists, "Bob"));
  EXPECT_EQ(campus.State(), state);
  EXPECT_EQ(testing::TreeDifference(files, campus.Files()), "");
  ASSERT_THAT(campus.students().Insert({.name = "Dan"}), IsOk());
}

TEST_F(SchemaChangeTest, ImpossibleChangesAreRefusedByTableAndColumn) {
  struct Row {
    const char* what;
    void (*change)(TableSchema&);
    const char* message;
  };
  const Row rows[] = {
      {"another type", [](TableSchema& s) { Column(s, "name").type = Type::kBytes; },
       "student.name"},
      {"a column that must have a value",
       [](TableSchema& s) { s.columns.push_back({.name = "year", .type = Type::kInt}); },
       "student.year"},
      {"another key", [](TableSchema& s) { Column(s, "id").primary_key = false; }, "primary key"},
      {"an unknown table", [](TableSchema& s) { s.table_name = "studnet"; }, "student"},
  };
  for (const Row& row : rows) {
    TableSchema schema = SchemaNow();
    row.change(schema);
    const absl::Status refused = campus.engine->AlterTable(schema);
    EXPECT_FALSE(refused.ok()) << row.what;
    EXPECT_THAT(std::string(refused.message()), ::testing::HasSubstr(row.message)) << row.what;
  }
}

TEST_F(SchemaChangeTest, ConstraintHoldsFromThenOn) {
  TableSchema schema = SchemaNow();
  Column(schema, "name").unique = true;
  ASSERT_THAT(campus.engine->AlterTable(schema), IsOk());
  engine::TableState* table = campus.engine->FindTable("student");
  const engine::TableCore core(campus.engine.get(), table);
  WriteTransaction transaction = campus.Begin();
  EXPECT_THAT(core.WriteJson(transaction, engine::WriteMode::kInsert, R"({"name":"Bob"})", nullptr),
              Fails(absl::StatusCode::kAlreadyExists, "student.name"));
}

TEST_F(SchemaChangeTest, DroppedTableLeavesNoFileAndItsNameIsFree) {
  campus.courses();
  ASSERT_THAT(campus.engine->DropTable("student"), IsOk());
  EXPECT_EQ(campus.engine->TableNames(), std::vector<std::string>{"course"});
  for (const auto& [path, bytes] : campus.Files()) {
    EXPECT_THAT(path, ::testing::Not(::testing::HasSubstr("/student"))) << bytes;
  }
  ExpectSameAfterReopening();
  ASSERT_THAT(campus.students().Insert({.name = "Eve"}), IsOk());
  EXPECT_EQ(campus.students().Get(1)->name, "Eve");
  ExpectSameAfterReopening();
}

TEST_F(SchemaChangeTest, LogTellsWhatWasDroppedAndAltered) {
  TableSchema schema = SchemaNow();
  Column(schema, "email").unique = false;
  ASSERT_THAT(campus.engine->AlterTable(schema), IsOk());
  EXPECT_THAT(campus.Bytes("wal/transaction.log"),
              ::testing::HasSubstr("\"operation\":\"ALTER_TABLE\",\"table\":\"student\""));
  ASSERT_THAT(campus.engine->DropTable("student"), IsOk());
  EXPECT_THAT(campus.Bytes("wal/transaction.log"),
              ::testing::HasSubstr("\"operation\":\"DROP_TABLE\",\"table\":\"student\""));
  EXPECT_THAT(campus.engine->DropTable("student"), Fails(absl::StatusCode::kNotFound));
}

TEST_F(SchemaChangeTest, ChangesWaitForNoTransactionOfTheirOwnThread) {
  WriteTransaction transaction = campus.Begin();
  EXPECT_THAT(campus.engine->DropTable("student"), Fails(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(campus.engine->AlterTable(SchemaNow()), Fails(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(campus.engine->Checkpoint(), Fails(absl::StatusCode::kFailedPrecondition));
}

// [engine-2.3]
TEST_F(SchemaChangeTest, CrashBehindTheSwitchLeavesTheRenamesToTheNextOpening) {
  const testing::Tree before = campus.Files();
  TableSchema schema = SchemaNow();
  schema.columns.push_back({.name = "year", .type = Type::kInt, .nullable = true});
  ASSERT_THAT(campus.engine->AlterTable(schema), IsOk());
  const std::string state = campus.State();
  testing::Tree crashed = campus.Files();
  crashed[kNext] = crashed.at(kSchema);
  crashed[kSchema] = before.at(kSchema);
  EXPECT_EQ(Seen(crashed), state);
  crashed[kCompacted] = crashed.at(kRecords);
  crashed[kRecords] = before.at(kRecords);
  EXPECT_EQ(Seen(crashed), state);
}

TEST_F(SchemaChangeTest, CrashBeforeTheSwitchLeavesTheTableAsItWas) {
  const std::string state = campus.State();
  testing::Tree crashed = campus.Files();
  TableSchema schema = SchemaNow();
  schema.columns.push_back({.name = "year", .type = Type::kInt, .nullable = true});
  ASSERT_THAT(campus.engine->AlterTable(schema), IsOk());
  const testing::Tree after = campus.Files();
  crashed[kNext] = after.at(kSchema);
  crashed[kCompacted] = after.at(kRecords);
  EXPECT_EQ(Seen(crashed), state);
}

TEST_F(SchemaChangeTest, FilesOfDroppedTableThatACrashLeavesDoNotCount) {
  campus.courses();
  const testing::Tree before = campus.Files();
  ASSERT_THAT(campus.engine->DropTable("student"), IsOk());
  const std::string state = campus.State();
  testing::Tree crashed = campus.Files();
  crashed[kSchema] = before.at(kSchema);
  EXPECT_EQ(Seen(crashed), state);
  crashed[kRecords] = before.at(kRecords);
  EXPECT_EQ(Seen(crashed), state);
}

}  // namespace
}  // namespace linedb
