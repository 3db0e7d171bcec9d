// The handles of linedb/linedb.h, and what stands behind them. A handle is a number that is given
// out once, so that one that was closed, or is of another kind, is told and never followed.

#ifndef LINEDB_ENGINE_C_API_HANDLES_H_
#define LINEDB_ENGINE_C_API_HANDLES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/storage/row_id_cutter.h"
#include "linedb/change_feed.h"
#include "linedb/database.h"
#include "linedb/linedb.h"
#include "linedb/table_core.h"
#include "linedb/transaction.h"

namespace linedb::c_api {

// The next number; of all kinds of handles together.
std::uintptr_t NextHandleNumber();

// Those of one kind that are open. Any thread.
template <class Handle, class Object>
class HandleTable {
 public:
  Handle* Add(std::shared_ptr<Object> object) {
    const std::lock_guard lock(mutex_);
    const std::uintptr_t number = NextHandleNumber();
    open_.emplace(number, std::move(object));
    return reinterpret_cast<Handle*>(number);
  }
  // Null if it is none.
  std::shared_ptr<Object> Find(const Handle* handle) const {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(reinterpret_cast<std::uintptr_t>(handle));
    return found == open_.end() ? nullptr : found->second;
  }
  // Null also if another thread was first.
  std::shared_ptr<Object> Remove(const Handle* handle) {
    const std::lock_guard lock(mutex_);
    auto node = open_.extract(reinterpret_cast<std::uintptr_t>(handle));
    return node.empty() ? nullptr : std::move(node.mapped());
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uintptr_t, std::shared_ptr<Object>> open_;
};

// A database, and how many calls and handles use it. Any thread.
class OpenDatabase {
 public:
  explicit OpenDatabase(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  Database& database() const { return *database_; }
  // False once it is closing.
  bool Enter();
  void Leave();
  // How many use it; if that is nobody, nobody can any more.
  std::size_t BeginClosing();

 private:
  const std::unique_ptr<Database> database_;
  std::mutex mutex_;
  std::size_t users_ = 0;
  bool closing_ = false;
};

// Keeps a database open, for a call or as long as a handle.
class DatabaseUse {
 public:
  // kInvalidArgument if it is no open database.
  static absl::StatusOr<DatabaseUse> Of(linedb_database* handle);
  DatabaseUse(DatabaseUse&& other) noexcept = default;
  DatabaseUse& operator=(DatabaseUse&&) = delete;
  ~DatabaseUse() {
    if (open_ != nullptr) open_->Leave();
  }

  Database& operator*() const { return open_->database(); }
  Database* operator->() const { return &open_->database(); }
  bool IsOf(const DatabaseUse& other) const { return open_ == other.open_; }

 private:
  explicit DatabaseUse(std::shared_ptr<OpenDatabase> open) : open_(std::move(open)) {}
  std::shared_ptr<OpenDatabase> open_;
};

// One that writes, or a snapshot, which those who read with it share with the handle.
struct OpenTransaction {
  DatabaseUse database;
  std::optional<WriteTransaction> writer;
  std::shared_ptr<const ReadTransaction> snapshot;
  std::thread::id thread = std::this_thread::get_id();
  std::vector<Savepoint> savepoints = {};

  // kFailedPrecondition if it writes and this thread is not its own.
  absl::Status CheckThread() const;
};

// Rows of a query: a walk over a table, or what was kept.
struct OpenCursor {
  DatabaseUse database;
  std::shared_ptr<const ReadTransaction> snapshot;
  std::optional<engine::RecordCursor> walk;
  std::optional<engine::RowIdCutter> cutter;  // of the walk
  std::string rows = {};                      // each with a NUL behind it
  std::size_t next = 0;                       // in `rows`
  std::string row = {};                       // the last one of the walk
};

struct OpenWatch {
  DatabaseUse database;
  CommitSubscription subscription;
};

using DatabaseHandles = HandleTable<linedb_database, OpenDatabase>;
using TransactionHandles = HandleTable<linedb_transaction, OpenTransaction>;
using CursorHandles = HandleTable<linedb_cursor, OpenCursor>;
using WatchHandles = HandleTable<linedb_watch, OpenWatch>;

DatabaseHandles& Databases();
TransactionHandles& Transactions();
CursorHandles& Cursors();
WatchHandles& Watches();

// Where a call reads or writes: a database, and a transaction of it or none.
class Place {
 public:
  enum class For { kReading, kWriting };
  // kInvalidArgument (a handle is none; a snapshot cannot be written to), kFailedPrecondition (the
  // transaction is another database's or another thread's).
  static absl::StatusOr<Place> Of(linedb_database* database, linedb_transaction* transaction,
                                  For purpose);

  Database& database() const { return *database_; }
  engine::View view() const;
  // Null without a transaction, and of a snapshot.
  WriteTransaction* writer() const;
  std::shared_ptr<const ReadTransaction> snapshot() const;
  // Another use of the database, for a handle.
  absl::StatusOr<DatabaseUse> Keep() const { return DatabaseUse::Of(handle_); }

 private:
  Place(linedb_database* handle, DatabaseUse database, std::shared_ptr<OpenTransaction> transaction)
      : handle_(handle), database_(std::move(database)), transaction_(std::move(transaction)) {}

  linedb_database* handle_;
  DatabaseUse database_;
  std::shared_ptr<OpenTransaction> transaction_;
};

// kInvalidArgument of a handle that names nothing; `what` is its kind.
absl::Status NoSuchHandle(const char* what, const void* handle);

}  // namespace linedb::c_api

#endif  // LINEDB_ENGINE_C_API_HANDLES_H_
