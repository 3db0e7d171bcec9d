// What `alter` is told to change about a schema.

#ifndef LINEDB_TOOLS_DBTOOL_SCHEMA_EDIT_H_
#define LINEDB_TOOLS_DBTOOL_SCHEMA_EDIT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/table_schema.h"

namespace linedb::dbtool {

using NamedText = std::pair<std::string, std::string>;

// Renaming comes first: all else names columns as they are then.
struct SchemaEdit {
  std::vector<NamedText> rename_columns;  // from, to
  std::vector<std::string> drop_columns;
  std::vector<std::string> add_columns;  // as of `create --column`
  std::vector<NamedText> types;          // column, type
  std::vector<std::string> nullable;
  std::vector<std::string> not_null;
  std::vector<NamedText> defaults;  // column, JSON or plain text
  std::vector<std::string> drop_defaults;
  std::vector<std::string> unique;  // "a,b"
  std::vector<std::string> drop_unique;
  std::vector<std::string> add_indexes;  // "a,b", "a,b:unique"
  std::vector<std::string> drop_indexes;
  std::vector<std::string> checks;  // expressions
  std::vector<std::string> drop_checks;
  std::vector<std::string> references;       // "a,b:table[:key columns][:on delete]"
  std::vector<std::string> drop_references;  // "a,b"
  std::string expires;
  bool no_expiry = false;

  bool empty() const;
};

// The schema changed so. kInvalidArgument names the option and what is wrong with its value.
absl::StatusOr<TableSchema> EditedSchema(const TableSchema& stored, const SchemaEdit& edit);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_SCHEMA_EDIT_H_
