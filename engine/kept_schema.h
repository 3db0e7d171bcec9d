// What a schema file can say and nothing heeds yet.

#ifndef LINEDB_ENGINE_KEPT_SCHEMA_H_
#define LINEDB_ENGINE_KEPT_SCHEMA_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "linedb/table_schema.h"

namespace linedb::engine {

// kUnimplemented for a table that would not be what its schema says.
inline absl::Status CheckKept(const TableSchema& schema) {
  if (schema.expires.empty()) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrCat(
      schema.table_name, ".", schema.expires,
      ": records that expire are not kept by this version; leave out that the column says when"));
}

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_KEPT_SCHEMA_H_
