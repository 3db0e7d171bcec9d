// What a BoundExpression runs: the expression flattened, each node behind its operands.

#ifndef LINEDB_SCHEMA_BOUND_PROGRAM_H_
#define LINEDB_SCHEMA_BOUND_PROGRAM_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "linedb/expression.h"
#include "schema/bound_expression.h"
#include "schema/value_view.h"

namespace linedb::schema {

// How two values compare whose types are known before there are any.
enum class Comparison : std::uint8_t {
  kNumbers,  // both int, bool, timestamp or date: their numbers
  kReals,    // both float
  kTexts,    // both str, bytes or json
  kSame,     // the same, and only whether they are equal counts
  kValues,   // by the types that they have then
};

// Where an operand's value is: a column's, a literal's, or computed by a node.
class OperandPlace {
 public:
  enum class Kind { kColumn = 0, kLiteral = 1, kNode = 2 };

  OperandPlace() = default;
  OperandPlace(Kind kind, std::int32_t number) : code_(number << 2 | static_cast<int>(kind)) {}

  Kind kind() const { return static_cast<Kind>(code_ & 3); }
  std::size_t number() const { return static_cast<std::size_t>(code_ >> 2); }

 private:
  std::int32_t code_ = 0;
};

struct BoundNode {
  Operator op = Operator::kLiteral;
  Comparison comparison = Comparison::kValues;
  // Of comparisons: bit 0 if less makes it true, 1 if equal, 2 if greater.
  std::uint8_t accepted = 0;
  // Of kIn: whether null is one of the options, which are not among the literals then.
  bool null_option = false;
  OperandPlace first = {};  // of a leaf, itself
  OperandPlace second = {};
  OperandPlace third = {};
  // Of kAnd, kOr and kNot the first place among `conditions`, of kIn the first option among the
  // literals, which are in order there; and how many.
  std::int32_t begin = 0;
  std::int32_t count = 0;
};

struct BoundProgram {
  std::vector<BoundNode> nodes;          // the last is the whole
  std::vector<std::int32_t> conditions;  // nodes that are asked for their truth
  std::vector<ValueView> literals;
  std::deque<Value> values;  // what the literals are views of, in their place
  std::vector<int> columns;
  std::string text;
  Type type = kNullType;
  bool nullable = false;
};

// As BoundExpression::Bind.
absl::StatusOr<std::shared_ptr<const BoundProgram>> BindProgram(const Expression& expression,
                                                                ColumnResolver resolve_column);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_BOUND_PROGRAM_H_
