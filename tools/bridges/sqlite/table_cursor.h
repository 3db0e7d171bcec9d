// The records that a plan finds, one after the other.

#ifndef LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_CURSOR_H_
#define LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_CURSOR_H_

#include <sqlite3.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "engine/index_cursor.h"
#include "linedb/table_core.h"
#include "schema/value_view.h"
#include "tools/bridges/sqlite/table_source.h"

namespace linedb::sqlite {

// One thread. The source must outlive it.
class TableCursor {
 public:
  explicit TableCursor(TableSource& source);

  // Begins anew; stands on the first record, if there is one. kDataLoss; kCancelled.
  absl::Status Start(const TablePlan& plan, std::span<sqlite3_value*> arguments);
  absl::Status Next();
  bool at_end() const { return at_end_; }

  // Of the record: SQLite's column; a number that no other has: in a table without a primary key
  // its row number.
  absl::Status SetResult(sqlite3_context* context, int column);
  absl::Status RowId(sqlite3_int64* row_id);

 private:
  // False: no record can fit.
  bool ReadArguments(const TablePlan& plan, std::span<sqlite3_value*> arguments);
  bool KnowsAll() const;
  absl::Status StartScan();
  absl::Status StartKey(int key);
  absl::Status StartIndex(const TablePlan& plan);
  absl::Status StartLookup(const TablePlan& plan);
  void StandOn(std::string_view line);
  absl::Status SplitTo(int stored);

  TableSource& source_;
  std::optional<engine::RecordCursor> scan_;
  std::optional<engine::IndexCursor> index_;
  std::span<const LookupTable::Entry> found_;  // those still to come
  std::vector<Comparand> values_;              // of the plan's arguments
  bool at_end_ = true;
  std::string_view line_;
  int last_column_ = -1;  // that is read of each record
  int split_to_ = -1;     // of this record
  std::vector<schema::FieldSpan> spans_;
  schema::ScratchArena arena_;
};

}  // namespace linedb::sqlite

#endif  // LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_CURSOR_H_
