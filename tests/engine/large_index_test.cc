// The files of a large index are written by several threads, one a key. Guards against a key whose
// file is missing, half or another's, and against an index in force of which one file failed.

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "engine/index/hashed_lines.h"
#include "tests/engine/campus.h"
#include "tests/engine/ruled_disk.h"

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
  void SetUp() override {
    campus.through = &ruled;
    ASSERT_THAT(campus.Open(ManualIndexes()), IsOk());
    const Table<Student> students = campus.students();
    WriteTransaction transaction = campus.Begin();
    for (std::int64_t id = 1; id <= kStudents; ++id) {
      ASSERT_THAT(students.Insert(transaction, StudentOf(id)), IsOk());
    }
    ASSERT_THAT(transaction.Commit(), IsOk());
  }
  static Options ManualIndexes() {
    Options options;
    options.index_bytes_min = 1;
    options.maintenance = Maintenance::kManual;
    return options;
  }
  std::uint64_t IndexedBytes() {
    return campus.engine->FindTable("student")->generation->indexed_bytes();
  }
  void ExpectIndexFrom(const testing::Tree& files) {
    Campus again(files);
    ASSERT_THAT(again.Open(ManualIndexes()), IsOk());
    EXPECT_EQ(again.engine->FindTable("student")->generation->indexed_bytes(), IndexedBytes());
    const Table<Student> students = again.students();
    for (std::int64_t id = 1; id <= kStudents; ++id) {
      ASSERT_EQ(students.Get(id).value(), StudentOf(id));
      ASSERT_EQ(students.FindBy<&Student::email>(*StudentOf(id).email).value(), StudentOf(id));
    }
    EXPECT_EQ(again.Problems(), "");
  }

  Campus campus;
  RuledDisk ruled{*campus.disk};
};

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
