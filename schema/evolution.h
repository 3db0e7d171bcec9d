// Which schema changes a table can go through.

#ifndef LINEDB_SCHEMA_EVOLUTION_H_
#define LINEDB_SCHEMA_EVOLUTION_H_

#include "absl/status/status.h"
#include "linedb/table_schema.h"

namespace linedb::schema {

// Whether the records of a table can be carried over from one schema to another, by column name:
//
//   a column is added      if it is nullable or has a default
//   a column is dropped    if it is not part of the primary key
//   a column is changed    in nullable, unique and default, and in its place; not in its type
//   the primary key        stays
//
// What the records hold is judged when they are carried over (a null in a column that no longer may
// be null, say). kInvalidArgument names table and column, and says what would have to be done. Both
// schemas are valid. Any thread.
absl::Status CheckEvolution(const TableSchema& from, const TableSchema& to);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_EVOLUTION_H_
