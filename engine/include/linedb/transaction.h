// Transactions: changes to any number of tables that are there wholly or not at all.

#ifndef LINEDB_TRANSACTION_H_
#define LINEDB_TRANSACTION_H_

#include <memory>

#include "absl/status/status.h"

namespace linedb {

namespace engine {
class Transaction;
class TableCore;
}  // namespace engine

// The right to write, and what has been written with it so far. Made by Database::Begin; one at a
// time in a database: Begin waits for the one before to end. Its changes are seen by reads that
// name it and by nobody else until Commit returned OK.
//
// One thread at a time, the one that began it. Must end before its Database does. Destruction
// rolls back.
class WriteTransaction {
 public:
  explicit WriteTransaction(std::unique_ptr<engine::Transaction> transaction);
  WriteTransaction(WriteTransaction&&) noexcept;
  WriteTransaction& operator=(WriteTransaction&&) noexcept;
  ~WriteTransaction();

  // Makes the changes durable, then visible. OK: they survive any crash. Errors:
  // kResourceExhausted: the disk is full; nothing of the transaction happened, and writing works
  // again once there is room. kInternal: a write or sync failed; the outcome is unknown until the
  // database is opened again, where it is all there or not at all, and this handle writes no more.
  // kFailedPrecondition: the transaction has ended, or an earlier failure stopped writing.
  // Whatever it returns, the transaction has ended.
  absl::Status Commit();

  // Drops the changes and ends the transaction. Does nothing to one that has ended.
  void Rollback();

  // Whether it has neither been committed nor rolled back.
  bool active() const;

 private:
  friend class engine::TableCore;
  std::unique_ptr<engine::Transaction> transaction_;
};

}  // namespace linedb

#endif  // LINEDB_TRANSACTION_H_
