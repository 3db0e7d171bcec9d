// Which transaction broke it: what Database::Bisect is told, and what it tells.

#ifndef LINEDB_BISECT_H_
#define LINEDB_BISECT_H_

#include <cstdint>
#include <functional>
#include <string>

namespace linedb {

enum class BisectVerdict {
  kHolds,
  kFails,
  kSkipped,  // nobody can say: another moment is tried
};

// A moment that was tried.
struct BisectStep {
  std::uint64_t run = 0;        // 1, 2, ...
  std::uint64_t runs_left = 0;  // at most, if nothing is skipped
  std::uint64_t lsn = 0;        // the state after this operation
  std::string timestamp;        // of it
  BisectVerdict verdict = BisectVerdict::kHolds;
};

struct BisectOptions {
  // Another directory of the same database, whose logs go on where those of a backup end.
  std::string archives;
  // Where the states are restored, one after the other and each under the same name: a directory
  // of the caller's, which need not exist. What was restored is removed again.
  std::string scratch;
  // After each run, on the calling thread.
  std::function<void(const BisectStep&)> progress = {};
};

struct BisectReport {
  std::uint64_t first_lsn = 0;    // of the transaction after which the test fails: its operations
  std::uint64_t last_lsn = 0;     // from the first to the last
  std::uint64_t transaction = 0;  // its number
  std::string timestamp;          // when it was committed
  // The test holds after this operation, the last one before the transaction; or, if moments
  // between were skipped, the last one known: any transaction behind it may be the one.
  std::uint64_t holds_lsn = 0;
  std::uint64_t transactions_between = 0;  // that were skipped; 0: the transaction is certain
  std::uint64_t transactions = 0;          // that were searched
  std::uint64_t runs = 0;
};

}  // namespace linedb

#endif  // LINEDB_BISECT_H_
