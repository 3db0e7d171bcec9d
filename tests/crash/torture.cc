// Crashes the database until so many different crash states have been tried: ./dev torture.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "tests/crash/campaign.h"
#include "wal/file_system.h"

namespace linedb::testing {
namespace {

void PrintProgress(const Campaign& campaign) {
  std::printf("%llu states (%llu with those seen before), failing: %llu\n",
              static_cast<unsigned long long>(campaign.distinct()),
              static_cast<unsigned long long>(campaign.tried()),
              static_cast<unsigned long long>(campaign.failing()));
  std::fflush(stdout);
}

// Different states are what is counted: a state that was seen before proves nothing new.
void Run(Campaign& campaign, std::uint64_t states) {
  const std::uint64_t step = states / 20 + 1;
  std::uint64_t next = step;
  campaign.go_on = [&] {
    if (campaign.distinct() >= next) {
      PrintProgress(campaign);
      next = campaign.distinct() + step;
    }
    return campaign.distinct() < states;
  };
  for (std::uint64_t round = 0; campaign.go_on(); ++round) {
    campaign.CrashWholeLife(round);
    campaign.CrashFaultyLives(round, 4);
  }
}

// Puts the files of each failure below a directory of its own, for dbtool.
void Keep(const Campaign& campaign, const std::string& directory) {
  wal::FileSystem& disk = wal::PosixFileSystem();
  int number = 0;
  disk.CreateDirectory(directory).IgnoreError();  // it may be there
  for (const Failure& failure : campaign.failures()) {
    const std::string below = absl::StrCat(directory, "/", ++number, "/");
    absl::Status kept = disk.CreateDirectory(below);
    if (kept.ok()) kept = failure.image.CopyTo(disk, below);
    std::printf("%s: %s\n", below.c_str(),
                kept.ok() ? failure.name.c_str() : kept.ToString().c_str());
  }
}

int Main(int argc, char** argv) {
  std::uint64_t states = 1'000'000;
  std::uint64_t seed = std::random_device()();
  std::string state, keep;
  CLI::App app("Crashes a database in every way, and looks whether it comes back.");
  app.add_option("states", states, "how many different crash states to try");
  app.add_option("--seed", seed, "of the random choices");
  app.add_option("--state", state, "repeat this one, as a failure names it");
  app.add_option("--keep", keep, "a directory for the files of the states that failed");
  CLI11_PARSE(app, argc, argv);
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  Campaign campaign(seed, {});
  if (state.empty()) {
    Run(campaign, states);
  } else if (!campaign.Repeat(state)) {
    std::fprintf(stderr, "no crash state is called %s\n", state.c_str());
    return 2;
  }
  for (const std::string& failure : campaign.Report()) std::printf("%s\n", failure.c_str());
  if (!keep.empty()) Keep(campaign, keep);
  std::printf("crash states: %llu, failing: %llu\n",
              static_cast<unsigned long long>(campaign.distinct()),
              static_cast<unsigned long long>(campaign.failing()));
  return campaign.failing() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace linedb::testing

int main(int argc, char** argv) { return linedb::testing::Main(argc, argv); }
