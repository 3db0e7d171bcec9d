// Which tables a damaged database had, and of which schema each is.

#ifndef LINEDB_ENGINE_REPAIR_REPAIR_TABLES_H_
#define LINEDB_ENGINE_REPAIR_REPAIR_TABLES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/repair/damage_list.h"
#include "engine/repair/repair_logs.h"
#include "linedb/table_schema.h"
#include "schema/record_layout.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

struct FoundTable {
  std::string name;
  // Nothing: the schema is lost. It stands in the list then.
  std::optional<schema::RecordLayout> layout;
  std::string schema_text;  // of the new database's file
  // Operations of the table are those behind this one: before it there was another of its name, or
  // none. 0: it is older than the logs.
  wal::Lsn created;
  wal::Lsn altered;  // the last change of its schema in the logs; 0: there is none
  // What the header of the current log says of it; null: nothing, or it is lost.
  const wal::TableCheckpoint* checkpoint = nullptr;
};

// `given`: schemas that go before those that are found. Adds what is wrong with the schema files to
// the list. Errors are the disk's, and kFailedPrecondition for a schema file of a newer version.
absl::StatusOr<std::vector<FoundTable>> FindTables(wal::FileSystem& files,
                                                   const wal::DatabasePaths& paths,
                                                   const RepairLogs& logs, LastWriter last_writer,
                                                   const std::vector<TableSchema>& given,
                                                   DamageList* list);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_REPAIR_REPAIR_TABLES_H_
