// Expressions of any shape, well typed or not.

#ifndef LINEDB_TESTS_SCHEMA_RANDOM_EXPRESSION_H_
#define LINEDB_TESTS_SCHEMA_RANDOM_EXPRESSION_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "linedb/expression.h"

namespace linedb::schema {

inline Value RandomValue(std::mt19937_64& random) {
  const auto number = static_cast<std::int64_t>(random());
  switch (random() % 12) {
    case 0:
      return Value();
    case 1:
      return Value::Int(number);
    case 2:
      return Value::Int(number % 10);
    case 3:
      return Value::Int(std::numeric_limits<std::int64_t>::min());
    case 4:
      return Value::Float(static_cast<double>(number % 1000) / 8);
    case 5:
      return Value::Float(static_cast<double>(number) * 1e300);
    case 6:
      return Value::Bool(number % 2 == 0);
    case 7:
      return Value::String(number % 2 == 0 ? "it's \"a\" (text)\n" : "");
    case 8:
      return Value::Binary(std::string("\0\xff'", static_cast<std::size_t>(random() % 4)));
    case 9:
      return Value::Time(Timestamp(std::chrono::microseconds(
          number % 2 == 0 ? number % 250'000'000'000'000'000 / 10 : number % 10'000 * 1'000'000)));
    case 10:
      return Value::Date(std::chrono::sys_days(std::chrono::days(number % 100'000)));
    default:
      return Value::Json(number % 2 == 0 ? "{\"it's\":[1,null]}" : "0.5");
  }
}

inline Expression RandomLeaf(std::mt19937_64& random) {
  static const char* const kNames[] = {"a",    "gpa",     "unit price", "and",   "Null", "date",
                                       "in",   "length",  "student.id", "größe", "a\"b", "x.y.z",
                                       "true", "or.name", "_9",         "9",     "'",    "a.b c"};
  if (random() % 2 == 0) return Expression::Literal(RandomValue(random));
  return Expression::Column(kNames[random() % std::size(kNames)]);
}

inline Expression RandomExpression(std::mt19937_64& random, int depth) {
  if (depth <= 1) return RandomLeaf(random);
  const auto operand = [&] {
    return RandomExpression(random,
                            1 + static_cast<int>(random() % static_cast<unsigned>(depth - 1)));
  };
  const auto first = static_cast<std::uint64_t>(Operator::kAnd);
  const auto last = static_cast<std::uint64_t>(Operator::kLength);
  const auto op = static_cast<Operator>(first + random() % (last - first + 1));
  std::vector<Expression> operands = {operand()};
  switch (op) {
    case Operator::kNot:
    case Operator::kIsNull:
    case Operator::kIsNotNull:
    case Operator::kNegate:
    case Operator::kLength:
      break;
    case Operator::kIn:
      for (auto count = random() % 4; count > 0; --count) {
        operands.push_back(Expression::Literal(RandomValue(random)));
      }
      break;
    case Operator::kBetween:
      operands.push_back(operand());
      operands.push_back(operand());
      break;
    case Operator::kAnd:
    case Operator::kOr:
      for (auto count = random() % 3; count > 0; --count) operands.push_back(operand());
      operands.push_back(operand());
      break;
    default:
      operands.push_back(operand());
  }
  return Expression::Of(op, std::move(operands));
}

// Of the parenthesis at `open`; npos if that stands in quotes.
inline std::size_t ClosingParenthesis(const std::string& text, std::size_t open) {
  char quote = '\0';
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote != '\0') {
      if (i == open) return text.npos;
      if (text[i] == quote) quote = '\0';
    } else if (text[i] == '\'' || text[i] == '"') {
      quote = text[i];
    } else if (i >= open && text[i] == '(') {
      ++depth;
    } else if (i >= open && text[i] == ')' && --depth == 0) {
      return i;
    }
  }
  return text.npos;
}

}  // namespace linedb::schema

#endif  // LINEDB_TESTS_SCHEMA_RANDOM_EXPRESSION_H_
