// The way of transactions from the writer's slot to the disk and to their readers, in one place.

#ifndef LINEDB_ENGINE_TRANSACTION_GROUP_COMMIT_H_
#define LINEDB_ENGINE_TRANSACTION_GROUP_COMMIT_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "engine/transaction/publisher.h"
#include "engine/transaction/transaction.h"
#include "linedb/options.h"
#include "wal/wal_writer.h"

namespace linedb::engine {

// A commit:
//   1. holding the slot: append the new lines to the .records files, unsynced (WriteRecords)
//   2. holding the slot: format the log's lines and queue them (Queue); the slot is free
//   3. append the lines of all that are queued to the log with one write; sync it once for all
//      whose durability asks for it: from here on they are durable
//   4. publish them in the order in which they were queued, and acknowledge
// Step 3 is done by the first thread that waits and finds nobody at it, for all that are there.
//
// Threads that were in one group come back for the next at about the same time, one of them first.
// If it went ahead at once, it would sync alone while all the others wait for the sync after that.
// So the leader of a group gives those of the group before the chance to join, for a part of the
// time that a sync takes (Gather). Who commits alone never waits.
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
  // Step 2, which seals the ticket's transaction. An error has taken nothing in.
  absl::Status Queue(Ticket& ticket) noexcept;
  // The same of an operation on a table as a whole; the ticket has no transaction.
  absl::Status Queue(Ticket& ticket, const wal::LogOperation& operation) noexcept;
  // Steps 2 to 4 of a transaction that is too large to wait in memory: by itself, holding the slot,
  // piece by piece. An error that leaves the ticket its transaction has taken nothing in; after any
  // other, Unwind takes it back.
  absl::Status CommitAlone(Ticket& ticket) noexcept;
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
  // The last lsn in the log that is acknowledged: what is behind it is on its way, and may be taken
  // back.
  wal::Lsn acknowledged() const { return wal::Lsn{acknowledged_.load(std::memory_order_acquire)}; }
  // All that the log has now is; nothing is on its way. For what came about with a switch of logs.
  void AcknowledgeLog();
  std::uint64_t log_bytes() const { return log_bytes_.load(std::memory_order_relaxed); }

 private:
  using Batch = absl::InlinedVector<Ticket*, 16>;

  void NoteTime();
  void AddLines(const Transaction& transaction);
  void AddLine(const Operation& done, bool is_last);
  absl::Status WritePieces(const Transaction& transaction);
  absl::Status Enqueue(Ticket& ticket);
  // All called with the mutex held.
  void Gather(std::unique_lock<std::mutex>& lock);
  void Lead(std::unique_lock<std::mutex>& lock, bool flush);
  absl::Status WriteBatch(std::unique_lock<std::mutex>& lock, bool write, bool sync);
  void Acknowledge(const Batch& batch);
  void NoteAcknowledged();
  void GiveUp(Batch& batch, const absl::Status& reason);
  void Finish(Ticket& ticket, const absl::Status& outcome);
  void FailLocked(const absl::Status& reason);
  void NoteLog();
  absl::Status CheckUsable() const;

  Publisher& publisher_;
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  std::unique_ptr<wal::WalWriter> log_;
  bool leading_ = false;
  std::condition_variable joined_;  // there are as many in the queue as the leader waits for
  std::size_t gathered_next_ = 0;   // so many are expected for the next group
  std::chrono::steady_clock::duration sync_time_{};  // how long the last sync took
  Batch queue_;
  bool staged_acknowledged_ = false;  // what is staged holds acknowledged (kBuffered) transactions
  bool taken_acknowledged_ = false;   // what is being written does
  std::vector<std::unique_ptr<Transaction>> unwound_next_;  // in the order of their commits
  // The log's buffers hold what failed. Changed with the mutex held; so is failed_, which says that
  // failure_ is an error. A commit asks for both and for the log's length more than once, and need
  // not take the mutex for it.
  std::atomic<bool> discard_next_ = false;
  absl::Status failure_;
  std::atomic<bool> failed_ = false;
  LogNote note_;
  std::atomic<std::uint64_t> log_bytes_ = 0;
  std::atomic<std::uint64_t> acknowledged_ = 0;
  std::string timestamp_;  // of what is being formatted; the slot's holder's
};

// Step 1 for all tables of a transaction. After an error every file is as it was, unless `failure`
// says why it could not be cut back.
absl::Status WriteRecords(const Transaction& transaction, absl::Status* failure);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TRANSACTION_GROUP_COMMIT_H_
