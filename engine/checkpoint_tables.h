// The tables' side of a checkpoint: what the new log's header says of them.

#ifndef LINEDB_ENGINE_CHECKPOINT_TABLES_H_
#define LINEDB_ENGINE_CHECKPOINT_TABLES_H_

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/index/table_state.h"
#include "engine/table_compaction.h"
#include "engine/transaction/publisher.h"
#include "linedb/options.h"
#include "linedb/statistics.h"
#include "wal/checkpoint.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_writer.h"

namespace linedb::engine {

using TableMap = std::map<std::string, std::shared_ptr<TableState>>;

// Whether a table calls for compaction. Any thread.
bool IsCompactionDue(const TableState& table, const Options& options);
// Whether one would drop a line of it. Any thread.
bool HasSuperseded(const TableState& table);

// One checkpoint, step by step; wal/FORMAT.md and engine/FORMAT.md number its crash cases. No table
// is made or dropped meanwhile but by the caller.
class TablesCheckpoint {
 public:
  TablesCheckpoint(wal::FileSystem& files, const wal::DatabasePaths& paths, const Options& options)
      : files_(files), paths_(paths), options_(options) {}

  // Does what takes long, beside readers and writers: syncs the tables, and compacts those that
  // call for it, or are named here, into files of their own. After an error nothing has happened;
  // see Abandon.
  absl::Status Prepare(const TableMap& tables, const std::set<std::string>& compacted = {});
  // A compaction of the caller's making, complete; before Complete.
  void Add(std::unique_ptr<TableCompaction> compaction);
  // Holding the slot, with nothing on its way: makes every table durable as the header will say.
  // Likewise.
  absl::Status Complete(const TableMap& tables);
  // Not OK if a table's own file could not be synced: what it holds is unknown from then on.
  const absl::Status& sync_failure() const { return sync_failure_; }
  // Removes the compacted files of a checkpoint that did not come about.
  void Abandon();
  std::map<std::string, wal::TableCheckpoint>& header_tables() { return header_; }

  // After the switch of logs: renames the compacted files into place and goes on with them.
  absl::Status Finish(Publisher& publisher, CheckpointReport* report);

 private:
  absl::Status SyncRecords(TableState& table);
  TableCompaction* FindCompaction(const std::string& table);

  wal::FileSystem& files_;
  const wal::DatabasePaths& paths_;
  const Options& options_;
  std::map<std::string, wal::TableCheckpoint> header_;
  std::map<std::string, std::unique_ptr<TableCompaction>> compactions_;
  TableMap tables_;
  absl::Status sync_failure_;
};

// "20260122_203117", as in the name of an archive: of now, or of `ago` before.
std::string ArchiveTime(std::chrono::seconds ago = std::chrono::seconds(0));

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_CHECKPOINT_TABLES_H_
