// Copying a database while it is written to, and bringing such a copy up to date.
//
// What a copy holds is what a checkpoint leaves, and behind it a log: files of a database, made in
// an order that leaves one at every step. engine/FORMAT.md numbers the crash cases.

#ifndef LINEDB_ENGINE_HISTORY_BACKUP_H_
#define LINEDB_ENGINE_HISTORY_BACKUP_H_

#include <string>

#include "absl/status/statusor.h"
#include "linedb/history.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

struct BackupPlaces {
  wal::FileSystem& source_files;
  wal::DatabasePaths source;
  wal::FileSystem& target_files;
  wal::DatabasePaths target;
  std::string lock_note;  // is left in the target's LOCK meanwhile
};

// As Database::Backup. Takes no lock of the source and writes nothing to it.
absl::StatusOr<BackupReport> BackupDatabase(const BackupPlaces& places,
                                            const BackupOptions& options);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_BACKUP_H_
