// The open transaction: what it did, table by table and in order.

#ifndef LINEDB_ENGINE_TRANSACTION_TRANSACTION_H_
#define LINEDB_ENGINE_TRANSACTION_TRANSACTION_H_

#include <memory>
#include <vector>

#include "engine/transaction/table_changes.h"

namespace linedb::engine {

class Engine;

// One thread: the one that began it.
class Transaction {
 public:
  explicit Transaction(Engine* engine) : engine_(engine) {}

  Engine* engine() const { return engine_; }

  // This transaction's changes to the table; none yet is a valid state.
  TableChanges& ChangesOf(TableState& table);
  // The same, or null if there are none: for reading.
  const TableChanges* FindChangesOf(const TableState& table) const;

  void Record(TableState& table, const Change& change) { operations_.push_back({&table, change}); }

  struct Operation {
    TableState* table;
    Change change;
  };
  const std::vector<Operation>& operations() const { return operations_; }
  const std::vector<std::unique_ptr<TableChanges>>& tables() const { return tables_; }

 private:
  Engine* engine_;
  std::vector<std::unique_ptr<TableChanges>> tables_;
  std::vector<Operation> operations_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TRANSACTION_TRANSACTION_H_
