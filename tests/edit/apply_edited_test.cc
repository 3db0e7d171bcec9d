// Guards against the edit that half happened, or happened to what nobody meant: each mistake that a
// person makes in an editor is told with its line, and nothing is changed.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "linedb/edit.h"
#include "linedb/json_table.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"

namespace linedb {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;

constexpr char kAlice[] = R"({"id":1,"name":"Alice","email":"a@u","gpa":3.8})"
                          "\n";
constexpr char kBob[] = R"({"id":2,"name":"Bob","email":"b@u","gpa":3.5})"
                        "\n";
constexpr char kZoe[] = R"({"id":3,"name":"Zoe","email":null,"gpa":3.0})"
                        "\n";

class ApplyEditedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<Database>> opened = Database::OpenInMemory();
    ASSERT_THAT(opened, IsOk());
    database = *std::move(opened);
    ASSERT_THAT(database->OpenTable<testing::Student>(), IsOk());
    for (const char* line : {kAlice, kBob, kZoe}) Put("student", line);
  }

  void Put(const std::string& table, const std::string& json) {
    ASSERT_THAT(JsonTable::Open(*database, table)->Upsert(Json::parse(json)), IsOk());
  }
  std::string Rows(const std::string& table = "student") {
    const absl::StatusOr<engine::TableCore> core = database->OpenCore(table);
    absl::StatusOr<engine::RecordCursor> cursor = core->Scan({});
    std::string text;
    for (std::string_view line; cursor->Next(&line);) text.append(line).push_back('\n');
    return text;
  }
  std::uint64_t Commits() { return database->Stats().commits; }

  EditReport Apply(const std::string& after) { return Apply(Rows(), after); }
  EditReport Apply(const std::string& before, const std::string& after,
                   const std::string& table = "student") {
    absl::StatusOr<EditReport> report =
        ApplyEdited(*database, table, before, after, {.source_name = "rows"});
    EXPECT_THAT(report, IsOk());
    return report.value_or(EditReport{});
  }
  static std::string Problems(const EditReport& report) {
    std::string text;
    for (const ImportProblem& problem : report.problems) text += problem.ToString() + "\n";
    return text;
  }

  struct Mistake {
    const char* name;
    std::string after;
    const char* problem;
  };
  void ExpectMistakes(const std::vector<Mistake>& mistakes) {
    for (const Mistake& mistake : mistakes) {
      const std::uint64_t commits = Commits();
      const EditReport report = Apply(mistake.after);
      EXPECT_THAT(Problems(report), HasSubstr(mistake.problem)) << mistake.name;
      EXPECT_FALSE(report.committed) << mistake.name;
      EXPECT_EQ(report.changed(), 0u) << mistake.name;
      EXPECT_EQ(Rows(), all) << mistake.name;
      EXPECT_EQ(Commits(), commits) << mistake.name;
    }
  }

  const std::string all = std::string(kAlice) + kBob + kZoe;
  std::unique_ptr<Database> database;
};

// [engine-10.1]
TEST_F(ApplyEditedTest, TextThatIsNoRowIsToldWithItsLineAndChangesNothing) {
  ExpectMistakes({
      {"a missing comma",
       std::string(kAlice) +
           R"({"id":2,"name":"Bob" "email":"b@u","gpa":3.6})"
           "\n" +
           kZoe,
       "rows:2:22: student.name: expected ',' or '}'"},
      {"CR LF",
       R"({"id":1,"name":"Alicia","email":"a@u","gpa":3.8})"
       "\r\n" +
           std::string(kBob) + "{}\r\n",
       "rows:1:49: student: the line ends in CR LF, and so do 1 others: lines end in LF alone"},
      {"a byte order mark", "\xEF\xBB\xBF" + all, "rows:1:1: student: a byte order mark"},
      {"half a line", std::string(kAlice) + kBob + R"({"id":3,"name":)",
       "rows:3:16: student.name: the text ends"},
      {"a conflict",
       std::string(kAlice) + "<<<<<<< HEAD\n" + kBob + "=======\n" + kBob + ">>>>>>> x\n" + kZoe,
       "rows:2:1: student: git left a conflict from here to line 6: keep one of the versions"},
      {"a tombstone",
       std::string(kAlice) + kBob +
           R"({"$deleted":true,"id":3})"
           "\n",
       "rows:3:1: student: \"$deleted\" is no column: a row is deleted by removing its line\n"},
  });
}

// [engine-10.1]
TEST_F(ApplyEditedTest, RowThatDoesNotFitTheTableIsToldWithItsLineAndChangesNothing) {
  ExpectMistakes({
      {"a duplicate key",
       std::string(kAlice) + kBob +
           R"({"id":2,"name":"Bo","gpa":1})"
           "\n" +
           kZoe,
       "rows:3:1: student.id: the key 2 stands on line 2, too\n"},
      {"a wrong type",
       std::string(kAlice) +
           R"({"id":2,"name":"Bob","email":"b@u","gpa":"good"})"
           "\n" +
           kZoe,
       "rows:2:42: student.gpa: expected float, found \"good\"\n"},
      {"a null",
       R"({"id":1,"name":null,"email":"a@u","gpa":3.8})"
       "\n" +
           std::string(kBob) + kZoe,
       "rows:1:16: student.name: "},
      {"a misspelled column",
       std::string(kAlice) + kBob +
           R"({"id":3,"nmae":"Zoe","email":null,"gpa":3})"
           "\n",
       "student.nmae: there is no such column\n"},
      {"a taken value",
       std::string(kAlice) + kBob +
           R"({"id":3,"name":"Zoe","email":"a@u"})"
           "\n",
       "rows:3:1: student.email: value \"a@u\" is taken by the record {\"id\":1,"},
      {"a value given twice",
       std::string(kAlice) +
           R"({"id":2,"name":"Bob","email":"x@u","gpa":3.5})"
           "\n" +
           R"({"id":3,"name":"Zoe","email":"x@u"})"
           "\n",
       "rows:3:1: student.email: value \"x@u\" is taken by the record {\"id\":2,\"name\":\"Bob\","
       "\"email\":\"x@u\",\"gpa\":3.5}, of line 2\n"},
  });
}

// [engine-10.1]
TEST_F(ApplyEditedTest, AllProblemsOfATextAreToldInOneRun) {
  const EditReport report = Apply(R"({"id":1,"name":"Alice","email":"b@u","gpa":3.8})"
                                  "\n"
                                  R"({"id":2,"name":"Bob","email":"b@u","gpa":3.5})"
                                  "\n"
                                  R"({"id":3,"name":7,"email":8})"
                                  "\n"
                                  R"({"id":4,)"
                                  "\n");
  EXPECT_EQ(report.problem_count, 4u) << Problems(report);
  EXPECT_THAT(Problems(report), HasSubstr("rows:1:1: student.email: value \"b@u\" is taken"));
  EXPECT_THAT(Problems(report), HasSubstr("rows:3:16: student.name: "));
  EXPECT_THAT(Problems(report), HasSubstr("rows:3:26: student.email: "));
  EXPECT_THAT(Problems(report), HasSubstr("rows:4:9: student: "));
}

// [engine-10.2]
TEST_F(ApplyEditedTest, DifferenceIsOneTransactionOfInsertsUpdatesAndDeletes) {
  const std::uint64_t commits = Commits();
  const EditReport report =
      Apply("\n  {\"gpa\": 4, \"id\": 1, \"name\": \"Alice\", \"email\": \"a@u\"}\n" +
            std::string(kZoe) + R"({"name":"Dan"})");
  EXPECT_EQ(Problems(report), "");
  EXPECT_TRUE(report.committed);
  EXPECT_EQ(report.inserted, 1u);
  EXPECT_EQ(report.updated, 1u);
  EXPECT_EQ(report.deleted, 1u);
  EXPECT_EQ(report.unchanged, 1u);
  EXPECT_EQ(Commits(), commits + 1);
  EXPECT_EQ(Rows(), std::string(kZoe) +
                        R"({"id":1,"name":"Alice","email":"a@u","gpa":4.0})"
                        "\n" +
                        R"({"id":4,"name":"Dan","email":null,"gpa":0.0})"
                        "\n");
  ASSERT_EQ(report.changes.size(), 3u);
  EXPECT_EQ(report.changes[0].line, 2u);
  EXPECT_EQ(report.changes[1].record, R"({"id":4,"name":"Dan","email":null,"gpa":0.0})");
  EXPECT_EQ(report.changes[2].kind, RowChangeKind::kDeleted);
  EXPECT_EQ(report.changes[2].line, 2u);  // of the rows before
  EXPECT_EQ(report.changes[2].old_record + "\n", kBob);
}

TEST_F(ApplyEditedTest, TextWithoutAChangeCommitsNothing) {
  const std::uint64_t commits = Commits();
  const EditReport report = Apply(std::string(kZoe) + "\n" + kAlice + kBob);
  EXPECT_EQ(report.unchanged, 3u);
  EXPECT_EQ(report.changed(), 0u);
  EXPECT_FALSE(report.committed);
  EXPECT_EQ(Commits(), commits);
}

TEST_F(ApplyEditedTest, DryRunTellsTheSameAndChangesNothing) {
  const absl::StatusOr<EditReport> report =
      ApplyEdited(*database, "student", all, kAlice, {.dry_run = true});
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->deleted, 2u);
  EXPECT_FALSE(report->committed);
  EXPECT_EQ(Rows(), all);
}

// [engine-10.3]
TEST_F(ApplyEditedTest, RowChangedMeanwhileIsToldWithBothValues) {
  const std::string before = Rows();
  Put("student", R"({"id":2,"name":"Bobby","email":"b@u","gpa":3.5})");
  const std::string now = Rows();
  EditReport report = Apply(before, std::string(kAlice) +
                                        R"({"id":2,"name":"Rob","email":"b@u","gpa":3.5})"
                                        "\n" +
                                        kZoe);
  EXPECT_EQ(Problems(report), "rows:2:1: student.id: the row 2 was changed meanwhile: it was " +
                                  std::string(kBob, sizeof(kBob) - 2) +
                                  R"( and is {"id":2,"name":"Bobby","email":"b@u","gpa":3.5})"
                                  "\n");
  EXPECT_EQ(Rows(), now);
  // One that is to be deleted, too; its line is that of the rows before.
  report = Apply(before, std::string(kAlice) + kZoe);
  EXPECT_THAT(Problems(report), HasSubstr("rows:2:1: student.id: the row 2 was changed meanwhile"));
  EXPECT_EQ(Rows(), now);
  // What somebody else did to other rows stays.
  report = Apply(before, R"({"id":1,"name":"Alicia","email":"a@u","gpa":3.8})"
                         "\n" +
                             std::string(kBob) + kZoe);
  EXPECT_TRUE(report.committed);
  EXPECT_THAT(Rows(), HasSubstr("Bobby"));
}

// [engine-10.3]
TEST_F(ApplyEditedTest, RowDeletedOrInsertedMeanwhileIsTold) {
  const std::string before = Rows();
  ASSERT_THAT(JsonTable::Open(*database, "student")->Erase(2), IsOk());
  Put("student", R"({"id":9,"name":"Ida","email":null,"gpa":1.0})");
  const EditReport report = Apply(before, std::string(kAlice) +
                                              R"({"id":2,"name":"Rob"})"
                                              "\n" +
                                              kZoe +
                                              R"({"id":9,"name":"Iris"})"
                                              "\n");
  EXPECT_THAT(Problems(report), HasSubstr("rows:2:1: student.id: the row 2 was deleted meanwhile"));
  EXPECT_THAT(Problems(report), HasSubstr("rows:4:1: student.id: the key 9 is taken by the record "
                                          "{\"id\":9,\"name\":\"Ida\""));
}

// [engine-10.2]
TEST_F(ApplyEditedTest, UniqueValuesMayMoveFromRowToRow) {
  EditReport report = Apply(R"({"id":1,"name":"Alice","email":"b@u","gpa":3.8})"
                            "\n"
                            R"({"id":2,"name":"Bob","email":"a@u","gpa":3.5})"
                            "\n" +
                            std::string(kZoe));
  EXPECT_EQ(Problems(report), "");
  EXPECT_EQ(report.updated, 2u);
  EXPECT_THAT(Rows(), HasSubstr(R"({"id":1,"name":"Alice","email":"b@u","gpa":3.8})"));
  EXPECT_THAT(Rows(), HasSubstr(R"({"id":2,"name":"Bob","email":"a@u","gpa":3.5})"));
  // In a row, to one that is new, from one that is deleted.
  report = Apply(R"({"id":3,"name":"Zoe","email":"a@u"})"
                 "\n"
                 R"({"id":2,"name":"Bob","email":"c@u"})"
                 "\n"
                 R"({"name":"New","email":"b@u"})"
                 "\n");
  EXPECT_EQ(Problems(report), "");
  EXPECT_THAT(Rows(), HasSubstr(R"({"id":4,"name":"New","email":"b@u","gpa":0.0})"));
}

TEST_F(ApplyEditedTest, RowsWithoutAKeyAreKnownByTheirNumber) {
  ASSERT_THAT(database->OpenTable<testing::Visit>(), IsOk());
  for (const char* who : {"A", "B", "C"}) {
    ASSERT_THAT(JsonTable::Open(*database, "visit")->Insert({{"who", who}, {"hour", 1}}), IsOk());
  }
  EditReport report = Apply(Rows("visit"),
                            R"({"$rowid":1,"who":"A","hour":2})"
                            "\n"
                            R"({"$rowid":3,"who":"C","hour":1})"
                            "\n"
                            R"({"who":"A","hour":2})"
                            "\n",
                            "visit");
  EXPECT_EQ(Problems(report), "");
  EXPECT_EQ(Rows("visit"), R"({"$rowid":3,"who":"C","hour":1})"
                           "\n"
                           R"({"$rowid":1,"who":"A","hour":2})"
                           "\n"
                           R"({"$rowid":4,"who":"A","hour":2})"
                           "\n");
  report = Apply(Rows("visit"),
                 R"({"$rowid":3,"who":1,"hour":1})"
                 "\n",
                 "visit");
  EXPECT_EQ(Problems(report), "rows:1:19: visit.who: expected str, found 1\n");
}

TEST_F(ApplyEditedTest, CompoundKeyOfADoubledRowIsNamed) {
  ASSERT_THAT(database->OpenTable<testing::Enrollment>(), IsOk());
  const EditReport report = Apply("",
                                  R"({"student_id":1,"course_id":2})"
                                  "\n"
                                  R"({"course_id":2,"student_id":1,"grade":"A"})"
                                  "\n",
                                  "enrollment");
  EXPECT_EQ(Problems(report),
            "rows:2:1: enrollment.student_id,course_id: the key 1,2 stands on line 1, too\n");
}

TEST_F(ApplyEditedTest, RowsBeforeMustBeCanonicalLines) {
  for (const char* before :
       {"{\"id\": 1}\n", "{\"id\":1,\"name\":\"A\",\"email\":null,\"gpa\":1.0}"}) {
    EXPECT_EQ(ApplyEdited(*database, "student", before, "").status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(ApplyEdited(*database, "studnet", "", "").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace linedb
