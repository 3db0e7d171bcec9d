// What a slice of a database's history consists of, found in its logs.

#ifndef LINEDB_ENGINE_HISTORY_SLICE_PLAN_H_
#define LINEDB_ENGINE_HISTORY_SLICE_PLAN_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "linedb/table_schema.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"

namespace linedb::engine {

// As in the log; empty texts are null.
struct SlicedOperation {
  wal::Operation operation = wal::Operation::kInsert;
  std::string table;
  std::string record;
  std::string old_record;
};

struct SlicedTable {
  TableSchema schema;
  std::vector<std::string> records;  // canonical lines
};

struct SlicePlan {
  std::string database;  // the id of the original
  wal::Lsn first;
  wal::Lsn last;
  wal::TransactionId first_transaction;
  // Before the first transaction: the tables that are touched, with the records that are. No other
  // record is met: a unique value that a transaction writes was free, or became so in the slice.
  std::map<std::string, SlicedTable> tables;
  std::vector<std::vector<SlicedOperation>> transactions;
  std::vector<std::string> notes;

  std::uint64_t operations() const;
  std::uint64_t records() const;
};

// kNotFound (no such lsn, or logs are missing), kInvalidArgument (none from the first to the last),
// kFailedPrecondition (of the Python original; or a record before an alteration is not to be had),
// kDataLoss.
absl::StatusOr<SlicePlan> PlanSlice(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                    wal::Lsn first, wal::Lsn last);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_SLICE_PLAN_H_
