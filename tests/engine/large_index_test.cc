// The files of a large index are written by several threads, one a key. Guards against a key whose
// file is missing, half or another's, against an index in force of which one file failed, and
// against runs that are forgotten by lookups or by a merge.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/index/hashed_lines.h"
#include "tests/engine/campus.h"
#include "tests/engine/ruled_disk.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::IsOk;
using testing::RuledDisk;
using testing::Student;

// With two keys each more than what is written by one thread.
constexpr std::int64_t kStudents = 40000;

Student StudentOf(std::int64_t id) {
  return {.id = id, .name = "x", .email = absl::StrCat(id, "@uni.edu"), .gpa = 0.5};
}

class LargeIndexTest : public ::testing::Test {
 protected:
  void TearDown() override { campus.engine.reset(); }  // before the disk that it sees
  void SetUp() override {
    campus.through = &ruled;
    ASSERT_THAT(campus.Open(Indexed()), IsOk());
    Add(kStudents);
  }
  static Options Indexed() {
    Options options;
    options.index_bytes_min = 1;
    options.compaction_share_min = 2.0;  // never
    return options;
  }
  void Add(std::int64_t count) {
    std::vector<Student> rows;
    for (; count > 0; --count) rows.push_back(StudentOf(++students_count));
    ASSERT_THAT(campus.students().InsertAll(rows), IsOk());
  }
  std::uint64_t IndexedBytes() {
    return campus.engine->FindTable("student")->generation->indexed_bytes();
  }
  std::size_t RunsOfKey(std::size_t key) {
    return campus.engine->FindTable("student")->generation->indexes[key].runs().size();
  }
  // Opened with these files, every lookup finds what it should, and nothing else.
  void ExpectStudents(const testing::Tree& files, const std::string& what) {
    Campus again(files);
    ASSERT_THAT(again.Open(Indexed()), IsOk()) << what;
    const Table<Student> students = again.students();
    for (std::int64_t id = 1; id <= students_count; id += testing::kSanitized ? 11 : 1) {
      ASSERT_EQ(students.Get(id).value(), StudentOf(id)) << what;
      ASSERT_EQ(students.FindBy<&Student::email>(*StudentOf(id).email).value(), StudentOf(id))
          << what;
    }
    for (std::int64_t id = students_count + 1; id < students_count + 1000; ++id) {
      ASSERT_TRUE(absl::IsNotFound(students.Get(id).status())) << what;
    }
    ASSERT_THAT(students.Insert({.id = 1, .name = "twin"}),
                testing::Fails(absl::StatusCode::kAlreadyExists, "student.id"))
        << what;
  }
  void ExpectIndexFrom(const testing::Tree& files) {
    ExpectStudents(files, "the index");
    Campus again(files);
    ASSERT_THAT(again.Open(Indexed()), IsOk());
    EXPECT_EQ(again.engine->FindTable("student")->generation->indexed_bytes(), IndexedBytes());
    EXPECT_EQ(again.Problems(), "");
  }

  Campus campus;
  RuledDisk ruled{*campus.disk};
  std::int64_t students_count = 0;
};

// [engine-7.3] [engine-7.5]
TEST_F(LargeIndexTest, LookupsGoThroughAllRunsOfAKeyUntilTheyAreMerged) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  EXPECT_EQ(RunsOfKey(0), 1u);
  Add(5'000);
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_EQ(RunsOfKey(0), 2u);
  ASSERT_EQ(RunsOfKey(1), 2u);
  const testing::Tree files = campus.Files();
  ExpectIndexFrom(files);
  int runs = 0;
  for (const auto& [name, bytes] : files) {
    if (!name.starts_with("index/")) continue;
    runs += name.find(".key") != name.npos;
    testing::Tree changed = files;
    changed[name][bytes.size() / 3] = static_cast<char>(bytes[bytes.size() / 3] ^ 1);
    ExpectStudents(changed, name + " damaged");
    changed.erase(name);
    ExpectStudents(changed, name + " missing");
  }
  EXPECT_EQ(runs, 4);
  Add(20'000);
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  EXPECT_EQ(RunsOfKey(0), 1u);
  EXPECT_EQ(RunsOfKey(1), 1u);
  ExpectIndexFrom(campus.Files());
  EXPECT_EQ(campus.Problems(), "");
}

// [engine-7.2]
TEST_F(LargeIndexTest, MissingFilesAreMadeAnewWithProgress) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  testing::Tree files = campus.Files();
  std::erase_if(files, [](const auto& file) { return file.first.starts_with("index/"); });
  Campus again(files);
  Options options = Indexed();
  std::vector<std::uint64_t> done;
  options.progress = [&](const OpenProgress& now) {
    EXPECT_EQ(std::string_view(now.step), "data/student.records");
    EXPECT_EQ(now.total, IndexedBytes());
    done.push_back(now.done);
  };
  ASSERT_THAT(again.Open(options), IsOk());
  ASSERT_FALSE(done.empty());
  EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
  EXPECT_EQ(done.back(), IndexedBytes());
  EXPECT_EQ(again.students().Get(kStudents).value(), StudentOf(kStudents));
}

TEST_F(LargeIndexTest, KeysAreWrittenAtTheSameTime) {
  if (engine::CoreCount() < 2) GTEST_SKIP() << "one core writes one key at a time";
  std::mutex mutex;
  std::condition_variable changed;
  bool begun[2] = {false, false};
  bool met = true;
  ruled.rule_waits = true;
  // Neither key's file is written before the other's is.
  ruled.SetRule([&](std::string_view operation, const std::string& path) {
    const std::size_t key = path.find(".key");
    if (operation != "write" || key == path.npos) return absl::OkStatus();
    std::unique_lock<std::mutex> lock(mutex);
    begun[path[key + 4] - '0'] = true;
    changed.notify_all();
    met &= changed.wait_for(lock, std::chrono::minutes(1), [&] { return begun[0] && begun[1]; });
    return absl::OkStatus();
  });
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ruled.SetRule(nullptr);
  EXPECT_TRUE(met && begun[0] && begun[1]);
  EXPECT_GT(IndexedBytes(), 0u);
  ExpectIndexFrom(campus.Files());
}

// A checkpoint may come while the index of the one before is not written yet.
TEST_F(LargeIndexTest, NothingStaysUnwrittenBehindAnIndexThatWasLate) {
  ruled.SetRule([&](std::string_view operation, const std::string& path) {
    const bool fails = operation == "write" && path.find(".key") != path.npos;
    return fails ? absl::ResourceExhaustedError("later") : absl::OkStatus();
  });
  campus.engine->Checkpoint().IgnoreError();
  ruled.SetRule(nullptr);
  ASSERT_EQ(IndexedBytes(), 0u);
  Add(1'000);
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  EXPECT_EQ(IndexedBytes(), campus.engine->Stats().tables[0].file_bytes);
  ExpectIndexFrom(campus.Files());
}

TEST_F(LargeIndexTest, OneFailedKeyPutsNoneInForce) {
  for (const std::string failing : {".key0", ".key1"}) {
    ruled.SetRule([&](std::string_view operation, const std::string& path) {
      const bool fails = operation == "write" && path.find(failing) != path.npos;
      return fails ? absl::ResourceExhaustedError(failing) : absl::OkStatus();
    });
    campus.engine->Checkpoint().IgnoreError();
    ruled.SetRule(nullptr);
    EXPECT_EQ(IndexedBytes(), 0u) << failing;
    for (const auto& [name, bytes] : campus.Files()) {
      EXPECT_FALSE(name.starts_with("index/") && name.ends_with(".tmp")) << name;
    }
    ASSERT_THAT(campus.students().Get(kStudents), IsOk());
  }
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  EXPECT_GT(IndexedBytes(), 0u);
  ExpectIndexFrom(campus.Files());
}

}  // namespace
}  // namespace linedb
