#include "schema/bound_expression.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

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

// -1, 0 or 1.
template <class T>
int Compare(const T& a, const T& b) {
  return static_cast<int>(b < a) - static_cast<int>(a < b);
}

int CompareAs(Comparison comparison, const ValueView& a, const ValueView& b) {
  switch (comparison) {
    case Comparison::kNumbers:
      return Compare(a.number, b.number);
    case Comparison::kReals:
      return Compare(a.real, b.real);
    case Comparison::kTexts:
      return Compare(a.text.compare(b.text), 0);
    case Comparison::kSame:
      return a.text == b.text ? 0 : 1;
    case Comparison::kValues:
      break;
  }
  return CompareValues(a, b);
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

// One evaluation.
class Evaluator {
 public:
  Evaluator(const BoundProgram& program, const ValueView* columns)
      : nodes_(program.nodes.data()),
        literals_(program.literals.data()),
        conditions_(program.conditions.data()),
        columns_(columns) {}

  // Most conditions are comparisons of columns with literals, so these take a short way.
  Truth Test(const BoundNode& node) const {
    return node.accepted != 0 ? TestComparison(node) : TestOther(node);
  }

  [[gnu::noinline]] ValueView Evaluate(const BoundNode& node) const {
    ValueView first;
    ValueView second;
    switch (node.op) {
      case Operator::kColumn:
      case Operator::kLiteral:
        return Operand(node.first, &first);
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
        return ValueOf(Test(node));
    }
  }

 private:
  [[gnu::noinline]] Truth TestOther(const BoundNode& node) const {
    switch (node.op) {
      case Operator::kAnd:
        return All(node, Truth::kFalse, Truth::kTrue);
      case Operator::kOr:
        return All(node, Truth::kTrue, Truth::kFalse);
      case Operator::kNot:
        return Not(Test(nodes_[conditions_[node.begin]]));
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
        return TestValue(node);
    }
  }

  // The value, in its place or `computed`.
  const ValueView& Operand(OperandPlace place, ValueView* computed) const {
    switch (place.kind()) {
      case OperandPlace::Kind::kColumn:
        return columns_[place.number()];
      case OperandPlace::Kind::kLiteral:
        return literals_[place.number()];
      case OperandPlace::Kind::kNode:
        break;
    }
    *computed = Evaluate(nodes_[place.number()]);
    return *computed;
  }

  static ValueView Negate(const ValueView& value) {
    if (value.type == Type::kFloat) return ValueView::Real(-value.real);
    return Compute(Operator::kSubtract, ValueView::Number(Type::kInt, 0), value);
  }

  // What one operand that is `decided` decides, and else all have to agree on.
  Truth All(const BoundNode& node, Truth decided, Truth agreed) const {
    Truth result = agreed;
    for (std::int32_t i = 0; i < node.count; ++i) {
      const Truth truth = Test(nodes_[conditions_[node.begin + i]]);
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
    return TruthOf((node.accepted >> (CompareAs(node.comparison, a, b) + 1) & 1) != 0);
  }

  Truth TestIn(const BoundNode& node) const {
    ValueView computed;
    const ValueView& value = Operand(node.first, &computed);
    // Of no options none is it, whatever it is.
    if (node.count == 0 && !node.null_option) return Truth::kFalse;
    if (value.is_null()) return Truth::kUnknown;
    const ValueView* const begin = literals_ + node.begin;
    const ValueView* const end = begin + node.count;
    const ValueView* const found =
        std::lower_bound(begin, end, value, [&node](const ValueView& a, const ValueView& b) {
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

  Truth TestValue(const BoundNode& node) const {
    const ValueView value = Evaluate(node);
    return value.is_null() ? Truth::kUnknown : TruthOf(value.number != 0);
  }

  const BoundNode* nodes_;
  const ValueView* literals_;
  const std::int32_t* conditions_;
  const ValueView* columns_;
};

}  // namespace

absl::StatusOr<ColumnRef> FindColumnRef(const std::string& table,
                                        const std::vector<ColumnSchema>& columns,
                                        const std::string& name) {
  const auto find = [&columns](std::string_view wanted) {
    return std::find_if(columns.begin(), columns.end(),
                        [wanted](const ColumnSchema& column) { return column.name == wanted; });
  };
  auto column = find(name);
  if (column == columns.end() && name.starts_with(table + ".")) {
    column = find(std::string_view(name).substr(table.size() + 1));
  }
  if (column == columns.end()) {
    return absl::InvalidArgumentError(absl::StrCat("table ", table, " has no column ", name));
  }
  return ColumnRef{static_cast<int>(column - columns.begin()), column->type, column->nullable};
}

absl::StatusOr<BoundExpression> BoundExpression::Bind(const Expression& expression,
                                                      ColumnResolver resolve_column) {
  absl::StatusOr<std::shared_ptr<const BoundProgram>> program =
      BindProgram(expression, resolve_column);
  if (!program.ok()) return program.status();
  return BoundExpression(*std::move(program));
}

absl::StatusOr<BoundExpression> BoundExpression::Bind(const Expression& expression,
                                                      const RecordLayout& layout) {
  return Bind(expression, [&layout](const std::string& name) {
    return FindColumnRef(layout.schema().table_name, layout.columns(), name);
  });
}

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
  const BoundNode& whole = program_->nodes.back();
  if (whole.op == Operator::kColumn) return columns[whole.first.number()];
  return Evaluator(*program_, columns).Evaluate(whole);
}

Truth BoundExpression::Test(const ValueView* columns) const {
  assert(is_condition());
  return Evaluator(*program_, columns).Test(program_->nodes.back());
}

}  // namespace linedb::schema
