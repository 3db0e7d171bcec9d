// A database in memory that stands for the one on disk while something is tried out on it.

#ifndef LINEDB_TOOLS_DBTOOL_MEMORY_COPY_H_
#define LINEDB_TOOLS_DBTOOL_MEMORY_COPY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "linedb/database.h"

namespace linedb::dbtool {

// The tables of `source`, all of them empty.
absl::StatusOr<std::unique_ptr<Database>> CopySchemas(const Database& source);

// The same, but this table with its live records, and so are those that it references, and those
// that can be changed by references with it. kNotFound, with a suggestion; kCancelled if
// Interrupted().
absl::StatusOr<std::unique_ptr<Database>> CopyTable(Database& source, const std::string& table);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_MEMORY_COPY_H_
