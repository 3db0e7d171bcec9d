#include "tools/dbtool/json_schema.h"

#include <cstdint>
#include <limits>

namespace linedb::dbtool {
namespace {

using Json = nlohmann::ordered_json;

Json ValueSchema(Type type) {
  switch (type) {
    case Type::kInt:
      return {{"type", "integer"},
              {"minimum", std::numeric_limits<std::int64_t>::min()},
              {"maximum", std::numeric_limits<std::int64_t>::max()}};
    case Type::kFloat:
      return {{"type", "number"}};
    case Type::kBool:
      return {{"type", "boolean"}};
    case Type::kString:
      return {{"type", "string"}};
    case Type::kBytes:
      return {{"type", "string"}, {"contentEncoding", "base64"}};
    case Type::kTimestamp:
      return {{"type", "string"}, {"format", "date-time"}};
    case Type::kDate:
      return {{"type", "string"}, {"format", "date"}};
    case Type::kJson:
      break;
  }
  return Json::object();
}

Json ColumnSchemaOf(const ColumnSchema& column) {
  Json schema = ValueSchema(column.type);
  if (column.nullable && schema.contains("type")) {
    schema["type"] = Json::array({schema["type"], "null"});
  }
  if (!column.nullable && column.type == Type::kJson) schema["not"] = {{"type", "null"}};
  if (column.default_json.has_value()) {
    schema["default"] = Json::parse(*column.default_json, nullptr, false);
  }
  return schema;
}

}  // namespace

Json JsonSchemaOf(const TableSchema& schema) {
  Json properties = Json::object();
  Json required = Json::array();
  Json primary_key = Json::array();
  Json unique_keys = Json::array();
  for (const ColumnSchema& column : schema.columns) {
    properties[column.name] = ColumnSchemaOf(column);
    if (!column.nullable && !column.default_json.has_value()) required.push_back(column.name);
    if (column.primary_key) primary_key.push_back(column.name);
    if (column.unique) unique_keys.push_back(Json::array({column.name}));
  }
  for (const auto& key : schema.unique_keys) unique_keys.push_back(key);
  Json linedb = {{"primary_key", primary_key}, {"unique_keys", unique_keys}};
  const std::vector<std::string> checks = AllChecks(schema);
  if (!checks.empty()) linedb["checks"] = checks;
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"title", schema.table_name},
          {"type", "object"},
          {"properties", properties},
          {"required", required},
          {"additionalProperties", false},
          {"x-linedb", linedb}};
}

}  // namespace linedb::dbtool
