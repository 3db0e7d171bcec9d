// What a crash in a rotation leaves beside the log.

#ifndef LINEDB_WAL_LEFTOVER_H_
#define LINEDB_WAL_LEFTOVER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_archive.h"

namespace linedb::wal {

// Before a rotation: removes archives of the log that is still in force (a crash came between its
// archive's name and the new log's), and copies that were on their way. Only what holds nothing
// that the log, whose first operation is `first_lsn` and whose whole transactions are its first
// `log_bytes`, does not hold itself is removed.
absl::Status RemoveLeftovers(FileSystem& files, const DatabasePaths& paths, Lsn first_lsn,
                             std::uint64_t log_bytes);

}  // namespace linedb::wal

#endif  // LINEDB_WAL_LEFTOVER_H_
