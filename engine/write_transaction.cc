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
  const std::unique_ptr<engine::Transaction> ended = std::move(transaction_);
  return ended->engine()->Commit(*ended);
}

void WriteTransaction::Rollback() {
  if (!active()) return;
  const std::unique_ptr<engine::Transaction> ended = std::move(transaction_);
  ended->engine()->Rollback(*ended);
}

bool WriteTransaction::active() const { return transaction_ != nullptr; }

}  // namespace linedb
