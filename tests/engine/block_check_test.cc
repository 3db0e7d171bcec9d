// Guards against a file that changes under the open database: a bit that rots, an editor that
// saves. What was read at opening is not what is read now, and nobody but the checksums can tell.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "linedb/database.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"

namespace linedb {
namespace {

using testing::Fails;
using testing::IsOk;
using testing::Student;

constexpr int kStudents = 3000;

class BlockCheckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string base = ::testing::TempDir() + "linedb_blocks_XXXXXX";
    ASSERT_NE(::mkdtemp(base.data()), nullptr);
    directory = base + "/university";
    options.maintenance = Maintenance::kManual;
    options.compaction_bytes_small = 0;
    Open();
    WriteTransaction transaction = db->Begin().value();
    for (int id = 1; id <= kStudents; ++id) {
      ASSERT_THAT(students->Insert(transaction, StudentOf(id)), IsOk());
    }
    ASSERT_THAT(transaction.Commit(), IsOk());
    ASSERT_THAT(db->Checkpoint(), IsOk());
    Reopen();
  }
  void TearDown() override {
    db.reset();
    std::filesystem::remove_all(std::filesystem::path(directory).parent_path());
  }

  static Student StudentOf(int id) {
    return {.id = id, .name = "student number " + std::to_string(id)};
  }
  void Open() {
    db = Database::Open(directory, options).value();
    students = std::make_unique<Table<Student>>(db->OpenTable<Student>().value());
  }
  void Reopen() {
    ASSERT_THAT(db->Close(), IsOk());
    Open();
  }
  // Changes a byte of a record's line, found by some of its text.
  void Damage(const std::string& text, char byte) {
    const std::string path = directory + "/data/student.records";
    const int file = ::open(path.c_str(), O_RDWR);
    ASSERT_GE(file, 0);
    std::string bytes(std::filesystem::file_size(path), '\0');
    ASSERT_EQ(::pread(file, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    const std::size_t at = bytes.find(text);
    ASSERT_NE(at, std::string::npos);
    ASSERT_EQ(::pwrite(file, &byte, 1, static_cast<off_t>(at + text.size() - 1)), 1);
    ::close(file);
  }
  void ReplaceLastByte(char byte) {
    const std::string path = directory + "/data/student.records";
    const int file = ::open(path.c_str(), O_RDWR);
    ASSERT_GE(file, 0);
    const auto last = static_cast<off_t>(std::filesystem::file_size(path)) - 1;
    ASSERT_EQ(::pwrite(file, &byte, 1, last), 1);
    ::close(file);
  }

  Options options;
  std::string directory;
  std::unique_ptr<Database> db;
  std::unique_ptr<Table<Student>> students;
};

// [engine-5.7]
TEST_F(BlockCheckTest, ChangedRecordIsRefusedByFileLineAndByte) {
  Damage("number 1500", '9');
  EXPECT_THAT(students->Get(1500), Fails(absl::StatusCode::kDataLoss,
                                         "data/student.records line 1500 byte ", "id 1500"));
  EXPECT_EQ(*students->Get(1), StudentOf(1));
  EXPECT_EQ(*students->Get(kStudents), StudentOf(kStudents));
}

TEST_F(BlockCheckTest, ChangedRecordAmongManyIsRefused) {
  Damage("number 1500", '9');
  const std::vector<std::int64_t> keys = {1, 1500, kStudents};
  EXPECT_THAT(students->GetMany(keys), Fails(absl::StatusCode::kDataLoss,
                                             "data/student.records line 1500 byte ", "id 1500"));
}

TEST_F(BlockCheckTest, ChangeInTheLastPartOfABlockIsFound) {
  Damage("number 3000", '9');
  EXPECT_THAT(students->Get(kStudents), Fails(absl::StatusCode::kDataLoss, "line 3000"));
  EXPECT_EQ(*students->Get(1), StudentOf(1));
}

TEST_F(BlockCheckTest, ChangedKeyIsDamageAndNotAMissingRecord) {
  Damage("{\"id\":1500", '7');
  EXPECT_THAT(students->Get(1500), Fails(absl::StatusCode::kDataLoss, "id 1500"));
  EXPECT_THAT(students->Get(kStudents + 1), Fails(absl::StatusCode::kNotFound));
}

TEST_F(BlockCheckTest, ScanStopsBeforeDamagedBlock) {
  Damage("number 1500", '9');
  int seen = 0;
  EXPECT_THAT(students->ForEach([&](const Student& student) {
    ++seen;
    EXPECT_EQ(student, StudentOf(static_cast<int>(*student.id)));
  }),
              Fails(absl::StatusCode::kDataLoss, "student.records"));
  EXPECT_LT(seen, 1500);
}

TEST_F(BlockCheckTest, WriterDoesNotLogDamageAsTheOldRecord) {
  Damage("number 1500", '9');
  EXPECT_THAT(students->Update(StudentOf(1500)), Fails(absl::StatusCode::kDataLoss));
  EXPECT_THAT(students->Erase(1500), Fails(absl::StatusCode::kDataLoss));
  EXPECT_THAT(students->Update(StudentOf(1)), IsOk());
}

TEST_F(BlockCheckTest, CompactionDoesNotMakeDamagePassForData) {
  for (int id = 1; id <= kStudents; ++id) {  // every block is read by now
    ASSERT_THAT(students->Get(id), IsOk());
  }
  WriteTransaction transaction = db->Begin().value();
  for (int id = 1; id <= kStudents; ++id) {
    if (id != 1500) {
      ASSERT_THAT(students->Update(transaction, StudentOf(id)), IsOk());
    }
  }
  ASSERT_THAT(transaction.Commit(), IsOk());
  ASSERT_THAT(students->Update(StudentOf(1)), IsOk());
  ASSERT_THAT(students->Update(StudentOf(1)), IsOk());  // more than half is superseded now
  Damage("number 1500", '9');
  EXPECT_THAT(db->Checkpoint(), Fails(absl::StatusCode::kDataLoss, "student.records"));
  EXPECT_FALSE(std::filesystem::exists(directory + "/data/student.records.compacted"));
  ASSERT_THAT(students->Update(StudentOf(2)), IsOk());  // writing goes on
}

// An index vouches for a table that opening does not read: what was damaged at rest is still there.
class DamageAtRestTest : public BlockCheckTest {
 protected:
  void SetUp() override {
    BlockCheckTest::SetUp();
    options.index_bytes_min = 1;
    Reopen();
    ASSERT_THAT(students->Insert({.id = kTaken, .name = "last", .email = "taken@x.edu"}), IsOk());
    std::vector<Student> more;  // the last block, which is not full, is compared by opening
    for (int id = kTaken + 1; id < 2 * kStudents; ++id) more.push_back(StudentOf(id));
    ASSERT_THAT(students->InsertAll(more), IsOk());
    ASSERT_THAT(db->Checkpoint(), IsOk());
    ASSERT_FALSE(std::filesystem::is_empty(directory + "/index"));
    ASSERT_THAT(db->Close(), IsOk());
  }
  static constexpr int kTaken = kStudents + 1;
};

TEST_F(DamageAtRestTest, IsRefusedByOpeningIfReadingWouldNotFindIt) {
  Damage("number 1500", '9');
  options.verify_blocks = false;
  EXPECT_THAT(Database::Open(directory, options),
              Fails(absl::StatusCode::kDataLoss, "student.records"));
  options.verify_blocks = true;
  Open();
  EXPECT_THAT(students->Get(1500), Fails(absl::StatusCode::kDataLoss, "line 1500"));
}

TEST_F(DamageAtRestTest, KeyThatCannotBeReadIsNotFreeToBeTaken) {
  Damage("{\"id\":1500", '9');
  Open();
  const auto is_refused = Fails(absl::StatusCode::kDataLoss, "student.records line 1500");
  const Student twin = {.id = 1500, .name = "twin"};
  EXPECT_THAT(students->Insert(twin), is_refused);
  EXPECT_THAT(students->Upsert(twin), is_refused);
  EXPECT_THAT(students->Update(twin), is_refused);
  EXPECT_THAT(students->Erase(1500), is_refused);
  EXPECT_THAT(students->UpdateOf<&Student::gpa>(1500, 1.0), is_refused);
  EXPECT_THAT(students->InsertAll(std::vector<Student>{twin}),
              Fails(absl::StatusCode::kDataLoss, "student.records line 1500"));
  EXPECT_THAT(students->Get(1500), is_refused);
}

TEST_F(DamageAtRestTest, UniqueValueThatCannotBeReadIsNotFreeToBeTaken) {
  Damage("\"taken", 'm');
  Open();
  const auto is_refused = Fails(absl::StatusCode::kDataLoss, "student.records line 3001");
  const std::string taken = "taken@x.edu";
  EXPECT_THAT(students->Insert({.id = 9999, .name = "twin", .email = taken}), is_refused);
  EXPECT_THAT(students->UpdateOf<&Student::email>(1, taken), is_refused);
  EXPECT_THAT(students->FindBy<&Student::email>(taken), is_refused);
}

TEST_F(BlockCheckTest, LastNewlineThatIsGoneEndsAScanWithAnError) {
  for (const bool compares : {true, false}) {
    options.verify_blocks = compares;
    Reopen();
    ReplaceLastByte(' ');
    std::int64_t seen = 0;
    EXPECT_THAT(students->ForEach([&](const Student&) { ++seen; }),
                Fails(absl::StatusCode::kDataLoss, "student.records"));
    EXPECT_LT(seen, kStudents);
    ReplaceLastByte('\n');
  }
}

TEST_F(BlockCheckTest, OptionTurnsTheComparisonOff) {
  options.verify_blocks = false;
  Reopen();
  Damage("number 1500", '9');
  EXPECT_EQ(students->Get(1500)->name, "student number 1509");
}

}  // namespace
}  // namespace linedb
