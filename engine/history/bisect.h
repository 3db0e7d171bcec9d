// BisectHistory on any disk.

#ifndef LINEDB_ENGINE_HISTORY_BISECT_H_
#define LINEDB_ENGINE_HISTORY_BISECT_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/bisect.h"
#include "linedb/history.h"
#include "wal/file_system.h"

namespace linedb::engine {

using BisectTest = std::function<absl::StatusOr<BisectVerdict>(const std::string& state)>;

// Restores `directory` to the target directory: what RestoreDirectory does.
using Restoring = std::function<absl::StatusOr<RestoreReport>(
    const std::string& directory, const std::string& target, const RestoreOptions& options)>;

absl::StatusOr<BisectReport> Bisect(wal::FileSystem& files, const std::string& directory,
                                    const BisectOptions& options, const BisectTest& test,
                                    const Restoring& restore);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_BISECT_H_
