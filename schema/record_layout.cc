#include "schema/record_layout.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_join.h"
#include "schema/column_value.h"
#include "schema/json_text.h"

namespace linedb::schema {
namespace {

KeyLayout MakeKey(std::vector<int> columns, const std::vector<ColumnSchema>& all, bool primary) {
  const std::string name = absl::StrJoin(columns, ",", [&all](std::string* text, int column) {
    text->append(all[static_cast<std::size_t>(column)].name);
  });
  return {name, std::move(columns), primary};
}

}  // namespace

absl::StatusOr<RecordLayout> RecordLayout::Create(TableSchema schema) {
  if (absl::Status valid = ValidateTableSchema(schema); !valid.ok()) return valid;
  RecordLayout layout;
  layout.columns_ = schema.columns;
  std::vector<int> primary;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    if (schema.columns[i].primary_key) primary.push_back(static_cast<int>(i));
  }
  layout.has_row_id_ = primary.empty();
  if (layout.has_row_id_) {
    layout.columns_.insert(layout.columns_.begin(), ColumnSchema{.name = std::string(kRowIdColumn),
                                                                 .type = Type::kInt,
                                                                 .primary_key = true,
                                                                 .nullable = true});
    primary.push_back(0);
  }
  const ColumnSchema& first_key = layout.columns_[static_cast<std::size_t>(primary[0])];
  if (first_key.nullable) layout.assigned_column_ = primary[0];
  layout.keys_.push_back(MakeKey(std::move(primary), layout.columns_, true));

  for (std::size_t i = 0; i < layout.columns_.size(); ++i) {
    ColumnSchema& column = layout.columns_[i];
    std::string prefix = i == 0 ? "{" : ",";
    AppendJsonString(column.name, &prefix);
    layout.prefixes_.push_back(prefix + ":");
    if (column.default_json.has_value()) {
      // Valid, as ValidateTableSchema found; here it gets its canonical form.
      column.default_json = CanonicalColumnText(column, *column.default_json).value();
    }
    // The one column of a primary key needs no second index.
    const bool is_key = column.primary_key && layout.keys_[0].columns.size() == 1;
    if (column.unique && !is_key) {
      layout.keys_.push_back(MakeKey({static_cast<int>(i)}, layout.columns_, false));
    }
  }
  for (const std::vector<std::string>& names : schema.unique_keys) {
    std::vector<int> columns;
    for (const std::string& name : names) columns.push_back(layout.FindColumn(name));
    layout.keys_.push_back(MakeKey(std::move(columns), layout.columns_, false));
  }
  layout.schema_ = std::move(schema);
  return layout;
}

int RecordLayout::FindColumn(std::string_view name) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

int RecordLayout::FindKey(std::string_view key_name) const {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i].name == key_name) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace linedb::schema
