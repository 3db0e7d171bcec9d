// The records that a plan finds, one after the other.

#ifndef LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_CURSOR_H_
#define LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_CURSOR_H_

#include <sqlite3.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "engine/index_cursor.h"
#include "linedb/table_core.h"
#include "schema/value_view.h"
#include "tools/bridges/sqlite/table_plan.h"
#include "tools/bridges/sqlite/table_source.h"

namespace linedb::sqlite {

// One thread. The source must outlive it.
class TableCursor {
 public:
  explicit TableCursor(const TableSource& source);

  // Begins anew; stands on the first record, if there is one. kDataLoss; kOutOfRange as Database's.
  absl::Status Start(const TablePlan& plan, int count, sqlite3_value** arguments);
  absl::Status Next();
  bool at_end() const { return at_end_; }

  // Of the record: SQLite's column.
  absl::Status SetResult(sqlite3_context* context, int column);
  absl::Status RowId(sqlite3_int64* row_id);

 private:
  // Whether the keys and ranges are known; false: all records have to be looked at.
  bool ReadArguments(const TablePlan& plan, int count, sqlite3_value** arguments);
  absl::Status StartScan();
  absl::Status StartKey(int key);
  absl::Status StartIndex(const TablePlan& plan);
  engine::IndexRange RangeOf(const TablePlan& plan) const;
  absl::Status SplitTo(int stored);

  const TableSource& source_;
  std::optional<engine::RecordCursor> scan_;
  std::optional<engine::IndexCursor> index_;
  std::vector<Value> values_;  // of the plan's arguments
  bool nothing_ = false;       // no record can fit
  bool at_end_ = true;
  std::string_view line_;
  int last_column_ = -1;  // that is read of each record
  int split_to_ = -1;     // of this record
  std::vector<schema::FieldSpan> spans_;
  schema::ScratchArena arena_;
};

}  // namespace linedb::sqlite

#endif  // LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_CURSOR_H_
