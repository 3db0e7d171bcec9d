// Rows to stdout: table for people, JSON Lines, JSON, CSV.

#ifndef LINEDB_TOOLS_DBTOOL_OUTPUT_H_
#define LINEDB_TOOLS_DBTOOL_OUTPUT_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
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

// How a table for people looks.
struct TableLook {
  // Texts are cut so that lines are no wider, numbers never; where that is not enough, records
  // stand upright. 0: lines have no end.
  std::size_t line_width = 0;
  bool bold_head = false;
};

// For people.
std::unique_ptr<RowWriter> NewTableWriter(std::ostream& output, std::vector<std::string> columns,
                                          TableLook look);

// Lines of "name  value", the values aligned, cut to a width unless that is 0.
void WriteUpright(std::ostream& output,
                  const std::vector<std::pair<std::string, std::string>>& pairs,
                  std::size_t line_width);

// The widest that a line may be on stdout: that of the terminal; 0, without end, if it is none, or
// with --verbose.
std::size_t LineWidthMax(const Context& context);

// How a table looks on stdout.
TableLook LookOf(const Context& context);

// Appends a JSON string.
void AppendQuoted(std::string_view text, std::string* json);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_OUTPUT_H_
