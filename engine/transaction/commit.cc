#include "engine/transaction/commit.h"

#include <cassert>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "schema/time_text.h"

namespace linedb::engine {
namespace {

std::vector<wal::LogOperation> LogOperationsOf(const Transaction& transaction) {
  std::vector<wal::LogOperation> operations;
  operations.reserve(transaction.operations().size());
  for (const Transaction::Operation& done : transaction.operations()) {
    const RecordsFile& records = done.table->records;
    wal::LogOperation& operation = operations.emplace_back();
    operation.operation = done.change.operation;
    operation.table = done.table->name();
    if (operation.operation != wal::Operation::kDelete) {
      operation.record = records.View(done.change.line);
    }
    if (done.change.old_line) operation.old_record = records.View(done.change.old_line);
  }
  return operations;
}

// Step 2. After an error every file is as it was, unless `failure` says otherwise.
absl::Status WriteRecords(const Transaction& transaction, absl::Status* failure) {
  const auto& tables = transaction.tables();
  for (std::size_t i = 0; i < tables.size(); ++i) {
    RecordsFile& records = tables[i]->table().records;
    absl::Status written = records.WriteTail();
    if (written.ok()) written = records.MapTail();
    if (written.ok()) continue;
    // This table's file and those before it are cut back; WriteTail has cut its own already, and
    // cutting twice does no harm.
    for (std::size_t k = 0; k <= i; ++k) {
      absl::Status cut = tables[k]->table().records.UnwriteTail();
      if (!cut.ok()) *failure = cut;
    }
    return written;
  }
  return absl::OkStatus();
}

absl::Status UnknownOutcome(const absl::Status& cause) {
  return absl::InternalError(absl::StrCat(
      std::string(cause.message()),
      "; whether the transaction is durable is unknown until the database is opened again, and "
      "this handle writes no more"));
}

}  // namespace

absl::Status WriterSlot::Acquire() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (held_ && holder_ == std::this_thread::get_id()) {
    return absl::FailedPreconditionError(
        "this thread already has a transaction open: pass it to the call, or end it first");
  }
  free_.wait(lock, [this] { return !held_; });
  held_ = true;
  holder_ = std::this_thread::get_id();
  return absl::OkStatus();
}

void WriterSlot::Release() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    assert(held_);
    held_ = false;
  }
  free_.notify_one();
}

absl::Status CommitTransaction(const Transaction& transaction, wal::WalWriter& log,
                               absl::Status* failure) {
  assert(!transaction.operations().empty());
  log.Add(LogOperationsOf(transaction), schema::FormatTimestamp(schema::Now()));
  absl::Status done = log.Write();
  if (!done.ok()) {
    if (!log.failed()) return done;
    *failure = log.failure();
    return UnknownOutcome(done);
  }
  done = WriteRecords(transaction, failure);
  if (!done.ok()) {
    absl::Status undone = log.Undo();
    if (!undone.ok()) *failure = undone;
    return failure->ok() ? done : UnknownOutcome(done);
  }
  done = log.Sync();
  if (!done.ok()) {
    *failure = done;
    return UnknownOutcome(done);
  }
  for (const std::unique_ptr<TableChanges>& changes : transaction.tables()) {
    changes->Publish(/*accept_tail=*/true);
  }
  return absl::OkStatus();
}

void RollbackTransaction(const Transaction& transaction) {
  for (const std::unique_ptr<TableChanges>& changes : transaction.tables()) changes->Rollback();
}

}  // namespace linedb::engine
