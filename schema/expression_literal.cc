#include "schema/expression_literal.h"

#include <chrono>
#include <cmath>

#include "linedb/text_reader.h"
#include "linedb/text_writer.h"
#include "schema/base64.h"
#include "schema/column_value.h"
#include "schema/json_text.h"
#include "schema/time_text.h"

namespace linedb::schema {
namespace {

using std::chrono::sys_days;

std::optional<Value> DateOf(std::string_view text) {
  if (!IsDate(text)) return std::nullopt;
  const std::string quoted = '"' + std::string(text) + '"';
  std::chrono::year_month_day day;
  ReadDate(quoted.data(), quoted.data() + quoted.size(), &day);
  return Value::Date(sys_days(day));
}

std::optional<Value> JsonOf(std::string_view text) {
  const ColumnSchema any = {.name = "json", .type = Type::kJson, .nullable = true};
  absl::StatusOr<std::string> json = CanonicalColumnText(any, text);
  if (!json.ok()) return std::nullopt;
  return Value::Json(*std::move(json));
}

void AppendQuoted(std::string_view text, std::string* to) {
  to->push_back('\'');
  for (const char character : text) {
    if (character == '\'') to->push_back('\'');
    to->push_back(character);
  }
  to->push_back('\'');
}

// Without digits of a second that say nothing.
std::string ShortTimestamp(Timestamp time) {
  std::string text = FormatTimestamp(time);
  text.pop_back();
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();  // which was there, so the seconds kept their zeros
  return text + 'Z';
}

std::string DateText(sys_days day) { return FormatTimestamp(Timestamp(day)).substr(0, 10); }

void AppendFloat(double value, std::string* text) {
  if (!std::isinf(value)) {
    AppendJsonDouble(value, text);
  } else {
    text->append(value < 0 ? "-1e999" : "1e999");
  }
}

std::string Base64Of(const std::string& bytes) {
  std::string text(Base64Size(bytes.size()), '\0');
  EncodeBase64(bytes.data(), bytes.size(), text.data());
  return text;
}

void AppendTyped(Type type, std::string_view inside, std::string* text) {
  text->append(TypeName(type)).push_back(' ');
  AppendQuoted(inside, text);
}

}  // namespace

std::optional<Value> LiteralOfText(Type type, std::string_view text) {
  if (type == Type::kDate) return DateOf(text);
  if (type == Type::kJson) return JsonOf(text);
  if (type == Type::kTimestamp) {
    const std::optional<Timestamp> time = ParseTimestamp(text, /*naive_is_utc=*/false);
    return time.has_value() ? std::optional(Value::Time(*time)) : std::nullopt;
  }
  std::string bytes;
  if (type != Type::kBytes || !DecodeBase64(text, &bytes)) return std::nullopt;
  return Value::Binary(std::move(bytes));
}

std::string_view LiteralExample(Type type) {
  switch (type) {
    case Type::kTimestamp:
      return "a timestamp as '2026-01-22T20:31:17Z'";
    case Type::kDate:
      return "a date as '2026-01-22'";
    case Type::kBytes:
      return "bytes in base64 as 'AAEC'";
    default:
      return "json as '{\"a\":1}'";
  }
}

void AppendLiteral(const Value& value, std::string* text) {
  if (value.is_null()) {
    text->append("null");
    return;
  }
  switch (*value.type()) {
    case Type::kInt:
      return AppendJsonInt(value.as_int(), text);
    case Type::kFloat:
      return AppendFloat(value.as_float(), text);
    case Type::kBool:
      text->append(value.as_bool() ? "true" : "false");
      return;
    case Type::kString:
      return AppendQuoted(value.as_string(), text);
    case Type::kBytes:
      return AppendTyped(Type::kBytes, Base64Of(value.as_bytes()), text);
    case Type::kTimestamp:
      return AppendTyped(Type::kTimestamp, ShortTimestamp(value.as_time()), text);
    case Type::kDate:
      return AppendTyped(Type::kDate, DateText(value.as_date()), text);
    case Type::kJson:
      return AppendTyped(Type::kJson, value.as_json(), text);
  }
}

}  // namespace linedb::schema
