// Copies of a database, and its state at an earlier moment: what Database::Backup and
// Database::Restore are told, and what they tell.

#ifndef LINEDB_HISTORY_H_
#define LINEDB_HISTORY_H_

#include <cstdint>
#include <functional>
#include <string>
#include <variant>

namespace linedb {

// How far a copy is. Called now and then on the thread that copies; returning false ends it with
// kCancelled.
using CopyProgress = std::function<bool(std::uint64_t bytes_done, std::uint64_t bytes_total)>;

struct BackupOptions {
  // Copies the archived logs, too. Without them the copy can be restored to no moment before its
  // own last checkpoint.
  bool archives = true;
  CopyProgress progress = {};
};

struct BackupReport {
  std::string database;   // its id, which the copy shares
  std::uint64_t lsn = 0;  // the copy is the state after this operation
  std::string timestamp;  // of that operation; of the checkpoint, if there is none since
  std::uint64_t tables = 0;
  std::uint64_t bytes_copied = 0;  // of tables, logs and archives
  std::uint64_t bytes_shared = 0;  // were there already, and were compared
  std::uint64_t files_written = 0;
  std::uint64_t archives_copied = 0;
  std::uint64_t archives_missing = 0;  // operations between two archives of the copy: see Backup
  bool incremental = false;            // there was an earlier backup
};

// The state after the last transaction that is whole by then.
struct AtLsn {
  std::uint64_t lsn = 0;
};
// The state after the last transaction whose timestamp, in RFC 3339, is not later.
struct AtTime {
  std::string timestamp;
};
// The newest state there is.
struct AtEnd {};

struct RestoreOptions {
  std::variant<AtEnd, AtLsn, AtTime> target = AtEnd{};
  // Another directory of the same database, whose logs go on where those of the backup end: the
  // live one. Empty: none.
  std::string archives;
  // Finds out what it would do, and writes nothing.
  bool dry_run = false;
  CopyProgress progress = {};
};

struct RestoreReport {
  std::string database;        // the id of the new database
  std::uint64_t lsn = 0;       // the last operation that is in it
  std::string timestamp;       // of that operation, or of the checkpoint it is built on
  std::uint64_t base_lsn = 0;  // what is not replayed: the tables as of this operation
  std::string base_timestamp;  // of the checkpoint that they were in
  std::uint64_t logs_read = 0;
  std::uint64_t operations_replayed = 0;
  std::uint64_t transactions_replayed = 0;
  std::uint64_t tables = 0;
  std::uint64_t lsn_oldest = 0;  // moments from here ...
  std::uint64_t lsn_newest = 0;  // ... to here can be restored
};

}  // namespace linedb

#endif  // LINEDB_HISTORY_H_
