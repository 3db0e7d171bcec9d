// The operations of a database's logs, oldest first, archives included.

#ifndef LINEDB_ENGINE_HISTORY_LOG_WALK_H_
#define LINEDB_ENGINE_HISTORY_LOG_WALK_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"

namespace linedb::engine {

// The views are valid during the call only.
struct LoggedOperation {
  const wal::LogEntry* entry = nullptr;
  std::string_view file;      // below the database directory
  bool checkpointed = false;  // false: replayed if the process dies
  bool is_original = false;   // of the Python original: no numbers
};

struct LogRange {
  wal::Lsn first{0};
  wal::Lsn last{UINT64_MAX};
};

// Who is told what the logs say.
struct LogVisitor {
  // Each operation of a whole transaction in the range; false stops the walk.
  std::function<bool(const LoggedOperation&)> operation;
  // What there is to say about an archive or log: that it is damaged, or that those before it are
  // missing.
  std::function<void(const std::string&)> note;
  // Before the operations of each log that is read: its header, null for the original's. May be
  // empty.
  std::function<void(const wal::LogHeader*)> log = {};
};

// Reads the archives and logs that the range touches; takes no lock and works beside a writer.
// kNotFound if the directory holds no database; kDataLoss for an archive that cannot be read.
absl::Status WalkLogs(wal::FileSystem& files, const wal::DatabasePaths& paths,
                      const LogRange& range, const LogVisitor& visitor);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_LOG_WALK_H_
