// The operations of a database's logs, oldest first, archives included.

#ifndef LINEDB_TOOLS_DBTOOL_LOG_READER_H_
#define LINEDB_TOOLS_DBTOOL_LOG_READER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "wal/file_names.h"
#include "wal/wal_format.h"

namespace linedb::dbtool {

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

// Calls `visit` for each operation of a whole transaction in the range, and once for each archive
// or log with something to say about it (`note`). `visit` returns false to stop. kNotFound if the
// directory holds no database; kDataLoss for an archive that cannot be read.
absl::Status ReadOperations(const wal::DatabasePaths& paths, const LogRange& range,
                            const std::function<bool(const LoggedOperation&)>& visit,
                            const std::function<void(const std::string&)>& note);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_LOG_READER_H_
