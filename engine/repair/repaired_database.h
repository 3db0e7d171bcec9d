// Writes the new database of a repair.

#ifndef LINEDB_ENGINE_REPAIR_REPAIRED_DATABASE_H_
#define LINEDB_ENGINE_REPAIR_REPAIRED_DATABASE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/repair/damage_list.h"
#include "engine/repair/table_repair.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"

namespace linedb::engine {

struct RepairedDatabase {
  std::vector<const TableRepair*> tables;
  wal::Lsn last;  // the new database goes on behind these
  wal::TransactionId last_transaction;
  const DamageList* damage = nullptr;
  std::string rejects;    // the file that gets the damage, if there is some
  std::string lock_note;  // is left in LOCK meanwhile
};

// kAlreadyExists if the directory holds something, or the rejects file exists.
absl::Status CheckTarget(wal::FileSystem& files, const wal::DatabasePaths& target,
                         const std::string& rejects);

// Makes the database in a directory that passed CheckTarget; returns its id. Its log comes last:
// stopped before, the directory is no database, and opening it says so. After an error it is as it
// was.
absl::StatusOr<std::string> WriteRepaired(wal::FileSystem& files, const wal::DatabasePaths& target,
                                          const RepairedDatabase& repaired);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_REPAIR_REPAIRED_DATABASE_H_
