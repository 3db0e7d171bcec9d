// From which tables and by which logs a moment can be reached.

#ifndef LINEDB_ENGINE_HISTORY_RESTORE_PLAN_H_
#define LINEDB_ENGINE_HISTORY_RESTORE_PLAN_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/history/backup_source.h"
#include "engine/history/log_chain.h"
#include "linedb/history.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"

namespace linedb::engine {

// Tables as a log's header tells of them, which are there: in the files of the source, or empty.
struct RestoreBase {
  wal::LogHeader header;
  // The operations from here on are replayed. The header shows the first one already if that
  // altered or dropped a table.
  wal::Lsn first;
  // The state is of this operation, the one before or that first one.
  wal::Lsn shown;
};

struct RestorePlan {
  BackupSource source;
  std::optional<wal::RecoveredLog> live;  // of the directory that has the archives
  LogChain chain;
  RestoreBase base;
  wal::Lsn target;        // the last operation, which ends a transaction
  std::string timestamp;  // of it; of the base, if nothing is replayed
  wal::Lsn oldest;        // moments from this one on can be restored
};

// Reads the logs as far as it must to know. kNotFound if the moment is not to be had, saying what
// is; kInvalidArgument for a time that is none, or another database's archives.
absl::StatusOr<RestorePlan> PlanRestore(wal::FileSystem& files, const wal::DatabasePaths& source,
                                        const std::optional<wal::DatabasePaths>& archives,
                                        const RestoreOptions& options);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_RESTORE_PLAN_H_
