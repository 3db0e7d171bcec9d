// A table as SQLite's virtual tables read it.

#ifndef LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_SOURCE_H_
#define LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_SOURCE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "linedb/table_core.h"
#include "schema/record_layout.h"
#include "tools/bridges/sqlite/lookup_table.h"
#include "tools/bridges/sqlite/table_plan.h"

namespace linedb::sqlite {

struct TableSource {
  engine::TableCore core;
  const ReadTransaction* snapshot;
  const std::function<bool()>* interrupted;
  schema::RecordLayout layout;
  std::vector<std::string> names;  // of the schema's columns, in SQL
  double records = 0;              // about

  // Of the statement that runs. SQLite knows a plan by its number.
  std::vector<TablePlan> plans = {};
  struct Lookup {
    int asked = 0;
    std::optional<LookupTable> table = std::nullopt;
  };
  std::map<std::vector<int>, Lookup> lookups = {};  // by columns
  // Why reading the table failed; SQLite keeps only a text.
  absl::Status failure = absl::OkStatus();

  std::uint64_t records_read = 0;  // since the session began

  const std::string& name() const { return layout.schema().table_name; }

  // Forgets what was for one statement.
  void EndStatement() {
    plans.clear();
    lookups.clear();
    failure = absl::OkStatus();
  }

  // Whether SQLite may take the primary key for one: to it -0.0 and 0.0 are the same, and there may
  // be a record of each.
  bool has_sql_key() const {
    const std::vector<int>& key = layout.keys()[0].columns;
    return !layout.has_row_id() && std::none_of(key.begin(), key.end(), [this](int column) {
      return layout.columns()[static_cast<std::size_t>(column)].type == Type::kFloat;
    });
  }

  // SQLite's column -> the stored one, and back.
  int StoredColumn(int column) const { return column + (layout.has_row_id() ? 1 : 0); }
  int ColumnOf(int stored) const { return stored - (layout.has_row_id() ? 1 : 0); }
};

}  // namespace linedb::sqlite

#endif  // LINEDB_TOOLS_BRIDGES_SQLITE_TABLE_SOURCE_H_
