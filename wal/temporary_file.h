// A file for what is needed for a while only.

#ifndef LINEDB_WAL_TEMPORARY_FILE_H_
#define LINEDB_WAL_TEMPORARY_FILE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "wal/file_system.h"

namespace linedb::wal {

// An empty file of the process's disk, in the directory that TMPDIR names, else in /tmp. It has no
// name that anybody could find, and is gone with the process, however that ends. Errors are those
// of FileSystem::Open. Any thread.
absl::StatusOr<std::unique_ptr<File>> NewTemporaryFile();

}  // namespace linedb::wal

#endif  // LINEDB_WAL_TEMPORARY_FILE_H_
