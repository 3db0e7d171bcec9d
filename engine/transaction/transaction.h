// A transaction: what it did, table by table and in order.

#ifndef LINEDB_ENGINE_TRANSACTION_TRANSACTION_H_
#define LINEDB_ENGINE_TRANSACTION_TRANSACTION_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "engine/transaction/operation_list.h"
#include "engine/transaction/table_changes.h"
#include "linedb/options.h"

namespace linedb::engine {

class Engine;

// One thread: the one that began it, until it is committed.
class Transaction {
 public:
  Transaction(Engine* engine, Durability durability) : engine_(engine), durability_(durability) {}

  Engine* engine() const { return engine_; }
  Durability durability() const { return durability_; }

  // This transaction's changes to the table; none yet is a valid state. `begin(table)` makes them,
  // once per table.
  template <class Begin>
  TableChanges& ChangesOf(TableState& table, Begin&& begin) {
    if (TableChanges* changes = FindChangesOf(table); changes != nullptr) return *changes;
    return *tables_.emplace_back(begin(table));
  }
  // The same, or null if there are none.
  TableChanges* FindChangesOf(const TableState& table) const;

  void Record(TableState& table, const Change& change) { operations_.Add(table, change); }

  void Expect(std::size_t operations) { operations_.Reserve(operations); }

  // Forgets all but the first `count`, whose changes are undone.
  void ForgetOperations(std::size_t count) { operations_.Truncate(count); }

  // Most transactions are small: room for one table comes with them.
  using Tables = absl::InlinedVector<std::unique_ptr<TableChanges>, 1>;
  const OperationList& operations() const { return operations_; }
  const Tables& tables() const { return tables_; }

  // Whether it has put aside lines of a table, for want of memory.
  bool spilled() const;

  // Savepoints have numbers that are never used twice in a transaction.
  std::uint64_t SetSavepoint();
  // Undoes what was done since; later savepoints are gone, this one stays. kFailedPrecondition if
  // it is gone.
  absl::Status RollbackTo(std::uint64_t savepoint);
  // Undoes everything. An error says that a file could not be cut back.
  absl::Status Rollback();

 private:
  struct Savepoint {
    std::uint64_t number = 0;
    std::size_t operations = 0;
    std::vector<TableChanges::Mark> marks;  // of the tables changed by then, in order
  };

  Engine* engine_;
  const Durability durability_;
  Tables tables_;
  OperationList operations_;
  std::vector<Savepoint> savepoints_;
  std::uint64_t savepoint_last_ = 0;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TRANSACTION_TRANSACTION_H_
