// Taking in .records files that were changed by hand, on any disk.

#ifndef LINEDB_ENGINE_ADOPT_H_
#define LINEDB_ENGINE_ADOPT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "linedb/edit.h"
#include "wal/file_system.h"

namespace linedb::engine {

// As linedb::Adopt.
absl::StatusOr<EditReport> AdoptTables(wal::FileSystem& files, const std::string& directory,
                                       const std::vector<std::string>& tables,
                                       const AdoptOptions& options);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_ADOPT_H_
