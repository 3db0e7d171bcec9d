#include "engine/exchange/csv_value.h"

#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "linedb/text_reader.h"
#include "schema/base64.h"
#include "schema/canonical_value.h"
#include "schema/json_reader.h"
#include "schema/json_text.h"
#include "schema/time_text.h"

namespace linedb::engine {
namespace {

bool WriteInt(std::string_view text, schema::TextWriter* writer) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || schema::ReadInt64(text.data(), end, &value) != end) return false;
  writer->Append(text);
  return true;
}

bool WriteFloat(std::string_view text, schema::TextWriter* writer) {
  if (text.empty()) return false;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  if (text.size() <= schema::kExactDigits && WriteInt(text, writer)) {
    writer->Append(".0");
    return true;
  }
  bool is_integer = false;
  double value = 0;
  return schema::ScanNumber(begin, end, &is_integer) == end &&
         schema::ReadDouble(begin, end, &value) != nullptr &&
         schema::WriteDouble(writer, value) == nullptr;
}

bool WriteTimestamp(std::string_view text, schema::TextWriter* writer) {
  const std::optional<Timestamp> time = schema::ParseTimestamp(text, /*naive_is_utc=*/false);
  return time.has_value() && schema::WriteTimestamp(writer, *time) == nullptr;
}

// Null is a JSON value, too, where the column can be null.
bool WriteJson(const ColumnSchema& column, std::string_view text, schema::TextWriter* writer) {
  const std::size_t begin = writer->size();
  schema::JsonReader reader(text);
  if (!reader.CopyValue(writer) || !reader.ExpectEnd()) return false;
  return column.nullable || writer->text().substr(begin) != "null";
}

}  // namespace

std::optional<bool> CsvBool(std::string_view text) {
  if (text.size() != 4 && text.size() != 5) return std::nullopt;
  const absl::string_view word(text.data(), text.size());
  if (absl::EqualsIgnoreCase(word, "true")) return true;
  if (absl::EqualsIgnoreCase(word, "false")) return false;
  return std::nullopt;
}

bool WriteCsvValue(const ColumnSchema& column, std::string_view text, schema::TextWriter* writer) {
  switch (column.type) {
    case Type::kInt:
    case Type::kDate:
      return false;  // all that they take is copied
    case Type::kFloat:
      return WriteFloat(text, writer);
    case Type::kBool: {
      const std::optional<bool> truth = CsvBool(text);
      if (truth.has_value()) schema::WriteBool(writer, *truth);
      return truth.has_value();
    }
    case Type::kString:
      return schema::WriteString(writer, text) == nullptr;
    case Type::kTimestamp:
      return WriteTimestamp(text, writer);
    case Type::kBytes: {
      std::string bytes;
      return schema::DecodeBase64(text, &bytes) && schema::WriteString(writer, text) == nullptr;
    }
    case Type::kJson:
      return WriteJson(column, text, writer);
  }
  return false;
}

}  // namespace linedb::engine
