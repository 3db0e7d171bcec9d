#include "schema/record_layout.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_join.h"
#include "schema/column_value.h"
#include "schema/json_text.h"

namespace linedb::schema {
namespace {

std::string JoinNames(const std::vector<int>& columns, const std::vector<ColumnSchema>& all) {
  return absl::StrJoin(columns, ",", [&all](std::string* text, int column) {
    text->append(all[static_cast<std::size_t>(column)].name);
  });
}

KeyLayout MakeKey(std::vector<int> columns, const std::vector<ColumnSchema>& all, bool primary) {
  std::string name = JoinNames(columns, all);
  return {std::move(name), std::move(columns), primary};
}

bool BeginsWith(const std::vector<int>& columns, const std::vector<int>& first) {
  return first.size() <= columns.size() && std::equal(first.begin(), first.end(), columns.begin());
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
    layout.keys_.push_back(MakeKey(layout.Positions(names), layout.columns_, false));
  }
  layout.schema_ = std::move(schema);
  layout.AddIndexes();
  if (!layout.schema_.expires.empty()) {
    layout.expires_column_ = layout.FindColumn(layout.schema_.expires);
  }
  return layout;
}

std::vector<int> RecordLayout::Positions(const std::vector<std::string>& names) const {
  std::vector<int> columns;
  for (const std::string& name : names) columns.push_back(FindColumn(name));
  return columns;
}

void RecordLayout::AddIndexes() {
  for (const IndexSchema& index : schema_.indexes) {
    std::vector<int> columns = Positions(index.columns);
    std::string name = JoinNames(columns, columns_);
    if (index.unique && FindKey(name) < 0) keys_.push_back(MakeKey(columns, columns_, false));
    indexes_.push_back({std::move(name), std::move(columns)});
  }
  for (const ReferenceSchema& reference : AllReferences(schema_)) {
    std::vector<int> columns = Positions(reference.columns);
    const bool known = std::any_of(
        indexes_.begin(), indexes_.end(),
        [&columns](const IndexLayout& index) { return BeginsWith(index.columns, columns); });
    if (known) continue;
    std::string name = JoinNames(columns, columns_);
    indexes_.push_back({std::move(name), std::move(columns)});
  }
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
