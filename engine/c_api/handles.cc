#include "engine/c_api/handles.h"

#include <atomic>
#include <cassert>

#include "absl/strings/str_cat.h"

namespace linedb::c_api {

std::uintptr_t NextHandleNumber() {
  static std::atomic<std::uintptr_t> next = 1;
  return next++;
}

bool OpenDatabase::Enter() {
  const std::lock_guard lock(mutex_);
  if (closing_) return false;
  ++users_;
  return true;
}

void OpenDatabase::Leave() {
  const std::lock_guard lock(mutex_);
  assert(users_ > 0);
  --users_;
}

std::size_t OpenDatabase::BeginClosing() {
  const std::lock_guard lock(mutex_);
  if (users_ == 0) closing_ = true;
  return users_;
}

absl::StatusOr<DatabaseUse> DatabaseUse::Of(linedb_database* handle) {
  std::shared_ptr<OpenDatabase> open = Databases().Find(handle);
  if (open == nullptr || !open->Enter()) return NoSuchHandle("database", handle);
  return DatabaseUse(std::move(open));
}

absl::Status OpenTransaction::CheckThread() const {
  if (!writer.has_value() || thread == std::this_thread::get_id()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "a transaction that writes is used by the thread that began it only");
}

// Never destroyed: handles may be used by what runs when the program ends.
DatabaseHandles& Databases() {
  static auto& table = *new DatabaseHandles;
  return table;
}
TransactionHandles& Transactions() {
  static auto& table = *new TransactionHandles;
  return table;
}
CursorHandles& Cursors() {
  static auto& table = *new CursorHandles;
  return table;
}
WatchHandles& Watches() {
  static auto& table = *new WatchHandles;
  return table;
}

absl::StatusOr<Place> Place::Of(linedb_database* database, linedb_transaction* transaction,
                                For purpose) {
  absl::StatusOr<DatabaseUse> use = DatabaseUse::Of(database);
  if (!use.ok()) return use.status();
  if (transaction == nullptr) return Place(database, *std::move(use), nullptr);
  std::shared_ptr<OpenTransaction> open = Transactions().Find(transaction);
  if (open == nullptr) return NoSuchHandle("transaction", transaction);
  if (!open->database.IsOf(*use)) {
    return absl::FailedPreconditionError("the transaction is another database's");
  }
  if (absl::Status own = open->CheckThread(); !own.ok()) return own;
  if (purpose == For::kWriting && !open->writer.has_value()) {
    return absl::InvalidArgumentError("the transaction is a snapshot: nothing can be written");
  }
  return Place(database, *std::move(use), std::move(open));
}

engine::View Place::view() const {
  if (transaction_ == nullptr) return {};
  if (transaction_->writer.has_value()) return *transaction_->writer;
  return *transaction_->snapshot;
}

WriteTransaction* Place::writer() const {
  if (transaction_ == nullptr || !transaction_->writer.has_value()) return nullptr;
  return &*transaction_->writer;
}

std::shared_ptr<const ReadTransaction> Place::snapshot() const {
  return transaction_ == nullptr ? nullptr : transaction_->snapshot;
}

absl::Status NoSuchHandle(const char* what, const void* handle) {
  if (handle == nullptr) return absl::InvalidArgumentError(absl::StrCat(what, " is NULL"));
  return absl::InvalidArgumentError(
      absl::StrCat("this is no open ", what, ": it was closed, or is a handle of another kind"));
}

}  // namespace linedb::c_api
