// The decision table of recovery: what can be found on disk, and what is done about it.

#ifndef LINEDB_WAL_RECOVERY_TABLE_H_
#define LINEDB_WAL_RECOVERY_TABLE_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace linedb::wal {

enum class LogFact : std::uint8_t {
  kMissing,     // no file
  kEmpty,       // a file of no bytes
  kOriginal,    // its first line is one of the Python original's
  kUnreadable,  // neither that nor anything like a header of ours
  kTorn,        // a header of ours without its end
  kDamaged,     // a header of ours whose checksum or members are wrong
  kNewer,       // a header of a version this program does not know
  kOurs,        // a valid header
};
inline constexpr int kLogFacts = 8;

// What stands in the directory beside the log.
enum class BesideFact : std::uint8_t {
  kNothing,   // no schema files, no records, no archives of ours
  kOriginal,  // schema files, all of the Python original
  kOurs,      // anything else
};
inline constexpr int kBesideFacts = 3;

// What stands behind the last whole transaction. Known of a log of ours only.
enum class TailFact : std::uint8_t {
  kClean,         // nothing
  kTorn,          // something, and nothing says that it was ever synced
  kDurableBelow,  // a damaged line, and a later line that says it was synced
  kReplaced,      // an archive has a later log: this one was in force once
};
inline constexpr int kTailFacts = 4;

enum class Decision : std::uint8_t {
  kNoDatabase,
  kOpenOriginal,
  kReplay,
  kCutTail,
  kRefuseDamage,
  kRefuseNewer,
};

// A set of values of a fact: a bit each.
using Facts = std::uint8_t;
template <typename Fact>
constexpr Facts Any(Fact fact) {
  return static_cast<Facts>(1 << static_cast<int>(fact));
}
template <typename Fact, typename... More>
constexpr Facts Any(Fact fact, More... more) {
  return static_cast<Facts>(Any(fact) | Any(more...));
}
inline constexpr Facts kAnything = 0xff;

struct RecoveryCase {
  std::string_view name;
  Facts log;
  Facts beside;
  Facts tail;
  Decision decision;

  constexpr bool Matches(LogFact l, BesideFact b, TailFact t) const {
    return (log & Any(l)) != 0 && (beside & Any(b)) != 0 && (tail & Any(t)) != 0;
  }
};

inline constexpr std::array<RecoveryCase, 15> kRecoveryCases{{
    {"nothing is here", Any(LogFact::kMissing), Any(BesideFact::kNothing), kAnything,
     Decision::kNoDatabase},
    {"an empty log and nothing else", Any(LogFact::kEmpty), Any(BesideFact::kNothing), kAnything,
     Decision::kNoDatabase},
    {"an original without a log", Any(LogFact::kMissing, LogFact::kEmpty),
     Any(BesideFact::kOriginal), kAnything, Decision::kOpenOriginal},
    {"the log is lost", Any(LogFact::kMissing), Any(BesideFact::kOurs), kAnything,
     Decision::kRefuseDamage},
    {"the log is emptied", Any(LogFact::kEmpty), Any(BesideFact::kOurs), kAnything,
     Decision::kRefuseDamage},
    {"an original", Any(LogFact::kOriginal), Any(BesideFact::kNothing, BesideFact::kOriginal),
     kAnything, Decision::kOpenOriginal},
    {"an original whose log's first line is torn", Any(LogFact::kUnreadable),
     Any(BesideFact::kOriginal), kAnything, Decision::kOpenOriginal},
    {"an original's log among our files", Any(LogFact::kOriginal), Any(BesideFact::kOurs),
     kAnything, Decision::kRefuseDamage},
    {"a log of something else", Any(LogFact::kUnreadable),
     Any(BesideFact::kNothing, BesideFact::kOurs), kAnything, Decision::kRefuseDamage},
    {"the header is damaged", Any(LogFact::kTorn, LogFact::kDamaged), kAnything, kAnything,
     Decision::kRefuseDamage},
    {"a newer linedb's log", Any(LogFact::kNewer), kAnything, kAnything, Decision::kRefuseNewer},
    {"whole transactions to the end", Any(LogFact::kOurs), kAnything, Any(TailFact::kClean),
     Decision::kReplay},
    {"a torn tail", Any(LogFact::kOurs), kAnything, Any(TailFact::kTorn), Decision::kCutTail},
    {"a hole in what was synced", Any(LogFact::kOurs), kAnything, Any(TailFact::kDurableBelow),
     Decision::kRefuseDamage},
    {"an older log in the place of the one in force", Any(LogFact::kOurs), kAnything,
     Any(TailFact::kReplaced), Decision::kRefuseDamage},
}};

constexpr int CountCases(LogFact log, BesideFact beside, TailFact tail) {
  int count = 0;
  for (const RecoveryCase& row : kRecoveryCases) {
    if (row.Matches(log, beside, tail)) ++count;
  }
  return count;
}

constexpr bool EveryCombinationHasOneCase() {
  for (int log = 0; log < kLogFacts; ++log) {
    for (int beside = 0; beside < kBesideFacts; ++beside) {
      for (int tail = 0; tail < kTailFacts; ++tail) {
        if (CountCases(static_cast<LogFact>(log), static_cast<BesideFact>(beside),
                       static_cast<TailFact>(tail)) != 1) {
          return false;
        }
      }
    }
  }
  return true;
}
static_assert(EveryCombinationHasOneCase());

constexpr const RecoveryCase& FindRecoveryCase(LogFact log, BesideFact beside, TailFact tail) {
  for (const RecoveryCase& row : kRecoveryCases) {
    if (row.Matches(log, beside, tail)) return row;
  }
  return kRecoveryCases.front();  // never: every combination has one case
}

}  // namespace linedb::wal

#endif  // LINEDB_WAL_RECOVERY_TABLE_H_
