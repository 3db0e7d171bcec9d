#include "schema/order_key.h"

#include <bit>
#include <cassert>
#include <chrono>
#include <cstdint>

#include "linedb/text_reader.h"
#include "schema/base64.h"
#include "schema/json_text.h"

namespace linedb::schema {
namespace {

constexpr char kNull = '\x00';
constexpr char kPresent = '\x01';
constexpr char kZeroByte = '\xff';  // what follows a 00 that is part of the value
constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

void AppendWord(std::uint64_t word, std::string* key) {
  char bytes[sizeof word];
  for (std::size_t i = sizeof word; i > 0; --i, word >>= 8) bytes[i - 1] = static_cast<char>(word);
  key->append(bytes, sizeof bytes);
}

void AppendInt(std::int64_t value, std::string* key) {
  AppendWord(static_cast<std::uint64_t>(value) ^ kSignBit, key);
}

void AppendFloat(double value, std::string* key) {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);
  AppendWord((bits & kSignBit) != 0 ? ~bits : bits ^ kSignBit, key);
}

void AppendEscaped(std::string_view bytes, std::string* key) {
  for (;;) {
    const std::size_t zero = bytes.find('\0');
    key->append(bytes.substr(0, zero));
    if (zero == bytes.npos) return;
    key->push_back('\0');
    key->push_back(kZeroByte);
    bytes.remove_prefix(zero + 1);
  }
}

void EndText(std::string* key) { key->append(2, '\0'); }

// Of a canonical JSON string: an escape is the only way to a byte 00.
void AppendQuoted(std::string_view quoted, std::string* key) {
  const std::string_view inside = quoted.size() < 2 ? "" : quoted.substr(1, quoted.size() - 2);
  if (inside.find('\\') == inside.npos) {
    key->append(inside);
  } else {
    std::string text;
    Unescape(inside.data(), inside.data() + inside.size(), &text);
    AppendEscaped(text, key);
  }
  EndText(key);
}

void AppendBase64(std::string_view quoted, std::string* key) {
  std::string bytes;
  if (quoted.size() >= 2) DecodeBase64(quoted.substr(1, quoted.size() - 2), &bytes);
  AppendEscaped(bytes, key);
  EndText(key);
}

std::int64_t DaysOf(std::chrono::year_month_day day) {
  return std::chrono::sys_days(day).time_since_epoch().count();
}

}  // namespace

void AppendOrderKey(Type type, std::string_view canonical_text, std::string* key) {
  if (canonical_text == "null") return key->push_back(kNull);
  key->push_back(kPresent);
  const char* const begin = canonical_text.data();
  const char* const end = begin + canonical_text.size();
  std::int64_t number = 0;
  double real = 0;
  Timestamp time = {};
  std::chrono::year_month_day day = {};
  switch (type) {
    case Type::kInt:
      ReadInt64(begin, end, &number);
      return AppendInt(number, key);
    case Type::kFloat:
      ReadDouble(begin, end, &real);
      return AppendFloat(real, key);
    case Type::kBool:
      return key->push_back(canonical_text == "true" ? '\x01' : '\x00');
    case Type::kString:
      return AppendQuoted(canonical_text, key);
    case Type::kBytes:
      return AppendBase64(canonical_text, key);
    case Type::kTimestamp:
      ReadTimestamp(begin, end, &time);
      return AppendInt(time.time_since_epoch().count(), key);
    case Type::kDate:
      if (ReadDate(begin, end, &day) != nullptr) number = DaysOf(day);
      return AppendInt(number, key);
    case Type::kJson:
      break;
  }
  assert(false);  // JSON values have no order
}

void AppendOrderKey(const Value& value, std::string* key) {
  if (value.is_null()) return key->push_back(kNull);
  key->push_back(kPresent);
  switch (*value.type()) {
    case Type::kInt:
      return AppendInt(value.as_int(), key);
    case Type::kFloat:
      return AppendFloat(value.as_float(), key);
    case Type::kBool:
      return key->push_back(value.as_bool() ? '\x01' : '\x00');
    case Type::kString:
    case Type::kBytes:
      AppendEscaped(value.as_string(), key);
      return EndText(key);
    case Type::kTimestamp:
      return AppendInt(value.as_time().time_since_epoch().count(), key);
    case Type::kDate:
      return AppendInt(value.as_date().time_since_epoch().count(), key);
    case Type::kJson:
      break;
  }
  assert(false);
}

void AppendOrderKeyPrefix(std::string_view text, std::string* key) {
  key->push_back(kPresent);
  AppendEscaped(text, key);
}

std::optional<std::string> OrderKeyEnd(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (end.empty()) return std::nullopt;
  ++end.back();
  return end;
}

void AppendOrderKeyOf(const RecordLayout& layout, const IndexLayout& index, std::string_view line,
                      const FieldSpan* spans, std::string* key) {
  for (const int column : index.columns) {
    const Type type = layout.columns()[static_cast<std::size_t>(column)].type;
    AppendOrderKey(type, spans[column].In(line), key);
  }
}

}  // namespace linedb::schema
