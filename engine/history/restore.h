// A new database in the state that another one had at an earlier moment.

#ifndef LINEDB_ENGINE_HISTORY_RESTORE_H_
#define LINEDB_ENGINE_HISTORY_RESTORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/history.h"
#include "linedb/table_schema.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

// The engine, as restoring uses it: on a directory of its own, that nobody else has open.
class WorkDatabase {
 public:
  virtual ~WorkDatabase() = default;
  // Opens the database, which replays its log, runs a checkpoint, and closes it.
  virtual absl::Status Settle(const std::string& directory) = 0;
  // The same, with a transaction of its own behind the log's. `migrated`: what a program's
  // functions made of the records, as canonical lines of the schema, an empty one where a record
  // was purged; empty if none did.
  virtual absl::Status AlterTable(const std::string& directory, const TableSchema& schema,
                                  const std::vector<std::string>& migrated) = 0;
  virtual absl::Status DropTable(const std::string& directory, std::string_view table) = 0;
};

struct RestorePlaces {
  wal::FileSystem& files;
  wal::DatabasePaths source;
  std::optional<wal::DatabasePaths> archives;  // another directory of the same database
  wal::DatabasePaths target;
  std::string lock_note;  // is left in the target's LOCK meanwhile
  WorkDatabase& work;
};

// As Database::Restore. Takes no lock but the target's, and writes nothing elsewhere.
absl::StatusOr<RestoreReport> RestoreDatabase(const RestorePlaces& places,
                                              const RestoreOptions& options);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_RESTORE_H_
