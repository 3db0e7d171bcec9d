// With manual maintenance it is the caller of Checkpoint who compresses the archived log and
// removes old ones. Two callers at once must not take each other's half-written archive away.

#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <string>
#include <vector>

#include "tests/engine/campus.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::IsOk;
using testing::Student;

constexpr int kThreads = 3;
constexpr int kCheckpoints = 60;

// Works on a disk in memory; what fails there is not the disk.
TEST(ManualCheckpointTest, CheckpointsOfManyThreadsLeaveEveryArchiveWhole) {
  Campus campus;
  Options options;
  options.maintenance = Maintenance::kManual;
  options.archives_kept = kThreads * kCheckpoints;
  std::string failures;
  std::mutex mutex;
  options.maintenance_failed = [&](const absl::Status& failure) {
    const std::lock_guard<std::mutex> lock(mutex);
    absl::StrAppend(&failures, std::string(failure.message()), "\n");
  };
  ASSERT_THAT(campus.Open(options), IsOk());
  const Table<Student> students = campus.students();
  std::vector<std::future<void>> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.push_back(std::async(std::launch::async, [&] {
      for (int i = 0; i < kCheckpoints; ++i) {
        EXPECT_THAT(students.Insert({.name = "Alice"}), IsOk());
        EXPECT_THAT(campus.engine->Checkpoint(), IsOk());
      }
    }));
  }
  for (std::future<void>& thread : threads) thread.get();
  EXPECT_EQ(failures, "");
  EXPECT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
}

}  // namespace
}  // namespace linedb
