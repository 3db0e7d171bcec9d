// Guards against spilled lines that are mapped, by the operating system's own files, over something
// else: over committed ones, because the file they stand in was made when the table's was longer;
// or over those that a scan still looks at, because the transaction went back and on.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/storage/records_file.h"
#include "engine/storage/spill_space.h"
#include "linedb/database.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb {
namespace {

using testing::IsOk;
using testing::Student;

std::string Lines(char letter, int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) lines += std::string(99, letter) + '\n';
  return lines;
}

class SpillMappingTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(base_); }
  void TearDown() override {
    engine::SetSpillBytes(engine::kSpillBytesDefault);
    std::filesystem::remove_all(base_);
  }

  const std::string base_ = ::testing::TempDir() + "/linedb_spill_" + std::to_string(getpid());
};

// [engine-18.3]
TEST_F(SpillMappingTest, SpillThatFailedLeavesNothingForALaterOne) {
  wal::FileSystem& files = wal::PosixFileSystem();
  const wal::DatabasePaths paths(base_);
  std::filesystem::create_directories(base_ + "/data");
  auto file = *files.Open(paths.Records("t"), wal::OpenMode::kCreateNew);
  ASSERT_THAT(file->Append(Lines('a', 700)), IsOk());  // more than a mapping's granule
  auto records = *engine::RecordsFile::Open(std::move(file), 70000);
  records.ComputeChecksum();
  const engine::SpillSpace space{files, paths};
  records.tail() = Lines('b', 1000);  // sealed, and on its way to the log
  ASSERT_THAT(records.WriteTail(), IsOk());
  ASSERT_THAT(records.MapTail(), IsOk());
  records.AcceptTail();
  records.tail() = Lines('c', 50);  // the next transaction's, whose keys there is no room for
  ASSERT_THAT(records.PrepareSpill(space, "t", records.tail().size()), IsOk());
  records.CancelSpill();
  records.CutTail(170000);
  ASSERT_THAT(records.Unaccept(70000), IsOk());  // the log did not take the first
  records.tail() = Lines('d', 50);
  ASSERT_THAT(records.PrepareSpill(space, "t", records.tail().size()), IsOk());
  records.AcceptSpill(5000);
  EXPECT_EQ(std::string(records.stored_view()), Lines('a', 700) + Lines('d', 50));
}

// [engine-18.2]
TEST_F(SpillMappingTest, ScanSeesWhatStoodWhenItBeganWhateverIsTakenBackMeanwhile) {
  auto database = *Database::Open(base_);
  auto students = *database->OpenTable<Student>();
  engine::SetSpillBytes(1000);
  WriteTransaction transaction = *database->Begin();
  const auto insert = [&](int begin, int end, const char* name) {
    absl::Status done;
    for (int i = begin; i < end && done.ok(); ++i) {
      done = students
                 .Insert(transaction, {.name = absl::StrCat(name, i),
                                       .email = absl::StrCat(name, "'s mail ", i)})
                 .status();
    }
    return done;
  };
  ASSERT_THAT(insert(0, 100, "first"), IsOk());
  const Savepoint savepoint = *transaction.SetSavepoint();
  ASSERT_THAT(insert(100, 2000, "old"), IsOk());
  for (const int last : {130, 2500}) {
    int seen = 0;
    int later = 0;
    const absl::Status scanned = students.ForEach(transaction, [&](const Student& student) {
      if (seen++ == 5) {
        EXPECT_THAT(insert(3000, 3100, "old"), IsOk());  // in another mapping
        EXPECT_THAT(transaction.RollbackTo(savepoint), IsOk());
        EXPECT_THAT(insert(100, last, "new"), IsOk());
      }
      if (student.name.starts_with("new")) ++later;
    });
    EXPECT_THAT(scanned, IsOk());
    EXPECT_EQ(seen, last == 130 ? 2000 : 130);
    EXPECT_EQ(later, last == 130 ? 0 : 30);
  }
  ASSERT_THAT(transaction.Commit(), IsOk());
}

// [engine-18.2]
TEST_F(SpillMappingTest, ScanThatBeganBesideASpillComparesNothingOfIt) {
  auto database = *Database::Open(base_);
  auto students = *database->OpenTable<Student>();
  const auto insert = [&](WriteTransaction& transaction, const char* name) {
    absl::Status done;
    for (int i = 0; i < 1000 && done.ok(); ++i) {
      done = students.Insert(transaction, {.name = absl::StrCat(name, " is the name of ", i)})
                 .status();
    }
    return done;
  };
  WriteTransaction first = *database->Begin();
  ASSERT_THAT(insert(first, "A long one"), IsOk());
  ASSERT_THAT(first.Commit(), IsOk());
  engine::SetSpillBytes(1000);
  WriteTransaction second = *database->Begin();
  ASSERT_THAT(insert(second, "Another long one, never committed,"), IsOk());
  int seen = 0;
  const absl::Status scanned = students.ForEach([&](const Student& student) {
    if (seen++ == 5) {  // the block in which the file ends has not been compared yet
      second.Rollback();
      WriteTransaction third = *database->Begin();
      EXPECT_THAT(insert(third, "A third one"), IsOk());
      EXPECT_THAT(third.Commit(), IsOk());
    }
    EXPECT_TRUE(student.name.starts_with("A long one")) << student.name;
  });
  EXPECT_THAT(scanned, IsOk());
  EXPECT_EQ(seen, 1000);
}

}  // namespace
}  // namespace linedb
