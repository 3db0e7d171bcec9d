#include "linedb/expression.h"

#include <cassert>
#include <cmath>
#include <utility>

namespace linedb {
namespace {

bool IsChain(Operator op) { return op == Operator::kAnd || op == Operator::kOr; }

// `and` of an `and` is one `and`: chains do not grow deep, however they are made.
std::vector<Expression> Flattened(Operator op, std::vector<Expression> operands) {
  std::vector<Expression> flat;
  for (Expression& operand : operands) {
    if (operand.op() == op) {
      flat.insert(flat.end(), operand.operands().begin(), operand.operands().end());
    } else {
      flat.push_back(std::move(operand));
    }
  }
  return flat;
}

}  // namespace

Expression::Expression(Node node) : node_(std::make_shared<const Node>(std::move(node))) {}

Expression Expression::Column(std::string name) {
  return Expression({.op = Operator::kColumn, .column = std::move(name)});
}

Expression Expression::Literal(Value value) {
  // What is no number compares as null does, and so it can be written down.
  if (value.type() == Type::kFloat && std::isnan(value.as_float())) value = Value();
  return Expression({.op = Operator::kLiteral, .value = std::move(value)});
}

Expression Expression::Of(Operator op, std::vector<Expression> operands) {
  assert(op != Operator::kColumn && op != Operator::kLiteral && !operands.empty());
  if (IsChain(op)) operands = Flattened(op, std::move(operands));
  return Expression({.op = op, .operands = std::move(operands)});
}

bool operator==(const Expression& a, const Expression& b) {
  if (a.node_ == b.node_) return true;
  return a.op() == b.op() && a.column() == b.column() && a.value() == b.value() &&
         a.operands() == b.operands();
}

}  // namespace linedb
