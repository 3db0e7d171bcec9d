// What lies behind a table's index is read at opening: lines of the file that no run has, and the
// log. Guards against its being taken for something else than it is, and against looking up what
// need not be looked up: that reads a page of the index for each key, all over a large table.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "linedb/database.h"
#include "tests/engine/campus.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::IsOk;
using testing::Student;
using testing::Tree;

constexpr std::int64_t kIndexed = 3'000;
constexpr std::uint64_t kFooterBytes = 4096;  // at most

// More than what is read at the end here, less than what is written before.
Options LateIndexes() {
  Options options;
  options.index_bytes_min = 64 << 10;
  options.maintenance = Maintenance::kManual;
  options.compaction_bytes_small = 0;
  options.compaction_share_min = 2.0;  // never
  return options;
}

Student StudentOf(std::int64_t id, int version = 0) {
  return {.id = id,
          .name = absl::StrCat("name ", id, " in version ", version),
          .email = absl::StrCat(id, version % 2 == 0 ? "" : "changed", "@uni.edu"),
          .gpa = 0.5 + version};
}

class IndexTailTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(campus.Open(LateIndexes()), IsOk());
    Add(kIndexed);
    ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    ASSERT_EQ(Generation(campus).indexed_bytes(), Generation(campus).records.file_bytes());
  }
  static const engine::TableGeneration& Generation(const Campus& campus) {
    return *campus.engine->FindTable("student")->generation;
  }
  void Add(std::int64_t count) {
    std::vector<Student> rows;
    for (; count > 0; --count) rows.push_back(StudentOf(++students_count));
    ASSERT_THAT(campus.students().InsertAll(rows), IsOk());
  }
  // A checkpoint that has the new lines, and leaves the index as it is.
  void Checkpoint() {
    ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    ASSERT_LT(Generation(campus).indexed_bytes(), Generation(campus).records.file_bytes());
  }
  static std::string AnswersOf(Campus& asked) {
    std::string text = asked.State();
    const Table<Student> students = asked.students();
    for (std::int64_t id = 0; id <= kIndexed + 300; ++id) {
      for (const int version : {0, 1}) {
        const absl::StatusOr<Student> by_email =
            students.FindBy<&Student::email>(*StudentOf(id, version).email);
        absl::StrAppend(&text, by_email.ok() ? by_email->name : by_email.status().ToString(), "\n");
      }
      absl::StrAppend(&text, students.Get(id).status().ToString(), "\n");
    }
    return text;
  }

  Campus campus;
  std::int64_t students_count = 0;
};

// [engine-7.6]
TEST_F(IndexTailTest, NewRecordsAreTakenInWithoutALookInTheIndex) {
  Add(100);
  Checkpoint();
  Add(100);  // in the log alone
  Tree files = campus.Files();
  for (auto& [name, bytes] : files) {
    if (name.find(".key") == name.npos) continue;
    ASSERT_GT(bytes.size(), 4 * kFooterBytes);
    for (std::size_t at = 0; at < bytes.size() - kFooterBytes; at += 64) bytes[at] ^= 1;
  }
  Campus again(files);
  ASSERT_THAT(again.Open(LateIndexes()), IsOk());
  for (const engine::KeyIndex& index : Generation(again).indexes) {
    EXPECT_EQ(index.runs().size(), 1u);
    EXPECT_FALSE(index.in_memory()) << "a damaged page was read";
  }
  EXPECT_EQ(AnswersOf(again), AnswersOf(campus));
  for (const engine::KeyIndex& index : Generation(again).indexes) EXPECT_TRUE(index.in_memory());
}

// A line can stand for a record more, a new version or a deletion, alone or together.
TEST_F(IndexTailTest, LinesThatSupersedeAreTakenForWhatTheyAre) {
  const Table<Student> students = campus.students();
  std::int64_t indexed = 10;  // those from here on are as the index has them
  for (const std::string what : {"inserts", "updates", "deletes", "all"}) {
    SCOPED_TRACE(what);
    for (const bool in_file : {true, false}) {
      if (what == "inserts" || what == "all") Add(20);
      for (int i = 0; i < 5; ++i) {
        if (what == "updates" || what == "all") {
          ASSERT_THAT(students.Update(StudentOf(students_count - i, 1)), IsOk());
          ASSERT_THAT(students.Update(StudentOf(indexed++, 1)), IsOk());
          // An e-mail goes from one to another.
          Student left = StudentOf(indexed++);
          Student taken = StudentOf(indexed++);
          taken.email = left.email;
          left.email.reset();
          ASSERT_THAT(students.Update(left), IsOk());
          ASSERT_THAT(students.Update(taken), IsOk());
        }
        if (what == "deletes" || what == "all") {
          ASSERT_THAT(students.Erase(indexed++), IsOk());
          ASSERT_THAT(students.Erase(indexed), IsOk());
          ASSERT_THAT(students.Insert(StudentOf(indexed, 2)), IsOk());
          ASSERT_THAT(students.Erase(indexed++), IsOk());
        }
      }
      if (in_file) Checkpoint();
    }
    const std::string expected = AnswersOf(campus);
    Campus again(campus.Files());
    ASSERT_THAT(again.Open(LateIndexes()), IsOk());
    EXPECT_EQ(Generation(again).indexed_bytes(), Generation(campus).indexed_bytes());
    EXPECT_EQ(AnswersOf(again), expected);
    EXPECT_EQ(again.Problems(), "");
  }
}

// [engine-7.2] The blocks' checksums are believed as long as the database is open, so they are not
// left where they may change.
TEST(IndexTailRotTest, BlocksFileThatRotsWhileOpenDoesNoHarm) {
  const std::string directory =
      ::testing::TempDir() + "/linedb_index_tail_test_" + std::to_string(getpid());
  std::filesystem::remove_all(directory);
  for (const bool again : {false, true}) {
    const auto database = Database::Open(directory, LateIndexes());
    ASSERT_THAT(database, IsOk());
    const auto students = (*database)->OpenTable<Student>();
    std::vector<Student> rows;
    for (std::int64_t id = 1; id <= kIndexed; ++id) rows.push_back(StudentOf(again ? -id : id));
    if (again) {
      int damaged = 0;
      for (const auto& entry : std::filesystem::directory_iterator(directory + "/index")) {
        if (entry.path().extension() != ".blocks") continue;
        std::fstream(entry.path(), std::ios::in | std::ios::out | std::ios::binary).put('!');
        ++damaged;
      }
      ASSERT_EQ(damaged, 1);
      rows.resize(10);
    }
    ASSERT_THAT(students->InsertAll(rows), IsOk());
    ASSERT_THAT((*database)->Checkpoint(), IsOk());
    EXPECT_EQ(students->Get(1)->name, StudentOf(1).name);
    ASSERT_THAT((*database)->Close(), IsOk());
  }
  const auto database = Database::Open(directory, LateIndexes());
  ASSERT_THAT(database, IsOk());
  const auto students = (*database)->OpenTable<Student>();
  EXPECT_EQ(students->size(), static_cast<std::uint64_t>(kIndexed + 10));
  EXPECT_EQ(students->Get(1)->name, StudentOf(1).name);
  ASSERT_THAT((*database)->Close(), IsOk());
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace linedb
