// The checks of a table, ready to be asked of records: ColumnSchema::check, TableSchema::checks.

#ifndef LINEDB_SCHEMA_RECORD_CHECKS_H_
#define LINEDB_SCHEMA_RECORD_CHECKS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "linedb/struct_codec.h"
#include "linedb/table_schema.h"
#include "schema/bound_expression.h"
#include "schema/record_layout.h"

namespace linedb::schema {

struct RecordCheck {
  std::string owner;  // "student.gpa" of a column's, "student" of a table's
  std::string text;   // as the schema has it
  BoundExpression condition;

  // `check "gpa >= 0" is false for the record {"id":1,"gpa":-1.0}`, of long records the beginning.
  std::string Reason(std::string_view line) const;
};

// Made once for a table. Any thread.
class RecordChecks {
 public:
  explicit RecordChecks(const RecordLayout& layout);

  bool empty() const { return checks_.empty(); }
  // OK unless a check is false for the record of this canonical line. kInvalidArgument
  // `student.gpa: check "gpa >= 0" is false for the record {…}` of the first that is.
  absl::Status Check(std::string_view line, const FieldSpan* spans) const {
    return empty() ? absl::OkStatus() : CheckSome(line, spans);
  }
  // The same of a line whose fields were not looked for yet. A line that is no record of this
  // layout, the one that the checks were made for, breaks none.
  absl::Status Check(const RecordLayout& layout, std::string_view line) const;
  // All that are false.
  std::vector<const RecordCheck*> Broken(std::string_view line, const FieldSpan* spans) const;

 private:
  struct Column {
    int stored = 0;  // its number among the layout's
    Type type = Type::kString;
  };

  void Add(const RecordLayout& layout, std::string owner, const std::string& text);
  absl::Status CheckSome(std::string_view line, const FieldSpan* spans) const;
  // Calls `tell` with each check that is false, until it says that this is enough.
  void FindBroken(std::string_view line, const FieldSpan* spans,
                  absl::FunctionRef<bool(const RecordCheck&)> tell) const;

  std::vector<RecordCheck> checks_;
  std::vector<Column> columns_;  // that they read, in order
};

// Whether the checks of a schema, whose columns are valid, can be asked: each is an expression that
// fits the columns and is true or false. kInvalidArgument says what is wrong, where.
absl::Status ValidateChecks(const TableSchema& schema);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_RECORD_CHECKS_H_
