// One JSON value from outside -> the canonical text of a column's value.

#ifndef LINEDB_SCHEMA_COLUMN_VALUE_H_
#define LINEDB_SCHEMA_COLUMN_VALUE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "linedb/table_schema.h"
#include "linedb/text_writer.h"
#include "schema/json_reader.h"

namespace linedb::schema {

struct ColumnValueOptions {
  // A timestamp without an offset is taken as UTC.
  bool naive_is_utc = false;
};

// Appends the canonical text of the next value, which is not null, or fails the reader with what
// was expected and found.
bool WriteColumnValue(JsonReader* reader, Type type, const ColumnValueOptions& options,
                      TextWriter* writer);

// The canonical text of a value given as JSON text; "null" where the column is nullable.
// kInvalidArgument says what is wrong with it, without the column's name.
absl::StatusOr<std::string> CanonicalColumnText(const ColumnSchema& column, std::string_view json);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_COLUMN_VALUE_H_
