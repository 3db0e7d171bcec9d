// What the typed conditions of linedb/condition.h are built with.

#include <cmath>
#include <utility>

#include "linedb/condition.h"
#include "schema/json_text.h"

namespace linedb::engine {
namespace {

Operand LiteralOf(Value value) { return {Expression::Literal(std::move(value))}; }

// Operands of the same operator, which may have any number of them, become its own.
void Flatten(Operator op, const Expression& operand, std::vector<Expression>* operands) {
  if ((op == Operator::kAnd || op == Operator::kOr) && operand.op() == op) {
    operands->insert(operands->end(), operand.operands().begin(), operand.operands().end());
  } else {
    operands->push_back(operand);
  }
}

}  // namespace

Operand IntOperand(std::int64_t value) { return LiteralOf(Value::Int(value)); }
Operand FloatOperand(double value) {
  if (!std::isfinite(value)) return FaultyOperand("NaN or infinity is not a value");
  return LiteralOf(Value::Float(value));
}
Operand BoolOperand(bool value) { return LiteralOf(Value::Bool(value)); }
Operand TextOperand(std::string_view text) {
  if (schema::FindBadUtf8(text) != std::string_view::npos) {
    return FaultyOperand("a text is not UTF-8");
  }
  return LiteralOf(Value::String(std::string(text)));
}
Operand BytesOperand(const void* bytes, std::size_t size) {
  return LiteralOf(Value::Binary(std::string(static_cast<const char*>(bytes), size)));
}
Operand TimeOperand(Timestamp time) {
  schema::TextWriter text;
  if (const schema::Fault fault = schema::WriteTimestamp(&text, time)) return FaultyOperand(fault);
  return LiteralOf(Value::Time(time));
}
Operand DateOperand(std::chrono::year_month_day day) {
  schema::TextWriter text;
  if (const schema::Fault fault = schema::WriteDate(&text, day)) return FaultyOperand(fault);
  return LiteralOf(Value::Date(day));
}
Operand JsonOperand(const schema::TextWriter& text, schema::Fault fault) {
  if (fault != nullptr) return FaultyOperand(fault);
  return LiteralOf(Value::Json(std::string(text.text())));
}
Operand NullOperand() { return LiteralOf(Value()); }
Operand FaultyOperand(const char* fault) {
  Operand operand = NullOperand();
  operand.fault = fault;
  return operand;
}

Operand Combine(Operator op, const Operand& a, const Operand& b) {
  std::vector<Expression> operands;
  Flatten(op, a.expression, &operands);
  Flatten(op, b.expression, &operands);
  return {Expression::Of(op, std::move(operands)), FirstFault(a.fault, b.fault)};
}
Operand Combine(Operator op, const Operand& a) {
  return {Expression::Of(op, {a.expression}), a.fault};
}
Operand CombineList(Operator op, const Operand& a, const std::vector<Operand>& list) {
  if (list.empty()) return BoolOperand(false);
  std::vector<Expression> operands = {a.expression};
  const char* fault = a.fault;
  for (const Operand& operand : list) {
    operands.push_back(operand.expression);
    fault = FirstFault(fault, operand.fault);
  }
  return {Expression::Of(op, std::move(operands)), fault};
}

}  // namespace linedb::engine
