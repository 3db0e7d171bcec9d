// Expression::ToText.

#include <array>
#include <cmath>
#include <cstddef>
#include <string>

#include "linedb/expression.h"
#include "schema/expression_literal.h"
#include "schema/expression_words.h"

namespace linedb {
namespace {

using schema::AppendLiteral;

// How strongly what an expression is made of holds together, the weakest first.
enum class Strength { kOr, kAnd, kNot, kComparison, kSum, kProduct, kSign, kWhole };

bool IsNegated(const Expression& expression, Operator op) {
  return expression.op() == Operator::kNot && expression.operands()[0].op() == op;
}

// a not in (…), a not between … stand for the negation of the whole.
bool IsNotWithin(const Expression& expression) {
  return IsNegated(expression, Operator::kIn) || IsNegated(expression, Operator::kBetween);
}

bool IsNumberWithoutSign(const Expression& expression) {
  if (expression.op() != Operator::kLiteral) return false;
  const Value& value = expression.value();
  if (value.type() == Type::kInt) return value.as_int() >= 0;
  return value.type() == Type::kFloat && !std::signbit(value.as_float());
}

Strength StrengthOf(const Expression& expression) {
  switch (expression.op()) {
    case Operator::kOr:
      return Strength::kOr;
    case Operator::kAnd:
      return Strength::kAnd;
    case Operator::kNot:
      return IsNotWithin(expression) ? Strength::kComparison : Strength::kNot;
    case Operator::kAdd:
    case Operator::kSubtract:
      return Strength::kSum;
    case Operator::kMultiply:
    case Operator::kDivide:
    case Operator::kModulo:
      return Strength::kProduct;
    case Operator::kNegate:
      return Strength::kSign;
    case Operator::kColumn:
    case Operator::kLiteral:
    case Operator::kStartsWith:
    case Operator::kEndsWith:
    case Operator::kContains:
    case Operator::kLength:
      return Strength::kWhole;
    default:
      return Strength::kComparison;
  }
}

bool IsBareName(std::string_view name) {
  const std::size_t point = name.find('.');
  const auto is_bare = [](std::string_view part) {
    return schema::IsWord(part) && !schema::IsReserved(part);
  };
  if (point == std::string_view::npos) return is_bare(name);
  return is_bare(name.substr(0, point)) && is_bare(name.substr(point + 1));
}

class Printer {
 public:
  explicit Printer(std::string* text) : text_(text) {}

  // In parentheses if it is weaker than what stands around it.
  void Print(const Expression& expression, Strength around) {
    const bool weaker = StrengthOf(expression) < around;
    if (weaker) text_->push_back('(');
    PrintBare(expression);
    if (weaker) text_->push_back(')');
  }

 private:
  void PrintBare(const Expression& expression) {
    switch (StrengthOf(expression)) {
      case Strength::kOr:
        return PrintChain(expression, " or ", Strength::kAnd);
      case Strength::kAnd:
        return PrintChain(expression, " and ", Strength::kNot);
      case Strength::kNot:
        text_->append("not ");
        return Print(expression.operands()[0], Strength::kNot);
      case Strength::kComparison:
        return PrintComparison(expression);
      case Strength::kSum:
        return PrintTwo(expression, schema::kSums, Strength::kSum, Strength::kProduct);
      case Strength::kProduct:
        return PrintTwo(expression, schema::kProducts, Strength::kProduct, Strength::kSign);
      case Strength::kSign:
        return PrintNegated(expression.operands()[0]);
      case Strength::kWhole:
        return PrintWhole(expression);
    }
  }

  void PrintChain(const Expression& expression, std::string_view between, Strength around) {
    bool first = true;
    for (const Expression& operand : expression.operands()) {
      if (!first) text_->append(between);
      first = false;
      Print(operand, around);
    }
  }

  template <class Operators>
  void PrintTwo(const Expression& expression, const Operators& operators, Strength left,
                Strength right) {
    Print(expression.operands()[0], left);
    for (std::size_t i = 1; i < expression.operands().size(); ++i) {
      text_->append(" ").append(SpellingOf(expression.op(), operators)).append(" ");
      Print(expression.operands()[i], right);
    }
  }

  template <class Operators>
  static std::string_view SpellingOf(Operator op, const Operators& operators) {
    for (const auto& [known, spelling] : operators) {
      if (known == op) return spelling;
    }
    return "";
  }

  void PrintComparison(const Expression& expression) {
    if (expression.op() == Operator::kNot) return PrintWithin(expression.operands()[0], " not");
    switch (expression.op()) {
      case Operator::kIn:
      case Operator::kBetween:
        return PrintWithin(expression, "");
      case Operator::kIsNull:
      case Operator::kIsNotNull:
        Print(expression.operands()[0], Strength::kSum);
        text_->append(expression.op() == Operator::kIsNull ? " is null" : " is not null");
        return;
      default:
        return PrintTwo(expression, schema::kComparisons, Strength::kSum, Strength::kSum);
    }
  }

  void PrintWithin(const Expression& expression, std::string_view negation) {
    const std::vector<Expression>& operands = expression.operands();
    const bool is_in = expression.op() == Operator::kIn;
    Print(operands[0], Strength::kSum);
    text_->append(negation).append(is_in ? " in (" : " between ");
    for (std::size_t i = 1; i < operands.size(); ++i) {
      if (i > 1) text_->append(is_in ? ", " : " and ");
      Print(operands[i], Strength::kSum);
    }
    if (is_in) text_->push_back(')');
  }

  // A sign right before a number is the number's.
  void PrintNegated(const Expression& operand) {
    text_->push_back('-');
    const bool is_number = IsNumberWithoutSign(operand);
    if (is_number) text_->push_back('(');
    Print(operand, Strength::kSign);
    if (is_number) text_->push_back(')');
  }

  void PrintWhole(const Expression& expression) {
    if (expression.op() == Operator::kColumn) return PrintColumn(expression.column());
    if (expression.op() == Operator::kLiteral) return AppendLiteral(expression.value(), text_);
    text_->append(SpellingOf(expression.op(), schema::kFunctions)).push_back('(');
    PrintChain(expression, ", ", Strength::kOr);
    text_->push_back(')');
  }

  void PrintColumn(const std::string& name) {
    if (IsBareName(name)) {
      text_->append(name);
      return;
    }
    text_->push_back('"');
    for (const char character : name) {
      if (character == '"') text_->push_back('"');
      text_->push_back(character);
    }
    text_->push_back('"');
  }

  std::string* text_;
};

}  // namespace

std::string Expression::ToText() const {
  std::string text;
  Printer(&text).Print(*this, Strength::kOr);
  return text;
}

}  // namespace linedb
