#include "schema/value_view.h"

#include <cassert>
#include <chrono>
#include <cmath>

#include "linedb/text_reader.h"
#include "linedb/text_search.h"
#include "schema/base64.h"
#include "schema/json_text.h"

namespace linedb::schema {
namespace {

template <class T>
int Compare(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

int CompareTexts(std::string_view a, std::string_view b) { return Compare(a.compare(b), 0); }

bool IsNumber(Type type) { return type == Type::kInt || type == Type::kFloat; }

std::string_view Inside(std::string_view quoted) {
  const bool is_quoted = quoted.size() >= 2 && quoted.front() == '"' && quoted.back() == '"';
  return is_quoted ? quoted.substr(1, quoted.size() - 2) : std::string_view();
}

ValueView ReadText(std::string_view text, ScratchArena* arena) {
  const std::string_view inside = Inside(text);
  if (inside.data() == nullptr) return {};
  const char* const end = inside.data() + inside.size();
  if (FindQuoteOrBackslash(inside.data(), end) == end) {
    return ValueView::Text(Type::kString, inside);
  }
  std::string* plain = arena->NewText();
  if (Unescape(inside.data(), end, plain) != nullptr) return {};
  return ValueView::Text(Type::kString, *plain);
}

ValueView ReadBinary(std::string_view text, ScratchArena* arena) {
  const std::string_view inside = Inside(text);
  if (inside.data() == nullptr) return {};
  std::string* bytes = arena->NewText();
  return DecodeBase64(inside, bytes) ? ValueView::Text(Type::kBytes, *bytes) : ValueView();
}

// Two digits of a canonical time, whose places are known.
int TwoDigits(const char* at) { return (at[0] - '0') * 10 + (at[1] - '0'); }

std::int64_t DayNumber(const char* at) {
  const int year = TwoDigits(at) * 100 + TwoDigits(at + 2);
  const auto month = static_cast<unsigned>(TwoDigits(at + 5));
  const auto day = static_cast<unsigned>(TwoDigits(at + 8));
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                               std::chrono::day(day))
      .time_since_epoch()
      .count();
}

ValueView ReadDay(std::string_view text) {
  constexpr std::size_t kQuotedBytes = 12;
  if (text.size() != kQuotedBytes) return {};
  return ValueView::Number(Type::kDate, DayNumber(text.data() + 1));
}

ValueView ReadTime(std::string_view text) {
  constexpr std::size_t kQuotedBytes = 29;
  if (text.size() != kQuotedBytes) return {};
  const char* const at = text.data() + 1;
  const std::int64_t seconds =
      ((DayNumber(at) * 24 + TwoDigits(at + 11)) * 60 + TwoDigits(at + 14)) * 60 +
      TwoDigits(at + 17);
  const std::int64_t micros =
      (TwoDigits(at + 20) * 100 + TwoDigits(at + 22)) * 100 + TwoDigits(at + 24);
  return ValueView::Number(Type::kTimestamp, seconds * 1'000'000 + micros);
}

ValueView ReadNumber(Type type, std::string_view text) {
  const char* const end = text.data() + text.size();
  ValueView value;
  if (type == Type::kInt) {
    if (ReadInt64(text.data(), end, &value.number) != end) return {};
  } else {
    double real = 0;
    if (ReadDouble(text.data(), end, &real) != end) return {};
    value.real = real;
  }
  value.type = type;
  return value;
}

}  // namespace

int CompareIntWithFloat(std::int64_t a, double b) {
  assert(!std::isnan(b));
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (b >= kTwoTo63) return -1;
  if (b < -kTwoTo63) return 1;
  const double whole = std::trunc(b);
  const int compared = Compare(a, static_cast<std::int64_t>(whole));
  return compared != 0 ? compared : Compare(whole, b);
}

int CompareValues(const ValueView& a, const ValueView& b) {
  if (a.type != b.type) {
    if (!IsNumber(a.type) || !IsNumber(b.type)) return Compare(a.type, b.type);
    return a.type == Type::kInt ? CompareIntWithFloat(a.number, b.real)
                                : -CompareIntWithFloat(b.number, a.real);
  }
  switch (a.type) {
    case Type::kInt:
    case Type::kBool:
    case Type::kTimestamp:
    case Type::kDate:
      return Compare(a.number, b.number);
    case Type::kFloat:
      return Compare(a.real, b.real);
    case Type::kString:
    case Type::kBytes:
    case Type::kJson:
      return CompareTexts(a.text, b.text);
  }
  return 0;  // null and null
}

ValueView ReadColumnValue(Type type, std::string_view text, ScratchArena* arena) {
  if (text.empty() || text == "null") return {};
  switch (type) {
    case Type::kInt:
    case Type::kFloat:
      return ReadNumber(type, text);
    case Type::kBool:
      return ValueView::Number(type, text[0] == 't' ? 1 : 0);
    case Type::kString:
      return ReadText(text, arena);
    case Type::kBytes:
      return ReadBinary(text, arena);
    case Type::kTimestamp:
      return ReadTime(text);
    case Type::kDate:
      return ReadDay(text);
    case Type::kJson:
      return ValueView::Text(type, text);
  }
  return {};
}

ValueView ViewOf(const Value& value) {
  if (value.is_null()) return {};
  switch (*value.type()) {
    case Type::kFloat:
      return std::isnan(value.as_float()) ? ValueView() : ValueView::Real(value.as_float());
    case Type::kString:
    case Type::kBytes:
      return ValueView::Text(*value.type(), value.as_string());
    case Type::kJson:
      return value.as_json() == "null" ? ValueView()
                                       : ValueView::Text(Type::kJson, value.as_json());
    default:
      return ValueView::Number(*value.type(), value.as_int());
  }
}

Value ToValue(const ValueView& view) {
  switch (view.type) {
    case Type::kInt:
      return Value::Int(view.number);
    case Type::kFloat:
      return Value::Float(view.real);
    case Type::kBool:
      return Value::Bool(view.number != 0);
    case Type::kString:
      return Value::String(std::string(view.text));
    case Type::kBytes:
      return Value::Binary(std::string(view.text));
    case Type::kTimestamp:
      return Value::Time(Timestamp(std::chrono::microseconds(view.number)));
    case Type::kDate:
      return Value::Date(std::chrono::sys_days(std::chrono::days(static_cast<int>(view.number))));
    case Type::kJson:
      return Value::Json(std::string(view.text));
  }
  return {};
}

}  // namespace linedb::schema
