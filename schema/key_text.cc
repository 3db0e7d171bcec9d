// Keys as text: of records, from JSON, from what a person types.

#include <cassert>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "schema/column_value.h"
#include "schema/json_reader.h"
#include "schema/json_text.h"
#include "schema/primary_key.h"
#include "schema/record_codec.h"

namespace linedb::schema {
namespace {

bool IsTextType(Type type) {
  return type == Type::kString || type == Type::kBytes || type == Type::kTimestamp ||
         type == Type::kDate;
}

const ColumnSchema& ColumnAt(const RecordLayout& layout, int column) {
  return layout.columns()[static_cast<std::size_t>(column)];
}

// Appends one key value; null is a fault.
bool ReadPart(const ColumnSchema& column, JsonReader* reader, TextWriter* writer) {
  const std::size_t byte = reader->Offset();
  if (reader->TakeNull()) return reader->Fail(byte, "null is no key");
  return WriteColumnValue(reader, column.type, {}, writer);
}

bool ReadParts(const RecordLayout& layout, const KeyLayout& key, JsonReader* reader,
               TextWriter* writer) {
  std::size_t part = 0;
  if (!reader->EnterArray()) return false;
  while (reader->NextElement()) {
    if (part == key.columns.size()) {
      return reader->Fail(reader->Offset(),
                          absl::StrCat("the key has ", key.columns.size(), " values, not more"));
    }
    if (part > 0) writer->Append(',');
    if (!ReadPart(ColumnAt(layout, key.columns[part++]), reader, writer)) return false;
  }
  if (part < key.columns.size()) {
    return reader->Fail(reader->Offset(),
                        absl::StrCat("the key has ", key.columns.size(), " values, found ", part));
  }
  return true;
}

}  // namespace

std::optional<std::string_view> KeyTextOf(const KeyLayout& key, std::string_view line,
                                          const FieldSpan* spans, std::string* scratch) {
  assert(!key.columns.empty());
  if (key.columns.size() == 1) {
    const std::string_view text = spans[key.columns[0]].In(line);
    return text == "null" ? std::nullopt : std::optional(text);
  }
  scratch->clear();
  for (const int column : key.columns) {
    const std::string_view text = spans[column].In(line);
    if (text == "null") return std::nullopt;
    if (!scratch->empty()) scratch->push_back(',');
    scratch->append(text);
  }
  return *scratch;
}

absl::StatusOr<std::string> KeyTextFromJson(const RecordLayout& layout, const KeyLayout& key,
                                            std::string_view json) {
  JsonReader reader(json);
  TextWriter writer;
  if (reader.CheckUtf8()) {
    // No key column is json, so an array is always the list of the key's values.
    if (key.columns.size() > 1 || reader.Peek() == '[') {
      ReadParts(layout, key, &reader, &writer);
    } else {
      ReadPart(ColumnAt(layout, key.columns[0]), &reader, &writer);
    }
    reader.ExpectEnd();
  }
  if (!reader.failed()) return std::string(writer.text());
  return absl::InvalidArgumentError(
      absl::StrCat(layout.schema().table_name, ": key (", key.name, "): ", reader.fault().reason));
}

absl::StatusOr<std::string> KeyTextFromUser(const RecordLayout& layout, const KeyLayout& key,
                                            std::string_view text) {
  absl::StatusOr<std::string> key_text = KeyTextFromJson(layout, key, text);
  if (key_text.ok() || key.columns.size() > 1 ||
      !IsTextType(ColumnAt(layout, key.columns[0]).type)) {
    return key_text;
  }
  // What is no JSON of that type is the text itself: bob@x.edu, 123, "bob.
  std::string quoted;
  if (!AppendJsonString(text, &quoted)) return key_text;
  return KeyTextFromJson(layout, key, quoted);
}

std::optional<std::string> PrimaryKeyOf(const RecordLayout& layout, std::string_view line) {
  absl::InlinedVector<FieldSpan, 16> spans(layout.columns().size());
  if (!SplitCanonical(layout, line, layout.column_count() - 1, spans.data())) return std::nullopt;
  std::string scratch;
  const std::optional<std::string_view> text =
      KeyTextOf(layout.keys()[0], line, spans.data(), &scratch);
  return text.has_value() ? std::optional<std::string>(*text) : std::nullopt;
}

}  // namespace linedb::schema
