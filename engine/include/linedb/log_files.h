// The logs of a database as files: the archived ones, and the current one. A checkpoint stands
// between each and the next.
//
//   for (const linedb::LogFile& log : *linedb::ListLogFiles(*db)) …

#ifndef LINEDB_LOG_FILES_H_
#define LINEDB_LOG_FILES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "linedb/database.h"

namespace linedb {

struct LogFile {
  std::string name;  // below the database directory
  // Its operations. last_lsn below first_lsn: none yet. Both 0: of the Python original, whose
  // operations have no numbers.
  std::uint64_t first_lsn = 0;
  std::uint64_t last_lsn = 0;
  std::uint64_t bytes = 0;  // on disk
  // RFC 3339. Of an archive: when the checkpoint archived it. Of the current log: of the checkpoint
  // that it begins with.
  std::string time;
  bool current = false;
  bool compressed = false;
};

// Oldest first; the current log is the last one. Lists a directory and reads no log. Beside a
// writer it may miss a log that is archived in this very moment. Any thread. The disk's errors.
absl::StatusOr<std::vector<LogFile>> ListLogFiles(const Database& database);

}  // namespace linedb

#endif  // LINEDB_LOG_FILES_H_
