// Publishes a checkpoint and rotates the log, by one atomic rename.

#ifndef LINEDB_WAL_CHECKPOINT_H_
#define LINEDB_WAL_CHECKPOINT_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"
#include "wal/wal_writer.h"

namespace linedb::wal {

// Makes the first log of a database. Its appearance is what makes the directory a database, so
// everything else in it is durable before. `header.previous` and epoch are used as given.
absl::StatusOr<std::unique_ptr<WalWriter>> CreateLog(FileSystem& files, const DatabasePaths& paths,
                                                     const LogHeader& header);

// What a rotation starts from: the log as it is on disk, and what the checkpoint says.
struct Rotation {
  LogHeader old_header;
  LogPosition old_position;  // whole transactions up to here; what is behind is not carried over
  std::string timestamp;     // RFC 3339, of the new header
  std::string archive_time;  // yyyymmdd_hhmmss, UTC
  std::map<std::string, TableCheckpoint> tables;
  // The log was written by a process that died: its bytes may be in the page cache only, and stay
  // there whatever is synced. Its archive is then a copy.
  bool log_may_be_unsynced = false;
  // The first transaction of the new log, or nothing. It comes about with the switch. The header's
  // tables show an ALTER_TABLE, with all that follows it, or DROP_TABLE already, but no other
  // operation on a record.
  absl::Span<const LogOperation> first_transaction = {};
};

// The records files are durable up to what `tables` says before this is called. Writes the new log
// as a temporary file and syncs it, gives the old log its archive name by a hard link, renames the
// new one over it, syncs the directory. A log without operations is not archived: the new header
// keeps its epoch and previous. If the old log has a torn tail or may be unsynced, its archive is a
// copy of the valid part (written and synced), not a link. An error before the rename leaves the
// old log in force and removes what was made; an error after it (kInternal) leaves the state
// unknown: the caller stops writing.
absl::StatusOr<std::unique_ptr<WalWriter>> RotateLog(FileSystem& files, const DatabasePaths& paths,
                                                     const Rotation& rotation);

// Puts `text`, a whole log of this header that ends at `position`, in the place of the log in
// force, which no writer continues from then on. Errors as of RotateLog.
absl::StatusOr<std::unique_ptr<WalWriter>> ReplaceLog(FileSystem& files, const DatabasePaths& paths,
                                                      const LogHeader& header,
                                                      const LogPosition& position,
                                                      std::string_view text);

}  // namespace linedb::wal

#endif  // LINEDB_WAL_CHECKPOINT_H_
