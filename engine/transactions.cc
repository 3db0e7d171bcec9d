#include <memory>
#include <utility>

#include "engine/engine.h"
#include "engine/transaction/transaction.h"
#include "linedb/transaction.h"

namespace linedb {

WriteTransaction::WriteTransaction(std::unique_ptr<engine::Transaction> transaction)
    : transaction_(std::move(transaction)) {}

WriteTransaction::WriteTransaction(WriteTransaction&&) noexcept = default;

WriteTransaction& WriteTransaction::operator=(WriteTransaction&& other) noexcept {
  if (this != &other) {
    Rollback();
    transaction_ = std::move(other.transaction_);
  }
  return *this;
}

WriteTransaction::~WriteTransaction() { Rollback(); }

absl::Status WriteTransaction::Commit() {
  if (!active()) return absl::FailedPreconditionError("the transaction has ended");
  engine::Engine* const engine = transaction_->engine();
  if (absl::Status kept = engine->KeepReferences(*transaction_, this); !kept.ok()) {
    Rollback();
    return kept;
  }
  return engine->Commit(std::move(transaction_));
}

absl::Status WriteTransaction::CheckReferences() {
  if (!active()) return absl::FailedPreconditionError("the transaction has ended");
  return transaction_->engine()->CheckReferences(*transaction_, *this);
}

absl::StatusOr<Savepoint> WriteTransaction::SetSavepoint() {
  if (!active()) return absl::FailedPreconditionError("the transaction has ended");
  return Savepoint(transaction_->SetSavepoint());
}

absl::Status WriteTransaction::RollbackTo(Savepoint savepoint) {
  if (!active()) return absl::FailedPreconditionError("the transaction has ended");
  return transaction_->RollbackTo(savepoint.number_);
}

void WriteTransaction::Rollback() {
  if (!active()) return;
  const std::unique_ptr<engine::Transaction> ended = std::move(transaction_);
  ended->engine()->Rollback(*ended);
}

bool WriteTransaction::active() const { return transaction_ != nullptr; }

ReadTransaction::ReadTransaction(const engine::Engine* engine,
                                 std::shared_ptr<const engine::Snapshot> snapshot)
    : engine_(engine), snapshot_(std::move(snapshot)) {}
ReadTransaction::ReadTransaction(ReadTransaction&&) noexcept = default;
ReadTransaction& ReadTransaction::operator=(ReadTransaction&&) noexcept = default;
ReadTransaction::~ReadTransaction() = default;
void ReadTransaction::End() { snapshot_.reset(); }
bool ReadTransaction::active() const { return snapshot_ != nullptr; }

}  // namespace linedb
