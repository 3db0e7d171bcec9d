// Guards against the purge that a crash left half done and nobody knows of: it is stopped before
// each of its operations on the disk, and the power cut or not. What is left opens, says what was
// begun if its logs do not follow each other, and running the purge again finishes it.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/engine_history.h"
#include "tests/engine/durable_tree.h"
#include "tests/engine/page_cache_disk.h"
#include "tests/engine/ruled_disk.h"
#include "tests/faults/sanitized.h"
#include "tests/history/purge_campus.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::FilesWith;
using testing::IsOk;
using testing::kDirectory;
using testing::kSecret;
using testing::PageCacheDisk;
using testing::Put;
using testing::RuledDisk;
using testing::Tree;
using testing::WithoutForgotten;

constexpr int kStride = testing::kSanitized ? 11 : 1;
constexpr int kSecondStride = testing::kSanitized ? 37 : 7;

absl::Status PurgeOn(wal::FileSystem& disk) {
  const auto engine =
      engine::Engine::Open(nullptr, disk, kDirectory, testing::PurgeOptionsOfCampus());
  if (!engine.ok()) return engine.status();
  const absl::Status done = (*engine)->Purge("student", {"7"}, {}).status();
  return done.ok() ? (*engine)->Close() : done;
}

// Stops before the `step`-th operation. Whether it came to that.
bool PurgeUntil(int step, wal::FileSystem& disk) {
  RuledDisk until(disk);
  int steps = 0;
  until.SetRule([&steps, step](std::string_view, const std::string&) {
    return ++steps < step ? absl::OkStatus() : absl::InternalError("killed");
  });
  PurgeOn(until).IgnoreError();
  return steps >= step;
}

class PurgeCrashTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Campus campus;
    ASSERT_THAT(campus.Open(testing::PurgeOptionsOfCampus()), IsOk());
    testing::LiveThroughFourLogs(campus);
    state = campus.State();
    ASSERT_THAT(campus.Close(), IsOk());
    before = campus.Files();
  }

  void ExpectOpensAndIsFinished(const Tree& left) {
    Campus reader(left);
    ASSERT_THAT(reader.OpenToRead(), IsOk());
    EXPECT_EQ(WithoutForgotten(reader.State()), WithoutForgotten(state));
    // Problems are named, if there are any, as what they come of.
    const std::string problems = reader.Problems();
    if (problems.find(" chain: ") != problems.npos) {
      EXPECT_NE(problems.find("wal/purge.json line 0 byte 0 purge: "), problems.npos) << problems;
    }
    Campus finished(left);
    const absl::Status done = PurgeOn(*finished.disk);
    ASSERT_TRUE(done.ok() || absl::IsNotFound(done)) << done;
    EXPECT_EQ(FilesWith(finished.Files(), kSecret), "");
    EXPECT_EQ(finished.Problems(), "");
    EXPECT_FALSE(finished.Files().contains("wal/purge.json"));
    ASSERT_THAT(finished.OpenToRead(), IsOk());
    EXPECT_EQ(WithoutForgotten(finished.State()), WithoutForgotten(state));
    EXPECT_EQ(finished.Notes(), "");
    RestoreOptions options;
    options.target = AtLsn{12};
    ASSERT_THAT(engine::RestoreDirectory(*finished.disk, kDirectory, "restored", options), IsOk());
  }

  Tree before;
  std::string state;
};

// [engine-13.9]
TEST_F(PurgeCrashTest, PurgeStoppedAtEachStepOpensAndIsFinishedByAnother) {
  int marked = 0;
  int step = 1;
  for (bool stopped = true; stopped; step += kStride) {
    PageCacheDisk disk;
    Put(before, disk);
    stopped = PurgeUntil(step, disk);
    SCOPED_TRACE(absl::StrCat("stopped at step ", step));
    const Tree left = testing::ReadTree(disk);
    marked += left.contains("wal/purge.json") ? 1 : 0;
    ExpectOpensAndIsFinished(left);
    ExpectOpensAndIsFinished(disk.AfterPowerCut());
    if (HasFailure()) return;
  }
  EXPECT_GT(marked * kStride, 30);
}

// [engine-13.9]
TEST_F(PurgeCrashTest, PurgeStoppedTwiceIsFinishedByTheThird) {
  for (int step = 1;; step += kSecondStride) {
    bool stopped = true;
    for (int second = 1; stopped; second += kSecondStride) {
      PageCacheDisk disk;
      Put(before, disk);
      if (!PurgeUntil(step, disk)) return;
      PageCacheDisk again;
      Put(second % 2 == 0 ? testing::ReadTree(disk) : disk.AfterPowerCut(), again);
      stopped = PurgeUntil(second, again);
      SCOPED_TRACE(absl::StrCat("stopped at step ", step, ", then at ", second));
      ExpectOpensAndIsFinished(testing::ReadTree(again));
      ExpectOpensAndIsFinished(again.AfterPowerCut());
      if (HasFailure()) return;
    }
  }
}

// [engine-13.10]
TEST_F(PurgeCrashTest, AnotherPurgeWaitsForTheOneThatWasStopped) {
  int found = 0;
  for (int step = 1; found == 0; ++step) {
    PageCacheDisk disk;
    Put(before, disk);
    ASSERT_TRUE(PurgeUntil(step, disk));
    Campus campus(testing::ReadTree(disk));
    if (!testing::ReadTree(disk).contains("wal/purge.json")) continue;
    ++found;
    EXPECT_NE(campus.Problems().find("a purge of 1 record of table student, begun 2"),
              std::string::npos);
    ASSERT_THAT(campus.Open(testing::PurgeOptionsOfCampus()), IsOk());
    EXPECT_NE(campus.Notes().find("wal/purge.json: a purge of 1 record of table student"),
              std::string::npos);
    EXPECT_THAT(campus.engine->Purge("student", {"3"}, {}),
                testing::Fails(absl::StatusCode::kFailedPrecondition, "run it again"));
    EXPECT_THAT(campus.engine->Backup(*campus.disk, "backup", {}),
                testing::Fails(absl::StatusCode::kUnavailable, "a purge of 1 record"));
    const auto resumed = campus.engine->Purge("student", {"7"}, {});
    ASSERT_THAT(resumed, IsOk());
    EXPECT_TRUE(resumed->resumed);
    ASSERT_THAT(campus.engine->Purge("student", {"3"}, {}), IsOk());
    EXPECT_EQ(campus.Problems(), "");
  }
}

}  // namespace
}  // namespace linedb
