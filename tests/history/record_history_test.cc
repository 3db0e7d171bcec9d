// A record's history is looked into when something is wrong with it. One that leaves out a version,
// shows another record's, or begins late without saying so, misleads whoever looks for the fault.

#include "engine/history/record_history.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/history/registrar.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::Registrar;
using testing::Student;

class RecordHistoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options.maintenance = Maintenance::kManual;
    options.archives_kept = 1000;
    ASSERT_THAT(campus.Open(options), IsOk());
  }

  absl::StatusOr<RecordHistoryReport> Read(const std::string& table, const std::string& key) {
    versions.clear();
    return engine::ReadRecordHistory(*campus.disk, wal::DatabasePaths(testing::kDirectory), table,
                                     key, [this](const RecordVersion& version) {
                                       versions.push_back(testing::VersionText(version));
                                       lsns.push_back(version.lsn);
                                       return true;
                                     });
  }

  Options options;
  Campus campus;
  std::vector<std::string> versions;
  std::vector<std::uint64_t> lsns;
};

TEST_F(RecordHistoryTest, RecordsHistoryEqualsTheModelsHistory) {
  Registrar registrar(campus, 20260122);
  for (int i = 0; i < 400; ++i) {
    registrar.Work();
    if (registrar.dice().OneIn(15)) {
      ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    }
    if (registrar.dice().OneIn(60)) registrar.DropAndMakeAnew();
    if (registrar.dice().OneIn(60)) {
      ASSERT_THAT(campus.Open(options), IsOk());
    }
  }
  for (const auto& [id, expected] : registrar.versions) {
    lsns.clear();
    const auto report = Read("student", absl::StrCat(id));
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(versions, expected) << "student " << id;
    EXPECT_EQ(report->versions, expected.size());
    EXPECT_EQ(report->first_lsn, 0u);
    EXPECT_TRUE(report->notes.empty());
    EXPECT_TRUE(std::is_sorted(lsns.begin(), lsns.end()));
  }
}

TEST_F(RecordHistoryTest, AlteredTablesRecordShowsWhatTheAlterationMadeOfIt) {
  ASSERT_THAT(campus.students().Insert({.name = "Alice", .gpa = 3.5}), IsOk());
  TableSchema schema = campus.engine->FindTable("student")->layout().schema();
  std::erase_if(schema.columns, [](const ColumnSchema& column) { return column.name == "gpa"; });
  schema.columns.push_back({.name = "year", .type = Type::kInt, .default_json = "1"});
  ASSERT_THAT(campus.engine->AlterTable(schema), IsOk());
  const engine::TableCore core(campus.engine.get(), campus.engine->FindTable("student"));
  WriteTransaction transaction = campus.Begin();
  ASSERT_THAT(core.WriteJson(transaction, engine::WriteMode::kUpdate,
                             R"({"id":1,"name":"Alice","year":2})", nullptr),
              IsOk());
  ASSERT_THAT(transaction.Commit(), IsOk());
  ASSERT_THAT(Read("student", "1"), IsOk());
  EXPECT_EQ(versions, (std::vector<std::string>{
                          R"(INSERT student {"id":1,"name":"Alice","email":null,"gpa":3.5})",
                          R"(ALTER_TABLE student {"id":1,"name":"Alice","email":null,"year":1})"
                          R"( was {"id":1,"name":"Alice","email":null,"gpa":3.5} gpa year)",
                          R"(UPDATE student {"id":1,"name":"Alice","email":null,"year":2})"
                          R"( was {"id":1,"name":"Alice","email":null,"year":1} year)"}));
}

TEST_F(RecordHistoryTest, DroppedTablesRecordKeepsItsHistory) {
  ASSERT_THAT(campus.enrollments().Insert({1, 101, "A"}), IsOk());
  ASSERT_THAT(campus.enrollments().Insert({1, 102, "B"}), IsOk());
  ASSERT_THAT(campus.engine->DropTable("enrollment"), IsOk());
  ASSERT_THAT(Read("enrollment", "[1,102]"), IsOk());
  EXPECT_EQ(versions, (std::vector<std::string>{
                          R"(INSERT student {"student_id":1,"course_id":102,"grade":"B"})",
                          R"(DROP_TABLE student was {"student_id":1,"course_id":102,"grade":"B"})",
                      }));
}

TEST_F(RecordHistoryTest, MissingArchivesAreSaidToBeMissing) {
  options.archives_kept = 1;
  ASSERT_THAT(campus.Open(options), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());  // lsn 2
  ASSERT_THAT(campus.students().Insert({.name = "Bob"}), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(campus.students().Update({.id = 1, .name = "Alicia"}), IsOk());  // lsn 4
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  auto report = Read("student", "1");
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->first_lsn, 4u);
  EXPECT_EQ(versions.size(), 1u);
  EXPECT_THAT(Read("student", "2"),
              Fails(absl::StatusCode::kNotFound, "the logs begin with lsn 4"));
}

TEST_F(RecordHistoryTest, GapBetweenArchivesIsNoted) {
  for (const char* name : {"Alice", "Bob", "Carol"}) {
    ASSERT_THAT(campus.students().Insert({.name = name}), IsOk());
    ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  }
  std::string second;
  for (const auto& [path, bytes] : campus.Files()) {
    if (path.find(".3-3.log") != path.npos) second = path;
  }
  ASSERT_THAT(campus.disk->Remove(absl::StrCat(testing::kDirectory, "/", second)), IsOk());
  const auto report = Read("student", "1");
  ASSERT_THAT(report, IsOk());
  ASSERT_EQ(report->notes.size(), 1u);
  EXPECT_THAT(report->notes[0],
              ::testing::HasSubstr("the operations 3 to 3 before it are missing"));
}

TEST_F(RecordHistoryTest, WrongTableAndWrongKeyAreToldApart) {
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  EXPECT_THAT(Read("pupil", "1"), Fails(absl::StatusCode::kNotFound, "table \"pupil\""));
  EXPECT_THAT(Read("student", "2"), Fails(absl::StatusCode::kNotFound, "record 2"));
  EXPECT_THAT(Read("student", "x"), Fails(absl::StatusCode::kInvalidArgument, "key (id)"));
}

}  // namespace
}  // namespace linedb
