// Rows to stdout: table for people, JSON Lines, JSON, CSV.

#ifndef LINEDB_TOOLS_DBTOOL_OUTPUT_H_
#define LINEDB_TOOLS_DBTOOL_OUTPUT_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tools/dbtool/context.h"

namespace linedb::dbtool {

// One thread. End must be called after the last row.
class RowWriter {
 public:
  virtual ~RowWriter() = default;
  // A row: the JSON text of each column's value.
  virtual void Add(const std::vector<std::string_view>& cells) = 0;
  virtual void End() = 0;
};

struct RowShape {
  std::vector<std::string> columns;
  // With --json the rows are this member of one object: {"table":…,"records":[…],"count":n}.
  std::string rows_name = "records";
  // What stands before it in that object, as JSON members: `"table":"student"`.
  std::string head_members = {};
};

std::unique_ptr<RowWriter> NewRowWriter(Context& context, RowShape shape);

// For people; `cell_width_max` 0: nothing is cut.
std::unique_ptr<RowWriter> NewTableWriter(std::ostream& output, std::vector<std::string> columns,
                                          std::size_t cell_width_max, bool bold_head);

// The widest a cell may be in a table on stdout: 0, without end, unless it is a terminal.
std::size_t CellWidthMax(const Context& context);

// Appends a JSON string.
void AppendQuoted(std::string_view text, std::string* json);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_OUTPUT_H_
