// Guards against the .records file that somebody changed and that could then neither be opened nor
// taken in, or was taken in as what nobody meant.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/adopt.h"
#include "engine/engine_history.h"
#include "engine/history/log_walk.h"
#include "tests/engine/campus.h"

namespace linedb {
namespace {

using testing::Campus;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::kDirectory;
using testing::Tree;

constexpr char kRecords[] = "data/student.records";

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from << " is not in " << text;
  return at == text.npos ? text : text.replace(at, from.size(), to);
}

class AdoptTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options.maintenance = Maintenance::kManual;
    ASSERT_THAT(campus.Open(options), IsOk());
    campus.MakeTables();
    ASSERT_THAT(campus.students().Insert({.name = "Alice", .email = "a@u"}), IsOk());
    ASSERT_THAT(campus.students().Insert({.name = "Bob", .email = "b@u"}), IsOk());
    ASSERT_THAT(campus.students().Insert({.name = "Zoe"}), IsOk());
    ASSERT_THAT(campus.courses().Insert({.code = "CS1"}), IsOk());
  }

  // Closes the database; its files, of which `records` is then what somebody makes of it.
  Tree Closed() {
    EXPECT_THAT(campus.Close(), IsOk());
    return campus.Files();
  }
  absl::StatusOr<EditReport> Adopt(const Tree& tree, const AdoptOptions& adopt = {},
                                   std::vector<std::string> tables = {"student"}) {
    after = std::make_unique<Campus>(tree);
    return engine::AdoptTables(*after->disk, kDirectory, tables, adopt);
  }
  // What became of it, opened.
  std::string State() {
    EXPECT_THAT(after->Open(options), IsOk());
    std::string state = after->State();
    EXPECT_THAT(after->Close(), IsOk());
    return state;
  }
  std::string StudentsLeft() { return after->Bytes(kRecords); }
  static std::string Problems(const absl::StatusOr<EditReport>& report) {
    if (!report.ok()) return std::string(report.status().message());
    std::string text;
    for (const ImportProblem& problem : report->problems) text += problem.ToString() + "\n";
    return text;
  }

  Options options;
  Campus campus;
  std::unique_ptr<Campus> after;
  const std::string alice = R"({"id":1,"name":"Alice","email":"a@u","gpa":0.0})"
                            "\n";
  const std::string bob = R"({"id":2,"name":"Bob","email":"b@u","gpa":0.0})"
                          "\n";
  const std::string zoe = R"({"id":3,"name":"Zoe","email":null,"gpa":0.0})"
                          "\n";
};

// [engine-10.4]
TEST_F(AdoptTest, ChangedFileIsTakenInAsOneTransaction) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  const std::uint64_t lsn = campus.engine->Stats().last_lsn;
  Tree tree = Closed();
  // What sed -i, an editor and a careless hand leave: spaces, another order, a line less and more.
  tree[kRecords] = zoe +
                   R"( {"name": "Alicia", "id": 1, "email": "a@u", "gpa": 4})"
                   "\n" +
                   R"({"name":"Dan","email":"b@u"})";
  const absl::StatusOr<EditReport> report = Adopt(tree);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(Problems(report), "");
  EXPECT_TRUE(report->committed);
  EXPECT_EQ(report->updated, 1u);
  EXPECT_EQ(report->inserted, 1u);
  EXPECT_EQ(report->deleted, 1u);
  EXPECT_EQ(report->unchanged, 1u);
  const std::string rows = zoe +
                           R"({"id":1,"name":"Alicia","email":"a@u","gpa":4.0})"
                           "\n" +
                           R"({"id":4,"name":"Dan","email":"b@u","gpa":0.0})"
                           "\n";
  EXPECT_EQ(StudentsLeft(), rows);
  EXPECT_EQ(after->Problems(), "");
  EXPECT_FALSE(after->Files().contains("data/student.records.surplus"));

  std::string logged;
  engine::LogVisitor visitor;
  visitor.operation = [&](const engine::LoggedOperation& operation) {
    const wal::LogEntry& entry = *operation.entry;
    absl::StrAppend(&logged, entry.lsn.value - lsn, " ",
                    std::string(wal::OperationName(entry.operation)), " ",
                    std::string(entry.old_record), entry.commit ? " commit\n" : "\n");
    return true;
  };
  visitor.note = [](const std::string&) {};
  ASSERT_THAT(
      engine::WalkLogs(*after->disk, wal::DatabasePaths(kDirectory), {wal::Lsn{lsn + 1}}, visitor),
      IsOk());
  EXPECT_EQ(logged, "1 DELETE " + bob.substr(0, bob.size() - 1) + "\n2 UPDATE " +
                        alice.substr(0, alice.size() - 1) + "\n3 INSERT  commit\n");
  EXPECT_EQ(State(),
            "course (next 2)\n  {\"id\":1,\"code\":\"CS1\",\"room\":null,\"hour\":0}\n"
            "enrollment (next 1)\nstudent (next 5)\n  " +
                Replaced(Replaced(rows, "\n", "\n  "), "4.0}\n", "4.0}\n  "));
}

// [engine-10.4]
TEST_F(AdoptTest, MomentsBeforeAndAfterAdoptingCanBeRestored) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  const std::string before = campus.State();
  RestoreOptions restore;
  restore.target = AtLsn{campus.engine->Stats().last_lsn};
  Tree tree = Closed();
  tree[kRecords] = Replaced(tree[kRecords], "Bob", "Rob");
  ASSERT_THAT(Adopt(tree), IsOk());
  const std::string now = State();
  for (const auto& [target, state] :
       {std::pair(restore, before), std::pair(RestoreOptions{}, now)}) {
    std::unique_ptr<wal::FileSystem> disk = testing::MakeDisk(after->Files());
    ASSERT_THAT(engine::RestoreDirectory(*disk, kDirectory, "restored", target), IsOk());
    Campus restored(std::move(disk));
    absl::StatusOr<std::unique_ptr<engine::Engine>> opened =
        engine::Engine::Open(nullptr, *restored.disk, "restored", options);
    ASSERT_THAT(opened, IsOk());
    restored.engine = *std::move(opened);
    EXPECT_EQ(restored.State(), state);
  }
}

// [engine-10.1]
TEST_F(AdoptTest, EachMistakeIsToldWithItsLineAndChangesNothing) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  const Tree tree = Closed();
  struct Row {
    const char* mistake;
    std::string file;
    const char* problem;
  };
  const Row rows[] = {
      {"a missing comma", alice + Replaced(bob, ",\"email\"", "\"email\"") + zoe,
       "data/student.records:2:21: student.name: expected ',' or '}'"},
      {"a duplicate key", alice + bob + Replaced(bob, "Bob", "Rob") + zoe,
       "data/student.records:3:1: student.id: the key 2 stands on line 2, too\n"},
      {"the same line twice", alice + bob + bob + zoe,
       "data/student.records:3:1: student.id: the key 2 stands on line 2, too\n"},
      {"a wrong type", alice + Replaced(bob, "0.0", "\"x\"") + zoe,
       "data/student.records:2:42: student.gpa: expected float, found \"x\"\n"},
      {"CR LF", alice + Replaced(bob, "\n", "\r\n") + zoe,
       "data/student.records:2:46: student: the line ends in CR LF: lines end in LF alone"},
      {"a conflict of git",
       alice + "<<<<<<< HEAD\n" + bob + "=======\n" + Replaced(bob, "Bob", "Rob") +
           ">>>>>>> theirs\n" + zoe,
       "data/student.records:2:1: student: git left a conflict from here to line 6: keep one"},
      {"a marker that was left", alice + "=======\n" + bob + zoe,
       "data/student.records:2:1: student: what is left of a conflict"},
      {"a conflict without its end", alice + "<<<<<<< HEAD\n" + bob + zoe,
       "data/student.records:2:1: student: git left a conflict here that has no end"},
      {"a taken value", alice + bob + Replaced(zoe, "null", "\"a@u\""),
       "data/student.records:3:1: student.email: value \"a@u\" is taken by the record {\"id\":1,"},
      {"half a tombstone", alice + bob + zoe + "{\"$deleted\":true}\n",
       "data/student.records:4:1: student: a tombstone ($deleted) without this table's key\n"},
      {"an empty line of NULs", alice + std::string(3, '\0') + "\n" + bob + zoe,
       "data/student.records:2:1: student: "},
  };
  for (const Row& row : rows) {
    Tree changed = tree;
    changed[kRecords] = row.file;
    const absl::StatusOr<EditReport> report = Adopt(changed);
    EXPECT_THAT(Problems(report), HasSubstr(row.problem)) << row.mistake;
    EXPECT_EQ(testing::TreeDifference(changed, after->Files()), "") << row.mistake;
  }
}

// [engine-10.5]
TEST_F(AdoptTest, FileThatNobodyChangedIsSaidToBeAndNothingIsWritten) {
  ASSERT_THAT(campus.students().Update({.id = 1, .name = "Alicia"}), IsOk());
  const Tree tree = Closed();
  const absl::StatusOr<EditReport> report = Adopt(tree);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->changed(), 0u);
  EXPECT_FALSE(report->rewritten);
  EXPECT_EQ(testing::TreeDifference(tree, after->Files()), "");
}

// [engine-10.5]
TEST_F(AdoptTest, FileWithOtherSpacesIsWrittenAnewWithoutATransaction) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  const std::string state = campus.State();
  Tree tree = Closed();
  tree[kRecords] = Replaced(tree[kRecords], "\"Bob\",", "\"Bob\" , ");
  const absl::StatusOr<EditReport> report = Adopt(tree);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->changed(), 0u);
  EXPECT_TRUE(report->rewritten);
  EXPECT_FALSE(report->committed);
  EXPECT_EQ(State(), state);
  EXPECT_EQ(StudentsLeft(), alice + bob + zoe);
}

TEST_F(AdoptTest, DryRunAndARefusalWriteNothing) {
  Tree tree = Closed();
  tree[kRecords] = alice;
  AdoptOptions adopt;
  adopt.dry_run = true;
  absl::StatusOr<EditReport> report = Adopt(tree, adopt);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->deleted, 2u);
  EXPECT_EQ(testing::TreeDifference(tree, after->Files()), "");
  std::uint64_t asked_about = 0;
  adopt = {};
  adopt.confirm = [&](const EditReport& found) {
    asked_about = found.deleted;
    return false;
  };
  report = Adopt(tree, adopt);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(asked_about, 2u);
  EXPECT_FALSE(report->rewritten);
  EXPECT_EQ(testing::TreeDifference(tree, after->Files()), "");
}

// Superseded lines, tombstones, lines of after the checkpoint: the last line of a key counts, and
// what was superseded before the change is no mistake. [engine-10.6]
TEST_F(AdoptTest, FileThatGrewMeansItsLastLines) {
  options.compaction_bytes_small = 0;
  options.compaction_share_min = 1;
  ASSERT_THAT(campus.Close(), IsOk());
  ASSERT_THAT(campus.Open(options), IsOk());
  ASSERT_THAT(campus.students().Update({.id = 1, .name = "Alicia"}), IsOk());
  ASSERT_THAT(campus.students().Erase(3), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(campus.students().Update({.id = 1, .name = "Alison"}), IsOk());
  ASSERT_THAT(campus.students().Insert({.id = 3, .name = "Zoltan"}), IsOk());
  Tree tree = Closed();
  ASSERT_THAT(tree[kRecords], HasSubstr("Alicia"));
  tree[kRecords] = Replaced(Replaced(tree[kRecords], "Alison", "Alina"), bob, "");
  const absl::StatusOr<EditReport> report = Adopt(tree);
  EXPECT_EQ(Problems(report), "");
  EXPECT_EQ(report->updated, 1u);
  EXPECT_EQ(report->deleted, 1u);
  EXPECT_EQ(report->unchanged, 1u);
  EXPECT_THAT(State(), HasSubstr("  {\"id\":3,\"name\":\"Zoltan\",\"email\":null,\"gpa\":0.0}\n"
                                 "  {\"id\":1,\"name\":\"Alina\""));
}

// sed knows nothing of superseded lines. [engine-10.6]
TEST_F(AdoptTest, WhatBecameOfSupersededLinesIsAllOne) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(campus.students().Update({.id = 2, .name = "Bob", .gpa = 2}), IsOk());
  Tree tree = Closed();
  std::string& file = tree[kRecords];
  file = Replaced(Replaced(file, "Bob", "Rob"), "Bob", "Rob");
  absl::StatusOr<EditReport> report = Adopt(tree);
  EXPECT_EQ(Problems(report), "");
  EXPECT_EQ(report->updated, 1u);
  EXPECT_THAT(State(), HasSubstr(R"({"id":2,"name":"Rob","email":null,"gpa":2.0})"));
  // A row is deleted by its tombstone, and may come back behind it.
  file += "{\"$deleted\":true,\"id\":2}\n{\"id\":1,\"$deleted\":true}\n" + alice;
  report = Adopt(tree);
  EXPECT_EQ(Problems(report), "");
  EXPECT_EQ(report->deleted, 1u);
  EXPECT_EQ(report->unchanged, 2u);
}

// [engine-10.3]
TEST_F(AdoptTest, RowThatTheLogChangedMeanwhileIsTold) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  const std::string copy = campus.Bytes(kRecords);
  ASSERT_THAT(campus.students().Update({.id = 2, .name = "Bobby"}), IsOk());
  ASSERT_THAT(campus.students().Erase(3), IsOk());
  Tree tree = Closed();
  // A copy from before, edited, takes the file's place.
  tree[kRecords] = Replaced(Replaced(copy, "Bob", "Rob"), "Zoe", "Zoey");
  const absl::StatusOr<EditReport> report = Adopt(tree);
  EXPECT_EQ(
      Problems(report),
      "data/student.records:2:1: student.id: the row 2 was changed meanwhile: it is "
      "{\"id\":2,\"name\":\"Bobby\",\"email\":null,\"gpa\":0.0}, by a line that this file has "
      "not\n"
      "data/student.records:3:1: student.id: the row 3 was changed meanwhile: it was deleted, "
      "by a line that this file has not\n");
  EXPECT_EQ(testing::TreeDifference(tree, after->Files()), "");
}

// [engine-10.7]
TEST_F(AdoptTest, WhatTheLogHasAfterTheCheckpointIsNotLost) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Dan"}), IsOk());
  ASSERT_THAT(campus.courses().Insert({.code = "CS2"}), IsOk());
  ASSERT_THAT(campus.enrollments().Insert({.student_id = 1, .course_id = 2}), IsOk());
  const std::string state = campus.State();
  Tree tree = Closed();
  tree[kRecords] = Replaced(tree[kRecords], "Alice", "Alicia");
  ASSERT_THAT(Adopt(tree), IsOk());
  const std::string now = State();
  EXPECT_THAT(now, HasSubstr("CS2"));
  EXPECT_THAT(now, HasSubstr("{\"student_id\":1,\"course_id\":2,\"grade\":null}"));
  EXPECT_THAT(now, HasSubstr("\"Dan\""));
  EXPECT_THAT(now, HasSubstr("Alicia"));
}

// [engine-10.8]
TEST_F(AdoptTest, StateBeforeIsProvedByFileCopyOrLogsOrItIsRefused) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(campus.students().Update({.id = 2, .name = "Bobby"}), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Dan"}), IsOk());
  const Tree tree = Closed();
  Tree edited = tree;
  edited[kRecords] = Replaced(tree.at(kRecords), "Zoe", "Zoey");
  ASSERT_THAT(Adopt(edited), IsOk());
  EXPECT_THAT(State(), HasSubstr("Zoey"));

  // Without the archives the beginning of the file must be what it was, ...
  Tree forgetful = tree;
  std::erase_if(forgetful, [](const auto& file) {
    return file.first.ends_with(".zst") ||
           (file.first.ends_with(".log") && file.first != "wal/transaction.log");
  });
  ASSERT_LT(forgetful.size(), tree.size());
  Tree appended = forgetful;
  appended[kRecords] += R"({"id":9,"name":"Ida"})"
                        "\n";
  ASSERT_THAT(Adopt(appended), IsOk());
  EXPECT_THAT(State(), HasSubstr("\"Ida\""));
  // ... or there is a copy of it.
  edited = forgetful;
  edited[kRecords] = Replaced(tree.at(kRecords), "Zoe", "Zoey");
  absl::StatusOr<EditReport> report = Adopt(edited);
  EXPECT_EQ(report.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Problems(report), HasSubstr("data/student.records: what the table held before the "
                                          "change is not known"));
  EXPECT_EQ(testing::TreeDifference(edited, after->Files()), "");
  AdoptOptions adopt;
  adopt.before["student"] = edited[kRecords];
  EXPECT_EQ(Adopt(edited, adopt).status().code(), absl::StatusCode::kNotFound);
  adopt.before["student"] = tree.at(kRecords);
  report = Adopt(edited, adopt);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->updated, 1u);
  EXPECT_EQ(report->unchanged, 3u);
  EXPECT_THAT(State(), HasSubstr("Zoey"));
}

TEST_F(AdoptTest, TableThatWasAlteredDroppedAndMadeAnewIsKnownByItsLogs) {
  ASSERT_THAT(campus.engine->DropTable("student"), IsOk());
  campus.students();
  ASSERT_THAT(campus.students().Insert({.name = "Ada"}), IsOk());
  TableSchema altered = schema::StructCodec<testing::Student>::Schema();
  altered.columns.push_back({.name = "note", .type = Type::kString, .nullable = true});
  ASSERT_THAT(campus.engine->AlterTable(altered), IsOk());
  Tree tree = Closed();
  ASSERT_EQ(tree[kRecords], R"({"id":1,"name":"Ada","email":null,"gpa":0.0,"note":null})"
                            "\n");
  tree[kRecords] = R"({"id":1,"name":"Ada","email":null,"gpa":0.0,"note":"first"})"
                   "\n";
  const absl::StatusOr<EditReport> report = Adopt(tree);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->updated, 1u);
  EXPECT_EQ(report->deleted, 0u);
  EXPECT_THAT(State(), HasSubstr("\"note\":\"first\""));
}

// An archive's header still counts a record that was purged since.
TEST_F(AdoptTest, PurgedRecordIsNotMissed) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(campus.engine->Purge("student", {"1"}, {}), IsOk());
  Tree tree = Closed();
  tree[kRecords] = Replaced(tree[kRecords], "Bob", "Rob");
  EXPECT_EQ(Problems(Adopt(tree)), "");
  EXPECT_THAT(State(), HasSubstr("Rob"));
}

TEST_F(AdoptTest, TwoTablesThatWereBothChangedAreAdoptedTogether) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  Tree tree = Closed();
  tree[kRecords] = Replaced(tree[kRecords], "Bob", "Rob");
  tree["data/course.records"] = Replaced(tree["data/course.records"], "CS1", "CS101");
  // One alone cannot be: the other is damaged, as far as anybody knows.
  EXPECT_EQ(Adopt(tree).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(testing::TreeDifference(tree, after->Files()), "");
  const absl::StatusOr<EditReport> report = Adopt(tree, {}, {"student", "course"});
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->updated, 2u);
  const std::string state = State();
  EXPECT_THAT(state, HasSubstr("Rob"));
  EXPECT_THAT(state, HasSubstr("CS101"));
}

TEST_F(AdoptTest, NothingIsAdoptedBesideAWriterOrWithoutATable) {
  EXPECT_EQ(engine::AdoptTables(*campus.disk, kDirectory, {"student"}, {}).status().code(),
            absl::StatusCode::kUnavailable);
  Tree tree = Closed();
  const absl::StatusOr<EditReport> missing = Adopt(tree, {}, {"studnet"});
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Problems(missing), HasSubstr("did you mean \"student\""));
  tree.erase(kRecords);
  EXPECT_EQ(Adopt(tree).status().code(), absl::StatusCode::kNotFound);
}

// A writer that crashed left its note; what its log has counts.
TEST_F(AdoptTest, DatabaseThatWasNotClosedIsAdoptedAndRecovered) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Dan"}), IsOk());
  ASSERT_THAT(campus.courses().Insert({.code = "CS2"}), IsOk());
  Tree tree = campus.Files();
  tree["LOCK"] = "{\"pid\":999999999,\"program\":\"x\",\"host\":\"nowhere\",\"since\":\"\"}\n";
  tree[kRecords] = Replaced(tree[kRecords], "Bob", "Rob");
  ASSERT_THAT(Adopt(tree), IsOk());
  const std::string state = State();
  EXPECT_THAT(state, HasSubstr("Dan"));
  EXPECT_THAT(state, HasSubstr("CS2"));
  EXPECT_THAT(state, HasSubstr("Rob"));
}

}  // namespace
}  // namespace linedb
