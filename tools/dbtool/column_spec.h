// The column of `create --column 'email:str:unique:nullable'`.

#ifndef LINEDB_TOOLS_DBTOOL_COLUMN_SPEC_H_
#define LINEDB_TOOLS_DBTOOL_COLUMN_SPEC_H_

#include <string>

#include "absl/status/statusor.h"
#include "linedb/table_schema.h"

namespace linedb::dbtool {

// name:type[:primary_key][:unique][:nullable][:references=TABLE[.COLUMN]][:on_delete=RULE]
// [:default=VALUE or :check=EXPRESSION]; a name with a colon stands in double quotes, RULE is
// restrict, cascade or set_null; VALUE is JSON or plain text, and what is last takes all the rest.
// kInvalidArgument says what is wrong.
absl::StatusOr<ColumnSchema> ParseColumnSpec(const std::string& spec);

// The JSON text of a default that may be given as plain text: of a column of text it is quoted,
// unless it is JSON already.
std::string DefaultJson(const std::string& text, Type type);

// "id int primary_key", for people.
std::string ConstraintText(const ColumnSchema& column);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_COLUMN_SPEC_H_
