// Guards against the backup that a crash made worse than none: a copy is stopped before each of its
// operations on the disk, and the power cut or not; what is left is the old backup or the new one,
// or says that it is not finished, and running it again finishes it.

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/history/backup.h"
#include "tests/engine/campus.h"
#include "tests/engine/page_cache_disk.h"
#include "tests/engine/ruled_disk.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Course;
using testing::IsOk;
using testing::kDirectory;
using testing::kSanitized;
using testing::PageCacheDisk;
using testing::RuledDisk;
using testing::Student;
using testing::Tree;

absl::Status BackUp(const Tree& source, wal::FileSystem& target) {
  const std::unique_ptr<wal::FileSystem> disk = testing::MakeDisk(source);
  const wal::DatabasePaths paths(kDirectory);
  return engine::BackupDatabase({*disk, paths, target, paths, "{\"pid\":0}\n"}, {}).status();
}

// Stops before the `step`-th operation. Whether it came to that.
bool BackUpUntil(int step, const Tree& source, wal::FileSystem& target) {
  RuledDisk until(target);
  int steps = 0;
  until.SetRule([&steps, step](std::string_view, const std::string&) {
    return ++steps < step ? absl::OkStatus() : absl::InternalError("killed");
  });
  BackUp(source, until).IgnoreError();
  return steps >= step;
}

std::string StateOf(const Tree& tree) {
  Campus campus(tree);
  const absl::Status opened = campus.OpenToRead();
  if (!opened.ok()) return std::string(opened.message());
  return campus.State();
}

class BackupCrashTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.maintenance = Maintenance::kManual;
    Campus campus;
    ASSERT_THAT(campus.Open(options), IsOk());
    campus.MakeTables();
    ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
    ASSERT_THAT(campus.students().Insert({.name = "Bob"}), IsOk());
    ASSERT_THAT(campus.enrollments().Insert({.student_id = 1, .course_id = 1}), IsOk());
    ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    ASSERT_THAT(campus.courses().Insert({.code = "CS1"}), IsOk());
    before = campus.Files();
    // Compacted, altered, dropped, made anew, grown.
    ASSERT_THAT(campus.students().Erase(1), IsOk());
    TableSchema altered = schema::StructCodec<Course>::Schema();
    altered.columns.push_back({.name = "note", .type = Type::kString, .nullable = true});
    ASSERT_THAT(campus.engine->AlterTable(altered), IsOk());
    ASSERT_THAT(campus.engine->DropTable("enrollment"), IsOk());
    ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    ASSERT_THAT(campus.students().Insert({.name = "Carol"}), IsOk());
    campus.enrollments();
    ASSERT_THAT(campus.enrollments().Insert({.student_id = 3, .course_id = 3}), IsOk());
    after = campus.Files();
    // The same once more, for a backup that finds another unfinished.
    ASSERT_THAT(campus.students().Update({.id = 2, .name = "Bobby"}), IsOk());
    altered.columns.push_back({.name = "more", .type = Type::kString, .nullable = true});
    ASSERT_THAT(campus.engine->AlterTable(altered), IsOk());
    ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    ASSERT_THAT(campus.students().Insert({.name = "Dan"}), IsOk());
    later = campus.Files();
    for (const Tree& tree : {before, after, later}) {
      Tree cut = tree;
      std::string& log = cut.at("wal/transaction.log");
      log.resize(log.find('\n') + 1);
      states.insert(StateOf(tree));
      states.insert(StateOf(cut));  // of the header of a log, before its operations
    }
    ASSERT_EQ(states.size(), 6u);
  }

  void ExpectRightOrFinished(const Tree& left, bool has_old) {
    if (has_old) {
      EXPECT_THAT(states, ::testing::Contains(StateOf(left)));
      Campus writer(left);
      ASSERT_THAT(writer.Open(), IsOk());
      EXPECT_THAT(states, ::testing::Contains(writer.State()));
    } else if (const std::string found = StateOf(left); !states.contains(found)) {
      EXPECT_THAT(found,
                  ::testing::AnyOf(::testing::HasSubstr("is not finished; run the backup again"),
                                   ::testing::HasSubstr("no linedb database")));
    }
    Campus finished(left);
    ASSERT_THAT(BackUp(later, *finished.disk), IsOk());
    EXPECT_EQ(finished.Problems(), "");
    EXPECT_EQ(StateOf(finished.Files()), StateOf(later));
  }

  // Stopped once, and then again while it is being finished.
  void Sweep(bool has_old, int second_stride) {
    for (int step = 1;; ++step) {
      bool stopped_twice = true;
      for (int second = 0; stopped_twice; second += second_stride) {
        PageCacheDisk disk;
        if (has_old) {
          ASSERT_THAT(BackUp(before, disk), IsOk());
        }
        const bool stopped = BackUpUntil(step, after, disk);
        if (second > 0) stopped_twice = BackUpUntil(second, later, disk);
        SCOPED_TRACE("stopped at step " + std::to_string(step) + " and " + std::to_string(second));
        ExpectRightOrFinished(testing::ReadTree(disk), has_old);
        ExpectRightOrFinished(disk.AfterPowerCut(), has_old);
        if (HasFailure()) return;
        if (!stopped) return;
      }
    }
  }

  Tree before;
  Tree after;
  Tree later;
  std::set<std::string> states;
};

constexpr int kSecondStride = kSanitized ? 61 : 3;

TEST_F(BackupCrashTest, FirstBackupStoppedAtEachStepSaysSoAndIsFinished) {
  Sweep(/*has_old=*/false, kSecondStride);
}

TEST_F(BackupCrashTest, LaterBackupStoppedAtEachStepLeavesAWholeOne) {
  Sweep(/*has_old=*/true, kSecondStride);
}

// A sync that fails leaves pages that are in the cache only and look clean.
TEST_F(BackupCrashTest, WhatAFailedSyncLostIsWrittenAgain) {
  int failures = 0;
  for (int fatal = 1; failures == fatal - 1; ++fatal) {
    PageCacheDisk disk;
    ASSERT_THAT(BackUp(before, disk), IsOk());
    int syncs = 0;
    disk.sync_rule = [&](const std::string&) {
      return ++syncs == fatal ? absl::InternalError("I/O error") : absl::OkStatus();
    };
    const absl::Status done = BackUp(after, disk);
    if (syncs >= fatal) ++failures;
    EXPECT_EQ(done.ok(), syncs < fatal);
    disk.sync_rule = nullptr;
    ASSERT_THAT(BackUp(after, disk), IsOk());
    EXPECT_EQ(StateOf(disk.AfterPowerCut()), StateOf(after)) << "sync " << fatal;
  }
  EXPECT_GT(failures, 5);
}

TEST_F(BackupCrashTest, AFullDiskLeavesTheOldBackup) {
  for (int step = 1; step < 100; ++step) {
    PageCacheDisk disk;
    ASSERT_THAT(BackUp(before, disk), IsOk());
    RuledDisk full(disk);
    int writes = 0;
    full.SetRule([&](std::string_view operation, const std::string&) {
      if (operation != "write" && operation != "create") return absl::OkStatus();
      return ++writes < step ? absl::OkStatus() : absl::ResourceExhaustedError("no space");
    });
    const absl::Status done = BackUp(after, full);
    if (writes < step) return;
    EXPECT_EQ(done.code(), absl::StatusCode::kResourceExhausted) << done;
    ExpectRightOrFinished(testing::ReadTree(disk), /*has_old=*/true);
  }
}

}  // namespace
}  // namespace linedb
