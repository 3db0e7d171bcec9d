// What a table is: its name, columns, keys and constraints, as data.
//
// A TableSchema is a plain value: copy it, compare it, build one by hand. It is what a schema file
// holds (schema/FORMAT.md), what Describe<T> makes of a struct, and what JsonTable works from.

#ifndef LINEDB_TABLE_SCHEMA_H_
#define LINEDB_TABLE_SCHEMA_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "linedb/value.h"

namespace linedb {

inline constexpr int kTableNameBytesMax = 64;
inline constexpr int kColumnNameBytesMax = 128;

struct ColumnSchema {
  std::string name;
  Type type = Type::kString;
  bool primary_key = false;
  // May be null. A primary key column of type int that is nullable is assigned when left out: the
  // largest ever used plus one. No other primary key column may be nullable.
  bool nullable = false;
  // No two records share a value; null is not a value and clashes with nothing.
  bool unique = false;
  // The value of a record that leaves the column out, as JSON text; none: null if nullable, else
  // leaving it out is an error.
  std::optional<std::string> default_json = std::nullopt;
  // Members of the schema file that this version does not know, as `,"key":value` text: kept.
  std::string unknown_members = {};

  friend bool operator==(const ColumnSchema&, const ColumnSchema&) = default;
};

struct TableSchema {
  std::string table_name;
  std::vector<ColumnSchema> columns;
  // Keys of several columns, beside the unique columns. A record with a null in one of the columns
  // clashes with nothing.
  std::vector<std::vector<std::string>> unique_keys = {};
  std::int64_t version = 1;
  // RFC 3339, set when the table is created.
  std::string created_at = {};
  std::string unknown_members = {};

  friend bool operator==(const TableSchema&, const TableSchema&) = default;
};

// Whether the schema can be a table's: names, types, keys and defaults fit together. Any thread.
// kInvalidArgument says which table and column, and what is wrong with it.
absl::Status ValidateTableSchema(const TableSchema& schema);

// Whether `name` can be a table's: [A-Za-z_][A-Za-z0-9_]*, at most 64 bytes. A table name is a
// file name, and nothing else is let through. kInvalidArgument otherwise. Any thread.
absl::Status ValidateTableName(std::string_view name);

// What differs between the stored schema and the one a program expects, one sentence each, empty
// if records of one are records of the other. The order of columns, the time of creation and
// unknown members do not count. Any thread.
std::vector<std::string> SchemaDifferences(const TableSchema& stored, const TableSchema& expected);

}  // namespace linedb

#endif  // LINEDB_TABLE_SCHEMA_H_
