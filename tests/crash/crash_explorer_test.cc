// Guards against the crash that nobody thought of. A day of work is written down operation by
// operation, and for each of them the disk is made as a crash right then may leave it: the process
// killed, the power cut, in every way that the syncs until then allow. From each such disk the
// database must open, hold what was acknowledged, as far as its durability says, and nothing half,
// and go on. So too when an operation has failed before, and when the recovery is crashed in its
// turn.
//
// ./dev torture goes on with it for a million states.

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/storage/spill_space.h"
#include "tests/crash/campaign.h"
#include "tests/crash/courses.h"
#include "tests/crash/explorer.h"
#include "tests/crash/schema_step.h"
#include "tests/faults/sanitized.h"
#include "tests/schema/random_seed.h"

namespace linedb::testing {
namespace {

constexpr std::uint64_t kStates = kSanitized ? 3'000 : 20'000;
constexpr std::uint64_t kFaultyLivesOneIn = kSanitized ? 64 : 4;

// [engine-4.8] [engine-4.9]
TEST(CrashExplorerTest, EveryCrashLeavesWhatWasAcknowledged) {
  const std::uint64_t seed = schema::TestSeed();
  Campaign campaign(seed, {});
  ASSERT_GT(campaign.operations(), 200u);  // or the workload ends early
  std::uint64_t limit = kStates / 2;       // of the states of the whole life, if they take long
  if (kSanitized) campaign.go_on = [&] { return campaign.distinct() < limit; };
  for (std::uint64_t round = 0; campaign.distinct() < kStates && campaign.failing() == 0; ++round) {
    campaign.CrashWholeLife(round);
    limit = kStates;
    campaign.CrashFaultyLives(round, kFaultyLivesOneIn);
  }
  for (const std::string& failure : campaign.Report()) ADD_FAILURE() << failure;
  std::printf("crash states: %llu (%llu with those seen before), failing: %llu\n",
              static_cast<unsigned long long>(campaign.distinct()),
              static_cast<unsigned long long>(campaign.tried()),
              static_cast<unsigned long long>(campaign.failing()));
  EXPECT_GE(campaign.distinct(), kStates);
}

// The second alteration writes the bytes that the log's header vouches for already, so that a
// recovery might take its file for the first one's.
TEST(CrashExplorerTest, RecoveryFromAlterationsToTheSameBytesMayCrash) {
  const std::uint64_t seed = schema::TestSeed();
  std::vector<Step> steps = {
      MakeTable<Course>(), Commit("a course", {Insert(Course{.id = 1, .code = "CS101"})}),
      AlterTable("columns added", ToTaught), AlterTable("a column dropped", ToRoomless)};
  Effort kills{.extremes = 0, .kills = 1, .cuts = 0, .recovery_every = 1};
  kills.begin = Live(steps).journal.size();
  steps.push_back(AlterTable("other constraints", ToTeachers));
  Explorer explorer(seed, {});
  const Life life = Live(steps);
  ASSERT_EQ(life.trouble, "");
  ASSERT_TRUE(explorer.Explore(life, {kills, {.extremes = 16, .kills = 1, .cuts = 8}}));
  for (const Failure& failure : explorer.TakeFailures()) {
    ADD_FAILURE() << failure.name << " after " << failure.where << ": " << failure.what;
  }
  EXPECT_GT(explorer.distinct(), 100u);
}

// Its lines and keys are put aside every few records, and its part of the log is written in pieces.
// [engine-18.3]
TEST(CrashExplorerTest, TransactionLargerThanMemoryMayCrash) {
  const std::uint64_t seed = schema::TestSeed();
  engine::SetSpillBytes(300);
  std::vector<Deed> deeds;
  for (int id = 2; id < 40; ++id) {
    deeds.push_back(Insert(Course{.id = id, .code = absl::StrCat("CS", id)}));
    if (id % 5 == 0) deeds.push_back(Update(Course{.id = id - 1, .code = absl::StrCat("X", id)}));
    if (id % 7 == 0) deeds.push_back(Erase<Course>(id - 2));
  }
  const std::vector<Step> steps = {MakeTable<Course>(),
                                   Commit("a course", {Insert(Course{.id = 1, .code = "CS101"})}),
                                   Commit("many courses", deeds), Checkpoint(),
                                   Commit("one more", {Insert(Course{.id = 99, .code = "L"})})};
  Explorer explorer(seed, {});
  const Life life = Live(steps);
  ASSERT_EQ(life.trouble, "");
  ASSERT_TRUE(explorer.Explore(
      life, {{.extremes = 8, .kills = 2, .cuts = kSanitized ? 1 : 8, .recovery_every = 16}}));
  for (const Failure& failure : explorer.TakeFailures()) {
    ADD_FAILURE() << failure.name << " after " << failure.where << ": " << failure.what;
  }
  EXPECT_GT(explorer.distinct(), 200u);
  engine::SetSpillBytes(engine::kSpillBytesDefault);
}

// A failure is worth nothing if it cannot be seen again.
TEST(CrashExplorerTest, StateIsFoundAgainByItsName) {
  for (const char* name : {"whole:35/cut/3", "whole:60/kill/1>12/extreme/2", "full@40:50/cut/0",
                           "broken@30:0/kill/0>4/cut/7>9/cut/1"}) {
    Campaign campaign(1, {});
    EXPECT_TRUE(campaign.Repeat(name)) << name;
    EXPECT_EQ(campaign.failing(), 0u) << name;
    EXPECT_GT(campaign.tried(), 0u) << name;
  }
  Campaign campaign(1, {});
  for (const char* name : {"", "whole", "whole:35/cut", "other:35/cut/3", "whole:x/cut/3"}) {
    EXPECT_FALSE(campaign.Repeat(name)) << name;
  }
}

}  // namespace
}  // namespace linedb::testing
