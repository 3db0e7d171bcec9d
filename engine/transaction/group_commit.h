// The way of transactions from the writer's slot to the disk and to their readers, in one place.

#ifndef LINEDB_ENGINE_TRANSACTION_GROUP_COMMIT_H_
#define LINEDB_ENGINE_TRANSACTION_GROUP_COMMIT_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "engine/transaction/publisher.h"
#include "engine/transaction/transaction.h"
#include "linedb/options.h"
#include "wal/wal_writer.h"

namespace linedb::engine {

// A commit:
//   1. holding the slot: append the new lines to the .records files, unsynced (SealRecords)
//   2. holding the slot: format the log's lines and queue them (Queue); the slot is free
//   3. append the lines of all that are queued to the log with one write; sync it once for all
//      whose durability asks for it: from here on they are durable
//   4. publish them in the order in which they were queued, and acknowledge
// Step 3 is done by the first thread that waits and finds nobody at it, for all that are there.
//
// While a transaction waits, the next one builds on what it did. So if step 3 fails for want of
// room, those queued behind fail with it, and so does the transaction that is open just then, when
// it wants to commit. What they did is taken back in reverse order by
// whoever holds the slot next (Unwind). A failed sync, or a cut that fails, ends writing for good.
//
// The records are written before the log and not after its sync: after it there is no way back, and
// a full disk would have to stop the database. What a crash leaves of step 1 alone is cut by
// recovery, as the log does not vouch for it.
class GroupCommit {
 public:
  explicit GroupCommit(Publisher& publisher) : publisher_(publisher) {}

  // Holding the slot, with nothing on its way.
  void SetLog(std::unique_ptr<wal::WalWriter> log);

  // Of a database that is not written to.
  void SetReadOnly(wal::LogHeader header, const wal::LogPosition& position);

  // A transaction on its way; lives until Wait returned.
  struct Ticket {
    std::unique_ptr<Transaction> transaction;  // null: an operation on a table as a whole
    Durability durability = Durability::kFull;
    bool done = false;
    absl::Status outcome;
    std::condition_variable changed;
  };
  // Step 2. The records are sealed. An error has taken nothing in.
  absl::Status Queue(Ticket& ticket, absl::Span<const wal::LogOperation> operations) noexcept;
  // Steps 3 and 4, without the slot: returns when the ticket's transaction is acknowledged, or
  // failed.
  absl::Status Wait(Ticket& ticket) noexcept;

  // Makes durable, and publishes, all that is queued when it is called.
  absl::Status Flush() noexcept;

  // Takes back what failed; holding the slot. Cheap if that is nothing.
  void Unwind() noexcept;

  // Nothing is written any more, for this reason; the first one counts. OK while there is none.
  void Fail(const absl::Status& reason);
  absl::Status failure() const;

  // The log as it is on disk, or on its way there.
  struct LogNote {
    wal::LogHeader header;
    wal::LogPosition position;
    std::uint64_t commits = 0;
    bool unsynced = false;  // acknowledged transactions are not synced yet
  };
  LogNote note() const;
  std::uint64_t log_bytes() const;

 private:
  // All called with the mutex held.
  void Lead(std::unique_lock<std::mutex>& lock, bool flush);
  absl::Status WriteBatch(std::unique_lock<std::mutex>& lock, bool write, bool sync);
  void Acknowledge(std::vector<Ticket*>& batch);
  void GiveUp(std::vector<Ticket*>& batch, const absl::Status& reason);
  void Finish(Ticket& ticket, const absl::Status& outcome);
  void FailLocked(const absl::Status& reason);
  void NoteLog();
  absl::Status CheckUsable() const;

  Publisher& publisher_;
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  std::unique_ptr<wal::WalWriter> log_;
  bool leading_ = false;
  std::deque<Ticket*> queue_;
  bool staged_acknowledged_ = false;  // what is staged holds acknowledged (kBuffered) transactions
  bool taken_acknowledged_ = false;   // what is being written does
  std::vector<std::unique_ptr<Transaction>> unwound_next_;  // in the order of their commits
  bool discard_next_ = false;                               // the log's buffers hold what failed
  absl::Status failure_;
  LogNote note_;
};

// Step 1 for all tables of a transaction. After an error every file is as it was, unless `failure`
// says why it could not be cut back.
absl::Status SealRecords(Transaction& transaction, absl::Status* failure);

// What the log says of a transaction; views into its tables.
std::vector<wal::LogOperation> LogOperationsOf(const Transaction& transaction);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TRANSACTION_GROUP_COMMIT_H_
