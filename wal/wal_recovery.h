// What a log holds after a crash, as a decision table over what can be found on disk: replay, cut
// the torn tail, or refuse. Reads only.

#ifndef LINEDB_WAL_WAL_RECOVERY_H_
#define LINEDB_WAL_WAL_RECOVERY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"

namespace linedb::wal {

enum class LogKind {
  kOurs,      // a header of this format
  kOriginal,  // lines of the Python original, or no log at all beside its schema files
};

struct RecoveredLog {
  LogKind kind = LogKind::kOurs;
  LogHeader header;
  // The lines of whole transactions, in order; views into `mapping`.
  std::vector<LogEntry> entries;
  // The end of the last whole transaction: where the log may be continued.
  LogPosition position;
  // What lies behind it, which is to be cut: 0 if nothing.
  std::uint64_t torn_bytes = 0;
  std::uint64_t torn_line = 0;
  std::string torn_reason;  // for people; empty if nothing is torn
  // The log's bytes.
  std::shared_ptr<const Mapping> mapping;
  std::string_view text;
  std::string identity;  // FileInfo::identity of the file read
  std::shared_ptr<File> file;
};

// Called now and then while a long log is read: the bytes read, and those of the whole log.
using LogProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;
// Each time so much has been read.
inline constexpr std::uint64_t kLogProgressBytes = std::uint64_t{4} << 20;

// Reads and judges the current log. kDataLoss, with file, line and byte, if acknowledged
// data is damaged (a hole that a later valid line proves durable, a damaged header, an empty or
// missing log beside records of this format). kNotFound if the directory holds no database.
// kFailedPrecondition for a newer version. `is_original` says that the schema files are the Python
// original's (none has a "format").
absl::StatusOr<RecoveredLog> RecoverLog(FileSystem& files, const DatabasePaths& paths,
                                        bool is_original, const LogProgress& progress = {});

}  // namespace linedb::wal

#endif  // LINEDB_WAL_WAL_RECOVERY_H_
