// Backup and restore of directories, on any disk: what history/ does, with the engine at hand.

#ifndef LINEDB_ENGINE_ENGINE_HISTORY_H_
#define LINEDB_ENGINE_ENGINE_HISTORY_H_

#include <string>

#include "absl/status/statusor.h"
#include "engine/history/bisect.h"
#include "linedb/history.h"
#include "wal/file_system.h"

namespace linedb::engine {

// As Database::BackupFrom, Database::Restore and BisectHistory.
absl::StatusOr<BackupReport> BackupDirectory(wal::FileSystem& files, const std::string& directory,
                                             const std::string& target,
                                             const BackupOptions& options);
absl::StatusOr<RestoreReport> RestoreDirectory(wal::FileSystem& files, const std::string& directory,
                                               const std::string& target,
                                               const RestoreOptions& options);
absl::StatusOr<BisectReport> BisectDirectory(wal::FileSystem& files, const std::string& directory,
                                             const BisectOptions& options, const BisectTest& test);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_ENGINE_HISTORY_H_
