// The database behind linedb::Database: what is open, who writes, and the way in and out.

#ifndef LINEDB_ENGINE_ENGINE_H_
#define LINEDB_ENGINE_ENGINE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/archiver.h"
#include "engine/index/table_state.h"
#include "engine/transaction/commit.h"
#include "engine/transaction/transaction.h"
#include "linedb/options.h"
#include "linedb/statistics.h"
#include "linedb/table_schema.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_writer.h"

namespace linedb::engine {

// What Opener (open.h) found; Engine takes over from there.
struct OpenedDatabase {
  std::unique_ptr<wal::FileLock> lock;  // null: read-only
  std::map<std::string, std::unique_ptr<TableState>> tables;
  wal::LogHeader header;
  wal::LogPosition position;
  std::unique_ptr<wal::WalWriter> log;  // null: read-only, or a checkpoint must make one
  OpenReport report;
};

// Any thread may call any method, but for Close, which comes last. Locks are taken in this order:
// the writer's slot, tables_mutex_, a table's mutex, log_mutex_.
class Engine {
 public:
  // `owned` may be null; `files` is then somebody else's and outlives the engine.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(std::unique_ptr<wal::FileSystem> owned,
                                                      wal::FileSystem& files,
                                                      const std::string& directory,
                                                      const Options& options);
  ~Engine();
  absl::Status Close();

  TableState* FindTable(std::string_view name) const;
  std::vector<std::string> TableNames() const;
  absl::Status CreateTable(const TableSchema& schema);

  absl::StatusOr<std::unique_ptr<Transaction>> Begin();
  // Ends the transaction, whatever it returns.
  absl::Status Commit(Transaction& transaction);
  void Rollback(Transaction& transaction);

  absl::StatusOr<CheckpointReport> Checkpoint();

  Statistics Stats() const;
  const OpenReport& report() const { return report_; }
  const std::string& directory() const { return paths_.directory(); }
  bool read_only() const { return options_.access == Access::kReadOnly; }

 private:
  Engine(std::unique_ptr<wal::FileSystem> owned, wal::FileSystem& files,
         const std::string& directory, const Options& options);

  // The slot is held by the caller in all of these.
  absl::Status AcquireSlot();
  absl::StatusOr<CheckpointReport> CheckpointHoldingSlot();
  absl::Status MoveStrayRecordsAside(const std::string& table);
  absl::Status LogCreation(const TableSchema& schema);
  absl::StatusOr<std::unique_ptr<TableState>> MakeTable(const TableSchema& schema);
  absl::Status CheckNewTable(const TableSchema& schema) const;
  void NoteLog();

  // The log as Stats shows it: a copy, since the writer is somewhere in its own.
  struct LogNote {
    wal::LogHeader header;
    wal::LogPosition position;
    std::uint64_t commits = 0;
    std::uint64_t checkpoints = 0;
  };

  std::unique_ptr<wal::FileSystem> owned_files_;
  wal::FileSystem& files_;
  const wal::DatabasePaths paths_;
  const Options options_;
  OpenReport report_;
  bool closed_ = false;

  std::unique_ptr<wal::FileLock> lock_;
  WriterSlot slot_;
  std::unique_ptr<wal::WalWriter> log_;  // the slot's holder's
  absl::Status failure_;                 // the slot's holder's; not OK: nothing is written any more

  mutable std::shared_mutex tables_mutex_;  // guards the map; a table, once in it, stays
  std::map<std::string, std::unique_ptr<TableState>> tables_;

  mutable std::mutex log_mutex_;
  LogNote log_note_;

  Archiver archiver_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_ENGINE_H_
