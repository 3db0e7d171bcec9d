// Slices of a database, on any disk: what history/ plans, done by the engine.

#ifndef LINEDB_ENGINE_ENGINE_SLICE_H_
#define LINEDB_ENGINE_ENGINE_SLICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "linedb/slice.h"
#include "wal/file_system.h"

namespace linedb::engine {

// As Database::Slice.
absl::StatusOr<SliceReport> SliceDirectory(wal::FileSystem& files, const std::string& directory,
                                           const std::string& target, const SliceOptions& options);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_ENGINE_SLICE_H_
