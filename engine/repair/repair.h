// A new database of all that can still be read of a damaged one.

#ifndef LINEDB_ENGINE_REPAIR_REPAIR_H_
#define LINEDB_ENGINE_REPAIR_REPAIR_H_

#include <string>

#include "absl/status/statusor.h"
#include "engine/repair/repair_logs.h"
#include "linedb/repair.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

struct RepairPlaces {
  wal::FileSystem& files;
  wal::DatabasePaths source;
  wal::DatabasePaths target;
  LastWriter last_writer;
  bool is_lock_damaged = false;  // so that this is not known, but taken for closed
  std::string lock_note;         // is left in the target's LOCK meanwhile
};

// As Database::Repair, which checks afterwards what was written. Takes no lock but the target's,
// and writes nothing elsewhere but the rejects.
absl::StatusOr<RepairReport> RepairDatabase(const RepairPlaces& places,
                                            const RepairOptions& options);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_REPAIR_REPAIR_H_
