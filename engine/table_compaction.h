// Rewriting a table without its superseded lines, beside those who read and write it.

#ifndef LINEDB_ENGINE_TABLE_COMPACTION_H_
#define LINEDB_ENGINE_TABLE_COMPACTION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/index/table_state.h"
#include "engine/transaction/record_scan.h"
#include "schema/record_layout.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

// Makes the next generation of a table:
//
//   old file   |live, superseded, live, …      | written meanwhile | … |
//                    | Copy: the live ones          | CatchUp           | Complete
//   new file   |live, live, …                  | as they are       | … |
//
// Copy and CatchUp run beside writers and readers, and write a temporary file. Complete, holding
// the slot, brings the rest, syncs it, and gives it the table's compacted name. One thread at a
// time. A generation that nobody went on with leaves its file to Abandon.
class TableCompaction {
 public:
  // Puts what a record becomes under another layout in `line`, or says why it cannot.
  using Transform = std::function<absl::Status(std::string_view record, std::string* line)>;

  TableCompaction(wal::FileSystem& files, const wal::DatabasePaths& paths, const TableState& table)
      : TableCompaction(files, paths, table, nullptr, {}) {}
  // For a table whose layout changes; the slot is held throughout.
  TableCompaction(wal::FileSystem& files, const wal::DatabasePaths& paths, const TableState& table,
                  std::shared_ptr<const schema::RecordLayout> layout, Transform transform);

  // Copies the live records, and then what was committed meanwhile, until little is left.
  absl::Status Copy();
  // Holding the slot, with nothing on its way. Afterwards the file is durable, its name is not.
  absl::Status Complete();
  void Abandon();

  const TableState& table() const { return table_; }
  // After Complete.
  const std::shared_ptr<TableGeneration>& generation() const { return generation_; }
  std::uint64_t lines_dropped() const;

 private:
  absl::Status MakeFile();
  absl::Status CopyLive();
  absl::Status CatchUp(std::uint64_t* bytes);
  absl::Status AppendRecord(std::string_view line);
  absl::Status AppendLine(std::string_view line);
  absl::Status ClashError(std::string_view line, RecordLocation clash) const;
  absl::Status WriteTail();

  wal::FileSystem& files_;
  const std::string path_;
  const std::string temporary_;
  const TableState& table_;
  const std::shared_ptr<const TableGeneration> old_;
  const Transform transform_;
  std::shared_ptr<TableGeneration> generation_;
  std::string transformed_;
  std::uint64_t copied_bytes_ = 0;  // of the old file
  std::uint64_t unsynced_bytes_ = 0;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TABLE_COMPACTION_H_
