// Guards against the file that somebody edited for an hour and that a crash took away: adopting is
// stopped before each of its operations on the disk, and the power cut or not. What is left is the
// database as it was, to be adopted again, or adopted.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/adopt.h"
#include "tests/engine/campus.h"
#include "tests/engine/page_cache_disk.h"
#include "tests/engine/ruled_disk.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::IsOk;
using testing::kDirectory;
using testing::PageCacheDisk;
using testing::RuledDisk;
using testing::Tree;

constexpr int kStride = testing::kSanitized ? 7 : 1;
constexpr char kRecords[] = "data/student.records";
constexpr char kCopy[] = "data/student.records.surplus";

class AdoptCrashTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options.maintenance = Maintenance::kManual;
    ASSERT_THAT(campus.Open(options), IsOk());
    campus.MakeTables();
    ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
    ASSERT_THAT(campus.students().Insert({.name = "Bob"}), IsOk());
    ASSERT_THAT(campus.students().Update({.id = 1, .name = "Alicia"}), IsOk());
    ASSERT_THAT(campus.courses().Insert({.code = "CS1"}), IsOk());
    ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  }

  // What somebody makes of the closed database's files, and what must come of it.
  void Change() {
    old_state = campus.State();
    ASSERT_THAT(campus.Close(), IsOk());
    changed = campus.Files();
    std::string& records = changed[kRecords];
    records.replace(records.find("Bob"), 3, "Rob");
    records += "{\"name\":\"Dan\"}\n";
    Campus whole(changed);
    ASSERT_THAT(engine::AdoptTables(*whole.disk, kDirectory, {"student"}, {}), IsOk());
    ASSERT_THAT(whole.Open(options), IsOk());
    new_state = whole.State();
    ASSERT_NE(new_state, old_state);
  }

  void Put(wal::FileSystem& disk) const {
    const std::string base = std::string(kDirectory) + "/";
    for (const char* below : {"", "schema", "data", "wal", "index"}) {
      disk.CreateDirectory(below[0] == 0 ? kDirectory : base + below).IgnoreError();
    }
    for (const auto& [path, bytes] : changed) {
      const auto file = disk.Open(base + path, wal::OpenMode::kCreateNew);
      ASSERT_THAT(file, IsOk());
      ASSERT_THAT((*file)->Append(bytes), IsOk());
      ASSERT_THAT((*file)->Sync(), IsOk());
    }
    for (const char* below : {"", "schema", "data", "wal", "index"}) {
      ASSERT_THAT(disk.SyncDirectory(below[0] == 0 ? kDirectory : base + below), IsOk());
    }
  }

  // The edited file is there still, or what it says is in force; and adopting leads there.
  void ExpectNothingLost(const Tree& left) {
    Campus found(left);
    const absl::Status opened = found.Open(options);
    if (opened.ok()) {
      const std::string state = found.State();
      ASSERT_THAT(found.Close(), IsOk());
      if (state == new_state) {
        ++adopted;
        return;
      }
      // Recovery took a compacted file for the one that the old log waits for.
      EXPECT_EQ(state, old_state);
      ASSERT_TRUE(left.contains(kCopy));
      EXPECT_EQ(left.at(kCopy), changed.at(kRecords));
      return;
    }
    EXPECT_EQ(opened.code(), absl::StatusCode::kDataLoss) << opened;
    ASSERT_TRUE(left.contains(kRecords));
    EXPECT_EQ(left.at(kRecords), changed.at(kRecords));
    Campus again(left);
    ASSERT_THAT(engine::AdoptTables(*again.disk, kDirectory, {"student"}, {}), IsOk());
    ASSERT_THAT(again.Open(options), IsOk());
    EXPECT_EQ(again.State(), new_state);
    ++refused;
  }

  // Returns how many steps there are.
  int Sweep(const absl::Status& failure) {
    for (int step = 1;; step += kStride) {
      PageCacheDisk disk;
      Put(disk);
      RuledDisk until(disk);
      int steps = 0;
      until.SetRule([&](std::string_view, const std::string&) {
        return ++steps < step ? absl::OkStatus() : failure;
      });
      const auto report = engine::AdoptTables(until, kDirectory, {"student"}, {});
      const bool stopped = steps >= step;
      EXPECT_TRUE(stopped || report.ok()) << report.status();
      SCOPED_TRACE("stopped at step " + std::to_string(step));
      const int adopted_before = adopted;
      ExpectNothingLost(testing::ReadTree(disk));
      // Whoever is told of an error is not told that nothing came about when it did.
      if (adopted > adopted_before && !report.ok() && report.status().code() != failure.code()) {
        EXPECT_THAT(std::string(report.status().message()),
                    ::testing::AnyOf(::testing::HasSubstr("changes are in the log, and count"),
                                     ::testing::HasSubstr("log is in force is unknown"),
                                     ::testing::HasSubstr("it counts all the same")));
      }
      ExpectNothingLost(disk.AfterPowerCut());
      if (HasFailure() || !stopped) return step;
    }
  }

  Options options;
  Campus campus;
  Tree changed;
  std::string old_state;
  std::string new_state;
  int refused = 0;
  int adopted = 0;
};

// [engine-10.9]
TEST_F(AdoptCrashTest, AdoptingStoppedAtEachStepLeavesTheEditedFileOrAdoptsIt) {
  ASSERT_THAT(campus.students().Insert({.name = "Zoe"}), IsOk());
  Change();
  EXPECT_GT(Sweep(absl::InternalError("killed")), 20);
  EXPECT_GT(refused, 5);
  EXPECT_GT(adopted, 5);
}

// The checkpoint compacted the table and nothing was committed since: then a crash may leave the
// old state under the very name that the old log's header has for it.
TEST_F(AdoptCrashTest, EditedFileIsKeptWhereRecoveryPutsTheOldOneBack) {
  Change();
  EXPECT_GT(Sweep(absl::InternalError("killed")), 20);
  EXPECT_GT(refused, 5);
  EXPECT_GT(adopted, 5);
}

// [engine-10.9]
TEST_F(AdoptCrashTest, FullDiskAtEachStepLosesNothing) {
  ASSERT_THAT(campus.students().Insert({.name = "Zoe"}), IsOk());
  Change();
  EXPECT_GT(Sweep(absl::ResourceExhaustedError("no space")), 20);
}

}  // namespace
}  // namespace linedb
