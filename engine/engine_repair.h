// Repair of a directory, on any disk: what repair/ does, and a look at what came of it.

#ifndef LINEDB_ENGINE_ENGINE_REPAIR_H_
#define LINEDB_ENGINE_ENGINE_REPAIR_H_

#include <string>

#include "absl/status/statusor.h"
#include "linedb/repair.h"
#include "wal/file_system.h"

namespace linedb::engine {

// As Database::Repair.
absl::StatusOr<RepairReport> RepairDirectory(wal::FileSystem& files, const std::string& directory,
                                             const std::string& target,
                                             const RepairOptions& options);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_ENGINE_REPAIR_H_
