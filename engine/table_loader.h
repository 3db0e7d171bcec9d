// Reading a table's records at opening: the file up to the checkpoint, then the log's operations.

#ifndef LINEDB_ENGINE_TABLE_LOADER_H_
#define LINEDB_ENGINE_TABLE_LOADER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/index/table_state.h"
#include "engine/transaction/table_changes.h"
#include "linedb/options.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"

namespace linedb::engine {

// Takes in the first `checkpoint.bytes` bytes of the generation's file: by the table's index in
// index/ as far as that reaches, without reading them, else by reading them, over all cores if
// they are many. The bytes that were read have been compared with the checkpoint; the others are
// when they are first read. `file_name` stands in messages. kDataLoss with file, line and byte for
// what does not fit.
absl::Status LoadRecords(wal::FileSystem& files, const wal::DatabasePaths& paths,
                         const wal::TableCheckpoint& checkpoint, const std::string& file_name,
                         const Options& options, TableGeneration& table);

// Does to the table what an operation on a record says; the line goes to the tail. kDataLoss if it
// cannot have been done to this table; but with changes that replay (TableChanges::Replayed), an
// INSERT of what a run of the index has is not noticed.
absl::Status ReplayOperation(TableChanges& changes, const wal::LogEntry& entry);

// Whether the header of the log that begins with this ALTER_TABLE or DROP_TABLE shows what it did:
// `table` is its table as it was loaded, or null. kDataLoss if not.
absl::Status CheckShownByHeader(const wal::LogEntry& entry, const TableState* table);

// The first line of `bytes` that is not a canonical record or tombstone of this layout.
struct BadLine {
  std::uint64_t line = 0;  // from 1; 0: there is none
  std::uint64_t byte = 0;
  std::string reason;
};
BadLine FindBadLine(const schema::RecordLayout& layout, std::string_view bytes);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TABLE_LOADER_H_
