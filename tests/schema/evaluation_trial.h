// An operator tried with values, as columns and as literals, and the oracle of comparisons.

#ifndef LINEDB_TESTS_SCHEMA_EVALUATION_TRIAL_H_
#define LINEDB_TESTS_SCHEMA_EVALUATION_TRIAL_H_

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "schema/bound_expression.h"
#include "schema/expression_literal.h"

namespace linedb::schema {

inline constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
inline constexpr Type kTypes[] = {Type::kInt,   Type::kFloat,     Type::kBool, Type::kString,
                                  Type::kBytes, Type::kTimestamp, Type::kDate, Type::kJson};

inline std::vector<Value> ValuesOf(Type type) {
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

inline bool IsNumber(const Value& value) {
  return value.type() == Type::kInt || value.type() == Type::kFloat;
}
inline long double NumberOf(const Value& value) {
  return value.type() == Type::kInt ? static_cast<long double>(value.as_int())
                                    : static_cast<long double>(value.as_float());
}
template <class T>
int Order(const T& a, const T& b) {
  return (b < a) - (a < b);
}
inline int OrderOf(const Value& a, const Value& b) {
  if (IsNumber(a)) return Order(NumberOf(a), NumberOf(b));
  if (*a.type() == Type::kBool) return Order(a.as_bool(), b.as_bool());
  if (*a.type() == Type::kTimestamp) return Order(a.as_time(), b.as_time());
  if (*a.type() == Type::kDate) return Order(a.as_date(), b.as_date());
  return Order(a.as_string(), b.as_string());
}

inline std::optional<bool> Compared(Operator op, const Value& a, const Value& b) {
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

inline std::string Shown(const Value& value) {
  std::string text;
  AppendLiteral(value, &text);
  return text;
}
inline std::string Shown(std::optional<bool> truth) {
  return truth.has_value() ? (*truth ? "true" : "false") : "unknown";
}
inline std::string Shown(Truth truth) {
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
inline std::string Tried(const Trial& trial, std::size_t columns_end) {
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

inline void ExpectOutcome(const Trial& trial, const std::string& expected) {
  std::string told;
  for (const Value& value : trial.values) told += " " + Shown(value);
  for (std::size_t columns_end = 0; columns_end <= trial.values.size(); ++columns_end) {
    EXPECT_EQ(Tried(trial, columns_end), expected)
        << static_cast<int>(trial.op) << told << ", columns " << columns_end;
  }
}

inline std::vector<Value> WithNull(Type type) {
  std::vector<Value> values = ValuesOf(type);
  values.push_back(Value());
  return values;
}

}  // namespace linedb::schema

#endif  // LINEDB_TESTS_SCHEMA_EVALUATION_TRIAL_H_
