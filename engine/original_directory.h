// Directories of the Python original of this format: read as they are, taken over for writing.
// FORMAT.md says what is accepted in them.

#ifndef LINEDB_ENGINE_ORIGINAL_DIRECTORY_H_
#define LINEDB_ENGINE_ORIGINAL_DIRECTORY_H_

#include <string>

#include "absl/status/status.h"
#include "engine/engine.h"
#include "engine/storage/catalog.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

// Reads the tables into memory: their .records lines, then the log's, inserted or replaced by key.
// Changes nothing on disk. kDataLoss with file, line and byte for a line that is no record.
absl::Status LoadOriginal(wal::FileSystem& files, const wal::DatabasePaths& paths,
                          const Catalog& catalog, OpenedDatabase* opened);

// After LoadOriginal: writes the tables in canonical form and a first log whose header describes
// them, and archives the original's log. The schema files stay as they are. The switch is the new
// log's rename; before it, the directory is the original's still.
absl::Status AdoptOriginal(wal::FileSystem& files, const wal::DatabasePaths& paths,
                           const std::string& database_id, OpenedDatabase* opened);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_ORIGINAL_DIRECTORY_H_
