// What nobody thought of: random transactions, then random damage. The seed is printed; set
// LINEDB_TEST_SEED to repeat a run.

#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/wal/wal_fixture.h"

namespace linedb::wal {
namespace {

class WalRandomTest : public WalTest {
 protected:
  WalRandomTest() {
    const char* given = std::getenv("LINEDB_TEST_SEED");
    const std::uint64_t seed =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::cout << "LINEDB_TEST_SEED=" << seed << "\n";
    random.seed(seed);
  }

  std::size_t Below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
  }

  // Transactions with syncs here and there. What the log holds up to each of them, and how much
  // of it was synced at the last.
  void CommitAtRandom() {
    Create();
    ends = {LogBytes().size()};
    states = {""};
    synced = 0;
    for (std::size_t left = 1 + Below(8); left > 0; --left) {
      std::vector<int> ids(1 + Below(4));
      for (int& id : ids) id = static_cast<int>(Below(1000));
      Write(ids);
      if (Below(2) == 0) {
        ASSERT_TRUE(writer->Sync().ok());
        synced = ends.size();
      }
      ends.push_back(LogBytes().size());
      states.push_back(Recovered());
    }
  }

  std::mt19937_64 random;
  std::vector<std::size_t> ends;    // of the header, then of each transaction
  std::vector<std::string> states;  // what is recovered up to there
  std::size_t synced = 0;           // the last transaction a sync covered
};

// A crash keeps what was synced, and of the rest any prefix, hole or garbage. [wal-6.6]
TEST_F(WalRandomTest, CrashLosesNothingSyncedAndHalvesNothing) {
  for (int round = 0; round < 400; ++round) {
    CommitAtRandom();
    std::string text = LogBytes();
    const std::size_t safe = ends[synced];
    text.resize(safe + Below(text.size() - safe + 1));
    for (std::size_t damages = Below(3); damages > 0 && text.size() > safe; --damages) {
      const std::size_t start = safe + Below(text.size() - safe);
      const std::size_t length = 1 + Below(text.size() - start);
      for (std::size_t i = start; i < start + length; ++i) {
        text[i] = Below(2) == 0 ? '\0' : static_cast<char>(Below(256));
      }
    }
    SetLogBytes(text);
    const absl::StatusOr<RecoveredLog> log = RecoverLog(*disk, paths, false);
    ASSERT_TRUE(log.ok()) << log.status();
    const std::string found = Describe(log->entries);
    const auto state = std::find(states.begin(), states.end(), found);
    ASSERT_NE(state, states.end()) << found;
    ASSERT_GE(static_cast<std::size_t>(state - states.begin()), synced);
  }
}

// Rot anywhere: refused, or reported as torn with a whole prefix before it. [wal-6.3]
TEST_F(WalRandomTest, DamageAnywhereIsNeverSilent) {
  for (int round = 0; round < 400; ++round) {
    CommitAtRandom();
    std::string text = LogBytes();
    const std::size_t start = Below(text.size());
    const std::size_t length = 1 + Below(std::min<std::size_t>(600, text.size() - start));
    for (std::size_t i = start; i < start + length; ++i) text[i] = static_cast<char>(Below(256));
    // Of what was drawn some bytes may be those that were there.
    const std::string whole = LogBytes();
    const auto changed = std::mismatch(text.begin(), text.end(), whole.begin()).first;
    if (changed == text.end()) continue;
    SetLogBytes(text);
    const absl::StatusOr<RecoveredLog> log = RecoverLog(*disk, paths, false);
    if (!log.ok()) continue;
    ASSERT_GT(log->torn_bytes, 0U);
    ASSERT_LE(log->position.bytes, static_cast<std::size_t>(changed - text.begin()));
    ASSERT_NE(std::find(states.begin(), states.end(), Describe(log->entries)), states.end());
  }
}

}  // namespace
}  // namespace linedb::wal
