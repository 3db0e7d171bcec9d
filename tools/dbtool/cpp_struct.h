// A table as a C++ struct with its Describe (linedb/describe.h).

#ifndef LINEDB_TOOLS_DBTOOL_CPP_STRUCT_H_
#define LINEDB_TOOLS_DBTOOL_CPP_STRUCT_H_

#include <string>

#include "absl/status/statusor.h"
#include "linedb/table_schema.h"

namespace linedb::dbtool {

// Text that compiles, and with which Database::OpenTable opens the table. kFailedPrecondition for
// a table that no struct describes, and why.
absl::StatusOr<std::string> CppStructOf(const TableSchema& schema);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_CPP_STRUCT_H_
