// ReadRecordHistory on any disk.

#ifndef LINEDB_ENGINE_HISTORY_RECORD_HISTORY_H_
#define LINEDB_ENGINE_HISTORY_RECORD_HISTORY_H_

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "linedb/record_history.h"
#include "linedb/table_schema.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

// The schema that the table had before the first operation in the logs; nothing if there was no
// such table then, or none ever.
absl::StatusOr<std::optional<TableSchema>> SchemaBeforeLogs(wal::FileSystem& files,
                                                            const wal::DatabasePaths& paths,
                                                            std::string_view table);

using VersionVisitor = std::function<bool(const RecordVersion&)>;

absl::StatusOr<RecordHistoryReport> ReadRecordHistory(wal::FileSystem& files,
                                                      const wal::DatabasePaths& paths,
                                                      std::string_view table, std::string_view key,
                                                      const VersionVisitor& visit);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_RECORD_HISTORY_H_
