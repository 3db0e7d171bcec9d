// ReadRecordHistory on any disk.

#ifndef LINEDB_ENGINE_HISTORY_RECORD_HISTORY_H_
#define LINEDB_ENGINE_HISTORY_RECORD_HISTORY_H_

#include "linedb/record_history.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

using VersionVisitor = std::function<bool(const RecordVersion&)>;

absl::StatusOr<RecordHistoryReport> ReadRecordHistory(wal::FileSystem& files,
                                                      const wal::DatabasePaths& paths,
                                                      std::string_view table, std::string_view key,
                                                      const VersionVisitor& visit);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_RECORD_HISTORY_H_
