// Guards against what no single test thinks of: a snapshot that shows half a transaction or a later
// one's change, a compaction that loses what was committed while it copied, a transaction that
// failed on a full disk and is there all the same, a key that two threads were given. Several
// threads do random work; what each transaction must do is worked out on a std::map, and every
// snapshot is compared with the moment of the history that it shows.
//
// LINEDB_TEST_SEED repeats the plans, though not how the threads take turns. LINEDB_MODEL_MINUTES
// lets each of these tests run for so long.

#include <gtest/gtest.h>

#include <chrono>
#include <iostream>

#include "tests/model/model_run.h"
#include "tests/schema/random_seed.h"

namespace linedb::model {
namespace {

constexpr int kRounds = 40;
constexpr std::int64_t kTransactions = 150;

void RunRounds(int threads, Trouble trouble) {
  MemoryRun run(schema::TestSeed(), threads, trouble);
  const auto start = std::chrono::steady_clock::now();
  const std::int64_t transactions = kTransactions * 4 / threads / kSlowness;
  for (int i = 0; run.figures().differences == 0 && GoesOn(i, kRounds, start); ++i) {
    run.Round(transactions);
  }
  std::cout << threads << " threads: " << run.figures().Text() << std::endl;
  EXPECT_EQ(run.figures().differences, 0);
  EXPECT_GT(run.figures().snapshot_checks, 0);
}

TEST(ModelThreadsTest, FourThreadsShowOnlyMomentsOfTheHistory) { RunRounds(4, Trouble::kCrashes); }

TEST(ModelThreadsTest, EightThreadsShowOnlyMomentsOfTheHistory) { RunRounds(8, Trouble::kCrashes); }

TEST(ModelThreadsTest, NothingOfWhatFailedOnAFullDiskIsEverSeen) {
  RunRounds(4, Trouble::kFullDisk);
}

TEST(ModelThreadsTest, APowerCutLeavesAMomentNotBeforeTheLastSync) {
  RunRounds(4, Trouble::kPowerCuts);
}

}  // namespace
}  // namespace linedb::model
