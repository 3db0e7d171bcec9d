// Checking every file of a database from end to end.

#ifndef LINEDB_ENGINE_VERIFY_H_
#define LINEDB_ENGINE_VERIFY_H_

#include "absl/status/statusor.h"
#include "linedb/statistics.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

// As Database::Verify. Takes no lock, writes nothing, works beside a writer.
absl::StatusOr<VerifyReport> VerifyDatabase(wal::FileSystem& files,
                                            const wal::DatabasePaths& paths);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_VERIFY_H_
