// The directory that a database is copied to: what is there already, and whether it may be.

#ifndef LINEDB_ENGINE_HISTORY_BACKUP_TARGET_H_
#define LINEDB_ENGINE_HISTORY_BACKUP_TARGET_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/history/backup_source.h"
#include "engine/storage/new_directory.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"

namespace linedb::engine {

// What a directory held before a copy into it. `unfinished` was left by a copy that was stopped.
struct FoundCopy {
  enum class Kind { kNothing, kUnfinished, kBackup };
  Kind kind = Kind::kNothing;
  wal::LogHeader header;         // of kBackup's log
  wal::Lsn last;                 // in it
  std::set<std::string> tables;  // that it has, by its header or since
};

// Whether the caller holds the directory's lock, and an earlier copy's renames may be finished.
enum class TargetAccess { kLook, kHoldsLock };

// kInvalidArgument if `target` is `source` or lies in it, by their names or by links.
absl::Status CheckApart(wal::FileSystem& files, const std::string& source,
                        const std::string& target);

// kAlreadyExists if the directory holds anything but a copy of this database; kFailedPrecondition
// if it is one that was written to on its own, or is ahead.
absl::StatusOr<FoundCopy> LookAtTarget(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                       wal::FileSystem& source_files,
                                       const wal::DatabasePaths& source_paths,
                                       const BackupSource& source, TargetAccess access);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_BACKUP_TARGET_H_
