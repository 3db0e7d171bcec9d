// Guards against a disk that says no: full, a commit must not have happened, and must work again
// once there is room; failing to sync, nothing more may be written, and reading goes on.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/engine/campus.h"
#include "tests/engine/ruled_disk.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::RuledDisk;
using testing::Student;
using testing::Tree;
using testing::TreeDifference;

class DiskFailureTest : public ::testing::Test {
 protected:
  void SetUp() override {
    campus.through = &disk;
    ASSERT_THAT(campus.Open(), IsOk());
    campus.MakeTables();
    ASSERT_THAT(campus.students().Insert({.name = "Alice", .email = "a"}), IsOk());
    ASSERT_THAT(campus.courses().Insert({.code = "CS101"}), IsOk());
  }
  void TearDown() override { campus.engine.reset(); }

  // From now on this operation fails on files whose path contains `where`.
  void Fail(const std::string& operation, const std::string& where, absl::StatusCode code) {
    disk.SetRule([operation, where, code](std::string_view asked, const std::string& path) {
      if (asked != operation || path.find(where) == std::string::npos) return absl::OkStatus();
      return absl::Status(code, operation + " " + path + ": planned fault");
    });
  }
  void FillDisk(const std::string& where) {
    Fail("write", where, absl::StatusCode::kResourceExhausted);
  }
  void Heal() { disk.SetRule(nullptr); }

  absl::Status CommitToTwoTables() {
    WriteTransaction transaction = campus.Begin();
    EXPECT_THAT(campus.students().Insert(transaction, {.name = "Bob", .email = "b"}), IsOk());
    EXPECT_THAT(campus.students().Update(transaction, {.id = 1, .name = "Alicia"}), IsOk());
    EXPECT_THAT(campus.courses().Insert(transaction, {.code = "CS102"}), IsOk());
    return transaction.Commit();
  }

  Campus campus;
  RuledDisk disk{*campus.disk};
};

// [engine-4.2]
TEST_F(DiskFailureTest, CommitOnAFullDiskHappensNotAtAllAndLaterAgain) {
  for (const std::string where :
       {"wal/transaction.log", "data/student.records", "data/course.records"}) {
    SCOPED_TRACE(where);
    const std::string state = campus.State();
    const Tree files = campus.Files();
    FillDisk(where);
    EXPECT_THAT(CommitToTwoTables(), Fails(absl::StatusCode::kResourceExhausted, where));
    EXPECT_EQ(campus.State(), state);
    EXPECT_EQ(TreeDifference(files, campus.Files()), "");
    EXPECT_THAT(CommitToTwoTables(), Fails(absl::StatusCode::kResourceExhausted, where));
    Heal();
    ASSERT_THAT(CommitToTwoTables(), IsOk());
    ASSERT_THAT(campus.students().Erase(
                    campus.engine->FindTable("student")->generation->written.next_id - 1),
                IsOk());
    ASSERT_THAT(
        campus.courses().Erase(campus.engine->FindTable("course")->generation->written.next_id - 1),
        IsOk());
  }
  const std::string state = campus.State();
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
  ASSERT_THAT(campus.Open(), IsOk());
  EXPECT_EQ(campus.State(), state);
}

TEST_F(DiskFailureTest, CheckpointOnAFullDiskHappensNotAtAllAndLaterAgain) {
  ASSERT_THAT(CommitToTwoTables(), IsOk());  // leaves a superseded line
  const std::string state = campus.State();
  const Tree files = campus.Files();
  for (const std::string where : {"student.records.compacted", "transaction.log.tmp"}) {
    SCOPED_TRACE(where);
    FillDisk(where);
    EXPECT_THAT(campus.engine->Checkpoint(), Fails(absl::StatusCode::kResourceExhausted, where));
    EXPECT_EQ(TreeDifference(files, campus.Files()), "");
    EXPECT_EQ(campus.State(), state);
  }
  Heal();
  ASSERT_THAT(campus.students().Insert({.name = "Carol"}), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  EXPECT_EQ(campus.students().size(), 3U);
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
}

TEST_F(DiskFailureTest, TableOnAFullDiskIsNotMadeAndLaterIs) {
  TableSchema schema = schema::StructCodec<Student>::Schema();
  schema.table_name = "enrolment_x";
  const Tree files = campus.Files();
  for (const std::string where : {"wal/transaction.log", "schema/enrolment_"}) {
    SCOPED_TRACE(where);
    FillDisk(where);
    EXPECT_THAT(campus.engine->CreateTable(schema), Fails(absl::StatusCode::kResourceExhausted));
    EXPECT_EQ(campus.students().Get(1)->name, "Alice");
    EXPECT_EQ(campus.engine->FindTable("enrolment_x"), nullptr);
    EXPECT_EQ(TreeDifference(files, campus.Files()), "");
  }
  Heal();
  ASSERT_THAT(campus.engine->CreateTable(schema), IsOk());
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
  ASSERT_THAT(campus.Open(), IsOk());
  EXPECT_NE(campus.engine->FindTable("enrolment_x"), nullptr);
}

// After a sync that failed nobody knows what is on the disk: not even a second one's success says.
TEST_F(DiskFailureTest, FailedSyncStopsWritingAndReadingGoesOn) {
  const std::string before = campus.State();
  Fail("sync", "wal/transaction.log", absl::StatusCode::kInternal);
  EXPECT_THAT(CommitToTwoTables(), Fails(absl::StatusCode::kInternal, "unknown"));
  Heal();
  EXPECT_EQ(campus.State(), before);
  EXPECT_EQ(campus.students().FindBy<&Student::email>("a")->name, "Alice");
  EXPECT_THAT(campus.students().Insert({.name = "Carol"}),
              Fails(absl::StatusCode::kFailedPrecondition, "open it again", "planned fault"));
  EXPECT_THAT(campus.engine->Checkpoint(), Fails(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(campus.engine->CreateTable(schema::StructCodec<testing::Visit>::Schema()),
              Fails(absl::StatusCode::kFailedPrecondition));
  EXPECT_FALSE(campus.Close().ok());
  ASSERT_THAT(campus.Open(), IsOk());
  EXPECT_TRUE(campus.engine->report().recovered);
  // The write had reached this disk; it is there wholly.
  EXPECT_EQ(campus.students().size(), 2U);
  EXPECT_EQ(campus.courses().size(), 2U);
  EXPECT_THAT(campus.students().Insert({.name = "Carol"}), IsOk());
}

// [engine-4.2]
TEST_F(DiskFailureTest, CutsThatFailStopWritingUntilReopened) {
  const std::string before = campus.State();
  for (const std::string where : {"wal/transaction.log", "data/student.records"}) {
    SCOPED_TRACE(where);
    disk.SetRule([where](std::string_view asked, const std::string& path) {
      const bool fails =
          path.find(where) != std::string::npos && (asked == "write" || asked == "truncate");
      return fails ? absl::ResourceExhaustedError("planned fault") : absl::OkStatus();
    });
    EXPECT_THAT(CommitToTwoTables(), Fails(absl::StatusCode::kInternal, "unknown"));
    Heal();
    EXPECT_EQ(campus.State(), before);
    EXPECT_THAT(campus.students().Insert({.name = "Carol"}),
                Fails(absl::StatusCode::kFailedPrecondition, "open it again"));
    ASSERT_THAT(campus.Open(), IsOk());
    EXPECT_EQ(campus.State(), before);
  }
}

TEST_F(DiskFailureTest, SyncOfATableThatFailsStopsTheCheckpointAndWriting) {
  const std::string before = campus.State();
  Fail("sync", "data/student.records", absl::StatusCode::kInternal);
  EXPECT_THAT(campus.engine->Checkpoint(), Fails(absl::StatusCode::kInternal));
  Heal();
  EXPECT_THAT(campus.students().Insert({.name = "Carol"}),
              Fails(absl::StatusCode::kFailedPrecondition));
  ASSERT_THAT(campus.Open(), IsOk());
  EXPECT_EQ(campus.State(), before);
}

TEST_F(DiskFailureTest, DatabaseThatMayNotBeWrittenCanBeRead) {
  const std::string before = campus.State();
  ASSERT_THAT(campus.Close(), IsOk());
  disk.SetRule([](std::string_view operation, const std::string& path) {
    return absl::PermissionDeniedError(std::string(operation) + " " + path + ": planned fault");
  });
  ASSERT_THAT(campus.OpenToRead(), IsOk());
  EXPECT_EQ(campus.State(), before);
}

}  // namespace
}  // namespace linedb
