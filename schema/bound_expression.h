// An expression made ready for the records of one table, or of several joined: names are numbers,
// types fit, and a record's columns go in and a value comes out.
//
//   auto bound = BoundExpression::Bind(expression, layout);
//   for (int column : bound->columns()) {
//     values[column] = ReadColumnValue(type of column, its text, &arena);
//   }
//   if (bound->Test(values) == Truth::kTrue) …

#ifndef LINEDB_SCHEMA_BOUND_EXPRESSION_H_
#define LINEDB_SCHEMA_BOUND_EXPRESSION_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/expression.h"
#include "schema/record_layout.h"
#include "schema/value_view.h"

namespace linedb::schema {

// What is null, or compares null, is neither true nor false.
enum class Truth : unsigned char { kFalse, kTrue, kUnknown };

// Where a column's value is found: at columns[slot] of what Evaluate is given.
struct ColumnRef {
  int slot = 0;
  Type type = Type::kString;
  bool nullable = false;
};
// The column of that name, or why there is none.
using ColumnResolver = absl::FunctionRef<absl::StatusOr<ColumnRef>(const std::string& name)>;

// The column of that name of one table, whose name may stand before it, as in student.gpa: its slot
// is its place among the columns. kInvalidArgument if there is none.
absl::StatusOr<ColumnRef> FindColumnRef(const std::string& table,
                                        const std::vector<ColumnSchema>& columns,
                                        const std::string& name);

// How many levels an expression may have, parsed or bound.
inline constexpr int kExpressionDepthMax = 200;

struct BoundProgram;

// Copied cheaply. Any thread.
class BoundExpression {
 public:
  // Slots are the numbers of the layout's stored columns; a column may be named with its table,
  // student.gpa. kInvalidArgument says which part of the expression does not fit, with its types:
  // a column that there is not, a comparison of text with a number, an operator with a wrong count
  // of operands, text that is no timestamp where one is compared.
  static absl::StatusOr<BoundExpression> Bind(const Expression& expression,
                                              const RecordLayout& layout);
  static absl::StatusOr<BoundExpression> Bind(const Expression& expression,
                                              ColumnResolver resolve_column);

  // The type of what Evaluate gives; nothing if that is always null. What is an int by its type can
  // be a float where arithmetic left 64 bits.
  std::optional<Type> type() const;
  // Whether Evaluate can give null.
  bool nullable() const;
  // Whether it can be a filter or a check: a bool, or always null.
  bool is_condition() const;
  // OK if it is; else kInvalidArgument, which says what it is instead.
  absl::Status CheckIsCondition() const;
  // The slots that Evaluate reads, ascending, each once.
  const std::vector<int>& columns() const;
  // The last of them, or -1.
  int last_column() const;

  // The value for a record whose columns' values stand at their slots; only columns() are looked
  // at. Text in it is a view of a column's or of a literal's.
  ValueView Evaluate(const ValueView* columns) const;
  // The same of a condition.
  Truth Test(const ValueView* columns) const;

 private:
  explicit BoundExpression(std::shared_ptr<const BoundProgram> program)
      : program_(std::move(program)) {}

  std::shared_ptr<const BoundProgram> program_;
};

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_BOUND_EXPRESSION_H_
