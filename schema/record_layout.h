// How the records of one table lie in a line: the stored columns in order, the literal text before
// each value, and the keys. Made once from a TableSchema, then shared and never changed.

#ifndef LINEDB_SCHEMA_RECORD_LAYOUT_H_
#define LINEDB_SCHEMA_RECORD_LAYOUT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "linedb/table_schema.h"

namespace linedb::schema {

// The name of the hidden first column of a table without a primary key.
inline constexpr std::string_view kRowIdColumn = "$rowid";
// The member that makes a line a tombstone: {"$deleted":true,<key members>}.
inline constexpr std::string_view kTombstonePrefix = "{\"$deleted\":true";

struct KeyLayout {
  std::string name;          // the columns' names joined by ","; "id", "playlist_id,track_id"
  std::vector<int> columns;  // positions among the stored columns, in key order
  bool primary = false;
};

// An ordered index: records in the order of these columns.
struct IndexLayout {
  std::string name;          // as KeyLayout::name
  std::vector<int> columns;  // positions among the stored columns
};

class RecordLayout {
 public:
  // Fails as ValidateTableSchema does.
  static absl::StatusOr<RecordLayout> Create(TableSchema schema);

  const TableSchema& schema() const { return schema_; }
  // The schema's columns; before them `$rowid` if the table has no primary key.
  const std::vector<ColumnSchema>& columns() const { return columns_; }
  int column_count() const { return static_cast<int>(columns_.size()); }
  // What stands before a column's value in a canonical line: `{"id":` or `,"name":`.
  const std::string& prefix(int column) const { return prefixes_[static_cast<size_t>(column)]; }
  // keys()[0] is the primary key (or `$rowid`), then the unique columns, then the compound keys,
  // then those of unique indexes, unless there is such a key.
  const std::vector<KeyLayout>& keys() const { return keys_; }
  // Those of the schema, then one for the columns of each reference, unless an index begins with
  // these: who references a record is looked up in it.
  const std::vector<IndexLayout>& indexes() const { return indexes_; }
  // The timestamp column that says when a record expires, or -1.
  int expires_column() const { return expires_column_; }
  // The int column that is assigned when left out, or -1.
  int assigned_column() const { return assigned_column_; }
  bool has_row_id() const { return has_row_id_; }
  // The stored column of that name, or -1.
  int FindColumn(std::string_view name) const;
  // The key over exactly these columns (by name, joined by ","), or -1.
  int FindKey(std::string_view key_name) const;

 private:
  RecordLayout() = default;
  std::vector<int> Positions(const std::vector<std::string>& names) const;
  void AddIndexes();

  TableSchema schema_;
  std::vector<ColumnSchema> columns_;
  std::vector<std::string> prefixes_;
  std::vector<KeyLayout> keys_;
  std::vector<IndexLayout> indexes_;
  int expires_column_ = -1;
  int assigned_column_ = -1;
  bool has_row_id_ = false;
};

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_RECORD_LAYOUT_H_
