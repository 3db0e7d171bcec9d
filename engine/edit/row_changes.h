// From two states of some rows to the operations that lead from one to the other.

#ifndef LINEDB_ENGINE_EDIT_ROW_CHANGES_H_
#define LINEDB_ENGINE_EDIT_ROW_CHANGES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/edit/edited_lines.h"
#include "engine/edit/problem_list.h"
#include "linedb/edit.h"
#include "linedb/table_core.h"
#include "linedb/transaction.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// A row as it was. The views are the caller's.
struct RowBefore {
  std::string_view key;
  std::string_view line;     // canonical
  std::uint64_t number = 0;  // of its line in the text it was written to; 0: none
};

struct PlannedChange {
  RowChangeKind kind = RowChangeKind::kInserted;
  std::string key;       // empty: to be assigned
  std::string line;      // canonical; empty for a deleted row, and until its key is assigned
  std::string old_line;  // empty for an inserted row
  std::string text;      // of a row whose key is to be assigned
  TextPosition position;
};

struct ChangePlan {
  std::vector<PlannedChange> changes;  // in the order of their lines, deleted rows last
  std::uint64_t unchanged = 0;
};

// What leads from `before` to `after`, in which each key stands once. Tombstones count as left out.
ChangePlan PlanChanges(const std::vector<RowBefore>& before, const std::vector<EditedLine>& after);

// An operation as the log is to have it.
struct RowOperation {
  RowChangeKind kind = RowChangeKind::kInserted;
  std::string record;
  std::string old_record;
};

// For a text of which some lines could not be read: which rows were removed is not known, so that
// none is. What is left can be tried out, to find the problems that there are besides.
void KeepReadable(ChangePlan& plan);

struct ApplyPlace {
  WriteTransaction& transaction;
  const TableCore& core;
  const schema::RecordLayout& layout;
  std::int64_t next_key_min = 1;  // assigned keys begin here, or later
};

// Does all of it in the transaction, in an order in which unique values may move from row to row: a
// row that waits for one that waits for it is deleted and inserted anew. A row that is not as it
// was in `old_line`, and a unique value that is taken, are told to `problems`; then the transaction
// is to be rolled back. Rows whose key was assigned get their line. The operations done, in order,
// go to `done`. An error is of the disk or of the table as a whole.
absl::Status ApplyChanges(const ApplyPlace& place, ChangePlan& plan, ProblemList& problems,
                          std::vector<RowOperation>* done);

// Where the text has the row that becomes this record; line 0: nowhere.
TextPosition PositionOf(const ChangePlan& plan, std::string_view record);

// Puts counts and the first changes into the report.
void ReportChanges(const ChangePlan& plan, const std::string& table, std::uint64_t changes_max,
                   EditReport* report);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EDIT_ROW_CHANGES_H_
