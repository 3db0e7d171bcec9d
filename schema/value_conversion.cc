#include "schema/value_conversion.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "linedb/table_schema.h"
#include "schema/column_value.h"
#include "schema/json_text.h"

namespace linedb::schema {
namespace {

constexpr std::string_view kMidnight = "T00:00:00.000000Z\"";

bool IsNumberOrBool(Type type) {
  return type == Type::kInt || type == Type::kFloat || type == Type::kBool;
}

absl::Status Expected(Type type, std::string_view found) {
  constexpr std::size_t kShownBytesMax = 60;
  const bool cut = found.size() > kShownBytesMax;
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", std::string(TypeName(type)), ", found ",
                   std::string(found.substr(0, kShownBytesMax)), cut ? "..." : ""));
}

// Whether the text is an integer, and one that a float is, too. Other numbers are floats already.
bool IsExactFloat(std::string_view text) {
  bool is_integer = false;
  const char* const end = ScanNumber(text.data(), text.data() + text.size(), &is_integer);
  if (end == nullptr || !is_integer) return true;
  double rounded = 0;
  if (ParseJsonDouble(text, &rounded) != DoubleRange::kFinite) return false;
  // Every float from 2^53 up is an integer; its digits tell whether it is this one.
  std::array<char, 40> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), rounded,
                                     std::chars_format::fixed, 0);
  return std::string_view(digits.data(), static_cast<std::size_t>(written.ptr - digits.data())) ==
         text;
}

absl::Status FloatToInt(std::string_view text, std::string* converted) {
  double value = 0;
  constexpr double kEnd = 9223372036854775808.0;  // 2^63
  const bool known = ParseJsonDouble(text, &value) == DoubleRange::kFinite;
  const bool fits = known && value >= -kEnd && value < kEnd && std::trunc(value) == value &&
                    !(value == 0 && std::signbit(value));
  if (!fits) return Expected(Type::kInt, text);
  AppendJsonInt(static_cast<std::int64_t>(value), converted);
  return absl::OkStatus();
}

absl::Status TimestampToDate(std::string_view text, std::string* converted) {
  if (!absl::EndsWith(absl::string_view(text.data(), text.size()), std::string(kMidnight))) {
    return Expected(Type::kDate, text);
  }
  text.remove_suffix(kMidnight.size());
  absl::StrAppend(converted, std::string(text), "\"");
  return absl::OkStatus();
}

// As a record from outside that says so.
absl::Status Read(Type to, std::string_view json, std::string_view shown, std::string* converted) {
  const absl::StatusOr<std::string> canonical =
      CanonicalColumnText(ColumnSchema{.name = {}, .type = to}, json);
  const bool spaced = json.empty() || json.front() <= ' ' || json.back() <= ' ';
  if (spaced || !canonical.ok() || (to == Type::kFloat && !IsExactFloat(json)))
    return Expected(to, shown);
  converted->append(*canonical);
  return absl::OkStatus();
}

std::string_view WithoutQuotes(std::string_view text) { return text.substr(1, text.size() - 2); }

}  // namespace

Conversion ConversionOf(Type from, Type to) {
  if (from == to) return Conversion::kSame;
  if (to == Type::kJson || to == Type::kString) {
    return from == Type::kJson ? Conversion::kNarrow : Conversion::kWiden;
  }
  if (from == Type::kJson || from == Type::kString) return Conversion::kNarrow;
  if (from == Type::kInt && to == Type::kFloat) return Conversion::kWiden;
  if (from == Type::kDate && to == Type::kTimestamp) return Conversion::kWiden;
  if (from == Type::kFloat && to == Type::kInt) return Conversion::kNarrow;
  if (from == Type::kTimestamp && to == Type::kDate) return Conversion::kNarrow;
  return Conversion::kNone;
}

absl::Status ConvertValue(Type from, Type to, std::string_view text, std::string* converted) {
  assert(text != "null" && "null stays null");
  if (from == to || to == Type::kJson || (to == Type::kString && from != Type::kJson)) {
    const bool quoted = to == Type::kString && IsNumberOrBool(from);
    absl::StrAppend(converted, quoted ? "\"" : "", std::string(text), quoted ? "\"" : "");
    return absl::OkStatus();
  }
  if (from == Type::kFloat && to == Type::kInt) return FloatToInt(text, converted);
  if (from == Type::kTimestamp && to == Type::kDate) return TimestampToDate(text, converted);
  if (from == Type::kDate && to == Type::kTimestamp) {
    absl::StrAppend(converted, std::string(text.substr(0, text.size() - 1)),
                    std::string(kMidnight));
    return absl::OkStatus();
  }
  if (from == Type::kString && IsNumberOrBool(to)) {
    return Read(to, WithoutQuotes(text), text, converted);
  }
  if (ConversionOf(from, to) == Conversion::kNone) return Expected(to, text);
  return Read(to, text, text, converted);
}

}  // namespace linedb::schema
