#include "schema/schema_document.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/json_reader.h"
#include "schema/json_text.h"

namespace linedb::schema {
namespace {

std::string Quoted(std::string_view text) {
  std::string quoted;
  AppendJsonString(text, &quoted);
  return quoted;
}

// Members this version does not know, each behind `before` and with a space behind its colon.
void AppendUnknown(const std::string& members, const char* before, std::string* text) {
  if (members.empty()) return;
  const std::string object = absl::StrCat("{", members.substr(1), "}");
  JsonReader reader(object);
  std::string_view name;
  std::size_t name_byte = 0;
  reader.EnterObject();
  while (reader.NextMember(&name, &name_byte)) {
    absl::StrAppend(text, before, Quoted(name), ": ");
    TextWriter value;
    if (!reader.CopyValue(&value)) break;
    text->append(value.text());
  }
}

// The width of a text in characters, so that names in any script line up.
std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
  }));
}

void Pad(std::size_t width, std::size_t wanted, std::string* text) {
  text->append(wanted > width ? wanted - width : 0, ' ');
}

// `true,  ` and `false, ` are equally wide.
void AppendBool(const char* name, bool value, std::string* text) {
  absl::StrAppend(text, "\"", name, "\": ", value ? "true,  " : "false, ");
}

// One line of the schema member: the column's description, without its name.
void AppendColumn(const ColumnSchema& column, std::size_t type_width, std::string* text) {
  const std::string type = Quoted(TypeName(column.type));
  absl::StrAppend(text, "{\"type\": ", type, ", ");
  Pad(type.size(), type_width, text);
  AppendBool("primary_key", column.primary_key, text);
  AppendBool("nullable", column.nullable, text);
  absl::StrAppend(text, "\"unique\": ", column.unique ? "true" : "false");
  if (column.default_json.has_value()) {
    absl::StrAppend(text, ", \"default\": ", *column.default_json);
  }
  AppendUnknown(column.unknown_members, ", ", text);
  text->push_back('}');
}

void AppendColumns(const TableSchema& schema, std::string* text) {
  std::size_t name_width = 0;
  std::size_t type_width = 0;
  for (const ColumnSchema& column : schema.columns) {
    name_width = std::max(name_width, Width(Quoted(column.name)));
    type_width = std::max(type_width, Quoted(TypeName(column.type)).size());
  }
  for (const ColumnSchema& column : schema.columns) {
    const std::string name = Quoted(column.name);
    absl::StrAppend(text, "    ", name, ": ");
    Pad(Width(name), name_width, text);
    AppendColumn(column, type_width, text);
    text->append(&column == &schema.columns.back() ? "\n" : ",\n");
  }
}

void AppendUniqueKeys(const TableSchema& schema, const char* comma, std::string* text) {
  text->push_back('[');
  for (const std::vector<std::string>& key : schema.unique_keys) {
    text->append(&key == &schema.unique_keys.front() ? "[" : std::string(comma) + "[");
    for (const std::string& name : key) {
      absl::StrAppend(text, &name == &key.front() ? "" : comma, Quoted(name));
    }
    text->push_back(']');
  }
  text->push_back(']');
}

}  // namespace

std::string FormatSchemaDocument(const TableSchema& schema) {
  std::string text =
      absl::StrCat("{\n  \"format\": ", kSchemaFormat,
                   ",\n  \"table_name\": ", Quoted(schema.table_name), ",\n  \"schema\": {\n");
  AppendColumns(schema, &text);
  text.append("  }");
  if (!schema.unique_keys.empty()) {
    text.append(",\n  \"unique_keys\": ");
    AppendUniqueKeys(schema, ", ", &text);
  }
  if (schema.version != 1) absl::StrAppend(&text, ",\n  \"version\": ", schema.version);
  if (!schema.created_at.empty()) {
    absl::StrAppend(&text, ",\n  \"created_at\": ", Quoted(schema.created_at));
  }
  AppendUnknown(schema.unknown_members, ",\n  ", &text);
  text.append("\n}\n");
  return text;
}

std::string FormatSchemaDocumentCompact(const TableSchema& schema) {
  std::string text = absl::StrCat("{\"format\":", kSchemaFormat,
                                  ",\"table_name\":", Quoted(schema.table_name), ",\"schema\":{");
  const auto append_bool = [&text](const char* name, bool value) {
    absl::StrAppend(&text, ",\"", name, "\":", value ? "true" : "false");
  };
  for (const ColumnSchema& column : schema.columns) {
    if (&column != &schema.columns.front()) text.push_back(',');
    absl::StrAppend(&text, Quoted(column.name), ":{\"type\":", Quoted(TypeName(column.type)));
    append_bool("primary_key", column.primary_key);
    append_bool("nullable", column.nullable);
    append_bool("unique", column.unique);
    if (column.default_json.has_value()) {
      absl::StrAppend(&text, ",\"default\":", *column.default_json);
    }
    absl::StrAppend(&text, column.unknown_members, "}");
  }
  text.push_back('}');
  if (!schema.unique_keys.empty()) {
    text.append(",\"unique_keys\":");
    AppendUniqueKeys(schema, ",", &text);
  }
  if (schema.version != 1) absl::StrAppend(&text, ",\"version\":", schema.version);
  if (!schema.created_at.empty()) {
    absl::StrAppend(&text, ",\"created_at\":", Quoted(schema.created_at));
  }
  absl::StrAppend(&text, schema.unknown_members, "}");
  return text;
}

}  // namespace linedb::schema
