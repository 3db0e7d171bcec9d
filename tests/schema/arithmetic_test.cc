// Arithmetic and the functions of text: what they make of every type and of the values at its ends.

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/schema/evaluation_trial.h"

namespace linedb::schema {
namespace {

// [schema-9.6]
TEST(ArithmeticTest, ArithmeticOfIntsIsExactOrAFloat) {
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
TEST(ArithmeticTest, ArithmeticWithFloatsIsOfFloatsAndWhatIsNoNumberIsNull) {
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

TEST(ArithmeticTest, NullMakesArithmeticNullAndNegationIsSubtractionFromZero) {
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

TEST(ArithmeticTest, OperandsOfOtherTypesAreRefused) {
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
TEST(ArithmeticTest, TextFunctionsCompareBytesAndLengthCountsCharacters) {
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

}  // namespace
}  // namespace linedb::schema
