// Opening a database: lock, recover, replay, load. DESIGN.md tells the steps and their crash cases.

#ifndef LINEDB_ENGINE_OPEN_H_
#define LINEDB_ENGINE_OPEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "engine/engine.h"
#include "linedb/options.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

// Fails as Database::Open does.
absl::StatusOr<OpenedDatabase> OpenDatabase(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                            const Options& options);

// Tells one log file from the next, so that who reads without the lock sees whether a checkpoint
// came in between; empty if there is none.
std::string LogIdentity(wal::FileSystem& files, const wal::DatabasePaths& paths);

// Whether the directory holds a database: a log, or schema files.
absl::StatusOr<bool> DatabaseExists(wal::FileSystem& files, const wal::DatabasePaths& paths);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_OPEN_H_
