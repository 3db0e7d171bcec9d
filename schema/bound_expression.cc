#include "schema/bound_expression.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "schema/bound_program.h"

namespace linedb::schema {
namespace {

Truth TruthOf(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

Truth Not(Truth truth) {
  if (truth == Truth::kUnknown) return truth;
  return truth == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
}

ValueView ValueOf(Truth truth) {
  if (truth == Truth::kUnknown) return {};
  return ValueView::Number(Type::kBool, truth == Truth::kTrue ? 1 : 0);
}

template <class T>
int Compare(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

int CompareAs(Comparison comparison, const ValueView& a, const ValueView& b) {
  switch (comparison) {
    case Comparison::kNumbers:
      return Compare(a.number, b.number);
    case Comparison::kReals:
      return Compare(a.real, b.real);
    case Comparison::kTexts:
      return a.text.compare(b.text);
    case Comparison::kValues:
      break;
  }
  return CompareValues(a, b);
}

bool Holds(Operator op, int compared) {
  switch (op) {
    case Operator::kEqual:
      return compared == 0;
    case Operator::kNotEqual:
      return compared != 0;
    case Operator::kLess:
      return compared < 0;
    case Operator::kLessEqual:
      return compared <= 0;
    case Operator::kGreater:
      return compared > 0;
    default:
      return compared >= 0;
  }
}

bool HoldsInText(Operator op, std::string_view text, std::string_view part) {
  if (op == Operator::kStartsWith) return text.starts_with(part);
  if (op == Operator::kEndsWith) return text.ends_with(part);
  return text.find(part) != std::string_view::npos;
}

double RealOf(const ValueView& value) {
  return value.type == Type::kInt ? static_cast<double>(value.number) : value.real;
}

ValueView RealOrNull(double real) { return std::isnan(real) ? ValueView() : ValueView::Real(real); }

ValueView ComputeReals(Operator op, double a, double b) {
  switch (op) {
    case Operator::kAdd:
      return RealOrNull(a + b);
    case Operator::kSubtract:
      return RealOrNull(a - b);
    case Operator::kMultiply:
      return RealOrNull(a * b);
    case Operator::kDivide:
      return b == 0 ? ValueView() : RealOrNull(a / b);
    default:
      return b == 0 ? ValueView() : RealOrNull(std::fmod(a, b));
  }
}

// False if the result leaves 64 bits; `b` is not zero where it divides.
bool ComputeInts(Operator op, std::int64_t a, std::int64_t b, std::int64_t* result) {
  const bool leaves = b == -1 && a == std::numeric_limits<std::int64_t>::min();
  switch (op) {
    case Operator::kAdd:
      return !__builtin_add_overflow(a, b, result);
    case Operator::kSubtract:
      return !__builtin_sub_overflow(a, b, result);
    case Operator::kMultiply:
      return !__builtin_mul_overflow(a, b, result);
    case Operator::kDivide:
      if (!leaves) *result = a / b;
      return !leaves;
    default:
      *result = leaves ? 0 : a % b;
      return true;
  }
}

ValueView Compute(Operator op, const ValueView& a, const ValueView& b) {
  if (a.is_null() || b.is_null()) return {};
  if (a.type != Type::kInt || b.type != Type::kInt) return ComputeReals(op, RealOf(a), RealOf(b));
  if (b.number == 0 && (op == Operator::kDivide || op == Operator::kModulo)) return {};
  std::int64_t result = 0;
  if (ComputeInts(op, a.number, b.number, &result)) return ValueView::Number(Type::kInt, result);
  return ComputeReals(op, RealOf(a), RealOf(b));
}

ValueView LengthOf(const ValueView& value) {
  if (value.is_null()) return {};
  if (value.type == Type::kBytes) {
    return ValueView::Number(Type::kInt, static_cast<std::int64_t>(value.text.size()));
  }
  // Characters by their first bytes; the others are 10xxxxxx.
  const auto characters = std::count_if(value.text.begin(), value.text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
  });
  return ValueView::Number(Type::kInt, characters);
}

// One evaluation: of nodes by their places.
class Evaluator {
 public:
  Evaluator(const BoundProgram& program, const ValueView* columns)
      : program_(program), columns_(columns) {}

  Truth Test(std::int32_t place) const {
    const BoundNode& node = NodeAt(place);
    switch (node.op) {
      case Operator::kAnd:
        return All(node, Truth::kFalse, Truth::kTrue);
      case Operator::kOr:
        return All(node, Truth::kTrue, Truth::kFalse);
      case Operator::kNot:
        return Not(Test(node.first));
      case Operator::kEqual:
      case Operator::kNotEqual:
      case Operator::kLess:
      case Operator::kLessEqual:
      case Operator::kGreater:
      case Operator::kGreaterEqual:
        return TestComparison(node);
      case Operator::kIn:
        return TestIn(node);
      case Operator::kBetween:
        return TestBetween(node);
      case Operator::kIsNull:
        return TruthOf(IsNull(node));
      case Operator::kIsNotNull:
        return TruthOf(!IsNull(node));
      case Operator::kStartsWith:
      case Operator::kEndsWith:
      case Operator::kContains:
        return TestText(node);
      default:
        return TestValue(place);
    }
  }

  ValueView Evaluate(std::int32_t place) const {
    ValueView computed;
    return Operand(place, &computed);
  }

 private:
  const BoundNode& NodeAt(std::int32_t place) const {
    return program_.nodes[static_cast<std::size_t>(place)];
  }

  // The value of a node: in its place, or `computed`.
  const ValueView& Operand(std::int32_t place, ValueView* computed) const {
    const BoundNode& node = NodeAt(place);
    if (node.op == Operator::kColumn) return columns_[node.first];
    if (node.op == Operator::kLiteral) return Literal(node.first);
    *computed = ComputeNode(node, place);
    return *computed;
  }
  const ValueView& Literal(std::int32_t literal) const {
    return program_.literals[static_cast<std::size_t>(literal)];
  }

  ValueView ComputeNode(const BoundNode& node, std::int32_t place) const {
    ValueView first;
    ValueView second;
    switch (node.op) {
      case Operator::kAdd:
      case Operator::kSubtract:
      case Operator::kMultiply:
      case Operator::kDivide:
      case Operator::kModulo:
        return Compute(node.op, Operand(node.first, &first), Operand(node.second, &second));
      case Operator::kNegate:
        return Negate(Operand(node.first, &first));
      case Operator::kLength:
        return LengthOf(Operand(node.first, &first));
      default:
        return ValueOf(Test(place));
    }
  }

  static ValueView Negate(const ValueView& value) {
    if (value.type == Type::kFloat) return ValueView::Real(-value.real);
    return Compute(Operator::kSubtract, ValueView::Number(Type::kInt, 0), value);
  }

  // What one operand that is `decided` decides, and else all have to agree on.
  Truth All(const BoundNode& node, Truth decided, Truth agreed) const {
    Truth result = agreed;
    for (std::int32_t i = 0; i < node.second; ++i) {
      const Truth truth = Test(program_.operands[static_cast<std::size_t>(node.first + i)]);
      if (truth == decided) return decided;
      if (truth == Truth::kUnknown) result = Truth::kUnknown;
    }
    return result;
  }

  Truth TestComparison(const BoundNode& node) const {
    ValueView first;
    ValueView second;
    const ValueView& a = Operand(node.first, &first);
    const ValueView& b = Operand(node.second, &second);
    if (a.is_null() || b.is_null()) return Truth::kUnknown;
    return TruthOf(Holds(node.op, CompareAs(node.comparison, a, b)));
  }

  Truth TestIn(const BoundNode& node) const {
    ValueView computed;
    const ValueView& value = Operand(node.first, &computed);
    // Of no options none is it, whatever it is.
    if (node.third == 0 && !node.null_option) return Truth::kFalse;
    if (value.is_null()) return Truth::kUnknown;
    const auto begin = program_.literals.begin() + node.second;
    const auto end = begin + node.third;
    const auto found = std::lower_bound(begin, end, value, [&](const auto& a, const auto& b) {
      return CompareAs(node.comparison, a, b) < 0;
    });
    if (found != end && CompareAs(node.comparison, *found, value) == 0) return Truth::kTrue;
    return node.null_option ? Truth::kUnknown : Truth::kFalse;
  }

  Truth TestBetween(const BoundNode& node) const {
    ValueView computed[3];
    const ValueView& value = Operand(node.first, &computed[0]);
    if (value.is_null()) return Truth::kUnknown;
    const ValueView& low = Operand(node.second, &computed[1]);
    const ValueView& high = Operand(node.third, &computed[2]);
    const bool below = !low.is_null() && CompareAs(node.comparison, value, low) < 0;
    const bool above = !high.is_null() && CompareAs(node.comparison, value, high) > 0;
    if (below || above) return Truth::kFalse;
    return low.is_null() || high.is_null() ? Truth::kUnknown : Truth::kTrue;
  }

  bool IsNull(const BoundNode& node) const {
    ValueView computed;
    return Operand(node.first, &computed).is_null();
  }

  Truth TestText(const BoundNode& node) const {
    ValueView first;
    ValueView second;
    const ValueView& text = Operand(node.first, &first);
    const ValueView& part = Operand(node.second, &second);
    if (text.is_null() || part.is_null()) return Truth::kUnknown;
    return TruthOf(HoldsInText(node.op, text.text, part.text));
  }

  Truth TestValue(std::int32_t place) const {
    const ValueView value = Evaluate(place);
    return value.is_null() ? Truth::kUnknown : TruthOf(value.number != 0);
  }

  const BoundProgram& program_;
  const ValueView* columns_;
};

std::int32_t Whole(const BoundProgram& program) {
  return static_cast<std::int32_t>(program.nodes.size()) - 1;
}

}  // namespace

std::optional<Type> BoundExpression::type() const {
  return program_->type == kNullType ? std::nullopt : std::optional(program_->type);
}

bool BoundExpression::nullable() const { return program_->nullable; }

bool BoundExpression::is_condition() const {
  return program_->type == Type::kBool || program_->type == kNullType;
}

absl::Status BoundExpression::CheckIsCondition() const {
  if (is_condition()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("expected a condition, which is true or false; ",
                                                 program_->text, " is of type ",
                                                 std::string(TypeName(program_->type))));
}

const std::vector<int>& BoundExpression::columns() const { return program_->columns; }

int BoundExpression::last_column() const {
  return program_->columns.empty() ? -1 : program_->columns.back();
}

ValueView BoundExpression::Evaluate(const ValueView* columns) const {
  return Evaluator(*program_, columns).Evaluate(Whole(*program_));
}

Truth BoundExpression::Test(const ValueView* columns) const {
  assert(is_condition());
  return Evaluator(*program_, columns).Test(Whole(*program_));
}

}  // namespace linedb::schema
