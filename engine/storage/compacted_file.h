// A table's compacted file, which a checkpoint renames into place.

#ifndef LINEDB_ENGINE_STORAGE_COMPACTED_FILE_H_
#define LINEDB_ENGINE_STORAGE_COMPACTED_FILE_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"

namespace linedb::engine {

// Whether a crash has kept the compacted file that the checkpoint describes from being renamed into
// place. Another file of that name is a later checkpoint's that did not come about: it counts for
// nothing.
absl::StatusOr<bool> CompactedAwaitsRename(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                           std::string_view table,
                                           const wal::TableCheckpoint& checkpoint);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_COMPACTED_FILE_H_
