// The logs of a database, archived and current, as one line of operations.

#ifndef LINEDB_ENGINE_HISTORY_LOG_CHAIN_H_
#define LINEDB_ENGINE_HISTORY_LOG_CHAIN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_archive.h"
#include "wal/wal_format.h"
#include "wal/wal_recovery.h"

namespace linedb::engine {

// A log that can be read, of the operations [first, last]; of none if last is below first.
struct ChainLog {
  wal::Lsn first;
  wal::Lsn last;
  std::uint64_t bytes = 0;  // on disk
  wal::DatabasePaths paths;
  std::optional<wal::Archive> archive;  // none: the current log, whose text is:
  std::string_view text = {};

  // "wal/transaction.log"
  std::string name() const;
};

class LogChain {
 public:
  // The current log of a directory, and its archives. The log was read before, so that what a
  // checkpoint archives meanwhile is in one of the two. It outlives the chain.
  absl::Status Add(wal::FileSystem& files, const wal::DatabasePaths& paths,
                   const wal::RecoveredLog& log);

  // By their first operations, each operation once as far as one log of it can be had.
  const std::vector<ChainLog>& logs() const { return logs_; }
  wal::Lsn newest() const;
  // Of the logs that follow each other without a gap to the newest operation: the first operation.
  wal::Lsn oldest() const;
  // The first of the operations from `from` to `to` that no log has, if there is one.
  std::optional<wal::Lsn> FirstMissing(wal::Lsn from, wal::Lsn to) const;

 private:
  std::vector<ChainLog> logs_;
};

using TransactionVisitor = absl::FunctionRef<absl::Status(const std::vector<wal::LogEntry>&)>;

// The transactions of which an operation is in [first, last], in order, of the logs that are there.
// Otherwise as ReadChainLog.
absl::Status WalkChain(wal::FileSystem& files, const LogChain& chain, const std::string& database,
                       wal::Lsn first, wal::Lsn last, TransactionVisitor visit);

// A time that somebody typed, as logs write it; kInvalidArgument if it is none.
absl::StatusOr<std::string> LogTimestamp(const std::string& time);

// Of one log, whose clock may have been set back: the last operation of the last transaction that
// is not later than `timestamp`; none if all are.
struct NotLater {
  std::optional<wal::Lsn> last;
  std::string log_timestamp;  // of the log's header
};
absl::StatusOr<NotLater> FindNotLater(wal::FileSystem& files, const ChainLog& log,
                                      const std::string& database, const std::string& timestamp);

// Reads the log's whole transactions up to lsn `last`. kDataLoss, with file and place, if it is
// damaged before that, or is not of the database. The visitor ends it with anything but OK.
struct ChainText {
  wal::LogHeader header;
  wal::LogPosition end;  // behind the last whole transaction that was read
};
absl::StatusOr<ChainText> ReadChainLog(
    wal::FileSystem& files, const ChainLog& log, const std::string& database, wal::Lsn last,
    absl::FunctionRef<absl::Status(const wal::LogHeader& header,
                                   const std::vector<wal::LogEntry>& transaction)>
        visit);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_LOG_CHAIN_H_
