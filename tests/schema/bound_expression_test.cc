// Guards against an operator that is right for most types and values: each is tried with every pair
// of types and the values at their ends, as columns and as literals.

#include "schema/bound_expression.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/schema/evaluation_trial.h"
#include "tests/schema/random_expression.h"
#include "tests/schema/random_seed.h"

namespace linedb::schema {
namespace {

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
