// What a repair makes of records that do not fit the schema that is left: they used to be written
// all the same, or to be passed over in silence.

#include <algorithm>
#include <sstream>
#include <string>

#include "nlohmann/json.hpp"
#include "tests/faults/damaged_campus.h"
#include "tests/repair/repair_fixture.h"

namespace linedb {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::kLog;
using testing::kStudents;
using testing::Mending;
using testing::RepairTest;
using testing::Tree;

constexpr char kSchema[] = "schema/student.schema.json";

class RepairSchemaTest : public RepairTest {
 protected:
  // Without its past, and with operations in the log: nobody but the file tells the schema.
  Tree ClosedWithTail() {
    Tree tree = Closed();
    std::erase_if(tree, [](const auto& file) {
      return file.first.starts_with("wal/") && file.first != kLog;
    });
    return tree;
  }

  // Damage of several bytes that leaves a schema, which refuses a null.
  static void ForbidNullEmail(Tree& tree) {
    std::string& schema = tree.at(kSchema);
    const std::size_t email = schema.find("\"email\"");
    const std::size_t at = schema.find("true", schema.find("\"nullable\"", email));
    ASSERT_NE(at, std::string::npos);
    schema.replace(at, 4, "false");
  }
};

// engine-9.6, engine-9.7
TEST_F(RepairSchemaTest, RecordThatOnlyTheLogHasAndNoSchemaFitsIsListed) {
  Insert(1, "Alice", "a@university.edu");
  Checkpoint();
  Insert(2, "Bob");
  Insert(3, "Carol", "c@university.edu");
  Tree tree = ClosedWithTail();
  ForbidNullEmail(tree);
  for (const bool has_table : {true, false}) {
    if (!has_table) tree.at(kStudents).clear();
    Mending mending(tree);
    const auto report = mending.Run();
    ASSERT_THAT(report, IsOk());
    EXPECT_FALSE(report->complete());
    const std::string found = mending.State();
    EXPECT_EQ(found.find("Alice") != std::string::npos, has_table);
    EXPECT_THAT(found, Not(HasSubstr("Bob")));
    EXPECT_THAT(found, HasSubstr("Carol"));
    EXPECT_EQ(report->tables[0].lost, has_table ? 1U : 2U);
    const auto lost = std::find_if(mending.list.begin(), mending.list.end(),
                                   [](const DamagedLine& line) { return line.key == "2"; });
    ASSERT_NE(lost, mending.list.end()) << mending.Listed();
    EXPECT_EQ(lost->fate, Fate::kLost);
    EXPECT_THAT(lost->reason, HasSubstr("student.email: null is not allowed"));
    EXPECT_THAT(lost->record, HasSubstr("Bob"));
    EXPECT_EQ(lost->source, "wal/transaction.log line 2");
  }
}

// engine-9.6
TEST_F(RepairSchemaTest, RecordsOfTheLogWithoutTheSchemasKeyAreListed) {
  campus.students();
  Checkpoint();
  Insert(1, "Alice");
  Tree tree = ClosedWithTail();
  tree.at(kStudents).clear();
  std::string& schema = tree.at(kSchema);
  for (std::size_t at = 0; (at = schema.find("\"id\"", at)) != std::string::npos;) {
    schema.replace(at, 4, "\"no\"");
  }
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->complete());
  const auto lost = std::find_if(mending.list.begin(), mending.list.end(),
                                 [](const DamagedLine& line) { return line.file == kLog; });
  ASSERT_NE(lost, mending.list.end()) << mending.Listed();
  EXPECT_EQ(lost->fate, Fate::kLost);
  EXPECT_EQ(lost->line, 2U);
  EXPECT_EQ(lost->table, "student");
  EXPECT_THAT(lost->record, HasSubstr("Alice"));
}

// engine-9.3, engine-9.6
TEST_F(RepairSchemaTest, SchemaThatMostRecordsFitIsTheTables) {
  Insert(1, "Alice");
  Tree tree = Closed();
  tree.erase(kLog);  // and the checksum of the schema with it
  tree["schema/student.schema.json.next"] = tree.at(kSchema);
  ForbidNullEmail(tree);
  Mending mending(tree);
  ASSERT_THAT(mending.Run(), IsOk());
  EXPECT_EQ(mending.State(), state);
}

// engine-9.6: of a line behind a lost one nothing but its form is known.
TEST_F(RepairSchemaTest, LogsRecordThatIsNoJsonIsListedAndTheTablesLineKept) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Insert(3, "Carol");
  Tree tree = Closed();
  Replace(tree, kLog, R"("record":{"id":2,"name":"Bob")", "nothing that could be told");
  Replace(tree, kLog, R"("name":"Carol")", R"("name":-Carol)");
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->complete());
  EXPECT_EQ(mending.State(), state);
  const auto lost = std::find_if(mending.list.begin(), mending.list.end(), [](const auto& line) {
    return line.file == kLog && line.bytes.find("-Carol") != std::string::npos;
  });
  ASSERT_NE(lost, mending.list.end()) << mending.Listed();
  EXPECT_EQ(lost->fate, Fate::kLost);
  EXPECT_EQ(lost->record, "");
  std::istringstream rejects(mending.campus.Bytes("rejects.jsonl"));
  for (std::string line; std::getline(rejects, line);) {
    EXPECT_TRUE(nlohmann::json::accept(line)) << line;
  }
}

// engine-9.4: what an altered table refuses was deleted before.
TEST_F(RepairSchemaTest, RecordDeletedBeforeAnAlterationThatRefusesItStaysDeleted) {
  Insert(1, "Alice", "a@university.edu");
  Update(1, "Alice");
  Insert(2, "Bob", "b@university.edu");
  ASSERT_THAT(campus.students().Erase(1), IsOk());
  // The form of the old lines is another one, too.
  TableSchema schema = campus.engine->FindTable("student")->generation->layout().schema();
  for (ColumnSchema& column : schema.columns) {
    if (column.name == "email") column.nullable = false;
  }
  std::erase_if(schema.columns, [](const ColumnSchema& column) { return column.name == "gpa"; });
  ASSERT_THAT(campus.engine->AlterTable(schema), IsOk());
  Tree tree = Closed();
  tree.erase(kStudents);
  Mending mending(tree);
  ASSERT_THAT(mending.Run(), IsOk());
  EXPECT_EQ(testing::RecordsIn(mending.State()), testing::RecordsIn(state)) << mending.Listed();
}

}  // namespace
}  // namespace linedb
