// A stretch of a database's history: which operations, and what the tables were when it began.

#ifndef LINEDB_ENGINE_HISTORY_LOG_SPAN_H_
#define LINEDB_ENGINE_HISTORY_LOG_SPAN_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/history/log_chain.h"
#include "engine/storage/catalog.h"
#include "linedb/diff.h"
#include "linedb/table_schema.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"
#include "wal/wal_recovery.h"

namespace linedb::engine {

// The logs of a database as they were when it was opened. Takes no lock, writes nothing.
class LogSpan {
 public:
  // kNotFound, kFailedPrecondition (of the Python original), kDataLoss.
  static absl::StatusOr<LogSpan> Open(wal::FileSystem& files, const wal::DatabasePaths& paths);

  wal::Lsn newest() const { return chain_.newest(); }
  const std::string& database() const { return log_.header.database; }

  // The last operation of the last transaction that is whole by then. kNotFound if no log tells of
  // the moment; kInvalidArgument for a time that is none.
  absl::StatusOr<wal::Lsn> Resolve(const Moment& moment) const;
  // The transactions of which an operation is in [first, last], in order. kNotFound if a log of
  // them is missing.
  absl::Status Walk(wal::Lsn first, wal::Lsn last, TransactionVisitor visit) const;
  // The tables after operation `lsn`. Reads all logs behind it.
  absl::StatusOr<std::map<std::string, TableSchema>> SchemasAfter(wal::Lsn lsn) const;

 private:
  explicit LogSpan(wal::FileSystem& files) : files_(&files) {}
  absl::StatusOr<wal::Lsn> ResolveTime(const std::string& timestamp) const;
  absl::StatusOr<wal::Lsn> ResolveLsn(wal::Lsn lsn) const;
  std::string Range() const;

  wal::FileSystem* files_;
  Catalog catalog_;
  wal::RecoveredLog log_;
  LogChain chain_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_LOG_SPAN_H_
