// The decision table of a repair has one row for each combination of signs that can be, and no row
// that none reaches. (engine-9.3)

#include "engine/repair/key_verdict.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string_view>

namespace linedb::engine {
namespace {

template <class Visit>
void ForEachCombination(Visit&& visit) {
  constexpr std::array kLogs = {LogSign::kNone, LogSign::kComplete, LogSign::kBeforeGap};
  constexpr std::array kFiles = {FileSign::kNone,      FileSign::kNoneForSure,
                                 FileSign::kPlain,     FileSign::kAtCheckpoint,
                                 FileSign::kBeyondLog, FileSign::kBehindItLost};
  constexpr std::array kMatches = {MatchSign::kOther, MatchSign::kSame, MatchSign::kOlder};
  for (const LogSign log : kLogs) {
    for (const FileSign file : kFiles) {
      for (const MatchSign match : kMatches) {
        for (const bool since : {false, true}) {
          const KeySigns signs{log, file, match, since};
          if (IsPossible(signs)) visit(signs);
        }
      }
    }
  }
}

TEST(KeyVerdictTest, EachPossibleCombinationHasExactlyOneRow) {
  int combinations = 0;
  ForEachCombination([&](const KeySigns& signs) {
    int rows = 0;
    for (const KeyRule& rule : kKeyRules) rows += rule.Matches(signs) ? 1 : 0;
    EXPECT_EQ(rows, 1) << "log " << static_cast<int>(signs.log) << ", file "
                       << static_cast<int>(signs.file) << ", match "
                       << static_cast<int>(signs.match) << ", since " << signs.log_since_checkpoint;
    ++combinations;
  });
  EXPECT_EQ(combinations, 62);
}

TEST(KeyVerdictTest, EachRowIsReachedAndNamedOnce) {
  std::set<std::string_view> names;
  for (const KeyRule& rule : kKeyRules) {
    EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
    bool reached = false;
    ForEachCombination([&](const KeySigns& signs) { reached = reached || rule.Matches(signs); });
    EXPECT_TRUE(reached) << rule.name;
  }
}

TEST(KeyVerdictTest, VersionThatMayBeOutOfDateIsNeverCalledTheRecord) {
  ForEachCombination([](const KeySigns& signs) {
    const bool newest_lost = signs.file == FileSign::kBehindItLost ||
                             (signs.file == FileSign::kNone && signs.log == LogSign::kBeforeGap);
    if (!newest_lost || signs.log == LogSign::kComplete) return;
    const KeyVerdict verdict = Judge(signs);
    EXPECT_TRUE(verdict == KeyVerdict::kPreviousFile || verdict == KeyVerdict::kPreviousLog);
  });
}

}  // namespace
}  // namespace linedb::engine
