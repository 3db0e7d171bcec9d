#include "tools/bridges/sqlite/comparand.h"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "schema/time_text.h"

namespace linedb::sqlite {
namespace {

Comparand Found(Value value) { return {Comparand::Kind::kValue, std::move(value), true}; }
Comparand Near(Value value) { return {Comparand::Kind::kValue, std::move(value), false}; }
Comparand Nothing() { return {Comparand::Kind::kNothing}; }
Comparand Unknown() { return {Comparand::Kind::kUnknown}; }

// Of a value that no value of the column equals.
Comparand Unequal(Bound bound) { return IsEquality(bound) ? Nothing() : Unknown(); }

std::string TextOf(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  const auto bytes = static_cast<std::size_t>(sqlite3_value_bytes(value));
  return text == nullptr ? std::string() : std::string(text, bytes);
}

std::string BytesOf(sqlite3_value* value) {
  const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
  const auto count = static_cast<std::size_t>(sqlite3_value_bytes(value));
  return bytes == nullptr ? std::string() : std::string(bytes, count);
}

// The whole number nearest to a real one on the side that fits.
Comparand IntOfReal(Bound bound, double real) {
  constexpr double kEnd = 9223372036854775808.0;
  const bool is_low = bound == Bound::kLow || bound == Bound::kAbove;
  const double whole = is_low ? std::ceil(real) : std::floor(real);
  if (whole < -kEnd || whole >= kEnd) return Unequal(bound);
  const Value value = Value::Int(static_cast<std::int64_t>(whole));
  if (whole == real) return Found(value);
  return IsEquality(bound) ? Nothing() : Near(value);
}

Comparand RealOfInt(std::int64_t number) {
  // A double has 53 bits: beyond them what is looked up would be beside the number.
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  if (number < -kExact || number > kExact) return Unknown();
  return Found(Value::Float(static_cast<double>(number)));
}

Comparand BoolOf(Bound bound, Comparand number) {
  if (number.kind != Comparand::Kind::kValue) return number;
  const std::int64_t value = number.value.as_int();
  return value == 0 || value == 1 ? Found(Value::Bool(value == 1)) : Unequal(bound);
}

// Beside a column of numbers SQLite compares text that spells one as that number.
Comparand NumberOf(Type type, Bound bound, sqlite3_value* value) {
  switch (sqlite3_value_numeric_type(value)) {
    case SQLITE_INTEGER: {
      const std::int64_t number = sqlite3_value_int64(value);
      return type == Type::kFloat ? RealOfInt(number) : Found(Value::Int(number));
    }
    case SQLITE_FLOAT: {
      const double real = sqlite3_value_double(value);
      if (type != Type::kFloat) return IntOfReal(bound, real);
      return std::isfinite(real) ? Found(Value::Float(real)) : Unequal(bound);
    }
    default:
      return Unequal(bound);
  }
}

// What begins as a canonical time does, made whole with the first moment that begins so: '2026-01'
// is 2026-01-01T00:00:00.000000Z. Texts of the files stand before or behind both alike. Empty: it
// does not begin so.
std::string WholeTime(std::string_view text) {
  constexpr std::string_view kFirst = "0000-01-01T00:00:00.000000Z";
  constexpr std::size_t kDayBytes = 10;
  // A space stands before the T, and so the text before all times of its day.
  if (text.size() > kDayBytes && text[kDayBytes] == ' ') text = text.substr(0, kDayBytes);
  std::string whole(text.substr(0, kFirst.size()));
  whole += kFirst.substr(whole.size());
  const std::optional<Timestamp> time = schema::ParseTimestamp(whole, false);
  return time.has_value() && schema::FormatTimestamp(*time) == whole ? whole : "";
}

// SQLite compares times by their texts; those of the files sort as time goes.
Comparand TimeOf(Type type, Bound bound, const std::string& text) {
  const std::string whole = WholeTime(text);
  if (whole.empty()) return Unequal(bound);
  const Timestamp time = *schema::ParseTimestamp(whole, false);
  const Value value = type == Type::kTimestamp
                          ? Value::Time(time)
                          : Value::Date(std::chrono::floor<std::chrono::days>(time));
  if (type == Type::kTimestamp ? text == whole : schema::IsDate(text)) return Found(value);
  return IsEquality(bound) ? Nothing() : Near(value);
}

}  // namespace

Comparand ComparandOf(Type type, Bound bound, sqlite3_value* value) {
  const int found = sqlite3_value_type(value);
  if (found == SQLITE_NULL) return bound == Bound::kIs ? Found(Value()) : Nothing();
  switch (type) {
    case Type::kInt:
    case Type::kFloat:
    case Type::kBool: {
      // A copy: it becomes the number that it spells, and SQLite may compare the text once more.
      const std::unique_ptr<sqlite3_value, void (*)(sqlite3_value*)> copy(sqlite3_value_dup(value),
                                                                          sqlite3_value_free);
      if (copy == nullptr) return Unknown();
      Comparand number = NumberOf(type, bound, copy.get());
      return type == Type::kBool ? BoolOf(bound, std::move(number)) : number;
    }
    case Type::kJson:
    case Type::kString:
      // A number beside text may be compared as a number: '05' is 5.
      return found == SQLITE_TEXT ? Found(Value::String(TextOf(value))) : Unknown();
    case Type::kTimestamp:
    case Type::kDate:
      return found == SQLITE_TEXT ? TimeOf(type, bound, TextOf(value)) : Unknown();
    case Type::kBytes:
      return found == SQLITE_BLOB ? Found(Value::Binary(BytesOf(value))) : Unequal(bound);
  }
  return Unknown();
}

}  // namespace linedb::sqlite
