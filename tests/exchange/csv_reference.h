// CSV read in the plainest way, byte by byte and by way of JSON: what the engine's reading, which
// takes many bytes with one look, is compared with.

#ifndef LINEDB_TESTS_EXCHANGE_CSV_REFERENCE_H_
#define LINEDB_TESTS_EXCHANGE_CSV_REFERENCE_H_

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exchange/csv_shape.h"
#include "nlohmann/json.hpp"
#include "schema/json_text.h"
#include "schema/record_layout.h"

namespace linedb::testing {

struct ReferenceField {
  std::string value;
  bool quoted = false;
};

// The fields of a row without its "\n"; nothing if it is none.
inline std::optional<std::vector<ReferenceField>> ReferenceSplit(
    std::string_view row, const engine::CsvDialect& dialect) {
  if (!row.empty() && row.back() == '\r') row.remove_suffix(1);
  std::vector<ReferenceField> fields(1);
  for (std::size_t at = 0; at < row.size();) {
    ReferenceField& field = fields.back();
    if (row[at] == '"' && dialect.quotes) {
      if (field.quoted || !field.value.empty()) return std::nullopt;
      field.quoted = true;
      for (++at;; ++at) {
        if (at == row.size()) return std::nullopt;
        if (row[at] == '"' && row.substr(at + 1, 1) != "\"") break;
        at += row[at] == '"' ? 1 : 0;
        field.value.push_back(row[at]);
      }
      ++at;
      if (at < row.size() && row[at] != dialect.delimiter) return std::nullopt;
      continue;
    }
    if (row[at] == dialect.delimiter) {
      fields.emplace_back();
    } else if (row[at] == '\r' || row[at] == '\0') {
      return std::nullopt;
    } else {
      field.value.push_back(row[at]);
    }
    ++at;
  }
  return fields;
}

// A field as the JSON value that it stands for in a column; nothing if there is none.
inline std::optional<std::string> ReferenceValue(const ReferenceField& field,
                                                 const ColumnSchema& column,
                                                 const engine::CsvShape& shape) {
  std::string text;
  if (!field.quoted && shape.IsNull(field.value)) {
    const bool empty_text = column.type == Type::kString && !column.nullable && field.value.empty();
    return empty_text ? "\"\"" : "null";
  }
  if (column.type == Type::kJson) {
    if (!nlohmann::json::accept(field.value)) return std::nullopt;
    return field.value;
  }
  const bool is_number = column.type == Type::kInt || column.type == Type::kFloat;
  if (is_number && field.value.find_first_not_of("+-.0123456789eE") == std::string::npos &&
      nlohmann::json::accept(field.value)) {
    return field.value;
  }
  std::string lower = field.value;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (column.type == Type::kBool && (lower == "true" || lower == "false")) return lower;
  if (!schema::AppendJsonString(field.value, &text)) return std::nullopt;
  return text;
}

// A row as the JSON object of its columns, in their order; nothing if there is none.
inline std::optional<std::string> ReferenceJson(const std::vector<ReferenceField>& fields,
                                                const schema::RecordLayout& layout,
                                                const engine::CsvShape& shape) {
  if (fields.size() != shape.columns.size()) return std::nullopt;
  std::string json;
  for (const ColumnSchema& column : layout.columns()) {
    const auto place = std::find(shape.columns.begin(), shape.columns.end(), column.name);
    if (place == shape.columns.end()) continue;
    const auto index = static_cast<std::size_t>(place - shape.columns.begin());
    const std::optional<std::string> value = ReferenceValue(fields[index], column, shape);
    if (!value.has_value()) return std::nullopt;
    json += json.empty() ? "{" : ",";
    if (!schema::AppendJsonString(column.name, &json)) return std::nullopt;
    json += ":" + *value;
  }
  return json.empty() ? "{}" : json + "}";
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_EXCHANGE_CSV_REFERENCE_H_
