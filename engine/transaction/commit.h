// The order in which a transaction becomes durable and visible, in one place.

#ifndef LINEDB_ENGINE_TRANSACTION_COMMIT_H_
#define LINEDB_ENGINE_TRANSACTION_COMMIT_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "engine/transaction/transaction.h"
#include "wal/wal_writer.h"

namespace linedb::engine {

// The right to write: one holder at a time. Any thread.
class WriterSlot {
 public:
  // Waits for the holder to let go. kFailedPrecondition if this very thread is the holder, which
  // would wait for itself.
  absl::Status Acquire();
  void Release();

 private:
  std::mutex mutex_;
  std::condition_variable free_;
  bool held_ = false;
  std::thread::id holder_;
};

// Commits a transaction of at least one operation. In order:
//   1. format the log's lines, the last with "commit", and append them to the log
//   2. append the new lines to the .records files
//   3. sync the log: from here on the transaction is durable
//   4. publish: move the tables' visible ends
// Steps 1 and 2 can fail for want of room; then both files are cut back and nothing happened. This
// is why the records are written before the sync and not after it: once the log is synced there is
// no way back, and a full disk would have to stop the database. What a crash leaves of step 2
// without step 3 is cut by recovery, as the log does not vouch for it.
//
// An error that leaves the outcome open (a failed sync, a failed cut) is set in `failure` too, and
// the database writes no more. In every case of error the caller still has to roll back.
absl::Status CommitTransaction(const Transaction& transaction, wal::WalWriter& log,
                               absl::Status* failure);

// Rolls back all that the transaction did.
void RollbackTransaction(const Transaction& transaction);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TRANSACTION_COMMIT_H_
