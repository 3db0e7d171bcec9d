// Guards against a sync that nobody would miss in the tests, and somebody would miss in a power
// cut: a refactoring drops it, or moves it behind what it was to precede, and everything stays
// green. Every place where the engine syncs is taken away by itself, by a disk that says OK and
// does nothing; some crash must then lose what was promised. Where none does, the table says why.

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "tests/crash/campaign.h"
#include "tests/crash/path_kind.h"
#include "tests/crash/sync_sites.h"
#include "tests/schema/random_seed.h"

namespace linedb::testing {
namespace {

constexpr char kComesBack[] = "a name that comes back after its removal is removed again";
constexpr char kForAPerson[] =
    "what is moved is bytes that no log vouches for; the harness has no promise of them";
constexpr char kSyncedAgain[] = "the folder is synced again for the next name made in it";
constexpr char kAfterPowerCut[] =
    "the note tells of a page cache that is not to be believed, and a power cut leaves none";

// Syncs without which nothing that was promised is lost, and why.
const std::map<std::string, std::string> kRedundant = {
    {kLockNoteSite, kAfterPowerCut},
    {"base after create LOCK", kAfterPowerCut},
    {"above after make directory base", kSyncedAgain},
    {"base after make directory schema", kSyncedAgain},
    {"base after make directory data", kSyncedAgain},
    {"data after link before", "what an alteration keeps for a person; nothing depends on it"},
    {"data after remove before", kComesBack},
    {"data after remove compacted", kComesBack},
    {"data after remove records",
     "a file of a dropped table that comes back is removed again, or moved aside for a new one"},
    {"data after remove compacted tmp", kComesBack},
    {"compacted tmp untouched",
     "nothing was appended since the copy was synced; what is, is synced as `after append`"},
    {"schema after remove schema tmp", kComesBack},
    {"schema after remove next schema", kComesBack},
    {"schema after remove next schema tmp", kComesBack},
    {"schema after remove schema file",
     "a file of a dropped table that comes back is removed again while the log tells of the drop; "
     "the creation of the next table, too, syncs the folder"},
    {"wal after remove archive", kComesBack},
    {"wal after remove compressed", kComesBack},
    {"wal after remove compressed tmp", kComesBack},
    {"wal after remove log tmp", kComesBack},
    {"data after rename to surplus", kForAPerson},
    {"wal after rename to surplus", kForAPerson},
    {"surplus after append", kForAPerson},
    {"records after truncate", "what was cut off lies behind what the header vouches for"},
    {"records untouched",
     "empty, or what the header vouches for, which was synced before the header was written"},
};

// Which lives show it: a folder's sync that repeats an earlier one matters once that has failed,
// the sync of a cut once something had to be cut.
bool Shows(const std::string& site, const Operation& operation, std::string_view kind) {
  if (absl::EndsWith(site, "untouched")) {
    return operation.action == Action::kSyncDirectory && kind == "eio";
  }
  return operation.action == Action::kAppend && kind == "full" &&
         site.starts_with(KindOfPath(operation.path) + " ");
}

bool NeedsFault(const std::string& site) {
  return absl::EndsWith(site, "untouched") || absl::EndsWith(site, "truncate");
}

bool IsNoticed(const std::string& site, std::uint64_t seed) {
  const std::uint64_t rounds = NeedsFault(site) ? 40 : 4;  // few lives show it
  Campaign without(seed, WithoutSyncAt(site));
  without.stops_at_first_failure = true;
  for (std::uint64_t round = 0; round < rounds && without.failing() == 0; ++round) {
    if (!NeedsFault(site)) without.CrashWholeLife(round);
    without.CrashFaultyLives(round, 1, [&](const Operation& operation, std::string_view kind) {
      return Shows(site, operation, kind);
    });
  }
  return without.failing() > 0;
}

std::set<std::string> AllSites(std::uint64_t seed) {
  std::set<std::string> sites;
  Campaign campaign(seed, {});
  campaign.set_on_life([&](const Life& life) { sites.merge(SyncSitesOf(life.journal)); });
  campaign.CrashWholeLife(0);
  campaign.CrashFaultyLives(0, 8);
  return sites;
}

TEST(SyncSitesTest, EachSyncIsMissedWhenItIsTakenAway) {
  const std::uint64_t seed = schema::TestSeed();
  const std::set<std::string> sites = AllSites(seed);
  int noticed = 0, redundant = 0;
  for (const std::string& site : sites) {
    if (kRedundant.contains(site)) {
      ++redundant;
    } else if (IsNoticed(site, seed)) {
      ++noticed;
    } else {
      ADD_FAILURE() << "nobody misses the sync of: " << site;
    }
  }
  std::printf("syncs: %zu, noticed: %d, documented as redundant: %d\n", sites.size(), noticed,
              redundant);
  EXPECT_GT(noticed, 20);
}

}  // namespace
}  // namespace linedb::testing
