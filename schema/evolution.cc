#include "schema/evolution.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"

namespace linedb::schema {
namespace {

const ColumnSchema* FindColumn(const TableSchema& schema, std::string_view name) {
  const auto found =
      std::find_if(schema.columns.begin(), schema.columns.end(),
                   [name](const ColumnSchema& column) { return column.name == name; });
  return found == schema.columns.end() ? nullptr : &*found;
}

std::vector<std::string> PrimaryKey(const TableSchema& schema) {
  std::vector<std::string> names;
  for (const ColumnSchema& column : schema.columns) {
    if (column.primary_key) names.push_back(column.name);
  }
  return names;
}

absl::Status Refuse(const TableSchema& schema, const ColumnSchema& column, std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat(schema.table_name, ".", column.name, ": ", std::string(why)));
}

}  // namespace

absl::Status CheckEvolution(const TableSchema& from, const TableSchema& to) {
  if (from.table_name != to.table_name) {
    return absl::InvalidArgumentError(
        absl::StrCat("table ", from.table_name, " cannot become table ", to.table_name));
  }
  if (PrimaryKey(from) != PrimaryKey(to)) {
    return absl::InvalidArgumentError(absl::StrCat(
        from.table_name, ": the primary key stays: export the table and import it into a new one"));
  }
  for (const ColumnSchema& column : to.columns) {
    const ColumnSchema* before = FindColumn(from, column.name);
    if (before == nullptr) {
      if (column.nullable || column.default_json) continue;
      return Refuse(to, column, "a new column must be nullable or have a default");
    }
    if (before->type != column.type) {
      return Refuse(to, column,
                    "the type stays: add a column of the new type, copy, and drop this one");
    }
    if (column.primary_key && before->nullable != column.nullable) {
      return Refuse(to, column, "whether a primary key is assigned stays");
    }
  }
  return absl::OkStatus();
}

}  // namespace linedb::schema
