// Guards the guards: a crash explorer that finds nothing may be looking at nothing. Twenty mistakes
// that engines have been shipped with are planted, one at a time, and each must be found. None of
// them shows without a crash.

#include "tests/crash/planted_mistakes.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <vector>

#include "tests/crash/campaign.h"
#include "tests/schema/random_seed.h"

namespace linedb::testing {
namespace {

// Whether some crash shows it; or if it needs one, some fault and a crash.
bool IsFound(const PlantedMistake& mistake, std::uint64_t seed) {
  constexpr std::uint64_t kRounds = 3;
  Campaign campaign(seed, PlantOf(mistake.make));
  campaign.stops_at_first_failure = true;
  EXPECT_EQ(campaign.failing(), 0u) << mistake.name << ": shows without any crash";
  for (std::uint64_t round = 0; round < kRounds && campaign.failing() == 0; ++round) {
    if (!mistake.needs_fault) campaign.CrashWholeLife(round);
    if (mistake.needs_fault) campaign.CrashFaultyLives(round, 1);
  }
  return campaign.failing() > 0;
}

TEST(PlantedMistakesTest, EachOfThemIsFound) {
  const std::uint64_t seed = schema::TestSeed();
  const std::vector<PlantedMistake> mistakes = PlantedMistakes();
  int found = 0;
  for (const PlantedMistake& mistake : mistakes) {
    const bool is_found = IsFound(mistake, seed);
    EXPECT_TRUE(is_found) << mistake.name;
    found += is_found ? 1 : 0;
  }
  std::printf("planted mistakes: %zu, found: %d\n", mistakes.size(), found);
  EXPECT_EQ(mistakes.size(), 20u);
}

}  // namespace
}  // namespace linedb::testing
