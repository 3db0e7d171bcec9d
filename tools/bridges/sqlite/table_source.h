// A table as SQLite's virtual tables read it.

#ifndef LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_SOURCE_H_
#define LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "linedb/table_core.h"
#include "schema/record_layout.h"

namespace linedb::sqlite {

struct TableSource {
  engine::TableCore core;
  const ReadTransaction* snapshot;
  schema::RecordLayout layout;
  std::vector<std::string> names;  // of the schema's columns, in SQL
  std::uint64_t records = 0;
  // Why reading it failed last; SQLite keeps only a text.
  absl::Status failure = absl::OkStatus();

  // SQLite's column -> the stored one.
  int StoredColumn(int column) const { return column + (layout.has_row_id() ? 1 : 0); }
  int ColumnOf(int stored) const { return stored - (layout.has_row_id() ? 1 : 0); }
};

}  // namespace linedb::sqlite

#endif  // LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_SOURCE_H_
