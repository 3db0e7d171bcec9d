#include "schema/column_value.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "schema/base64.h"
#include "schema/json_text.h"
#include "schema/time_text.h"

namespace linedb::schema {
namespace {

// What a value must begin with to be of the type at all.
bool CanBegin(Type type, char first) {
  switch (type) {
    case Type::kInt:
    case Type::kFloat:
      return first == '-' || IsDigit(first);
    case Type::kBool:
      return first == 't' || first == 'f';
    case Type::kString:
    case Type::kBytes:
    case Type::kTimestamp:
    case Type::kDate:
      return first == '"';
    case Type::kJson:
      return true;
  }
  return false;
}

// The reader stands before the value that does not fit. What is no JSON at all (NaN, a stray word,
// the end) is told as that, but for what a bracket holds: it is not looked at.
bool FailType(JsonReader* reader, Type type) {
  const std::size_t byte = reader->Offset();
  const char first = reader->Peek();
  const std::string found = reader->Excerpt();
  if (first != '{' && first != '[' && !reader->SkipValue()) return false;
  return reader->Fail(byte,
                      absl::StrCat("expected ", std::string(TypeName(type)), ", found ", found));
}

// As FailType, of the value at `byte`, which was read already.
bool FailTypeAt(std::size_t byte, Type type, std::string_view found, JsonReader* reader) {
  constexpr std::size_t kFoundBytesMax = 60;
  std::string shown;
  std::size_t bytes = std::min(found.size(), kFoundBytesMax);
  while (bytes < found.size() && (static_cast<unsigned char>(found[bytes]) & 0xc0) == 0x80) --bytes;
  AppendJsonString(found.substr(0, bytes), &shown);
  return reader->Fail(byte, absl::StrCat("expected ", std::string(TypeName(type)), ", found ",
                                         shown, bytes < found.size() ? "..." : ""));
}

bool WriteIntColumn(JsonReader* reader, TextWriter* writer) {
  const std::size_t byte = reader->Offset();
  JsonNumber number;
  if (!reader->ReadNumber(&number)) return false;
  if (!number.is_integer) {
    return reader->Fail(byte, absl::StrCat("expected int, found ", std::string(number.text)));
  }
  std::int64_t value = 0;
  const char* end = number.text.data() + number.text.size();
  if (number.text != "-0" && ReadInt64(number.text.data(), end, &value) == nullptr) {
    return reader->FailRange(byte, "integer");
  }
  WriteInt(writer, value);
  return true;
}

bool WriteFloatColumn(JsonReader* reader, TextWriter* writer) {
  const std::size_t byte = reader->Offset();
  JsonNumber number;
  if (!reader->ReadNumber(&number)) return false;
  double value = 0;
  const char* end = number.text.data() + number.text.size();
  if (ReadDouble(number.text.data(), end, &value) == nullptr) {
    return reader->FailRange(byte, "float");
  }
  return WriteDouble(writer, value) == nullptr;
}

// Text of a type that has a form: it is checked, and put into its canonical form.
bool WriteFormedText(Type type, const ColumnValueOptions& options, std::size_t byte,
                     std::string_view text, JsonReader* reader, TextWriter* writer) {
  if (type == Type::kTimestamp) {
    const std::optional<Timestamp> time = ParseTimestamp(text, options.naive_is_utc);
    if (!time.has_value()) return FailTypeAt(byte, type, text, reader);
    return WriteTimestamp(writer, *time) == nullptr;
  }
  std::string bytes;
  const bool fits = type == Type::kDate ? IsDate(text) : DecodeBase64(text, &bytes);
  if (!fits) return FailTypeAt(byte, type, text, reader);
  return WriteString(writer, text) == nullptr;
}

}  // namespace

bool WriteColumnValue(JsonReader* reader, Type type, const ColumnValueOptions& options,
                      TextWriter* writer) {
  if (type == Type::kJson) return reader->CopyValue(writer);
  if (!CanBegin(type, reader->Peek())) return FailType(reader, type);
  if (type == Type::kInt) return WriteIntColumn(reader, writer);
  if (type == Type::kFloat) return WriteFloatColumn(reader, writer);
  if (type == Type::kBool) {
    bool value = false;
    if (!reader->ReadBool(&value)) return false;
    WriteBool(writer, value);
    return true;
  }
  const std::size_t byte = reader->Offset();
  std::string_view text;
  if (!reader->ReadString(&text)) return false;
  if (type == Type::kString) return WriteString(writer, text) == nullptr;
  return WriteFormedText(type, options, byte, text, reader, writer);
}

absl::StatusOr<std::string> CanonicalColumnText(const ColumnSchema& column, std::string_view json) {
  JsonReader reader(json);
  TextWriter writer;
  if (reader.CheckUtf8()) {
    if (!reader.TakeNull()) {
      WriteColumnValue(&reader, column.type, ColumnValueOptions(), &writer);
    } else if (column.nullable) {
      writer.Append("null");
    } else {
      reader.Fail(0, "null is not allowed");
    }
    reader.ExpectEnd();
  }
  if (reader.failed()) return absl::InvalidArgumentError(reader.fault().reason);
  return std::string(writer.text());
}

}  // namespace linedb::schema
