// What a table held before somebody changed its file.

#ifndef LINEDB_ENGINE_EDIT_TABLE_PAST_H_
#define LINEDB_ENGINE_EDIT_TABLE_PAST_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/edit/known_table.h"
#include "schema/record_layout.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_recovery.h"

namespace linedb::engine {

struct PastSources {
  wal::FileSystem& files;
  const wal::DatabasePaths& paths;
  const wal::RecoveredLog& log;
  std::shared_ptr<const schema::RecordLayout> layout;  // of the table as it is
  std::string_view file;                               // its .records file as somebody left it
  std::string_view before;                             // another copy of it; empty: none
};

// The table's records by the last operation of the log. They are those of the newest checkpoint
// whose bytes the file, or the other copy, still begins with, by its checksum; or none, where the
// table was made; and after them the operations of the logs, archived ones included, which follow
// each other without a gap. So it is proved, or it is kNotFound: the message says how far the logs
// go back. kDataLoss if a log cannot be read.
absl::StatusOr<KnownTable> ReadTablePast(const PastSources& sources);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EDIT_TABLE_PAST_H_
