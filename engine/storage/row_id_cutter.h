// A record's line without the hidden row number, which is no data.

#ifndef LINEDB_ENGINE_STORAGE_ROW_ID_CUTTER_H_
#define LINEDB_ENGINE_STORAGE_ROW_ID_CUTTER_H_

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "linedb/table_schema.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// Any thread.
class RowIdCutter {
 public:
  explicit RowIdCutter(const TableSchema& schema) {
    bool keyed = false;
    for (const ColumnSchema& column : schema.columns) keyed |= column.primary_key;
    if (!keyed) prefix_ = absl::StrCat("{\"", std::string(schema::kRowIdColumn), "\":");
  }

  // Whether the table's lines have one.
  bool cuts() const { return !prefix_.empty(); }

  // Hands `write` the pieces of what is left of the line.
  template <class Write>
  void Cut(std::string_view line, Write&& write) const {
    if (cuts() && line.substr(0, prefix_.size()) == prefix_) {
      write(std::string_view("{"));
      line.remove_prefix(line.find_first_of(",}", prefix_.size()));
      if (line.front() == ',') line.remove_prefix(1);
    }
    write(line);
  }

 private:
  std::string prefix_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_ROW_ID_CUTTER_H_
