#include "linedb/table_schema.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schema/column_value.h"
#include "schema/json_text.h"
#include "schema/record_checks.h"

namespace linedb {
namespace {

using schema::CanonicalColumnText;

constexpr std::array<std::pair<Type, std::string_view>, 8> kTypeNames = {
    {{Type::kInt, "int"},
     {Type::kFloat, "float"},
     {Type::kBool, "bool"},
     {Type::kString, "str"},
     {Type::kBytes, "bytes"},
     {Type::kTimestamp, "timestamp"},
     {Type::kDate, "date"},
     {Type::kJson, "json"}}};

template <class... Parts>
absl::Status Refuse(const TableSchema& schema, const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat("table ", schema.table_name, ": ", parts...));
}

const ColumnSchema* FindColumn(const TableSchema& schema, std::string_view name) {
  for (const ColumnSchema& column : schema.columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

int CountPrimaryKeys(const TableSchema& schema) {
  return static_cast<int>(
      std::count_if(schema.columns.begin(), schema.columns.end(),
                    [](const ColumnSchema& column) { return column.primary_key; }));
}

bool HasControlCharacter(std::string_view name) {
  return std::any_of(name.begin(), name.end(), [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte < 0x20 || byte == 0x7f;
  });
}

absl::Status ValidateColumnName(const TableSchema& schema, const std::string& name) {
  if (name.empty()) return Refuse(schema, "a column has no name");
  if (name.size() > kColumnNameBytesMax) {
    return Refuse(schema, "the column name ", name.substr(0, 40), "... has ", name.size(),
                  " bytes, at most ", kColumnNameBytesMax, " are allowed");
  }
  if (schema::FindBadUtf8(name) != std::string_view::npos) {
    return Refuse(schema, "a column name is not UTF-8");
  }
  if (HasControlCharacter(name)) {
    return Refuse(schema, "a column name holds a control character");
  }
  if (name[0] == '$') {
    return Refuse(schema, "column ", name, ": names that begin with $ belong to linedb");
  }
  return absl::OkStatus();
}

absl::Status ValidateKeyColumn(const TableSchema& schema, const ColumnSchema& column) {
  if (column.type == Type::kJson) {
    return Refuse(schema, "column ", column.name,
                  ": a json column can be no key, for equal values may differ in text");
  }
  if (!column.primary_key || !column.nullable) return absl::OkStatus();
  if (column.type != Type::kInt) {
    return Refuse(schema, "column ", column.name, ": a nullable primary key must be an int, not ",
                  std::string(TypeName(column.type)));
  }
  if (CountPrimaryKeys(schema) > 1) {
    return Refuse(schema, "column ", column.name,
                  ": no column of a compound primary key may be nullable");
  }
  if (column.default_json.has_value()) {
    return Refuse(schema, "column ", column.name,
                  ": a key that is assigned when left out has no default");
  }
  return absl::OkStatus();
}

absl::Status ValidateColumn(const TableSchema& schema, const ColumnSchema& column) {
  if (absl::Status name = ValidateColumnName(schema, column.name); !name.ok()) return name;
  if (TypeName(column.type).empty()) {
    return Refuse(schema, "column ", column.name, ": no type has the number ",
                  static_cast<int>(column.type));
  }
  if (column.primary_key || column.unique) {
    if (absl::Status key = ValidateKeyColumn(schema, column); !key.ok()) return key;
  }
  if (column.default_json.has_value()) {
    const auto text = CanonicalColumnText(column, *column.default_json);
    if (!text.ok()) {
      return Refuse(schema, "column ", column.name, ": default: ",
                    std::string(text.status().message().data(), text.status().message().size()));
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateUniqueKey(const TableSchema& schema, const std::vector<std::string>& key) {
  const std::string name = absl::StrJoin(key, ",");
  if (key.size() < 2) {
    return Refuse(schema, "unique key (", name,
                  "): it must have two columns or more; for one say so at the column");
  }
  if (std::set<std::string>(key.begin(), key.end()).size() < key.size()) {
    return Refuse(schema, "unique key (", name, "): a column stands in it twice");
  }
  for (const std::string& part : key) {
    const ColumnSchema* column = FindColumn(schema, part);
    if (column == nullptr) {
      return Refuse(schema, "unique key (", name, "): there is no column ", part);
    }
    if (column->type == Type::kJson) {
      return Refuse(schema, "column ", part,
                    ": a json column can be no key, for equal values may differ in text");
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateIndex(const TableSchema& schema, const IndexSchema& index) {
  const std::string name = absl::StrJoin(index.columns, ",");
  if (index.columns.empty()) return Refuse(schema, "an index has no columns");
  if (std::set<std::string>(index.columns.begin(), index.columns.end()).size() <
      index.columns.size()) {
    return Refuse(schema, "index (", name, "): a column stands in it twice");
  }
  for (const std::string& part : index.columns) {
    const ColumnSchema* column = FindColumn(schema, part);
    if (column == nullptr) return Refuse(schema, "index (", name, "): there is no column ", part);
    if (column->type == Type::kJson) {
      return Refuse(schema, "index (", name, "): json column ", part, " has no order");
    }
  }
  return absl::OkStatus();
}

// What the schema says of a reference by itself; the other table is judged where it is known.
absl::Status ValidateReference(const TableSchema& schema, const ReferenceSchema& reference) {
  const std::string name = absl::StrCat("reference (", absl::StrJoin(reference.columns, ","), ")");
  if (reference.columns.empty()) return Refuse(schema, "a reference has no columns");
  if (absl::Status table = ValidateTableName(reference.table); !table.ok()) {
    return Refuse(schema, name, ": ", std::string(table.message().data(), table.message().size()));
  }
  if (!reference.key.empty() && reference.key.size() != reference.columns.size()) {
    return Refuse(schema, name, ": it has ", reference.columns.size(), " columns, the key of ",
                  reference.table, " ", reference.key.size());
  }
  for (const std::string& part : reference.columns) {
    const ColumnSchema* column = FindColumn(schema, part);
    if (column == nullptr) return Refuse(schema, name, ": there is no column ", part);
    if (std::count(reference.columns.begin(), reference.columns.end(), part) > 1) {
      return Refuse(schema, name, ": a column stands in it twice");
    }
    if (column->type == Type::kJson) return Refuse(schema, name, ": a json column can be no key");
    if (reference.on_delete == OnDelete::kSetNull && (!column->nullable || column->primary_key)) {
      return Refuse(schema, name, ": column ", part,
                    " cannot become null when the record referenced is deleted");
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateExpiry(const TableSchema& schema) {
  if (schema.expires.empty()) return absl::OkStatus();
  const ColumnSchema* column = FindColumn(schema, schema.expires);
  if (column == nullptr) return Refuse(schema, "expires: there is no column ", schema.expires);
  if (column->type == Type::kTimestamp) return absl::OkStatus();
  return Refuse(schema, "expires: column ", schema.expires, " is no timestamp but ",
                std::string(TypeName(column->type)));
}

absl::Status ValidateColumnIds(const TableSchema& schema) {
  std::set<std::int64_t> ids;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    const std::int64_t id = ColumnIdOf(schema, i);
    if (id < 1) return Refuse(schema, "column ", schema.columns[i].name, ": its id is below 1");
    if (!ids.insert(id).second) {
      return Refuse(schema, "column ", schema.columns[i].name, ": another column has the id ", id);
    }
  }
  if (schema.column_id_max != 0 && schema.column_id_max < *ids.rbegin()) {
    return Refuse(schema, "column_id_max is ", schema.column_id_max, ", but a column has the id ",
                  *ids.rbegin());
  }
  return absl::OkStatus();
}

// Key columns as one text, for comparing; the order of columns in a key does not count.
std::set<std::string> UniqueKeyNames(const TableSchema& schema) {
  std::set<std::string> names;
  for (std::vector<std::string> key : schema.unique_keys) {
    std::sort(key.begin(), key.end());
    names.insert(absl::StrJoin(key, ","));
  }
  return names;
}

}  // namespace

std::string_view TypeName(Type type) {
  for (const auto& [known, name] : kTypeNames) {
    if (known == type) return name;
  }
  return {};
}

std::optional<Type> ParseTypeName(std::string_view name) {
  for (const auto& [type, known] : kTypeNames) {
    if (known == name) return type;
  }
  return std::nullopt;
}

absl::Status ValidateTableName(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const bool fits = !name.empty() && name.size() <= kTableNameBytesMax && is_letter(name[0]) &&
                    std::all_of(name.begin(), name.end(),
                                [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("\"", std::string(name.substr(0, kTableNameBytesMax)),
                   "\" cannot be a table's name: it must be [A-Za-z_][A-Za-z0-9_]*, at most ",
                   kTableNameBytesMax, " bytes"));
}

absl::Status ValidateTableSchema(const TableSchema& schema) {
  if (absl::Status name = ValidateTableName(schema.table_name); !name.ok()) return name;
  if (schema.columns.empty()) return Refuse(schema, "it has no columns");
  if (schema.version < 1) return Refuse(schema, "its version is below 1: ", schema.version);
  std::set<std::string_view> names;
  for (const ColumnSchema& column : schema.columns) {
    if (absl::Status valid = ValidateColumn(schema, column); !valid.ok()) return valid;
    if (!names.insert(column.name).second) {
      return Refuse(schema, "column ", column.name, " stands in it twice");
    }
  }
  for (const std::vector<std::string>& key : schema.unique_keys) {
    if (absl::Status valid = ValidateUniqueKey(schema, key); !valid.ok()) return valid;
  }
  if (UniqueKeyNames(schema).size() < schema.unique_keys.size()) {
    return Refuse(schema, "two unique keys have the same columns");
  }
  std::set<std::vector<std::string>> indexes;
  for (const IndexSchema& index : schema.indexes) {
    if (absl::Status valid = ValidateIndex(schema, index); !valid.ok()) return valid;
    if (!indexes.insert(index.columns).second) {
      return Refuse(schema, "two indexes have the same columns");
    }
  }
  for (const ReferenceSchema& reference : AllReferences(schema)) {
    if (absl::Status valid = ValidateReference(schema, reference); !valid.ok()) return valid;
  }
  if (absl::Status valid = ValidateExpiry(schema); !valid.ok()) return valid;
  if (absl::Status valid = ValidateColumnIds(schema); !valid.ok()) return valid;
  return schema::ValidateChecks(schema);
}

std::int64_t ColumnIdOf(const TableSchema& schema, std::size_t column) {
  const std::int64_t id = schema.columns[column].id;
  return id != 0 ? id : static_cast<std::int64_t>(column) + 1;
}

std::vector<ReferenceSchema> AllReferences(const TableSchema& schema) {
  std::vector<ReferenceSchema> all;
  for (const ColumnSchema& column : schema.columns) {
    if (column.references.has_value()) all.push_back(*column.references);
  }
  all.insert(all.end(), schema.references.begin(), schema.references.end());
  return all;
}

std::vector<std::string> AllChecks(const TableSchema& schema) {
  std::vector<std::string> all;
  for (const ColumnSchema& column : schema.columns) {
    if (!column.check.empty()) all.push_back(column.check);
  }
  all.insert(all.end(), schema.checks.begin(), schema.checks.end());
  return all;
}

std::string_view OnDeleteName(OnDelete on_delete) {
  switch (on_delete) {
    case OnDelete::kRestrict:
      return "restrict";
    case OnDelete::kCascade:
      return "cascade";
    case OnDelete::kSetNull:
      return "set null";
  }
  return {};
}

std::optional<OnDelete> ParseOnDeleteName(std::string_view name) {
  for (const OnDelete each : {OnDelete::kRestrict, OnDelete::kCascade, OnDelete::kSetNull}) {
    if (OnDeleteName(each) == name) return each;
  }
  return std::nullopt;
}

}  // namespace linedb
