// A value that becomes another one because its column's type did: 2^53 + 1 as a float that is not
// it, a string "017" that becomes 17, an instant that loses its hours.

#include "schema/value_conversion.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "linedb/table_schema.h"

namespace linedb::schema {
namespace {

std::string Converted(Type from, Type to, const std::string& text) {
  std::string converted;
  const absl::Status done = ConvertValue(from, to, text, &converted);
  return done.ok() ? converted : std::string(done.message());
}

struct Row {
  Type from;
  Type to;
  const char* text;
  const char* converted;
};

// [schema-13.5]
TEST(ValueConversionTest, ValuesKeepWhatTheySayOrAreRefused) {
  using T = Type;
  const std::vector<Row> rows = {
      {T::kInt, T::kFloat, "17", "17.0"},
      {T::kInt, T::kFloat, "-9007199254740992", "-9007199254740992.0"},
      {T::kInt, T::kFloat, "9007199254740993", "expected float, found 9007199254740993"},
      {T::kInt, T::kFloat, "9223372036854775807", "expected float, found 9223372036854775807"},
      {T::kInt, T::kFloat, "-9223372036854775808", "-9.223372036854776e+18"},
      {T::kDate, T::kTimestamp, "\"2026-01-22\"", "\"2026-01-22T00:00:00.000000Z\""},
      {T::kInt, T::kString, "-5", "\"-5\""},
      {T::kFloat, T::kString, "1e-05", "\"1e-05\""},
      {T::kBool, T::kString, "true", "\"true\""},
      {T::kDate, T::kString, "\"2026-01-22\"", "\"2026-01-22\""},
      {T::kBytes, T::kString, "\"AAEC\"", "\"AAEC\""},
      {T::kFloat, T::kJson, "3.5", "3.5"},
      {T::kString, T::kJson, "\"a\"", "\"a\""},
      {T::kFloat, T::kInt, "3.0", "3"},
      {T::kFloat, T::kInt, "3.5", "expected int, found 3.5"},
      {T::kFloat, T::kInt, "-0.0", "expected int, found -0.0"},
      {T::kFloat, T::kInt, "1e+300", "expected int, found 1e+300"},
      {T::kFloat, T::kInt, "-9.223372036854776e+18", "-9223372036854775808"},
      {T::kTimestamp, T::kDate, "\"2026-01-22T00:00:00.000000Z\"", "\"2026-01-22\""},
      {T::kTimestamp, T::kDate, "\"2026-01-22T00:00:00.000001Z\"",
       "expected date, found \"2026-01-22T00:00:00.000001Z\""},
      {T::kString, T::kInt, "\"17\"", "17"},
      {T::kString, T::kInt, "\"017\"", "expected int, found \"017\""},
      {T::kString, T::kInt, "\" 17\"", "expected int, found \" 17\""},
      {T::kString, T::kInt, "\"\"", "expected int, found \"\""},
      {T::kString, T::kFloat, "\"17\"", "17.0"},
      {T::kString, T::kFloat, "\"9007199254740993\"", "expected float, found \"9007199254740993\""},
      {T::kString, T::kBool, "\"true\"", "true"},
      {T::kString, T::kDate, "\"2026-01-22\"", "\"2026-01-22\""},
      {T::kString, T::kDate, "\"2026-02-30\"", "expected date, found \"2026-02-30\""},
      {T::kString, T::kTimestamp, "\"2026-01-22T20:31:17+02:00\"",
       "\"2026-01-22T18:31:17.000000Z\""},
      {T::kString, T::kBytes, "\"AAEC\"", "\"AAEC\""},
      {T::kJson, T::kString, "\"a\"", "\"a\""},
      {T::kJson, T::kString, "{\"a\":1}", "expected str, found {\"a\":1}"},
      {T::kJson, T::kInt, "3", "3"},
      {T::kJson, T::kInt, "3.0", "expected int, found 3.0"},
      {T::kJson, T::kFloat, "3", "3.0"},
      {T::kJson, T::kFloat, "18446744073709551615", "expected float, found 18446744073709551615"},
      {T::kBool, T::kInt, "true", "expected int, found true"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Converted(row.from, row.to, row.text), row.converted)
        << TypeName(row.from) << " to " << TypeName(row.to) << ": " << row.text;
  }
}

// What widens never refuses a value, but for the ints that no float is, and loses none: two values
// stay two.
TEST(ValueConversionTest, EveryPairOfTypesIsOfOneKind) {
  const char* expected =
      "int: same widen none widen none none none widen\n"
      "float: narrow same none widen none none none widen\n"
      "bool: none none same widen none none none widen\n"
      "str: narrow narrow narrow same narrow narrow narrow widen\n"
      "bytes: none none none widen same none none widen\n"
      "timestamp: none none none widen none same narrow widen\n"
      "date: none none none widen none widen same widen\n"
      "json: narrow narrow narrow narrow narrow narrow narrow same\n";
  const char* names[] = {"same", "widen", "narrow", "none"};
  std::string text;
  for (int from = 1; from <= 8; ++from) {
    text += std::string(TypeName(static_cast<Type>(from))) + ":";
    for (int to = 1; to <= 8; ++to) {
      const Conversion conversion = ConversionOf(static_cast<Type>(from), static_cast<Type>(to));
      text += std::string(" ") + names[static_cast<int>(conversion)];
    }
    text += "\n";
  }
  EXPECT_EQ(text, expected);
}

}  // namespace
}  // namespace linedb::schema
