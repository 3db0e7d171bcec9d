// BindProgram: names become slots, text becomes what it is compared with, and types that
// do not fit are refused.

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schema/bound_program.h"
#include "schema/expression_hints.h"
#include "schema/expression_literal.h"

namespace linedb::schema {
namespace {

// A node that was bound, and what is known of its values.
struct Bound {
  std::int32_t place = 0;
  Type type = kNullType;
  bool nullable = false;
  // An int that may turn out to be a float.
  bool computed = false;
  // What it was, for errors.
  const Expression* source = nullptr;
};

bool IsNumber(Type type) { return type == Type::kInt || type == Type::kFloat; }
bool IsText(Type type) { return type == Type::kString || type == Type::kBytes; }
bool IsReadFromText(Type type) {
  return type == Type::kTimestamp || type == Type::kDate || type == Type::kBytes;
}

std::string Shortened(std::string text) {
  constexpr std::size_t kBytesMax = 120;
  if (text.size() <= kBytesMax) return text;
  std::size_t bytes = kBytesMax;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return text.substr(0, bytes) + "...";
}

std::string NameOf(Type type) { return type == kNullType ? "null" : std::string(TypeName(type)); }

// column gpa (float); 3 (int); length(name) (int).
std::string Told(const Bound& bound) {
  const bool is_column = bound.source->op() == Operator::kColumn;
  return absl::StrCat(is_column ? "column " : "", Shortened(bound.source->ToText()), " (",
                      NameOf(bound.type), ")");
}

template <class... Parts>
absl::Status Refuse(const Expression& expression, const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(Shortened(expression.ToText()), ": ", parts...));
}

// As BoundNode has it.
std::uint8_t AcceptedBy(Operator op) {
  constexpr std::uint8_t kLess = 1;
  constexpr std::uint8_t kEqual = 2;
  constexpr std::uint8_t kGreater = 4;
  switch (op) {
    case Operator::kEqual:
      return kEqual;
    case Operator::kNotEqual:
      return kLess | kGreater;
    case Operator::kLess:
      return kLess;
    case Operator::kLessEqual:
      return kLess | kEqual;
    case Operator::kGreater:
      return kGreater;
    case Operator::kGreaterEqual:
      return kGreater | kEqual;
    default:
      return 0;
  }
}

Comparison ComparisonOf(const Bound& a, const Bound& b) {
  if (a.type == kNullType || b.type == kNullType) return Comparison::kValues;
  if (a.type != b.type || a.computed || b.computed) return Comparison::kValues;
  if (a.type == Type::kFloat) return Comparison::kReals;
  return IsText(a.type) || a.type == Type::kJson ? Comparison::kTexts : Comparison::kNumbers;
}

class Binder {
 public:
  explicit Binder(ColumnResolver resolve) : resolve_(resolve) {}

  absl::StatusOr<std::shared_ptr<const BoundProgram>> Bind(const Expression& expression) {
    absl::StatusOr<Bound> whole = BindNode(expression);
    if (!whole.ok()) return whole.status();
    program_->type = whole->type;
    program_->nullable = whole->nullable;
    program_->text = Shortened(expression.ToText());
    std::vector<int>& columns = program_->columns;
    std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    return std::shared_ptr<const BoundProgram>(std::move(program_));
  }

 private:
  using Operands = std::vector<Bound>;

  absl::StatusOr<Bound> BindNode(const Expression& expression) {
    if (depth_ == kExpressionDepthMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("an expression can have no more than ", kExpressionDepthMax, " levels"));
    }
    if (expression.op() == Operator::kColumn) return BindColumn(expression);
    if (expression.op() == Operator::kLiteral) return BindLiteral(expression, expression.value());
    if (absl::Status count = CheckCount(expression); !count.ok()) return count;
    if (expression.op() == Operator::kIn) return BindIn(expression);
    ++depth_;
    Operands operands;
    for (const Expression& operand : expression.operands()) {
      absl::StatusOr<Bound> bound = BindNode(operand);
      if (!bound.ok()) return Hinted(bound.status(), operand, operands);
      operands.push_back(*bound);
    }
    --depth_;
    return BindOperator(expression, std::move(operands));
  }

  // A name that is no column, beside something that is compared with text, was perhaps meant for
  // one.
  static absl::Status Hinted(const absl::Status& fault, const Expression& operand,
                             const Operands& before) {
    const bool is_beside_text = operand.op() == Operator::kColumn && before.size() == 1 &&
                                (IsText(before[0].type) || IsReadFromText(before[0].type));
    if (!is_beside_text || absl::StrContains(fault.message(), "did you mean")) return fault;
    return absl::InvalidArgumentError(
        absl::StrCat(std::string(fault.message()), HintOfText(operand.column())));
  }

  absl::StatusOr<Bound> BindColumn(const Expression& expression) {
    absl::StatusOr<ColumnRef> column = resolve_(expression.column());
    if (!column.ok()) return column.status();
    program_->columns.push_back(column->slot);
    const OperandPlace place(OperandPlace::Kind::kColumn, column->slot);
    return Add(expression, {.op = Operator::kColumn, .first = place},
               {.type = column->type, .nullable = column->nullable});
  }

  Bound BindLiteral(const Expression& expression, Value value) {
    const OperandPlace place(OperandPlace::Kind::kLiteral,
                             static_cast<std::int32_t>(program_->literals.size()));
    const ValueView& view = KeepLiteral(std::move(value));
    return Add(expression, {.op = Operator::kLiteral, .first = place},
               {.type = view.type, .nullable = view.is_null()});
  }

  const ValueView& KeepLiteral(Value value) {
    return program_->literals.emplace_back(ViewOf(program_->values.emplace_back(std::move(value))));
  }

  Bound Add(const Expression& expression, const BoundNode& node, Bound bound) {
    bound.place = static_cast<std::int32_t>(program_->nodes.size());
    bound.source = &expression;
    program_->nodes.push_back(node);
    return bound;
  }

  static absl::Status CheckCount(const Expression& expression) {
    const std::size_t found = expression.operands().size();
    std::size_t expected = 2;
    switch (expression.op()) {
      case Operator::kAnd:
      case Operator::kOr:
        if (found >= 2) return absl::OkStatus();
        break;
      case Operator::kIn:
        if (found >= 1) return absl::OkStatus();
        expected = 1;
        break;
      case Operator::kNot:
      case Operator::kIsNull:
      case Operator::kIsNotNull:
      case Operator::kNegate:
      case Operator::kLength:
        expected = 1;
        break;
      case Operator::kBetween:
        expected = 3;
        break;
      default:
        break;
    }
    if (found == expected) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("an operator with ", found, " operands where it takes ", expected));
  }

  absl::StatusOr<Bound> BindOperator(const Expression& expression, Operands operands) {
    switch (expression.op()) {
      case Operator::kAnd:
      case Operator::kOr:
      case Operator::kNot:
        return BindLogic(expression, operands);
      case Operator::kIsNull:
      case Operator::kIsNotNull:
        return AddPlain(expression, operands, Type::kBool, false);
      case Operator::kStartsWith:
      case Operator::kEndsWith:
      case Operator::kContains:
        return BindText(expression, operands);
      case Operator::kLength:
        return BindLength(expression, operands);
      case Operator::kAdd:
      case Operator::kSubtract:
      case Operator::kMultiply:
      case Operator::kDivide:
      case Operator::kModulo:
      case Operator::kNegate:
        return BindArithmetic(expression, operands);
      default:
        return BindComparison(expression, operands);
    }
  }

  OperandPlace PlaceOf(const Bound& bound) const {
    const BoundNode& node = program_->nodes[static_cast<std::size_t>(bound.place)];
    const bool is_leaf = node.op == Operator::kColumn || node.op == Operator::kLiteral;
    return is_leaf ? node.first : OperandPlace(OperandPlace::Kind::kNode, bound.place);
  }

  // A node whose operands are its first, second and third.
  Bound AddPlain(const Expression& expression, const Operands& operands, Type type, bool nullable,
                 Comparison comparison = Comparison::kValues) {
    BoundNode node = {
        .op = expression.op(), .comparison = comparison, .accepted = AcceptedBy(expression.op())};
    OperandPlace* const places[] = {&node.first, &node.second, &node.third};
    for (std::size_t i = 0; i < operands.size(); ++i) *places[i] = PlaceOf(operands[i]);
    return Add(expression, node, {.type = type, .nullable = nullable});
  }

  static bool AnyNullable(const Operands& operands) {
    return std::any_of(operands.begin(), operands.end(),
                       [](const Bound& operand) { return operand.nullable; });
  }

  absl::StatusOr<Bound> BindLogic(const Expression& expression, const Operands& operands) {
    for (const Bound& operand : operands) {
      if (operand.type == Type::kBool || operand.type == kNullType) continue;
      return Refuse(expression, "expected a condition, found ", Told(operand));
    }
    const auto begin = static_cast<std::int32_t>(program_->conditions.size());
    for (const Bound& operand : operands) program_->conditions.push_back(operand.place);
    return Add(expression,
               {.op = expression.op(),
                .begin = begin,
                .count = static_cast<std::int32_t>(operands.size())},
               {.type = Type::kBool, .nullable = AnyNullable(operands)});
  }

  // Makes a literal that is text what the other operand is, if that has literals as text.
  absl::Status ReadText(const Expression& expression, const Bound& other, Bound* text) {
    if (text->type != Type::kString || text->source->op() != Operator::kLiteral ||
        !IsReadFromText(other.type)) {
      return absl::OkStatus();
    }
    absl::StatusOr<Value> value = ReadLiteral(expression, other, text->source->value().as_string());
    if (!value.ok()) return value.status();
    program_->values.push_back(*std::move(value));
    program_->literals[PlaceOf(*text).number()] = ViewOf(program_->values.back());
    text->type = other.type;
    return absl::OkStatus();
  }

  static absl::StatusOr<Value> ReadLiteral(const Expression& expression, const Bound& other,
                                           const std::string& text) {
    std::optional<Value> value = LiteralOfText(other.type, text);
    if (value.has_value()) return *std::move(value);
    return Refuse(expression, "expected ", std::string(LiteralExample(other.type)), ", as ",
                  Told(other), " is one, found ",
                  Shortened(Expression::Literal(Value::String(text)).ToText()));
  }

  static absl::Status CheckComparable(const Expression& expression, const Bound& a,
                                      const Bound& b) {
    const bool known = a.type != kNullType && b.type != kNullType;
    if (known && a.type != b.type && !(IsNumber(a.type) && IsNumber(b.type))) {
      return Refuse(expression, Told(a), " cannot be compared with ", Told(b));
    }
    const bool is_json = a.type == Type::kJson || b.type == Type::kJson;
    const Operator op = expression.op();
    if (is_json && op != Operator::kEqual && op != Operator::kNotEqual && op != Operator::kIn) {
      return Refuse(expression, Told(a), ": json values have no order, they are only equal or not");
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Bound> BindComparison(const Expression& expression, Operands& operands) {
    Bound& value = operands[0];
    absl::Status fits;
    // First what the first one is compared with says what it is, then it says so of the others.
    for (std::size_t i = 1; i < operands.size() && fits.ok(); ++i) {
      fits = ReadText(expression, operands[i], &value);
    }
    Comparison comparison = Comparison::kValues;
    for (std::size_t i = 1; i < operands.size() && fits.ok(); ++i) {
      fits = ReadText(expression, value, &operands[i]);
      if (fits.ok()) fits = CheckComparable(expression, value, operands[i]);
      const Comparison found = ComparisonOf(value, operands[i]);
      comparison = i == 1 || comparison == found ? found : Comparison::kValues;
    }
    if (!fits.ok()) return fits;
    const bool equality =
        expression.op() == Operator::kEqual || expression.op() == Operator::kNotEqual;
    if (equality && comparison == Comparison::kTexts) comparison = Comparison::kSame;
    return AddPlain(expression, operands, Type::kBool, AnyNullable(operands), comparison);
  }

  absl::StatusOr<Bound> BindIn(const Expression& expression) {
    ++depth_;
    absl::StatusOr<Bound> value = BindNode(expression.operands()[0]);
    --depth_;
    if (!value.ok()) return value.status();
    BoundNode node = {.op = Operator::kIn, .first = PlaceOf(*value)};
    node.begin = static_cast<std::int32_t>(program_->literals.size());
    bool alike = !value->computed;
    for (std::size_t i = 1; i < expression.operands().size(); ++i) {
      absl::Status kept = KeepOption(expression, *value, expression.operands()[i], &node, &alike);
      if (!kept.ok()) return kept;
    }
    if (alike && value->type != kNullType) node.comparison = ComparisonOf(*value, *value);
    std::sort(program_->literals.begin() + node.begin, program_->literals.end(),
              [](const ValueView& a, const ValueView& b) { return CompareValues(a, b) < 0; });
    return Add(expression, node,
               {.type = Type::kBool, .nullable = value->nullable || node.null_option});
  }

  absl::Status KeepOption(const Expression& expression, const Bound& value,
                          const Expression& option, BoundNode* node, bool* alike) {
    if (option.op() != Operator::kLiteral) {
      return Refuse(expression, "expected literals to be one of, found ",
                    Shortened(option.ToText()));
    }
    Value kept = option.value();
    if (kept.type() == Type::kString && IsReadFromText(value.type)) {
      absl::StatusOr<Value> read = ReadLiteral(expression, value, kept.as_string());
      if (!read.ok()) return read.status();
      kept = *std::move(read);
    }
    const ValueView view = ViewOf(kept);
    if (view.is_null()) {
      node->null_option = true;
      return absl::OkStatus();
    }
    const Bound bound = {.type = view.type, .source = &option};
    *alike = *alike && view.type == value.type;
    ++node->count;
    absl::Status fits = CheckComparable(expression, value, bound);
    if (fits.ok()) KeepLiteral(std::move(kept));
    return fits;
  }

  absl::StatusOr<Bound> BindText(const Expression& expression, Operands& operands) {
    absl::Status fits = ReadText(expression, operands[0], &operands[1]);
    if (fits.ok()) fits = ReadText(expression, operands[1], &operands[0]);
    if (!fits.ok()) return fits;
    for (const Bound& operand : operands) {
      if (operand.type == kNullType || IsText(operand.type)) continue;
      return Refuse(expression, "expected text or bytes, found ", Told(operand));
    }
    const bool known = operands[0].type != kNullType && operands[1].type != kNullType;
    if (known && operands[0].type != operands[1].type) {
      return Refuse(expression, Told(operands[0]), " cannot be compared with ", Told(operands[1]));
    }
    return AddPlain(expression, operands, Type::kBool, AnyNullable(operands));
  }

  absl::StatusOr<Bound> BindLength(const Expression& expression, const Operands& operands) {
    if (operands[0].type != kNullType && !IsText(operands[0].type)) {
      return Refuse(expression, "expected text or bytes, found ", Told(operands[0]));
    }
    return AddPlain(expression, operands, Type::kInt, operands[0].nullable);
  }

  absl::StatusOr<Bound> BindArithmetic(const Expression& expression, const Operands& operands) {
    Type type = kNullType;
    for (const Bound& operand : operands) {
      if (operand.type == kNullType) continue;
      if (!IsNumber(operand.type)) {
        return Refuse(expression, "expected a number, found ", Told(operand));
      }
      if (type != Type::kFloat) type = operand.type;
    }
    const Operator op = expression.op();
    // Of infinities, which only arithmetic makes, even a sum can be no number.
    const bool may_fail =
        op != Operator::kNegate &&
        (type == Type::kFloat || op == Operator::kDivide || op == Operator::kModulo);
    Bound bound = AddPlain(expression, operands, type, may_fail || AnyNullable(operands));
    bound.computed = true;
    return bound;
  }

  ColumnResolver resolve_;
  std::shared_ptr<BoundProgram> program_ = std::make_shared<BoundProgram>();
  int depth_ = 0;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const BoundProgram>> BindProgram(const Expression& expression,
                                                                ColumnResolver resolve_column) {
  return Binder(resolve_column).Bind(expression);
}

}  // namespace linedb::schema
