// Expressions over the columns of a record: what a check says, and what a query asks for.

#ifndef LINEDB_EXPRESSION_H_
#define LINEDB_EXPRESSION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "linedb/value.h"

namespace linedb {

// What an expression's node does with its operands.
enum class Operator : std::uint8_t {
  kColumn,   // the column's value
  kLiteral,  // the value
  kAnd,      // two or more
  kOr,       // two or more
  kNot,      // one
  kEqual,    // two, as all comparisons
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,          // the first is one of the others, which are literals
  kBetween,     // the second <= the first <= the third
  kIsNull,      // one
  kIsNotNull,   // one
  kStartsWith,  // the first text, or bytes, with the second; also kEndsWith and kContains
  kEndsWith,
  kContains,
  kAdd,  // two numbers, as all arithmetic
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kNegate,  // one number
  kLength,  // of a text, in characters; of bytes, in bytes
};

// An expression is a value: it can be kept, copied (cheaply), printed and read back. It knows
// columns by name only; whether it fits a table is found when it is used with one.
//
//   gpa >= 3.5 and starts_with(name, 'A')
//   began <= ended or ended is null
//   country in ('DE', 'FR') and not length(zip) between 4 and 5
//
// Columns stand bare, or in double quotes if they hold more than letters, digits and _, or are a
// word of the language; a column of one of several tables as student.name. Text stands in single
// quotes, doubled within. Other literals: 17, -0.5, 1e-05, true, false, null,
// timestamp '2026-01-22T20:31:17Z', date '2026-01-22', bytes 'AAEC' (base64), json '{"a":1}'. Text
// that is compared with a timestamp, date or bytes is read as one. Words may be in upper case.
//
// From strongest: unary -; * / %; + -; = == != <> < <= > >=, in, between, is [not] null; not; and;
// or. Also not in, not between. Functions: starts_with(a, b), ends_with, contains, length(a).
//
// As in SQL there are three truths: what compares null is unknown, neither true nor false; `and`,
// `or` and `not` go on with that. A filter takes what is true, a check refuses what is false.
// Integers and floats compare by their exact values, text and bytes byte by byte, false before
// true; json values are only equal or not, by their text. Arithmetic of two ints is an int,
// division cut towards zero, or a float where it leaves 64 bits; division by zero is null.
//
// Any thread.
class Expression {
 public:
  static Expression Column(std::string name);
  static Expression Literal(Value value);
  static Expression Of(Operator op, std::vector<Expression> operands);

  // kInvalidArgument says where the text is wrong and what was expected there.
  static absl::StatusOr<Expression> Parse(std::string_view text);
  // The text from which Parse makes the same expression again, as short as it can be.
  std::string ToText() const;

  Operator op() const { return node_->op; }  // of its outermost operation
  // Of kColumn.
  const std::string& column() const { return node_->column; }
  // Of kLiteral.
  const Value& value() const { return node_->value; }
  const std::vector<Expression>& operands() const { return node_->operands; }

  friend bool operator==(const Expression& a, const Expression& b);

 private:
  struct Node {
    Operator op;
    std::string column = {};
    Value value = {};
    std::vector<Expression> operands = {};
  };
  explicit Expression(Node node);

  std::shared_ptr<const Node> node_;
};

}  // namespace linedb

#endif  // LINEDB_EXPRESSION_H_
