#include "schema/schema_document.h"

#include <algorithm>
#include <cstdint>
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

// `["a", "b"]`
void AppendNames(const std::vector<std::string>& names, const char* comma, std::string* text) {
  text->push_back('[');
  for (const std::string& name : names) {
    absl::StrAppend(text, &name == &names.front() ? "" : comma, Quoted(name));
  }
  text->push_back(']');
}

// The spaces that a document is laid out with, or those of the one on one line: none.
struct Spaces {
  const char* comma;
  const char* colon;
};
constexpr Spaces kLaidOut = {", ", ": "};
constexpr Spaces kCompact = {",", ":"};

// `{"table": "course", "key": ["code"], "on_delete": "cascade"}`, of a column's without its
// columns.
void AppendReference(const ReferenceSchema& reference, bool of_column, const Spaces& spaces,
                     std::string* text) {
  text->push_back('{');
  if (!of_column) {
    absl::StrAppend(text, "\"columns\"", spaces.colon);
    AppendNames(reference.columns, spaces.comma, text);
    text->append(spaces.comma);
  }
  absl::StrAppend(text, "\"table\"", spaces.colon, Quoted(reference.table));
  if (!reference.key.empty()) {
    absl::StrAppend(text, spaces.comma, "\"key\"", spaces.colon);
    AppendNames(reference.key, spaces.comma, text);
  }
  absl::StrAppend(text, spaces.comma, "\"on_delete\"", spaces.colon,
                  Quoted(OnDeleteName(reference.on_delete)), "}");
}

// What a column says only if there is something to say.
void AppendColumnExtras(const ColumnSchema& column, const Spaces& spaces, std::string* text) {
  const auto begin = [&](const char* name) {
    absl::StrAppend(text, spaces.comma, "\"", name, "\"", spaces.colon);
  };
  if (column.default_json.has_value()) {
    begin("default");
    text->append(*column.default_json);
  }
  if (!column.check.empty()) {
    begin("check");
    text->append(Quoted(column.check));
  }
  if (column.references.has_value()) {
    begin("references");
    AppendReference(*column.references, /*of_column=*/true, spaces, text);
  }
  if (column.id != 0) {
    begin("id");
    absl::StrAppend(text, column.id);
  }
}

// One line of the schema member: the column's description, without its name.
void AppendColumn(const ColumnSchema& column, std::size_t type_width, std::string* text) {
  const std::string type = Quoted(TypeName(column.type));
  absl::StrAppend(text, "{\"type\": ", type, ", ");
  Pad(type.size(), type_width, text);
  AppendBool("primary_key", column.primary_key, text);
  AppendBool("nullable", column.nullable, text);
  absl::StrAppend(text, "\"unique\": ", column.unique ? "true" : "false");
  AppendColumnExtras(column, kLaidOut, text);
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

// A list of the table's, of which each element is appended by `append`.
template <class List, class Append>
void AppendList(const List& list, const Spaces& spaces, std::string* text, Append append) {
  text->push_back('[');
  for (const auto& element : list) {
    if (&element != &list.front()) text->append(spaces.comma);
    append(element);
  }
  text->push_back(']');
}

// What a table says behind its columns, and only if there is something to say, each behind
// `before`.
void AppendTableExtras(const TableSchema& schema, const char* before, const Spaces& spaces,
                       std::string* text) {
  const auto begin = [&](const char* name) {
    absl::StrAppend(text, before, "\"", name, "\"", spaces.colon);
  };
  if (!schema.unique_keys.empty()) {
    begin("unique_keys");
    AppendList(schema.unique_keys, spaces, text,
               [&](const auto& key) { AppendNames(key, spaces.comma, text); });
  }
  if (!schema.indexes.empty()) {
    begin("indexes");
    AppendList(schema.indexes, spaces, text, [&](const IndexSchema& index) {
      absl::StrAppend(text, "{\"columns\"", spaces.colon);
      AppendNames(index.columns, spaces.comma, text);
      absl::StrAppend(text, spaces.comma, "\"unique\"", spaces.colon,
                      index.unique ? "true}" : "false}");
    });
  }
  if (!schema.checks.empty()) {
    begin("checks");
    AppendNames(schema.checks, spaces.comma, text);
  }
  if (!schema.references.empty()) {
    begin("references");
    AppendList(schema.references, spaces, text, [&](const ReferenceSchema& reference) {
      AppendReference(reference, /*of_column=*/false, spaces, text);
    });
  }
  if (!schema.expires.empty()) {
    begin("expires");
    text->append(Quoted(schema.expires));
  }
  const auto append_number = [&](const char* name, std::int64_t number, std::int64_t left_out) {
    if (number == left_out) return;
    begin(name);
    absl::StrAppend(text, number);
  };
  append_number("column_id_max", schema.column_id_max, 0);
  append_number("version", schema.version, 1);
  if (!schema.created_at.empty()) {
    begin("created_at");
    text->append(Quoted(schema.created_at));
  }
}

}  // namespace

int SchemaFormatOf(const TableSchema& schema) {
  const bool newer_column =
      std::any_of(schema.columns.begin(), schema.columns.end(), [](const ColumnSchema& column) {
        return !column.check.empty() || column.references.has_value() || column.id != 0;
      });
  const bool newer = newer_column || !schema.indexes.empty() || !schema.checks.empty() ||
                     !schema.references.empty() || !schema.expires.empty() ||
                     schema.column_id_max != 0;
  return newer ? 2 : 1;
}

std::string FormatSchemaDocument(const TableSchema& schema) {
  std::string text =
      absl::StrCat("{\n  \"format\": ", SchemaFormatOf(schema),
                   ",\n  \"table_name\": ", Quoted(schema.table_name), ",\n  \"schema\": {\n");
  AppendColumns(schema, &text);
  text.append("  }");
  AppendTableExtras(schema, ",\n  ", kLaidOut, &text);
  AppendUnknown(schema.unknown_members, ",\n  ", &text);
  text.append("\n}\n");
  return text;
}

std::string FormatSchemaDocumentCompact(const TableSchema& schema) {
  std::string text = absl::StrCat("{\"format\":", SchemaFormatOf(schema),
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
    AppendColumnExtras(column, kCompact, &text);
    absl::StrAppend(&text, column.unknown_members, "}");
  }
  text.push_back('}');
  AppendTableExtras(schema, ",", kCompact, &text);
  absl::StrAppend(&text, schema.unknown_members, "}");
  return text;
}

absl::Status NormalizeSchema(TableSchema* schema) {
  absl::StatusOr<SchemaDocument> document =
      ParseSchemaDocument(FormatSchemaDocumentCompact(*schema));
  if (!document.ok()) return document.status();
  *schema = std::move(document->schema);
  return absl::OkStatus();
}

}  // namespace linedb::schema
