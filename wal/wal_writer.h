// Appends transactions to the log: format, write, sync.

#ifndef LINEDB_WAL_WAL_WRITER_H_
#define LINEDB_WAL_WAL_WRITER_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"

namespace linedb::wal {

// The writer of one log. One thread at a time.
class WalWriter {
 public:
  // Continues a log whose file ends exactly at `position`.
  WalWriter(std::unique_ptr<File> file, LogHeader header, LogPosition position);

  // Formats a transaction of at least one operation, the last of which becomes its commit line,
  // into the buffer, after those already there. Nothing is written yet.
  void Add(absl::Span<const LogOperation> operations, std::string_view timestamp);
  // Writes the buffer with one append. An error leaves the log as it was before the first Add since
  // the last good Write (truncated back); if even that fails, failed() and every later call fails.
  absl::Status Write();
  // Forgets what was added since the last good Write.
  void Discard();
  // Cuts off what was written since the last good Sync, for a commit that cannot be finished.
  // An error fails the writer for good.
  absl::Status Undo();
  // Makes what was written durable. An error fails the writer for good: it is never retried.
  absl::Status Sync();

  bool failed() const { return !failure_.ok(); }
  // Why the writer takes nothing more; OK while it does.
  const absl::Status& failure() const { return failure_; }
  const LogHeader& header() const { return header_; }
  // After the last good Write.
  const LogPosition& position() const { return written_; }

 private:
  std::unique_ptr<File> file_;
  LogHeader header_;
  LogPosition synced_;
  LogPosition written_;
  LogPosition added_;
  // The end of the line before, then the lines added.
  std::string buffer_;
  std::size_t buffer_prefix_bytes_ = 0;
  absl::Status failure_;
};

}  // namespace linedb::wal

#endif  // LINEDB_WAL_WAL_WRITER_H_
