// Transactions: changes to any number of tables that are there wholly or not at all.

#ifndef LINEDB_TRANSACTION_H_
#define LINEDB_TRANSACTION_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace linedb {

namespace engine {
class Engine;
class Snapshot;
class Transaction;
class TableCore;
}  // namespace engine

// A moment of a WriteTransaction, made by SetSavepoint. A plain value; any thread may copy it.
class Savepoint {
 private:
  friend class WriteTransaction;
  explicit Savepoint(std::uint64_t number) : number_(number) {}
  std::uint64_t number_;
};

// The right to write, and what has been written with it so far. Made by Database::Begin; one at a
// time in a database: Begin waits for the one before to be committed or rolled back, though not for
// its sync. Its changes are seen by reads that name it and by nobody else until Commit returned OK.
//
// One thread, the one that began it. Must end before its Database does. Destruction rolls back.
class WriteTransaction {
 public:
  explicit WriteTransaction(std::unique_ptr<engine::Transaction> transaction);
  WriteTransaction(WriteTransaction&&) noexcept;
  WriteTransaction& operator=(WriteTransaction&&) noexcept;
  ~WriteTransaction();

  // Makes the changes durable, as far as the transaction's Durability says, then visible. OK: they
  // survive what it says. Threads that commit at the same time share one write and one sync.
  // Errors: kResourceExhausted: the disk is full; nothing of the transaction happened, and writing
  // works again once there is room. kAborted: the same, because the transaction before it, on which
  // this one builds, failed so; it can be tried again. kInternal: a write or sync failed; nothing
  // of it happened or, if the message says so, the outcome is unknown until the database is opened
  // again, where it is all there or not at all, and this handle writes no more.
  // kFailedPrecondition: a reference is broken (linedb/references.h; nothing of it happened), the
  // transaction has ended, or an earlier failure stopped writing.
  // Whatever it returns, the transaction has ended. Its thread only.
  absl::Status Commit();

  // What Commit would say of the references by now; changes nothing. Its thread only.
  absl::Status CheckReferences();

  // Remembers this moment. kFailedPrecondition: the transaction has ended. Its thread only.
  absl::StatusOr<Savepoint> SetSavepoint();
  // Undoes what was done since, keys given out included; the savepoint can be gone back to again,
  // those set after it cannot. kFailedPrecondition: it is one of those, or the transaction has
  // ended. Its thread only. A savepoint of another transaction must not be named.
  absl::Status RollbackTo(Savepoint savepoint);

  // Drops the changes and ends the transaction. Does nothing to one that has ended. Its thread
  // only.
  void Rollback();

  // Whether it has neither been committed nor rolled back. Its thread only.
  bool active() const;

 private:
  friend class engine::TableCore;
  std::unique_ptr<engine::Transaction> transaction_;
};

// All tables as they were committed when it began, made by Database::BeginRead. It waits for nobody
// and nobody waits for it: writers, checkpoints and compactions go on, and it keeps seeing the
// files and versions of its moment, at the cost of the memory and disk space that these take until
// it ends. Reads that name it never see half a transaction, of however many tables.
//
// Any number of threads may read with one at the same time; End, moving and destruction are for one
// thread, after them. Must end before its Database does. Destruction ends it.
class ReadTransaction {
 public:
  ReadTransaction(const engine::Engine* engine, std::shared_ptr<const engine::Snapshot> snapshot);
  ReadTransaction(ReadTransaction&&) noexcept;
  ReadTransaction& operator=(ReadTransaction&&) noexcept;
  ~ReadTransaction();

  // Lets go of what it sees. Does nothing to one that has ended. One thread, when no other reads.
  void End();

  // Whether it has not ended. Any thread.
  bool active() const;

 private:
  friend class engine::TableCore;
  const engine::Engine* engine_;
  std::shared_ptr<const engine::Snapshot> snapshot_;
};

}  // namespace linedb

#endif  // LINEDB_TRANSACTION_H_
