// Guards against the crash that nobody thought of. A day of work is written down operation by
// operation, and for each of them the disk is made as a crash right then may leave it: the process
// killed, the power cut, in every way that the syncs until then allow. From each such disk the
// database must open, hold what was acknowledged and nothing half, and go on. So too when an
// operation has failed before, and when the recovery is crashed in its turn.
//
// ./dev torture goes on with it for a million states.

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "tests/crash/campaign.h"
#include "tests/schema/random_seed.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LINEDB_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LINEDB_SANITIZED 1
#endif
#endif

namespace linedb::testing {
namespace {

#ifdef LINEDB_SANITIZED
constexpr std::uint64_t kStates = 3'000;
constexpr std::uint64_t kFaultyLivesOneIn = 32;
#else
constexpr std::uint64_t kStates = 20'000;
constexpr std::uint64_t kFaultyLivesOneIn = 4;
#endif

TEST(CrashExplorerTest, EveryCrashLeavesWhatWasAcknowledged) {
  const std::uint64_t seed = schema::TestSeed();
  Campaign campaign(seed, {});
  ASSERT_GT(campaign.operations(), 200u);  // or the workload ends early
  for (std::uint64_t round = 0; campaign.distinct() < kStates && campaign.failing() == 0; ++round) {
    campaign.CrashWholeLife(round);
    campaign.CrashFaultyLives(round, kFaultyLivesOneIn);
  }
  for (const std::string& failure : campaign.Report()) ADD_FAILURE() << failure;
  std::printf("crash states: %llu (%llu with those seen before), failing: %llu\n",
              static_cast<unsigned long long>(campaign.distinct()),
              static_cast<unsigned long long>(campaign.tried()),
              static_cast<unsigned long long>(campaign.failing()));
  EXPECT_GE(campaign.distinct(), kStates);
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
