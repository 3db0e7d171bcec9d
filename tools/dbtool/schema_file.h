// A schema given in a file of the caller's.

#ifndef LINEDB_TOOLS_DBTOOL_SCHEMA_FILE_H_
#define LINEDB_TOOLS_DBTOOL_SCHEMA_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "linedb/table_schema.h"
#include "tools/dbtool/context.h"

namespace linedb::dbtool {

// Of the file, or of stdin if it is "-", taken for this table. kInvalidArgument names the file.
absl::StatusOr<TableSchema> SchemaFromFile(const Context& context, const std::string& file,
                                           const std::string& table);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_SCHEMA_FILE_H_
