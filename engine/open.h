// Opening a database: lock, recover, replay, load. DESIGN.md tells the steps and their crash cases.

#ifndef LINEDB_ENGINE_OPEN_H_
#define LINEDB_ENGINE_OPEN_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/engine.h"
#include "engine/table_recovery.h"
#include "linedb/options.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

// Fails as Database::Open does.
absl::StatusOr<OpenedDatabase> OpenDatabase(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                            const Options& options);

// What is put into the place of files that were changed by hand, with one transaction behind it.
struct Installation {
  GivenTables tables;  // as the log has them
  // The transaction, or nothing; the texts are the caller's.
  std::vector<wal::LogOperation> transaction;
  // Called holding the lock, before anything is written; an error ends it.
  std::function<absl::Status()> begin;
};

// Takes the lock, recovers the database with these tables in place of their files, and switches to
// a log whose header says so and whose first transaction is the given one: that switch is the
// moment of all of it. The next opening for writing brings the tables forward. An error leaves
// everything as it was, unless it is kInternal: then the next opening knows. Otherwise fails as
// OpenDatabase does.
absl::Status Install(wal::FileSystem& files, const wal::DatabasePaths& paths,
                     const Options& options, const Installation& installation);

// Tells one log file from the next, so that who reads without the lock sees whether a checkpoint
// came in between; empty if there is none.
std::string LogIdentity(wal::FileSystem& files, const wal::DatabasePaths& paths);

// Whether the directory holds a database: a log, or schema files.
absl::StatusOr<bool> DatabaseExists(wal::FileSystem& files, const wal::DatabasePaths& paths);
// kNotFound if not.
absl::Status CheckDatabaseExists(wal::FileSystem& files, const wal::DatabasePaths& paths);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_OPEN_H_
