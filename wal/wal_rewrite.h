// Writing a log anew where its past is purged: the operations that are to be forgotten leave their
// numbers and nothing else, and every line gets the checksum that then is its.

#ifndef LINEDB_WAL_WAL_REWRITE_H_
#define LINEDB_WAL_WAL_REWRITE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "wal/wal_format.h"

namespace linedb::wal {

struct LogEdits {
  // Makes of the header what it is to be; an error ends it.
  absl::FunctionRef<absl::Status(LogHeader*)> edit_header;
  // Whether the operation is to be PURGED. Asked once for each, in order.
  absl::FunctionRef<absl::StatusOr<bool>(const LogEntry&)> is_purged;
};

struct RewrittenLog {
  std::string text;
  LogHeader header;
  LogPosition end;                 // of `text`
  std::uint64_t old_checksum = 0;  // the last one before
  std::uint64_t purged = 0;        // operations
  bool changed = false;            // whether `text` is another one than it was
};

// `text` is of whole transactions to its end; `name` stands in messages. kDataLoss with file, line
// and byte where it is not as written; kFailedPrecondition if a newer linedb wrote it. Numbers,
// times and transactions stay as they are.
absl::StatusOr<RewrittenLog> RewriteLog(std::string_view text, const std::string& name,
                                        const LogEdits& edits);

}  // namespace linedb::wal

#endif  // LINEDB_WAL_WAL_REWRITE_H_
