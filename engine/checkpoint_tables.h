// The tables' side of a checkpoint: what the new log's header says of them.

#ifndef LINEDB_ENGINE_CHECKPOINT_TABLES_H_
#define LINEDB_ENGINE_CHECKPOINT_TABLES_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/index/table_state.h"
#include "engine/storage/compaction.h"
#include "linedb/options.h"
#include "linedb/statistics.h"
#include "wal/checkpoint.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_writer.h"

namespace linedb::engine {

using TableMap = std::map<std::string, std::unique_ptr<TableState>>;

// One checkpoint, step by step; wal/FORMAT.md and engine/FORMAT.md number its crash cases. The
// writer's slot is held throughout.
class TablesCheckpoint {
 public:
  TablesCheckpoint(wal::FileSystem& files, const wal::DatabasePaths& paths, const Options& options)
      : files_(files), paths_(paths), options_(options) {}

  // Whether a table calls for compaction.
  bool IsCompactionDue(const TableState& table) const;

  // Makes every table durable as the header will say: writes compacted files beside those that call
  // for it, syncs the others. After an error nothing has happened; see Abandon.
  absl::Status Prepare(const TableMap& tables);
  // Removes the compacted files of a checkpoint that did not come about.
  void Abandon();
  const std::map<std::string, wal::TableCheckpoint>& header_tables() const { return header_; }

  // After the switch of logs: renames the compacted files into place and goes on with them.
  absl::Status Finish(CheckpointReport* report);

 private:
  struct Compacted {
    TableState* table;
    CompactedRecords records;
  };
  absl::Status Compact(TableState& table, wal::TableCheckpoint* entry);
  static void Adopt(Compacted& compacted);

  wal::FileSystem& files_;
  const wal::DatabasePaths& paths_;
  const Options& options_;
  std::map<std::string, wal::TableCheckpoint> header_;
  std::vector<Compacted> compacted_;
};

// "20260122_203117" of now, for the name of an archive.
std::string ArchiveTime();

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_CHECKPOINT_TABLES_H_
