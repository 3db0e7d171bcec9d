#include "schema/value_view.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "linedb/text_writer.h"
#include "schema/base64.h"
#include "schema/column_value.h"
#include "schema/json_text.h"
#include "schema/time_text.h"
#include "tests/schema/random_expression.h"
#include "tests/schema/random_seed.h"

namespace linedb::schema {
namespace {

// The canonical text of a value, by the writers of records.
std::string CanonicalText(const Value& value) {
  if (value.is_null()) return "null";
  std::string text;
  TextWriter writer;
  switch (*value.type()) {
    case Type::kInt:
      AppendJsonInt(value.as_int(), &text);
      return text;
    case Type::kFloat:
      AppendJsonDouble(value.as_float(), &text);
      return text;
    case Type::kBool:
      return value.as_bool() ? "true" : "false";
    case Type::kString:
      AppendJsonString(value.as_string(), &text);
      return text;
    case Type::kBytes:
      text.resize(Base64Size(value.as_bytes().size()));
      EncodeBase64(value.as_bytes().data(), value.as_bytes().size(), text.data());
      return '"' + text + '"';
    case Type::kTimestamp:
      EXPECT_EQ(WriteTimestamp(&writer, value.as_time()), nullptr);
      return std::string(writer.text());
    case Type::kDate:
      EXPECT_EQ(WriteDate(&writer, std::chrono::year_month_day(value.as_date())), nullptr);
      return std::string(writer.text());
    case Type::kJson:
      return value.as_json();
  }
  return "";
}

TEST(ValueViewTest, CanonicalTextOfEveryTypeIsReadAsWhatWasWritten) {
  std::mt19937_64 random(TestSeed());
  ScratchArena arena;
  for (int i = 0; i < 50'000; ++i) {
    const Value value = RandomValue(random);
    if (value.type() == Type::kFloat && std::isinf(value.as_float())) continue;
    arena.Clear();
    const std::string text = CanonicalText(value);
    const ValueView read = ReadColumnValue(value.type().value_or(Type::kString), text, &arena);
    ASSERT_TRUE(ToValue(read) == value) << text;
    ASSERT_TRUE(ToValue(ViewOf(value)) == value) << text;
    ASSERT_EQ(CompareValues(read, ViewOf(value)), 0) << text;
  }
}

TEST(ValueViewTest, TimesAreReadToTheEndsOfTheCalendar) {
  ScratchArena arena;
  for (const char* text : {"0000-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z",
                           "2000-02-29T12:34:56.789012Z", "9999-12-31T23:59:59.999999Z"}) {
    const ValueView read = ReadColumnValue(Type::kTimestamp, '"' + std::string(text) + '"', &arena);
    EXPECT_EQ(read.number, ParseTimestamp(text, false)->time_since_epoch().count()) << text;
  }
}

TEST(ValueViewTest, AFloatColumnMayHoldTheTextOfAnInt) {
  ScratchArena arena;
  EXPECT_EQ(ReadColumnValue(Type::kFloat, "-3", &arena).real, -3.0);
}

TEST(ValueViewTest, WhatIsNotCanonicalIsNull) {
  ScratchArena arena;
  const struct {
    Type type;
    const char* text;
  } rows[] = {{Type::kInt, "1.5"},
              {Type::kInt, "x"},
              {Type::kInt, ""},
              {Type::kFloat, "1.5.5"},
              {Type::kFloat, "\"\""},
              {Type::kString, "a"},
              {Type::kString, "\"a"},
              {Type::kString, "\""},
              {Type::kString, "\"\\x\""},
              {Type::kBytes, "\"AAE\""},
              {Type::kBytes, "1"},
              {Type::kDate, "\"2026\""},
              {Type::kTimestamp, "\"2026-01-22\""}};
  for (const auto& row : rows) {
    EXPECT_TRUE(ReadColumnValue(row.type, row.text, &arena).is_null()) << row.text;
  }
}

TEST(ValueViewTest, ValuesOfAllTypesHaveOneOrderWithNullFirst) {
  std::mt19937_64 random(TestSeed());
  std::vector<Value> values;
  for (int i = 0; i < 120; ++i) values.push_back(RandomValue(random));
  const auto compare = [&](std::size_t a, std::size_t b) {
    return CompareValues(ViewOf(values[a]), ViewOf(values[b]));
  };
  for (std::size_t a = 0; a < values.size(); ++a) {
    EXPECT_LE(CompareValues({}, ViewOf(values[a])), 0);
    for (std::size_t b = 0; b < values.size(); ++b) {
      ASSERT_EQ(compare(a, b) < 0, compare(b, a) > 0);
      for (std::size_t c = 0; c < values.size(); c += 7) {
        ASSERT_TRUE(compare(a, b) > 0 || compare(b, c) > 0 || compare(a, c) <= 0);
      }
    }
  }
}

}  // namespace
}  // namespace linedb::schema
