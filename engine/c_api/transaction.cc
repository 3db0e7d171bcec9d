// linedb/linedb.h: what is done with transactions that have begun.

#include <string>

#include "absl/strings/str_cat.h"
#include "engine/c_api/calls.h"
#include "engine/c_api/handles.h"

namespace linedb::c_api {
namespace {

// kFailedPrecondition also of a transaction of another thread.
absl::StatusOr<std::shared_ptr<OpenTransaction>> Find(const linedb_transaction* handle) {
  std::shared_ptr<OpenTransaction> open = Transactions().Find(handle);
  if (open == nullptr) return NoSuchHandle("transaction", handle);
  if (absl::Status own = open->CheckThread(); !own.ok()) return own;
  return open;
}

// The same, for the last time.
absl::StatusOr<std::shared_ptr<OpenTransaction>> Take(const linedb_transaction* handle) {
  absl::StatusOr<std::shared_ptr<OpenTransaction>> open = Find(handle);
  if (open.ok() && Transactions().Remove(handle) == nullptr) {
    return NoSuchHandle("transaction", handle);
  }
  return open;
}

absl::StatusOr<std::shared_ptr<OpenTransaction>> FindWriter(const linedb_transaction* handle) {
  absl::StatusOr<std::shared_ptr<OpenTransaction>> open = Find(handle);
  if (open.ok() && !(*open)->writer.has_value()) {
    return absl::InvalidArgumentError("the transaction is a snapshot: it has no savepoints");
  }
  return open;
}

absl::Status BeginRead(linedb_database* database, linedb_transaction** transaction) {
  absl::StatusOr<DatabaseUse> use = DatabaseUse::Of(database);
  if (!use.ok()) return use.status();
  absl::StatusOr<ReadTransaction> begun = (*use)->BeginRead();
  if (!begun.ok()) return begun.status();
  auto snapshot = std::make_shared<const ReadTransaction>(*std::move(begun));
  *transaction = Transactions().Add(std::make_shared<OpenTransaction>(
      OpenTransaction{.database = *std::move(use), .writer = {}, .snapshot = std::move(snapshot)}));
  return absl::OkStatus();
}

absl::Status RollbackTo(OpenTransaction* open, std::int64_t savepoint) {
  if (savepoint < 1 || savepoint > static_cast<std::int64_t>(open->savepoints.size())) {
    return absl::InvalidArgumentError(absl::StrCat("there is no savepoint ", savepoint));
  }
  return open->writer->RollbackTo(open->savepoints[static_cast<std::size_t>(savepoint) - 1]);
}

}  // namespace
}  // namespace linedb::c_api

using namespace linedb::c_api;  // NOLINT: what follows is C

extern "C" {

int linedb_begin_read(linedb_database* database, linedb_transaction** transaction,
                      linedb_error* error) {
  return Call(error, [&] {
    Clear(transaction);
    if (absl::Status given = CheckGiven({{"transaction", transaction}}); !given.ok()) return given;
    return BeginRead(database, transaction);
  });
}

int linedb_commit(linedb_transaction* transaction, linedb_error* error) {
  return Call(error, [&] {
    const auto open = Take(transaction);
    if (!open.ok()) return open.status();
    return (*open)->writer.has_value() ? (*open)->writer->Commit() : absl::OkStatus();
  });
}

int linedb_rollback(linedb_transaction* transaction, linedb_error* error) {
  return Call(error, [&] {
    if (transaction == nullptr) return absl::OkStatus();
    const auto open = Take(transaction);
    if (!open.ok()) return open.status();
    if ((*open)->writer.has_value()) (*open)->writer->Rollback();
    return absl::OkStatus();
  });
}

int linedb_set_savepoint(linedb_transaction* transaction, int64_t* savepoint, linedb_error* error) {
  return Call(error, [&] {
    Clear(savepoint);
    if (absl::Status given = CheckGiven({{"savepoint", savepoint}}); !given.ok()) return given;
    const auto open = FindWriter(transaction);
    if (!open.ok()) return open.status();
    const absl::StatusOr<linedb::Savepoint> set = (*open)->writer->SetSavepoint();
    if (!set.ok()) return set.status();
    (*open)->savepoints.push_back(*set);
    *savepoint = static_cast<int64_t>((*open)->savepoints.size());
    return absl::OkStatus();
  });
}

int linedb_rollback_to(linedb_transaction* transaction, int64_t savepoint, linedb_error* error) {
  return Call(error, [&] {
    const auto open = FindWriter(transaction);
    if (!open.ok()) return open.status();
    return RollbackTo(open->get(), savepoint);
  });
}

}  // extern "C"
