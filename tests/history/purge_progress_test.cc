// A purge rewrites all that is archived, which may take long. Guards against one that cannot be
// stopped while it only reads, or that can while the record is gone from some files and not others.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/history/purge_campus.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using testing::FilesWith;
using testing::IsOk;
using testing::kSecret;
using testing::Tree;
using testing::TreeDifference;

struct Call {
  PurgePhase phase = PurgePhase::kReading;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

class PurgeProgressTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(campus.Open(testing::PurgeOptionsOfCampus()), IsOk());
    testing::LiveThroughFourLogs(campus);
  }

  // Goes on as long as fewer calls were made than `calls_max`.
  absl::StatusOr<PurgeReport> Purge(std::size_t calls_max, bool dry_run = false) {
    calls.clear();
    PurgeOptions options;
    options.dry_run = dry_run;
    options.progress = [this, calls_max](PurgePhase phase, std::uint64_t done,
                                         std::uint64_t total) {
      calls.push_back({phase, done, total});
      return calls.size() < calls_max;
    };
    return campus.engine->Purge("student", {"7"}, options);
  }
  std::size_t CallsOf(PurgePhase phase) const {
    std::size_t count = 0;
    for (const Call& call : calls) count += call.phase == phase ? 1 : 0;
    return count;
  }

  Campus campus;
  std::vector<Call> calls;
};

TEST_F(PurgeProgressTest, BothPhasesAreToldFromTheirBeginningToTheirEnd) {
  ASSERT_THAT(Purge(SIZE_MAX), IsOk());
  ASSERT_EQ(CallsOf(PurgePhase::kReading), 4u);  // three archives, and the end
  ASSERT_EQ(CallsOf(PurgePhase::kWriting), 5u);  // the log is an archive by then
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const bool begins = i == 0 || i == 4;
    EXPECT_EQ(calls[i].phase, i < 4 ? PurgePhase::kReading : PurgePhase::kWriting) << i;
    EXPECT_EQ(calls[i].done == 0, begins) << i;
    EXPECT_EQ(calls[i].done == calls[i].total, i == 3 || i == 8) << i;
    if (!begins) {
      EXPECT_GT(calls[i].done, calls[i - 1].done) << i;
      EXPECT_EQ(calls[i].total, calls[i - 1].total) << i;
    }
  }
}

TEST_F(PurgeProgressTest, StoppedWhileItReadsItHasDoneNothing) {
  const Tree before = campus.Files();
  for (const std::size_t calls_max : {1u, 2u, 4u}) {
    for (const bool dry_run : {true, false}) {
      EXPECT_THAT(Purge(calls_max, dry_run),
                  Fails(absl::StatusCode::kCancelled, "before it wrote anything"));
      EXPECT_EQ(calls.size(), calls_max);
      EXPECT_EQ(TreeDifference(before, campus.Files()), "");
    }
  }
  // Nobody waits for it, and nothing is left to finish.
  EXPECT_THAT(campus.students().Insert({.name = "ninth"}), IsOk());
  const absl::StatusOr<PurgeReport> purged = Purge(SIZE_MAX);
  ASSERT_THAT(purged, IsOk());
  EXPECT_FALSE(purged->resumed);
}

TEST_F(PurgeProgressTest, OnceItWritesItGoesOnToItsEnd) {
  const absl::StatusOr<PurgeReport> purged = Purge(5);
  ASSERT_THAT(purged, IsOk());
  EXPECT_EQ(calls.size(), 9u);
  EXPECT_GT(purged->logs_rewritten, 0u);
  EXPECT_EQ(FilesWith(campus.Files(), kSecret), "");
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
}

}  // namespace
}  // namespace linedb
