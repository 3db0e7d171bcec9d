// A database as it is copied: one moment of it, held fast by open files while its writer goes on.

#ifndef LINEDB_ENGINE_HISTORY_BACKUP_SOURCE_H_
#define LINEDB_ENGINE_HISTORY_BACKUP_SOURCE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"
#include "wal/wal_recovery.h"

namespace linedb::engine {

struct SourceTable {
  std::unique_ptr<wal::File> records;  // null: the log created the table, so all is in `tail`
  wal::TableCheckpoint checkpoint;     // what the log's header says of it
  std::string schema_text;             // its schema file
  std::string tail;                    // the lines that the log adds
};

struct BackupSource {
  wal::RecoveredLog log;
  std::map<std::string, SourceTable, std::less<>> tables;

  wal::Lsn last() const { return {log.position.next_lsn.value - 1}; }
};

// Opens the log and every table's file. Once that is done a checkpoint, a compaction and a change
// of a schema take nothing away any more: the files stay readable under no name, and their first
// bytes, those that the log's header tells of, never change. So the writer is neither waited for
// nor held up; only if it switches logs while the files are being opened, this begins again.
//
// The log is synced first, as far as it can be: a power cut that took from the database what a copy
// of it has would make two histories of one. Takes no lock and writes nothing. kNotFound if there
// is no database, kFailedPrecondition for one of the Python original, kDataLoss with file and place
// for damage.
absl::StatusOr<BackupSource> OpenBackupSource(wal::FileSystem& files,
                                              const wal::DatabasePaths& paths);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_BACKUP_SOURCE_H_
