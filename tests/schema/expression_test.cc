// Guards against a check that says something else once it was written to a schema file and read
// back, and against text that takes the parser down.

#include "linedb/expression.h"

#include <chrono>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/schema/random_expression.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using testing::HasSubstr;

// What Parse and ToText make of a text, or why it is none.
std::string Outcome(std::string_view text) {
  const absl::StatusOr<Expression> expression = Expression::Parse(text);
  return expression.ok() ? expression->ToText() : std::string(expression.status().message());
}

// [schema-9.2]
TEST(ExpressionTest, TextIsWrittenBackWithoutWhatItDoesNotNeed) {
  const struct {
    const char* text;
    const char* outcome;
  } rows[] = {
      {"gpa >= 3.5 and starts_with(name, 'A')", "gpa >= 3.5 and starts_with(name, 'A')"},
      {"began <= ended or ended is null", "began <= ended or ended is null"},
      {"\t( gpa>=0 )AND\n(gpa<=4)", "gpa >= 0 and gpa <= 4"},
      {"a == 1 or b <> 2", "a = 1 or b != 2"},
      {"(a and b) and (c and d)", "a and b and c and d"},
      {"a and (b or c) or d", "a and (b or c) or d"},
      {"(a or b) or c", "a or b or c"},
      {"not (a and b)", "not (a and b)"},
      {"not (not (a))", "not not a"},
      {"not (a = b)", "not a = b"},
      {"(not a) = b", "(not a) = b"},
      {"(a = b) = (c < d)", "(a = b) = (c < d)"},
      {"(a is null) is not null", "(a is null) is not null"},
      {"a in (1, -2.5, 'x', null, true)", "a in (1, -2.5, 'x', null, true)"},
      {"not a in (1)", "a not in (1)"},
      {"not a not in (1)", "not a not in (1)"},
      {"a in ()", "a in ()"},
      {"a between 1 and 2 and b", "a between 1 and 2 and b"},
      {"not (a between b + 1 and c)", "a not between b + 1 and c"},
      {"(a between 1 and 2) in (true)", "(a between 1 and 2) in (true)"},
      {"((a + b) - c)", "a + b - c"},
      {"a + (b - c)", "a + (b - c)"},
      {"(a * b) / c % d", "a * b / c % d"},
      {"a * (b / c)", "a * (b / c)"},
      {"(a + b) * -c", "(a + b) * -c"},
      {"-(a * b)", "-(a * b)"},
      {"(-a) * b", "-a * b"},
      {"- - a", "--a"},
      {"-(5)", "-(5)"},
      {"--5", "--5"},
      {"- 5", "-5"},
      {"a - -5", "a - -5"},
      {"a -5", "a - 5"},
      {"-0", "0"},
      {"-0.0", "-0.0"},
      {"1.50e2 < 1e16", "150.0 < 1e+16"},
      {"1e999 > -1e999", "1e999 > -1e999"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"length((name)) > 3", "length(name) > 3"},
      {"contains(a, b) and ends_with('x''y', c or d)",
       "contains(a, b) and ends_with('x''y', c or d)"},
      {"\"a\" = \"b c\" + \"d\"\"e\"", "a = \"b c\" + \"d\"\"e\""},
      {"\"And\" or \"null\" or \"9\"", "\"And\" or \"null\" or \"9\""},
      {"student.name = \"order\".\"not\"", "student.name = \"order.not\""},
      {"date = date '2026-01-22'", "date = date '2026-01-22'"},
      {"length(length) and bytes and json and timestamp",
       "length(length) and bytes and json and timestamp"},
      {"TIMESTAMP '2026-01-22 22:31:20.500+02:00'", "timestamp '2026-01-22T20:31:20.5Z'"},
      {"timestamp '2026-01-22T20:31:10Z'", "timestamp '2026-01-22T20:31:10Z'"},
      {"Bytes 'AAEC' = b", "bytes 'AAEC' = b"},
      {"json '{\"a\": [1.50]}'", "json '{\"a\":[1.5]}'"},
      {"TRUE or False or NULL", "true or false or null"},
      {"größe", "byte 2: expected an operator or the end, found ö"},
      {"\"größe\" = 'ö'", "\"größe\" = 'ö'"},
  };
  for (const auto& row : rows) EXPECT_EQ(Outcome(row.text), row.outcome) << row.text;
}

// [schema-9.1]
TEST(ExpressionTest, WrongTextIsRefusedWithItsByteAndWhatWasExpected) {
  const struct {
    const char* text;
    const char* outcome;
  } rows[] = {
      {"", "byte 0: expected a column, a literal, a function or (, found the end"},
      {"  ", "byte 2: expected a column, a literal, a function or (, found the end"},
      {"gpa >", "byte 5: expected a column, a literal, a function or (, found the end"},
      {"gpa > and x", "byte 6: expected a column, a literal, a function or (, found and"},
      {"gpa 3", "byte 4: expected an operator or the end, found 3"},
      {"gpa = 3 4", "byte 8: expected \"and\", \"or\" or the end, found 4"},
      {"1 < gpa < 3", "byte 8: expected \"and\", \"or\" or the end, found <"},
      {"(gpa = 3", "byte 8: expected \"and\", \"or\" or ), found the end"},
      {"(gpa", "byte 4: expected an operator or ), found the end"},
      {"gpa)", "byte 3: expected an operator or the end, found )"},
      {"gpa in 3", "byte 7: expected (, found 3"},
      {"gpa in (3", "byte 9: expected , or ), found the end"},
      {"gpa in (3,)", "byte 10: expected a literal, found )"},
      {"gpa in (x)", "byte 8: expected a literal, found x"},
      {"gpa in (1 + 1)", "byte 10: expected , or ), found +"},
      {"gpa not 3", "byte 8: expected in or between, found 3"},
      {"gpa is 3", "byte 7: expected null or not null, found 3"},
      {"gpa is not 3", "byte 11: expected null, found 3"},
      {"gpa between 1 or 2", "byte 14: expected and, found or"},
      {"length(a, b)", "byte 8: expected an operator or ), found ,"},
      {"contains(a)", "byte 10: expected ,, found )"},
      {"contains(a, b", "byte 13: expected an operator or ), found the end"},
      {"upper(a)", "byte 0: expected a function (starts_with, ends_with, contains or length)"},
      {"'abc", "byte 0: expected a closing ', found 'abc"},
      {"a = \"b", "byte 4: expected a closing \", found \"b"},
      {"a = \"\"", "byte 4: expected a column, a literal"},
      {"a.", "byte 2: expected a column, found the end"},
      {"a.b.c", "byte 3: expected an operator or the end, found ."},
      {"a = 007", "byte 4: expected a number as 17, 0.5 or 1e-05, found 0"},
      {"a = .5", "byte 4: expected a column, a literal, a function or (, found ."},
      {"a = 1.", "byte 4: expected a number"},
      {"a = 9223372036854775808", "byte 4: 9223372036854775808 is no 64-bit integer"},
      {"a = timestamp '2026-01-22'",
       "byte 14: expected a timestamp as '2026-01-22T20:31:17Z', found"},
      {"a = date '2026-02-30'", "byte 9: expected a date as '2026-01-22', found '2026-02-30'"},
      {"a = bytes 'AAE'", "byte 10: expected bytes in base64 as 'AAEC', found 'AAE'"},
      {"a = json '{'", "byte 9: expected json as '{\"a\":1}', found '{'"},
      {"a = int '5'", "byte 8: expected \"and\", \"or\" or the end, found '5'"},
      {"a ? b", "byte 2: expected an operator or the end, found ?"},
      {"a = '\xff'", "byte 5: expected UTF-8"},
  };
  for (const auto& row : rows) {
    const absl::StatusOr<Expression> expression = Expression::Parse(row.text);
    EXPECT_EQ(expression.status().code(), absl::StatusCode::kInvalidArgument) << row.text;
    EXPECT_THAT(Outcome(row.text), HasSubstr(row.outcome)) << row.text;
  }
}

// [schema-9.11]
TEST(ExpressionTest, WhatIsSaidOtherwiseInSqlIsToldAsItIsSaidHere) {
  const struct {
    const char* text;
    const char* outcome;
  } rows[] = {
      {"iata like 'S%'", "byte 5: there is no like: write starts_with(iata, 'S')"},
      {"iata LIKE '%S'", "byte 5: there is no like: write ends_with(iata, 'S')"},
      {"\"a b\" like '%S%'", "byte 6: there is no like: write contains(\"a b\", 'S')"},
      {"iata ilike 'S'", "byte 5: there is no like: write iata = 'S'"},
      {"iata not like 'S%'", "byte 9: there is no like: write not starts_with(iata, 'S')"},
      {"iata like 'S_%'", "byte 5: there is no like: starts_with(a, b), ends_with(a, b) and"},
      {"iata like '%'", "byte 5: there is no like: starts_with(a, b), ends_with(a, b) and"},
      {"iata like x", "byte 5: there is no like: starts_with(a, b), ends_with(a, b) and"},
      {"US Gross > 1", "found Gross; a name with spaces stands in double quotes: \"US Gross\""},
      {"1 = 1 and US Net Gross is null",
       "found Net; a name with spaces stands in double quotes: \"US Net Gross\""},
      {"(US Gross > 1)", "a name with spaces stands in double quotes: \"US Gross\""},
      {"city = New York", "found York; text stands in single quotes: 'New York'"},
      {"city = New York and a = 1", "found York; text stands in single quotes: 'New York'"},
      {"city in (Rome)",
       "byte 9: expected a literal, found Rome; text stands in single quotes: 'Rome'"},
      {"city in (\"it's\")", "text stands in single quotes: 'it''s'"},
      {"name contains 'x'", "found contains; a function stands first: contains(a, b)"},
  };
  for (const auto& row : rows) EXPECT_THAT(Outcome(row.text), HasSubstr(row.outcome)) << row.text;
  for (const char* text : {"name regexp 'x'", "gpa 3", "\"a\" b > 1", "a = 'x' b", "gpa desc"}) {
    EXPECT_THAT(Outcome(text), testing::Not(HasSubstr("quotes"))) << text;
  }
}

std::string Repeated(const std::string& text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

// [schema-9.1]
TEST(ExpressionTest, MoreThanTwoHundredLevelsAreRefused) {
  const struct {
    std::string before, middle, after;
  } rows[] = {{"(", "a", ")"},       {"not ", "a", ""}, {"-", "a", ""},
              {"length(", "a", ")"}, {"", "a", " + a"}, {"(1 = ", "a", ")"}};
  for (const auto& row : rows) {
    const auto deep = [&row](int levels) {
      return Outcome(Repeated(row.before, levels) + row.middle + Repeated(row.after, levels));
    };
    EXPECT_THAT(deep(199), testing::Not(HasSubstr("levels"))) << row.before << row.after;
    EXPECT_THAT(deep(201), HasSubstr("no more than 200 levels")) << row.before << row.after;
    EXPECT_THAT(deep(100'000), HasSubstr("no more than 200 levels")) << row.before << row.after;
  }
}

TEST(ExpressionTest, LongChainsAreNotDeepHoweverTheyAreMade) {
  std::string text = "a = 0";
  Expression made = Expression::Parse(text).value();
  for (int i = 1; i < 1000; ++i) {
    const std::string next = "a = " + std::to_string(i);
    text += " or " + next;
    made = Expression::Of(Operator::kOr, {made, Expression::Parse(next).value()});
  }
  EXPECT_EQ(made.operands().size(), 1000u);
  EXPECT_EQ(made.ToText(), text);
  EXPECT_TRUE(Expression::Parse(text).value() == made);
}

TEST(ExpressionTest, LiteralsThatNoTextHasAreWrittenAsWhatTheyCompareAs) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Expression::Literal(Value::Float(infinity)).ToText(), "1e999");
  EXPECT_EQ(Expression::Literal(Value::Float(-infinity)).ToText(), "-1e999");
  EXPECT_EQ(Expression::Literal(Value::Float(std::numeric_limits<double>::quiet_NaN())).ToText(),
            "null");
}

TEST(ExpressionTest, ExpressionsAreEqualByWhatTheySay) {
  const auto parse = [](const char* text) { return Expression::Parse(text).value(); };
  EXPECT_TRUE(parse("a + 1 = b") == parse("(a + 1) = \"b\""));
  for (const char* other : {"a + 1 = c", "a + 2 = b", "a - 1 = b", "a + 1.0 = b", "a + 1 < b",
                            "not a + 1 = b", "a + 1"}) {
    EXPECT_FALSE(parse("a + 1 = b") == parse(other)) << other;
  }
}

// [schema-9.2]
TEST(ExpressionTest, RandomExpressionsAreReadBackAsTheyWere) {
  std::mt19937_64 random(schema::TestSeed());
  for (int i = 0; i < 20'000; ++i) {
    const Expression expression = schema::RandomExpression(random, 1 + i % 6);
    const std::string text = expression.ToText();
    const absl::StatusOr<Expression> again = Expression::Parse(text);
    ASSERT_TRUE(again.ok()) << text << "\n" << again.status();
    ASSERT_TRUE(*again == expression) << text << "\n" << again->ToText();
    ASSERT_EQ(again->ToText(), text);
  }
}

// [schema-9.2]
TEST(ExpressionTest, NoParenthesesStandWhereTheyAreNotNeeded) {
  std::mt19937_64 random(schema::TestSeed());
  for (int i = 0; i < 2'000; ++i) {
    const Expression expression = schema::RandomExpression(random, 4);
    const std::string text = expression.ToText();
    for (std::size_t open = text.find('('); open != text.npos; open = text.find('(', open + 1)) {
      std::string without = text;
      const std::size_t close = schema::ClosingParenthesis(text, open);
      if (close == text.npos) continue;  // in a text or a name
      without[open] = without[close] = ' ';
      const absl::StatusOr<Expression> other = Expression::Parse(without);
      EXPECT_FALSE(other.ok() && *other == expression) << text << "\n" << without;
    }
  }
}

}  // namespace
}  // namespace linedb
