// What a BoundExpression runs: the expression flattened, each node behind its operands.

#ifndef LINEDB_SCHEMA_BOUND_PROGRAM_H_
#define LINEDB_SCHEMA_BOUND_PROGRAM_H_

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "linedb/expression.h"
#include "schema/value_view.h"

namespace linedb::schema {

// How two values compare whose types are known before there are any.
enum class Comparison : std::uint8_t {
  kNumbers,  // both int, bool, timestamp or date: their numbers
  kReals,    // both float
  kTexts,    // both str, bytes or json
  kValues,   // by the types that they have then
};

struct BoundNode {
  Operator op = Operator::kLiteral;
  Comparison comparison = Comparison::kValues;
  // Of kIn: whether null is one of the options, which are not among the literals then.
  bool null_option = false;
  // Places among the nodes; but of kColumn the slot, of kLiteral the place among the literals, of
  // kAnd and kOr the first place in `operands`, …
  std::int32_t first = 0;
  // … and how many; of kIn the first option among the literals, which are in order, …
  std::int32_t second = 0;
  // … and how many.
  std::int32_t third = 0;
};

struct BoundProgram {
  std::vector<BoundNode> nodes;  // the last is the whole
  std::vector<std::int32_t> operands;
  std::vector<ValueView> literals;
  std::deque<Value> values;  // what the literals are views of, in their place
  std::vector<int> columns;
  std::string text;
  Type type = kNullType;
  bool nullable = false;
};

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_BOUND_PROGRAM_H_
