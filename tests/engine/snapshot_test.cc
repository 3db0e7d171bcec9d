// Guards against a snapshot that moves: a version settled away under it, a table compacted under
// it, half of a transaction over two tables, a unique value under which a later record answers.

#include <gtest/gtest.h>

#include <string>

#include "tests/engine/campus.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Course;
using testing::Fails;
using testing::IsOk;
using testing::Student;

class SnapshotTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options.maintenance = Maintenance::kManual;
    ASSERT_THAT(campus.Open(options), IsOk());
    campus.MakeTables();
    ASSERT_THAT(campus.students().Insert({.name = "Alice", .email = "a"}), IsOk());
    ASSERT_THAT(campus.students().Insert({.name = "Bob", .email = "b"}), IsOk());
    ASSERT_THAT(campus.courses().Insert({.code = "CS101"}), IsOk());
  }

  ReadTransaction Snapshot() {
    return ReadTransaction(campus.engine.get(), campus.engine->TakeSnapshot().value());
  }

  // Everything a snapshot shows of students and courses, by scan, key and unique key.
  std::string Seen(const ReadTransaction& snapshot) {
    std::string text;
    EXPECT_THAT(campus.students().ForEach(
                    snapshot,
                    [&](const Student& student) {
                      absl::StrAppend(&text, *student.id, ":", student.name, " ");
                      EXPECT_EQ(*campus.students().Get(snapshot, *student.id), student);
                      EXPECT_EQ(
                          *campus.students().FindBy<&Student::email>(snapshot, *student.email),
                          student);
                    }),
                IsOk());
    EXPECT_THAT(campus.courses().ForEach(
                    snapshot, [&](const Course& course) { absl::StrAppend(&text, course.code); }),
                IsOk());
    absl::StrAppend(&text, " of ", *campus.students().size(snapshot), "+",
                    *campus.courses().size(snapshot));
    return text;
  }

  void ChangeEverything() {
    WriteTransaction transaction = campus.Begin();
    ASSERT_THAT(campus.students().Update(transaction, {.id = 1, .name = "Al", .email = "b2"}),
                IsOk());
    ASSERT_THAT(campus.students().Erase(transaction, 2), IsOk());
    ASSERT_THAT(campus.students().Insert(transaction, {.name = "Carol", .email = "a"}), IsOk());
    ASSERT_THAT(campus.courses().Insert(transaction, {.code = "CS102"}), IsOk());
    ASSERT_THAT(transaction.Commit(), IsOk());
  }

  Options options;
  Campus campus;
};

constexpr char kBefore[] = "1:Alice 2:Bob CS101 of 2+1";
constexpr char kAfter[] = "1:Al 3:Carol CS101CS102 of 2+2";

TEST_F(SnapshotTest, KeepsSeeingWhatWasCommittedWhenItBegan) {
  const ReadTransaction before = Snapshot();
  ChangeEverything();
  const ReadTransaction after = Snapshot();
  EXPECT_EQ(Seen(before), kBefore);
  EXPECT_EQ(Seen(after), kAfter);
  EXPECT_EQ(campus.students().FindBy<&Student::email>(before, "a")->name, "Alice");
  EXPECT_EQ(campus.students().FindBy<&Student::email>(after, "a")->name, "Carol");
  EXPECT_THAT(campus.students().FindBy<&Student::email>(after, "b"),
              Fails(absl::StatusCode::kNotFound));
  EXPECT_THAT(campus.students().Get(after, 2), Fails(absl::StatusCode::kNotFound));
  EXPECT_THAT(campus.students().Get(before, 3), Fails(absl::StatusCode::kNotFound));
}

TEST_F(SnapshotTest, SurvivesManyTransactionsThatSettleOldVersions) {
  const ReadTransaction before = Snapshot();
  ChangeEverything();
  const ReadTransaction after = Snapshot();
  for (int i = 0; i < 2000; ++i) {
    ASSERT_THAT(campus.students().Update({.id = 1, .name = "n", .email = absl::StrCat("e", i)}),
                IsOk());
  }
  EXPECT_EQ(Seen(before), kBefore);
  EXPECT_EQ(Seen(after), kAfter);
}

TEST_F(SnapshotTest, VersionsThatNobodySeesLeaveTheIndexes) {
  ReadTransaction before = Snapshot();
  for (int i = 0; i < 100; ++i) {
    ASSERT_THAT(campus.students().Update({.id = 1, .name = "n", .email = absl::StrCat("e", i)}),
                IsOk());
  }
  const auto entries = [this] {
    return campus.engine->FindTable("student")->generation->indexes[0].size();
  };
  EXPECT_EQ(entries(), 102U);
  before.End();
  ASSERT_THAT(campus.students().Update({.id = 1, .name = "n", .email = "last"}), IsOk());
  ASSERT_THAT(campus.students().Update({.id = 1, .name = "n", .email = "very last"}), IsOk());
  EXPECT_LE(entries(), 3U);
}

// [engine-4.9]
TEST_F(SnapshotTest, OutlivesCheckpointsThatCompactItsTables) {
  const ReadTransaction before = Snapshot();
  ChangeEverything();
  const ReadTransaction after = Snapshot();
  EXPECT_THAT(campus.engine->Checkpoint()->tables_compacted, ::testing::ElementsAre("student"));
  ASSERT_THAT(campus.students().Erase(1), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  EXPECT_EQ(Seen(before), kBefore);
  EXPECT_EQ(Seen(after), kAfter);
  EXPECT_EQ(Seen(Snapshot()), "3:Carol CS101CS102 of 1+2");
}

TEST_F(SnapshotTest, DoesNotSeeTheOpenTransaction) {
  WriteTransaction open = campus.Begin();
  ASSERT_THAT(campus.students().Erase(open, 1), IsOk());
  ASSERT_THAT(campus.students().Insert(open, {.name = "Carol", .email = "a"}), IsOk());
  const ReadTransaction during = Snapshot();
  EXPECT_EQ(Seen(during), kBefore);
  ASSERT_THAT(open.Commit(), IsOk());
  EXPECT_EQ(Seen(during), kBefore);
}

TEST_F(SnapshotTest, SeesDroppedAndAlteredTablesAsTheyWere) {
  const ReadTransaction before = Snapshot();
  const Table<Student> students = campus.students();
  ASSERT_THAT(campus.engine->DropTable("student"), IsOk());
  EXPECT_EQ(students.Get(before, 2)->name, "Bob");
  EXPECT_THAT(students.Get(2), Fails(absl::StatusCode::kFailedPrecondition, "dropped"));
  EXPECT_THAT(students.Insert({.name = "X"}),
              Fails(absl::StatusCode::kFailedPrecondition, "dropped"));
  const Table<Student> again = campus.students();
  EXPECT_EQ(again.size(), 0U);
  EXPECT_THAT(again.Get(before, 2), Fails(absl::StatusCode::kFailedPrecondition, "after"));
}

TEST_F(SnapshotTest, EndedOrForeignSnapshotIsRefused) {
  ReadTransaction ended = Snapshot();
  ended.End();
  EXPECT_FALSE(ended.active());
  EXPECT_THAT(campus.students().Get(ended, 1), Fails(absl::StatusCode::kFailedPrecondition));
  Campus other;
  ASSERT_THAT(other.Open(options), IsOk());
  const ReadTransaction snapshot = Snapshot();
  EXPECT_THAT(other.students().Get(snapshot, 1),
              Fails(absl::StatusCode::kFailedPrecondition, "another"));
}

}  // namespace
}  // namespace linedb
