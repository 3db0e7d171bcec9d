#include "engine/transaction/transaction.h"

namespace linedb::engine {

TableChanges& Transaction::ChangesOf(TableState& table) {
  for (const std::unique_ptr<TableChanges>& changes : tables_) {
    if (&changes->table() == &table) return *changes;
  }
  return *tables_.emplace_back(std::make_unique<TableChanges>(table));
}

const TableChanges* Transaction::FindChangesOf(const TableState& table) const {
  for (const std::unique_ptr<TableChanges>& changes : tables_) {
    if (&changes->table() == &table) return changes.get();
  }
  return nullptr;
}

}  // namespace linedb::engine
