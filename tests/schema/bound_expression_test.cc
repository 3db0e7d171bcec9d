// Guards against an operator that is right for most types and values: each is tried with every pair
// of types and the values at their ends, as columns and as literals.

#include "schema/bound_expression.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/expression_literal.h"
#include "tests/schema/random_expression.h"
#include "tests/schema/random_seed.h"

namespace linedb::schema {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr Type kTypes[] = {Type::kInt,   Type::kFloat,     Type::kBool, Type::kString,
                           Type::kBytes, Type::kTimestamp, Type::kDate, Type::kJson};

std::vector<Value> ValuesOf(Type type) {
  const auto time = [](std::int64_t micros) {
    return Value::Time(Timestamp(std::chrono::microseconds(micros)));
  };
  const auto day = [](int days) {
    return Value::Date(std::chrono::sys_days(std::chrono::days(days)));
  };
  switch (type) {
    case Type::kInt:
      return {Value::Int(kMin),
              Value::Int(kMin + 1),
              Value::Int(-1),
              Value::Int(0),
              Value::Int(1),
              Value::Int(7),
              Value::Int((1LL << 53) + 1),
              Value::Int(kMax - 1),
              Value::Int(kMax)};
    case Type::kFloat:
      return {Value::Float(-1.7e308),
              Value::Float(-9223372036854775808.0),
              Value::Float(-1.5),
              Value::Float(-0.0),
              Value::Float(0.0),
              Value::Float(5e-324),
              Value::Float(1.0),
              Value::Float(2.5),
              Value::Float(9007199254740992.0),
              Value::Float(9223372036854774784.0),
              Value::Float(9223372036854775808.0),
              Value::Float(1.7e308)};
    case Type::kBool:
      return {Value::Bool(false), Value::Bool(true)};
    case Type::kString:
      return {Value::String(""),  Value::String("A"),  Value::String("AAEC"),  Value::String("a"),
              Value::String("é"), Value::String("ab"), Value::String("日本語")};
    case Type::kBytes:
      return {Value::Binary(""), Value::Binary(std::string("\0", 1)), Value::Binary("\x7f"),
              Value::Binary("\x80"), Value::Binary("\x80\xff")};
    case Type::kTimestamp:
      return {time(-62'167'219'200'000'000), time(-1), time(0), time(1'000'000),
              time(253'402'300'799'999'999)};
    case Type::kDate:
      return {day(-719'528), day(-1), day(0), day(1), day(2'932'896)};
    case Type::kJson:
      return {Value::Json("1"), Value::Json("1.0"), Value::Json("[]"), Value::Json("{\"a\":1}")};
  }
  return {};
}

// The oracle: in long double, which holds every int and every float, and by the types' own order.
static_assert(std::numeric_limits<long double>::digits >= 64);

bool IsNumber(const Value& value) {
  return value.type() == Type::kInt || value.type() == Type::kFloat;
}
long double NumberOf(const Value& value) {
  return value.type() == Type::kInt ? static_cast<long double>(value.as_int())
                                    : static_cast<long double>(value.as_float());
}
template <class T>
int Order(const T& a, const T& b) {
  return (b < a) - (a < b);
}
int OrderOf(const Value& a, const Value& b) {
  if (IsNumber(a)) return Order(NumberOf(a), NumberOf(b));
  if (*a.type() == Type::kBool) return Order(a.as_bool(), b.as_bool());
  if (*a.type() == Type::kTimestamp) return Order(a.as_time(), b.as_time());
  if (*a.type() == Type::kDate) return Order(a.as_date(), b.as_date());
  return Order(a.as_string(), b.as_string());
}

std::optional<bool> Compared(Operator op, const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return std::nullopt;
  const int order = OrderOf(a, b);
  switch (op) {
    case Operator::kEqual:
      return order == 0;
    case Operator::kNotEqual:
      return order != 0;
    case Operator::kLess:
      return order < 0;
    case Operator::kLessEqual:
      return order <= 0;
    case Operator::kGreater:
      return order > 0;
    default:
      return order >= 0;
  }
}

std::string Shown(const Value& value) {
  std::string text;
  AppendLiteral(value, &text);
  return text;
}
std::string Shown(std::optional<bool> truth) {
  return truth.has_value() ? (*truth ? "true" : "false") : "unknown";
}
std::string Shown(Truth truth) {
  return truth == Truth::kUnknown ? "unknown" : truth == Truth::kTrue ? "true" : "false";
}

// What an operator is tried with: operands, each a column of its type or a literal.
struct Trial {
  Operator op;
  std::vector<Type> types;
  std::vector<Value> values;
};

// The outcome with the operand `literal` (or none) as a literal and the others as columns: what
// Evaluate gives, or why it does not bind.
std::string Tried(const Trial& trial, std::size_t columns_end) {
  std::vector<Expression> operands;
  std::vector<ValueView> columns;
  for (std::size_t i = 0; i < trial.values.size(); ++i) {
    columns.push_back(ViewOf(trial.values[i]));
    operands.push_back(i < columns_end ? Expression::Column(std::to_string(i))
                                       : Expression::Literal(trial.values[i]));
  }
  const absl::StatusOr<BoundExpression> bound =
      BoundExpression::Bind(Expression::Of(trial.op, operands), [&](const std::string& name) {
        const int slot = std::stoi(name);
        return absl::StatusOr<ColumnRef>(
            ColumnRef{slot, trial.types[static_cast<std::size_t>(slot)], true});
      });
  if (!bound.ok()) return "refused";
  const ValueView value = bound->Evaluate(columns.data());
  if (bound->is_condition()) {
    const ValueView as_value = value;
    const std::string truth = Shown(bound->Test(columns.data()));
    EXPECT_EQ(truth, as_value.is_null() ? "unknown" : as_value.number != 0 ? "true" : "false");
    return truth;
  }
  return Shown(ToValue(value));
}

void ExpectOutcome(const Trial& trial, const std::string& expected) {
  std::string told;
  for (const Value& value : trial.values) told += " " + Shown(value);
  for (std::size_t columns_end = 0; columns_end <= trial.values.size(); ++columns_end) {
    EXPECT_EQ(Tried(trial, columns_end), expected)
        << static_cast<int>(trial.op) << told << ", columns " << columns_end;
  }
}

std::vector<Value> WithNull(Type type) {
  std::vector<Value> values = ValuesOf(type);
  values.push_back(Value());
  return values;
}

// [schema-9.3] [schema-9.4] [schema-9.5]
TEST(BoundExpressionTest, ComparisonsOfAllTypesAndNullsAgreeWithTheOracle) {
  for (const Operator op : {Operator::kEqual, Operator::kNotEqual, Operator::kLess,
                            Operator::kLessEqual, Operator::kGreater, Operator::kGreaterEqual}) {
    const bool ordered = op != Operator::kEqual && op != Operator::kNotEqual;
    for (const Type type : kTypes) {
      if (ordered && type == Type::kJson) continue;
      for (const Value& a : WithNull(type)) {
        for (const Value& b : WithNull(type)) {
          ExpectOutcome({op, {type, type}, {a, b}}, Shown(Compared(op, a, b)));
        }
      }
    }
    for (const Value& a : WithNull(Type::kInt)) {
      for (const Value& b : WithNull(Type::kFloat)) {
        ExpectOutcome({op, {Type::kInt, Type::kFloat}, {a, b}}, Shown(Compared(op, a, b)));
        ExpectOutcome({op, {Type::kFloat, Type::kInt}, {b, a}}, Shown(Compared(op, b, a)));
      }
    }
  }
}

// [schema-9.3]
TEST(BoundExpressionTest, ValuesOfOtherTypesAreNotCompared) {
  for (const Type a : kTypes) {
    for (const Type b : kTypes) {
      const bool numbers =
          (a == Type::kInt || a == Type::kFloat) && (b == Type::kInt || b == Type::kFloat);
      const bool fits = a == b || numbers;
      for (const Operator op : {Operator::kEqual, Operator::kLess}) {
        const Trial trial = {op, {a, b}, {ValuesOf(a)[0], ValuesOf(b)[0]}};
        const bool refused = !fits || (op == Operator::kLess && a == Type::kJson);
        EXPECT_EQ(Tried(trial, 2) == "refused", refused) << TypeName(a) << " " << TypeName(b);
      }
    }
  }
}

TEST(BoundExpressionTest, BetweenIsTwoComparisonsThatBothHold) {
  for (const Type type : kTypes) {
    if (type == Type::kJson) continue;
    for (const Value& value : WithNull(type)) {
      for (const Value& low : WithNull(type)) {
        for (const Value& high : WithNull(type)) {
          const auto above = Compared(Operator::kGreaterEqual, value, low);
          const auto below = Compared(Operator::kLessEqual, value, high);
          std::string expected = "unknown";
          if (above == true && below == true) expected = "true";
          if (above == false || below == false) expected = "false";
          ExpectOutcome({Operator::kBetween, {type, type, type}, {value, low, high}}, expected);
        }
      }
    }
  }
}

// [schema-9.4]
TEST(BoundExpressionTest, InIsEqualityWithOneOfTheOptions) {
  std::mt19937_64 random(TestSeed());
  for (int i = 0; i < 20'000; ++i) {
    const Type type = kTypes[random() % std::size(kTypes)];
    const std::vector<Value> all = WithNull(type);
    const Value& value = all[random() % all.size()];
    std::vector<Expression> operands = {Expression::Column("a")};
    bool found = false;
    bool unknown = false;
    const auto count = random() % 6;
    for (std::uint64_t option = 0; option < count; ++option) {
      std::vector<Value> options = all;
      if (type == Type::kInt) options = WithNull(random() % 2 == 0 ? Type::kFloat : Type::kInt);
      const Value& chosen = options[random() % options.size()];
      const auto equal = Compared(Operator::kEqual, value, chosen);
      found |= equal == true;
      unknown |= !equal.has_value();
      operands.push_back(Expression::Literal(chosen));
    }
    const auto in = Expression::Of(Operator::kIn, operands);
    const auto bound = BoundExpression::Bind(in, [type](const std::string&) {
      return absl::StatusOr<ColumnRef>(ColumnRef{0, type, true});
    });
    ASSERT_TRUE(bound.ok()) << bound.status();
    const ValueView column = ViewOf(value);
    ASSERT_EQ(Shown(bound->Test(&column)), found     ? "true"
                                           : unknown ? "unknown"
                                                     : "false")
        << Shown(value) << ": " << in.ToText();
  }
}

// [schema-9.4]
TEST(BoundExpressionTest, ThreeTruthsGoThroughAndOrAndNot) {
  // In the order false, unknown, true `and` is the least, `or` the greatest.
  const Value truths[] = {Value::Bool(false), Value(), Value::Bool(true)};
  const char* const names[] = {"false", "unknown", "true"};
  for (int a = 0; a < 3; ++a) {
    ExpectOutcome({Operator::kNot, {Type::kBool}, {truths[a]}}, names[2 - a]);
    for (int b = 0; b < 3; ++b) {
      ExpectOutcome({Operator::kAnd, {Type::kBool, Type::kBool}, {truths[a], truths[b]}},
                    names[std::min(a, b)]);
      ExpectOutcome({Operator::kOr, {Type::kBool, Type::kBool}, {truths[a], truths[b]}},
                    names[std::max(a, b)]);
      for (int c = 0; c < 3; ++c) {
        ExpectOutcome({Operator::kAnd,
                       {Type::kBool, Type::kBool, Type::kBool},
                       {truths[a], truths[b], truths[c]}},
                      names[std::min({a, b, c})]);
      }
    }
  }
}

// [schema-9.4]
TEST(BoundExpressionTest, NullTestsAreNeverUnknown) {
  for (const Type type : kTypes) {
    for (const Value& value : WithNull(type)) {
      ExpectOutcome({Operator::kIsNull, {type}, {value}}, Shown(std::optional(value.is_null())));
      ExpectOutcome({Operator::kIsNotNull, {type}, {value}},
                    Shown(std::optional(!value.is_null())));
    }
  }
}

// [schema-9.6]
TEST(BoundExpressionTest, ArithmeticOfIntsIsExactOrAFloat) {
  const auto round = [](__int128 exact) {
    const bool fits = exact >= kMin && exact <= kMax;
    return fits ? Value::Int(static_cast<std::int64_t>(exact)) : Value();
  };
  for (const Value& a : ValuesOf(Type::kInt)) {
    for (const Value& b : ValuesOf(Type::kInt)) {
      const __int128 x = a.as_int();
      const __int128 y = b.as_int();
      const struct {
        Operator op;
        Value exact;
        double real;
      } rows[] = {
          {Operator::kAdd, round(x + y),
           static_cast<double>(a.as_int()) + static_cast<double>(b.as_int())},
          {Operator::kSubtract, round(x - y),
           static_cast<double>(a.as_int()) - static_cast<double>(b.as_int())},
          {Operator::kMultiply, round(x * y),
           static_cast<double>(a.as_int()) * static_cast<double>(b.as_int())},
          {Operator::kDivide, y == 0 ? Value() : round(x / y), 9223372036854775808.0},
          {Operator::kModulo, y == 0 ? Value() : round(x % y), 0.0},
      };
      for (const auto& row : rows) {
        const bool divides = row.op == Operator::kDivide || row.op == Operator::kModulo;
        const bool is_float = row.exact.is_null() && !(divides && y == 0);
        ExpectOutcome({row.op, {Type::kInt, Type::kInt}, {a, b}},
                      Shown(is_float ? Value::Float(row.real) : row.exact));
      }
    }
  }
}

// [schema-9.6]
TEST(BoundExpressionTest, ArithmeticWithFloatsIsOfFloatsAndWhatIsNoNumberIsNull) {
  const auto expect = [](Operator op, const Value& a, const Value& b, double result) {
    const Value expected = std::isnan(result) ? Value() : Value::Float(result);
    ExpectOutcome({op, {*a.type(), *b.type()}, {a, b}}, Shown(expected));
  };
  const auto real = [](const Value& value) { return static_cast<double>(NumberOf(value)); };
  for (const Type other : {Type::kFloat, Type::kInt}) {
    for (const Value& a : ValuesOf(Type::kFloat)) {
      for (const Value& b : ValuesOf(other)) {
        const double x = real(a);
        const double y = real(b);
        expect(Operator::kAdd, a, b, x + y);
        expect(Operator::kSubtract, b, a, y - x);
        expect(Operator::kMultiply, a, b, x * y);
        const double none = std::numeric_limits<double>::quiet_NaN();
        expect(Operator::kDivide, a, b, y == 0 ? none : x / y);
        expect(Operator::kModulo, a, b, y == 0 ? none : std::fmod(x, y));
      }
    }
  }
}

TEST(BoundExpressionTest, NullMakesArithmeticNullAndNegationIsSubtractionFromZero) {
  for (const Type type : {Type::kInt, Type::kFloat}) {
    for (const Value& value : WithNull(type)) {
      for (const Operator op : {Operator::kAdd, Operator::kSubtract, Operator::kMultiply,
                                Operator::kDivide, Operator::kModulo}) {
        EXPECT_EQ(Tried({op, {type, type}, {value, Value()}}, 2), "null");
        EXPECT_EQ(Tried({op, {type, type}, {Value(), value}}, 2), "null");
      }
      Value expected;
      if (type == Type::kFloat && !value.is_null()) expected = Value::Float(-value.as_float());
      if (type == Type::kInt && !value.is_null()) {
        expected = value.as_int() == kMin ? Value::Float(9223372036854775808.0)
                                          : Value::Int(-value.as_int());
      }
      EXPECT_EQ(Tried({Operator::kNegate, {type}, {value}}, 1), Shown(expected));
    }
  }
}

TEST(BoundExpressionTest, OperandsOfOtherTypesAreRefused) {
  for (const Type type : kTypes) {
    const Value value = ValuesOf(type)[0];
    const bool number = type == Type::kInt || type == Type::kFloat;
    const bool text = type == Type::kString || type == Type::kBytes;
    const auto refuses = [&](Operator op, std::size_t count) {
      return Tried({op, std::vector<Type>(count, type), std::vector<Value>(count, value)}, count) ==
             "refused";
    };
    EXPECT_EQ(refuses(Operator::kAdd, 2), !number) << TypeName(type);
    EXPECT_EQ(refuses(Operator::kNegate, 1), !number) << TypeName(type);
    EXPECT_EQ(refuses(Operator::kLength, 1), !text) << TypeName(type);
    EXPECT_EQ(refuses(Operator::kContains, 2), !text) << TypeName(type);
    EXPECT_EQ(refuses(Operator::kAnd, 2), type != Type::kBool) << TypeName(type);
    EXPECT_EQ(refuses(Operator::kNot, 1), type != Type::kBool) << TypeName(type);
    EXPECT_EQ(refuses(Operator::kIsNull, 1), false) << TypeName(type);
    EXPECT_EQ(refuses(Operator::kIsNull, 2), true) << TypeName(type);
    EXPECT_EQ(refuses(Operator::kBetween, 2), true) << TypeName(type);
  }
}

// [schema-9.7]
TEST(BoundExpressionTest, TextFunctionsCompareBytesAndLengthCountsCharacters) {
  const struct {
    const char* text;
    const char* part;
    bool starts, ends, contains;
  } rows[] = {
      {"", "", true, true, true},           {"abc", "", true, true, true},
      {"abc", "ab", true, false, true},     {"abc", "bc", false, true, true},
      {"abc", "b", false, false, true},     {"abc", "abc", true, true, true},
      {"abc", "abcd", false, false, false}, {"Abc", "a", false, false, false},
      {"日本語", "日", true, false, true},  {"日本語", "語", false, true, true},
      {"a", "\xc3", false, false, false},
  };
  for (const Type type : {Type::kString, Type::kBytes}) {
    const auto make = [type](const std::string& text) {
      return type == Type::kString ? Value::String(text) : Value::Binary(text);
    };
    for (const auto& row : rows) {
      const std::vector<Value> values = {make(row.text), make(row.part)};
      const std::vector<Type> types = {type, type};
      ExpectOutcome({Operator::kStartsWith, types, values}, Shown(std::optional(row.starts)));
      ExpectOutcome({Operator::kEndsWith, types, values}, Shown(std::optional(row.ends)));
      ExpectOutcome({Operator::kContains, types, values}, Shown(std::optional(row.contains)));
    }
    for (const Operator op : {Operator::kStartsWith, Operator::kEndsWith, Operator::kContains}) {
      EXPECT_EQ(Tried({op, {type, type}, {make("a"), Value()}}, 2), "unknown");
      EXPECT_EQ(Tried({op, {type, type}, {Value(), make("a")}}, 2), "unknown");
    }
  }
  const auto length = [](const Value& value) {
    return Tried({Operator::kLength, {value.type().value_or(Type::kString)}, {value}}, 1);
  };
  EXPECT_EQ(length(Value::String("")), "0");
  EXPECT_EQ(length(Value::String("abc")), "3");
  EXPECT_EQ(length(Value::String("é日🙂a")), "4");
  EXPECT_EQ(length(Value::Binary("é日🙂a")), "10");
  EXPECT_EQ(length(Value()), "null");
}

RecordLayout StudentLayout() {
  TableSchema schema = {
      .table_name = "student",
      .columns = {{.name = "id", .type = Type::kInt, .primary_key = true, .nullable = true},
                  {.name = "name"},
                  {.name = "gpa", .type = Type::kFloat, .nullable = true},
                  {.name = "born", .type = Type::kDate},
                  {.name = "seen", .type = Type::kTimestamp, .nullable = true},
                  {.name = "photo", .type = Type::kBytes, .nullable = true},
                  {.name = "more", .type = Type::kJson, .nullable = true},
                  {.name = "active", .type = Type::kBool},
                  {.name = "student.x", .type = Type::kInt}}};
  return RecordLayout::Create(std::move(schema)).value();
}

absl::StatusOr<BoundExpression> Bound(std::string_view text) {
  return BoundExpression::Bind(Expression::Parse(text).value(), StudentLayout());
}

// [schema-9.3]
TEST(BoundExpressionTest, WhatDoesNotFitTheColumnsIsToldWithItsTypes) {
  const struct {
    const char* text;
    const char* outcome;
  } rows[] = {
      {"name > 3", "name > 3: column name (str) cannot be compared with 3 (int)"},
      {"3 > name", "3 > name: 3 (int) cannot be compared with column name (str)"},
      {"gpa = '3'", "column gpa (float) cannot be compared with '3' (str)"},
      {"length(name) = 'x'", "length(name) (int) cannot be compared with 'x' (str)"},
      {"gpa in (1, 'x')", "column gpa (float) cannot be compared with 'x' (str)"},
      {"id between 1 and name", "column id (int) cannot be compared with column name (str)"},
      {"active = 1", "column active (bool) cannot be compared with 1 (int)"},
      {"seen < born", "column seen (timestamp) cannot be compared with column born (date)"},
      {"seen > 'yesterday'",
       "expected a timestamp as '2026-01-22T20:31:17Z', as column seen (timestamp) is one, found "
       "'yesterday'"},
      {"'2026-1-1' = born", "expected a date as '2026-01-22', as column born (date) is one"},
      {"photo in ('AA')", "expected bytes in base64 as 'AAEC', as column photo (bytes) is one"},
      {"more < more", "column more (json): json values have no order"},
      {"more between 1 and 2", "cannot be compared with"},
      {"more = '{}'", "column more (json) cannot be compared with '{}' (str)"},
      {"name + 1", "name + 1: expected a number, found column name (str)"},
      {"length(gpa) > 1", "length(gpa): expected text or bytes, found column gpa (float)"},
      {"starts_with(name, photo)",
       "column name (str) cannot be compared with column photo (bytes)"},
      {"gpa and active", "gpa and active: expected a condition, found column gpa (float)"},
      {"not name", "not name: expected a condition, found column name (str)"},
      {"nobody = 1", "table student has no column nobody"},
      {"teacher.name = 'x'", "table student has no column teacher.name"},
  };
  for (const auto& row : rows) {
    const auto bound = Bound(row.text);
    EXPECT_EQ(bound.status().code(), absl::StatusCode::kInvalidArgument) << row.text;
    EXPECT_THAT(std::string(bound.status().message()), HasSubstr(row.outcome)) << row.text;
  }
}

TEST(BoundExpressionTest, ABoundExpressionTellsItsTypeAndColumns) {
  const struct {
    const char* text;
    const char* type;  // "" : none; with ?: nullable
    std::vector<int> columns;
  } rows[] = {
      {"gpa > 1 and (id = 2 or gpa < id)", "bool?", {0, 2}},
      {"name", "str", {1}},
      {"student.name = 'x'", "bool", {1}},
      {"student.x", "int", {8}},
      {"student.student.x", "int", {8}},
      {"gpa is null", "bool", {2}},
      {"null", "?", {}},
      {"null + 1", "int?", {}},
      {"length(name) + 1", "int", {1}},
      {"length(name) / 2", "int?", {1}},
      {"length(name) * 0.5", "float?", {1}},
      {"name in ('a')", "bool", {1}},
      {"name in ('a', null)", "bool?", {1}},
      {"1 < 2", "bool", {}},
      {"born", "date", {3}},
  };
  for (const auto& row : rows) {
    const auto bound = Bound(row.text);
    ASSERT_TRUE(bound.ok()) << row.text << " " << bound.status();
    std::string type = bound->type().has_value() ? std::string(TypeName(*bound->type())) : "";
    if (bound->nullable()) type += "?";
    EXPECT_EQ(type, row.type) << row.text;
    EXPECT_EQ(bound->columns(), row.columns) << row.text;
    EXPECT_EQ(bound->last_column(), row.columns.empty() ? -1 : row.columns.back()) << row.text;
    EXPECT_EQ(bound->is_condition(), type.starts_with("bool") || type == "?") << row.text;
    EXPECT_EQ(bound->CheckIsCondition().ok(), bound->is_condition()) << row.text;
  }
  EXPECT_THAT(std::string(Bound("gpa + 1")->CheckIsCondition().message()),
              HasSubstr("expected a condition, which is true or false; gpa + 1 is of type float"));
}

// [schema-9.3]
TEST(BoundExpressionTest, TextComparedWithTimesAndBytesIsReadAsThem) {
  const Value day = Value::Date(std::chrono::sys_days(std::chrono::days(20'475)));  // 2026-01-22
  const Value time = Value::Time(Timestamp(std::chrono::seconds(20'475 * 86'400 + 3600)));
  const Value bytes = Value::Binary(std::string("\0\1\2", 3));
  std::vector<ValueView> columns(9);
  columns[3] = ViewOf(day);
  columns[4] = ViewOf(time);
  columns[5] = ViewOf(bytes);
  for (const char* text :
       {"born = '2026-01-22'", "'2026-01-21' < born", "born in ('2025-01-01', '2026-01-22')",
        "born between '2026-01-22' and '2026-01-23'", "seen = '2026-01-22T01:00:00Z'",
        "seen = '2026-01-22 02:00:00.000+01:00'", "'2026-01-01T00:00:00Z' < seen",
        "'2026-01-22T00:59:00Z' between '2025-01-01T00:00:00Z' and seen", "photo = 'AAEC'",
        "photo in ('AAEC', 'AA==')", "starts_with(photo, 'AAE=')", "not contains(photo, 'AAI=')",
        "photo = bytes 'AAEC' and born = date '2026-01-22'"}) {
    const auto bound = Bound(text);
    ASSERT_TRUE(bound.ok()) << text << " " << bound.status();
    EXPECT_EQ(bound->Test(columns.data()), Truth::kTrue) << text;
  }
}

TEST(BoundExpressionTest, MoreThanTwoHundredLevelsAreRefused) {
  Expression deep = Expression::Column("gpa");
  for (int level = 1; level < 200; ++level) deep = Expression::Of(Operator::kNegate, {deep});
  EXPECT_TRUE(BoundExpression::Bind(deep, StudentLayout()).ok());
  deep = Expression::Of(Operator::kNegate, {deep});
  EXPECT_THAT(std::string(BoundExpression::Bind(deep, StudentLayout()).status().message()),
              HasSubstr("no more than 200 levels"));
}

// Whatever binds can be evaluated, with any values of its columns' types, and Test agrees.
TEST(BoundExpressionTest, RandomExpressionsThatBindGiveWhatTheyPromise) {
  std::mt19937_64 random(TestSeed());
  int bound_count = 0;
  for (int i = 0; i < 30'000; ++i) {
    const Expression expression = RandomExpression(random, 1 + i % 4);
    std::vector<Value> values;
    std::vector<ValueView> columns;
    for (int slot = 0; slot < 8; ++slot) {
      const std::vector<Value> all = WithNull(kTypes[slot]);
      values.push_back(all[random() % all.size()]);
    }
    for (const Value& value : values) columns.push_back(ViewOf(value));
    const auto bound = BoundExpression::Bind(expression, [](const std::string& name) {
      const int slot = static_cast<int>(std::hash<std::string>()(name) % 8);
      return absl::StatusOr<ColumnRef>(ColumnRef{slot, kTypes[slot], true});
    });
    if (!bound.ok()) continue;
    ++bound_count;
    const ValueView value = bound->Evaluate(columns.data());
    if (!value.is_null()) {
      const bool widened = bound->type() == Type::kInt && value.type == Type::kFloat;
      ASSERT_TRUE(value.type == bound->type() || widened) << expression.ToText();
    } else {
      ASSERT_TRUE(bound->nullable()) << expression.ToText();
    }
    if (!bound->is_condition()) continue;
    const Truth truth = value.is_null() ? Truth::kUnknown
                        : value.number  ? Truth::kTrue
                                        : Truth::kFalse;
    ASSERT_EQ(bound->Test(columns.data()), truth) << expression.ToText();
  }
  EXPECT_GT(bound_count, 3000);
}

}  // namespace
}  // namespace linedb::schema
