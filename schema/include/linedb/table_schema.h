// What a table is: its name, columns, keys and constraints, as data.
//
// A TableSchema is a plain value: copy it, compare it, build one by hand. It is what a schema file
// holds (schema/FORMAT.md), what Describe<T> makes of a struct, and what JsonTable works from.

#ifndef LINEDB_TABLE_SCHEMA_H_
#define LINEDB_TABLE_SCHEMA_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "linedb/value.h"

namespace linedb {

inline constexpr int kTableNameBytesMax = 64;    // of a table's name
inline constexpr int kColumnNameBytesMax = 128;  // of a column's name

// What becomes of a record when the one that it references goes. The numbers are frozen.
enum class OnDelete : std::uint8_t {
  kRestrict = 1,  // it stays, and so does the other: the deletion is refused
  kCascade = 2,   // it goes, too
  kSetNull = 3,   // its referencing columns become null
};

// "restrict", "cascade", "set null": how a schema file names them. Any thread.
std::string_view OnDeleteName(OnDelete on_delete);
std::optional<OnDelete> ParseOnDeleteName(std::string_view name);

// The values of these columns are a key of a record of another table, or of the same one. A record
// with a null among them references nothing.
struct ReferenceSchema {
  std::vector<std::string> columns;
  std::string table;
  // The columns of the key there, the primary one or a unique one; empty: the primary key.
  std::vector<std::string> key = {};
  OnDelete on_delete = OnDelete::kRestrict;

  friend bool operator==(const ReferenceSchema&, const ReferenceSchema&) = default;
};

// Records are kept in the order of these columns, too: for ranges and prefixes of them.
struct IndexSchema {
  std::vector<std::string> columns;
  // No two records share the values together; a record with a null among them clashes with nothing.
  bool unique = false;

  friend bool operator==(const IndexSchema&, const IndexSchema&) = default;
};

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
  // Must not be false for any record: an expression (linedb/expression.h) over the record's
  // columns. Empty: none.
  std::string check = {};
  // The key that the column's value is. ReferenceSchema::columns is this column.
  std::optional<ReferenceSchema> references = std::nullopt;
  // What stays when the column is renamed. 0: its place among the columns, counted from 1.
  std::int64_t id = 0;
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
  std::vector<IndexSchema> indexes = {};
  // As ColumnSchema::check, of several columns.
  std::vector<std::string> checks = {};
  // References of several columns.
  std::vector<ReferenceSchema> references = {};
  // The timestamp column that says from when on a record is not seen any more; empty: none.
  std::string expires = {};
  // The highest id that a column ever had. 0: none was higher than those of the present columns.
  std::int64_t column_id_max = 0;
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

// The column's id, said or unsaid. `column` is its place among the columns. Any thread.
std::int64_t ColumnIdOf(const TableSchema& schema, std::size_t column);

// The references of columns and of the table, in this order. Any thread.
std::vector<ReferenceSchema> AllReferences(const TableSchema& schema);

// The checks of columns and of the table, in this order. Any thread.
std::vector<std::string> AllChecks(const TableSchema& schema);

// What differs between the stored schema and the one a program expects, one sentence each, empty
// if records of one are records of the other. The order of columns, the time of creation and
// unknown members do not count. Any thread.
std::vector<std::string> SchemaDifferences(const TableSchema& stored, const TableSchema& expected);

}  // namespace linedb

#endif  // LINEDB_TABLE_SCHEMA_H_
