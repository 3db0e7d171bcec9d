// The end of a log that another process writes.

#ifndef LINEDB_WAL_LOG_TAIL_H_
#define LINEDB_WAL_LOG_TAIL_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"

namespace linedb::wal {

// Reads what is appended to a log, time and again. Nothing is mapped: a writer that meets a full
// disk cuts off what it had begun to write. The log may get another name or none meanwhile. One
// thread at a time.
class LogTail {
 public:
  // `position` is the end of a whole transaction in `file`. `name` stands in messages.
  LogTail(std::shared_ptr<File> file, std::string name, const LogPosition& position)
      : file_(std::move(file)), name_(std::move(name)), position_(position) {}

  // The lines of the whole transactions since the last time; views that are good until the next
  // call. kDataLoss if the log does not go on from where it was read to.
  absl::Status Read(std::vector<LogEntry>* entries);
  // After the last of them.
  const LogPosition& position() const { return position_; }

 private:
  const std::shared_ptr<File> file_;
  const std::string name_;
  LogPosition position_;
  std::string text_;
};

}  // namespace linedb::wal

#endif  // LINEDB_WAL_LOG_TAIL_H_
