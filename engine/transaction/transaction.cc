#include "engine/transaction/transaction.h"

#include <algorithm>
#include <cassert>

namespace linedb::engine {

TableChanges* Transaction::FindChangesOf(const TableState& table) const {
  for (const std::unique_ptr<TableChanges>& changes : tables_) {
    if (&changes->table() == &table) return changes.get();
  }
  return nullptr;
}

bool Transaction::spilled() const {
  return std::any_of(tables_.begin(), tables_.end(),
                     [](const std::unique_ptr<TableChanges>& changes) {
                       return changes->generation().records.spilled();
                     });
}

std::uint64_t Transaction::SetSavepoint() {
  Savepoint& savepoint = savepoints_.emplace_back();
  savepoint.number = ++savepoint_last_;
  savepoint.operations = operations_.size();
  for (const std::unique_ptr<TableChanges>& changes : tables_) {
    savepoint.marks.push_back(changes->MakeMark());
  }
  return savepoint.number;
}

absl::Status Transaction::RollbackTo(std::uint64_t number) {
  const auto found =
      std::find_if(savepoints_.begin(), savepoints_.end(),
                   [number](const Savepoint& savepoint) { return savepoint.number == number; });
  if (found == savepoints_.end()) {
    return absl::FailedPreconditionError(
        "the savepoint is gone: an earlier one was rolled back to");
  }
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (i < found->marks.size()) {
      tables_[i]->RollbackTo(found->marks[i]);
    } else {
      tables_[i]->Rollback().IgnoreError();  // not sealed: nothing that could fail
    }
  }
  tables_.resize(found->marks.size());
  operations_.Truncate(found->operations);
  savepoints_.erase(found + 1, savepoints_.end());
  return absl::OkStatus();
}

absl::Status Transaction::Rollback() {
  absl::Status failed;
  for (const std::unique_ptr<TableChanges>& changes : tables_) failed.Update(changes->Rollback());
  tables_.clear();
  operations_.Truncate(0);
  savepoints_.clear();
  return failed;
}

}  // namespace linedb::engine
