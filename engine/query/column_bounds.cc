#include "engine/query/column_bounds.h"

#include <cmath>
#include <limits>
#include <utility>

#include "schema/expression_literal.h"
#include "schema/value_view.h"

namespace linedb::engine {
namespace {

enum class Rounding { kExact, kDown, kUp };

// The int next to a float on that side; nothing if none is.
std::optional<Value> IntFor(double real, Rounding rounding) {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  const double whole = rounding == Rounding::kUp ? std::ceil(real) : std::floor(real);
  if (rounding == Rounding::kExact && whole != real) return std::nullopt;
  if (whole >= -kTwoTo63 && whole < kTwoTo63) return Value::Int(static_cast<std::int64_t>(whole));
  if (rounding == Rounding::kDown && whole > 0) {
    return Value::Int(std::numeric_limits<std::int64_t>::max());
  }
  if (rounding == Rounding::kUp && whole < 0) {
    return Value::Int(std::numeric_limits<std::int64_t>::min());
  }
  return std::nullopt;
}

std::optional<Value> FloatFor(std::int64_t number, Rounding rounding) {
  const auto real = static_cast<double>(number);
  const int compared = schema::CompareIntWithFloat(number, real);
  if (compared == 0) return Value::Float(real);
  if (rounding == Rounding::kExact) return std::nullopt;
  const double infinity = std::numeric_limits<double>::infinity();
  if (rounding == Rounding::kDown) {
    return Value::Float(compared > 0 ? real : std::nextafter(real, -infinity));
  }
  return Value::Float(compared < 0 ? real : std::nextafter(real, infinity));
}

// A literal as a value of the column's type: the same, or the next one on that side. Nothing: no
// value of the column is.
std::optional<Value> ValueFor(Type type, const Value& literal, Rounding rounding) {
  if (literal.is_null()) return std::nullopt;
  if (literal.type() == type) {
    if (type == Type::kFloat && !std::isfinite(literal.as_float())) return std::nullopt;
    return literal;
  }
  if (type == Type::kInt && literal.type() == Type::kFloat) {
    return IntFor(literal.as_float(), rounding);
  }
  if (type == Type::kFloat && literal.type() == Type::kInt) {
    return FloatFor(literal.as_int(), rounding);
  }
  if (literal.type() == Type::kString) return schema::LiteralOfText(type, literal.as_string());
  return std::nullopt;
}

Operator Mirrored(Operator op) {
  switch (op) {
    case Operator::kLess:
      return Operator::kGreater;
    case Operator::kLessEqual:
      return Operator::kGreaterEqual;
    case Operator::kGreater:
      return Operator::kLess;
    case Operator::kGreaterEqual:
      return Operator::kLessEqual;
    default:
      return op;
  }
}

class Collector {
 public:
  Collector(const schema::RecordLayout& layout, const std::string& name)
      : layout_(layout), name_(name) {}

  void Collect(const Expression& condition) {
    switch (condition.op()) {
      case Operator::kAnd:
        for (const Expression& operand : condition.operands()) Collect(operand);
        return;
      case Operator::kLiteral:
        if (condition.value() != Value::Bool(true)) bounds_.nothing = true;
        return;
      case Operator::kColumn:
        return CollectBool(condition, condition, true);
      case Operator::kNot:
        return CollectBool(condition, condition.operands()[0], false);
      case Operator::kIsNull:
        if (ColumnBounds* bounds = Find(condition.operands()[0], condition)) {
          bounds->is_null = true;
        }
        return;
      case Operator::kIn:
        return CollectIn(condition);
      case Operator::kBetween:
        return CollectBetween(condition);
      case Operator::kStartsWith:
        return CollectPrefix(condition);
      case Operator::kEqual:
      case Operator::kLess:
      case Operator::kLessEqual:
      case Operator::kGreater:
      case Operator::kGreaterEqual:
        return CollectComparison(condition);
      default:
        return;
    }
  }
  ConditionBounds TakeBounds() { return std::move(bounds_); }

 private:
  // The bounds of the column that the expression is, if it is one that has an order.
  ColumnBounds* Find(const Expression& expression, const Expression& condition) {
    const int column = ColumnOf(expression, layout_, name_);
    if (column < 0) return nullptr;
    type_ = layout_.columns()[static_cast<std::size_t>(column)].type;
    if (type_ == Type::kJson) return nullptr;
    ColumnBounds& bounds = bounds_.columns[column];
    bounds.texts.push_back(condition.ToText());
    return &bounds;
  }

  void Equals(ColumnBounds* bounds, std::vector<Value> values) {
    if (values.empty()) bounds_.nothing = true;
    if (!bounds->equals.has_value() || values.size() < bounds->equals->size()) {
      bounds->equals = std::move(values);
    }
  }
  // Of two bounds on the same side the narrower one.
  static void Narrow(std::optional<Value>* bound, const Value& value, int sign) {
    if (!bound->has_value() ||
        sign * schema::CompareValues(schema::ViewOf(value), schema::ViewOf(**bound)) > 0) {
      *bound = value;
    }
  }
  void From(ColumnBounds* bounds, const Value& literal) {
    if (literal.is_null()) bounds_.nothing = true;
    const auto low = ValueFor(type_, literal, Rounding::kDown);
    if (low.has_value()) Narrow(&bounds->low, *low, 1);
  }
  void To(ColumnBounds* bounds, const Value& literal) {
    if (literal.is_null()) bounds_.nothing = true;
    const auto high = ValueFor(type_, literal, Rounding::kUp);
    if (high.has_value()) Narrow(&bounds->high, *high, -1);
  }

  void CollectBool(const Expression& condition, const Expression& column, bool value) {
    if (column.op() != Operator::kColumn) return;
    ColumnBounds* bounds = Find(column, condition);
    if (bounds != nullptr && type_ == Type::kBool) Equals(bounds, {Value::Bool(value)});
  }
  void CollectIn(const Expression& condition) {
    const std::vector<Expression>& operands = condition.operands();
    for (std::size_t i = 1; i < operands.size(); ++i) {
      if (operands[i].op() != Operator::kLiteral) return;
    }
    ColumnBounds* bounds = Find(operands[0], condition);
    if (bounds == nullptr) return;
    std::vector<Value> values;
    for (std::size_t i = 1; i < operands.size(); ++i) {
      auto value = ValueFor(type_, operands[i].value(), Rounding::kExact);
      if (value.has_value()) values.push_back(*std::move(value));
    }
    Equals(bounds, std::move(values));
  }
  void CollectBetween(const Expression& condition) {
    const std::vector<Expression>& operands = condition.operands();
    const bool low = operands[1].op() == Operator::kLiteral;
    const bool high = operands[2].op() == Operator::kLiteral;
    if (!low && !high) return;
    ColumnBounds* bounds = Find(operands[0], condition);
    if (bounds == nullptr) return;
    if (low) From(bounds, operands[1].value());
    if (high) To(bounds, operands[2].value());
  }
  void CollectPrefix(const Expression& condition) {
    const Expression& part = condition.operands()[1];
    if (part.op() != Operator::kLiteral) return;
    ColumnBounds* bounds = Find(condition.operands()[0], condition);
    if (bounds == nullptr) return;
    const std::optional<Value> value = ValueFor(type_, part.value(), Rounding::kExact);
    if (value.has_value() && !bounds->prefix.has_value()) bounds->prefix = value->as_string();
  }
  void CollectComparison(const Expression& condition) {
    const std::vector<Expression>& operands = condition.operands();
    const bool mirrored = operands[0].op() == Operator::kLiteral;
    const Expression& column = operands[mirrored ? 1 : 0];
    const Expression& literal = operands[mirrored ? 0 : 1];
    if (literal.op() != Operator::kLiteral) return;
    ColumnBounds* bounds = Find(column, condition);
    if (bounds == nullptr) return;
    const Operator op = mirrored ? Mirrored(condition.op()) : condition.op();
    if (op == Operator::kEqual) {
      const auto value = ValueFor(type_, literal.value(), Rounding::kExact);
      Equals(bounds, value.has_value() ? std::vector<Value>{*value} : std::vector<Value>());
    } else if (op == Operator::kGreater || op == Operator::kGreaterEqual) {
      From(bounds, literal.value());
    } else {
      To(bounds, literal.value());
    }
  }

  const schema::RecordLayout& layout_;
  const std::string& name_;
  Type type_ = Type::kInt;  // of the column that Find found last
  ConditionBounds bounds_;
};

}  // namespace

int ColumnOf(const Expression& expression, const schema::RecordLayout& layout,
             const std::string& name) {
  if (expression.op() != Operator::kColumn) return -1;
  const std::string& column = expression.column();
  const int found = layout.FindColumn(column);
  if (found >= 0 || column.size() <= name.size() + 1 || column[name.size()] != '.' ||
      !column.starts_with(name)) {
    return found;
  }
  return layout.FindColumn(std::string_view(column).substr(name.size() + 1));
}

ConditionBounds BoundsOf(const Expression& condition, const schema::RecordLayout& layout,
                         const std::string& name) {
  Collector collector(layout, name);
  collector.Collect(condition);
  return collector.TakeBounds();
}

double SelectivityOf(const Expression& condition) {
  switch (condition.op()) {
    case Operator::kAnd: {
      double all = 1;
      for (const Expression& operand : condition.operands()) all *= SelectivityOf(operand);
      return all;
    }
    case Operator::kOr: {
      double none = 1;
      for (const Expression& operand : condition.operands()) none *= 1 - SelectivityOf(operand);
      return 1 - none;
    }
    case Operator::kNot:
      return 1 - SelectivityOf(condition.operands()[0]);
    case Operator::kLiteral:
      return condition.value() == Value::Bool(true) ? 1 : 0;
    case Operator::kEqual:
      return 0.01;
    case Operator::kIn:
      return std::fmin(0.5, 0.01 * static_cast<double>(condition.operands().size() - 1));
    case Operator::kNotEqual:
    case Operator::kIsNotNull:
      return 0.9;
    case Operator::kIsNull:
    case Operator::kBetween:
    case Operator::kStartsWith:
    case Operator::kEndsWith:
      return 0.1;
    default:
      return 0.33;
  }
}

schema::Fault WriteValueText(const Value& value, schema::TextWriter* writer) {
  switch (*value.type()) {
    case Type::kInt:
      schema::WriteInt(writer, value.as_int());
      return nullptr;
    case Type::kFloat:
      return schema::WriteDouble(writer, value.as_float());
    case Type::kBool:
      schema::WriteBool(writer, value.as_bool());
      return nullptr;
    case Type::kString:
      return schema::WriteString(writer, value.as_string());
    case Type::kBytes:
      schema::WriteBytes(writer, value.as_bytes().data(), value.as_bytes().size());
      return nullptr;
    case Type::kTimestamp:
      return schema::WriteTimestamp(writer, value.as_time());
    case Type::kDate:
      return schema::WriteDate(writer, value.as_date());
    case Type::kJson:
      writer->Append(value.as_json());
      return nullptr;
  }
  return "the value has no type";
}

}  // namespace linedb::engine
