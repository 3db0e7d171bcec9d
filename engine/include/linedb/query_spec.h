// What a query asks for, as data, and what runs it. Not for direct use: linedb/query.h and
// linedb/json_query.h make queries.

#ifndef LINEDB_QUERY_SPEC_H_
#define LINEDB_QUERY_SPEC_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/expression.h"
#include "linedb/table_core.h"
#include "linedb/transaction.h"
#include "linedb/value.h"

namespace linedb {

namespace schema {
struct ValueView;
}

namespace engine {

struct QuerySpec;

// What is made of the values of several records.
enum class Aggregate : std::uint8_t { kCount, kSum, kMin, kMax, kAverage };

// A column of a result: an expression's value, or an aggregate's.
struct OutputSpec {
  std::optional<Aggregate> aggregate = std::nullopt;
  std::optional<Expression> of = std::nullopt;  // none: of count(*)
  std::string name = {};                        // given by "as"; else empty
};

struct OrderSpec {
  OutputSpec by;
  bool descending = false;
};

// Values of these columns of one table are those of these columns of another, in this order.
struct MatchSpec {
  std::vector<std::string> columns;
  std::vector<std::string> other_columns;
};

// Records for which there is a record of the other query, or none, that matches.
struct ExistsSpec {
  MatchSpec on;
  std::shared_ptr<const QuerySpec> other;
  bool negated = false;
};

// A table that is read, and which of its records. Names in `where` are this table's columns.
struct SourceSpec {
  TableCore table;
  std::string name;  // by which a join's expressions name it: student.gpa
  std::optional<Expression> where = std::nullopt;
  std::vector<ExistsSpec> exists = {};
};

struct QuerySpec {
  std::vector<SourceSpec> sources;  // one, or the two of a join
  MatchSpec join = {};
  std::optional<Expression> where = std::nullopt;  // of a join's rows
  std::vector<Expression> groups = {};
  std::vector<OutputSpec> outputs = {};  // none: whole records
  bool distinct = false;
  std::vector<OrderSpec> order = {};
  std::optional<std::uint64_t> limit = std::nullopt;
  std::uint64_t offset = 0;
  absl::Status fault = absl::OkStatus();  // what was wrong when it was put together
};

// What a column becomes.
struct AssignmentSpec {
  std::string column;
  Expression value;
  const char* fault = nullptr;  // why the value cannot be stored
  // The numbers that a struct's member can hold, where the column can hold more.
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

// A row of a result; it, and what it gives, is valid during the call that it is passed to.
class ResultRow {
 public:
  ResultRow(const std::string_view* lines, const schema::ValueView* values)
      : lines_(lines), values_(values) {}

  // The whole record of a source, if the query has no outputs.
  std::string_view line(std::size_t source) const { return lines_[source]; }

  // Of output `i`. Each false if it is null or no such value; an int is one of the floats' too.
  bool IsNull(std::size_t i) const;
  bool GetInt(std::size_t i, std::int64_t* value) const;
  bool GetFloat(std::size_t i, double* value) const;
  bool GetBool(std::size_t i, bool* value) const;
  bool GetTime(std::size_t i, Timestamp* value) const;
  bool GetDate(std::size_t i, std::chrono::sys_days* value) const;
  // Of str, bytes and json.
  bool GetText(std::size_t i, std::string_view* value) const;

  const schema::ValueView& value(std::size_t i) const;

 private:
  const std::string_view* lines_;
  const schema::ValueView* values_;
};

// Called with each row; false ends the walk.
using ResultVisitor = absl::FunctionRef<bool(const ResultRow&)>;

// Runs the query in what `in` sees; without a transaction in a snapshot of its own. The lines
// passed are valid as long as the snapshot that `in` is, else during the call. kInvalidArgument if
// the query does not fit its tables; otherwise as TableCore::Visit.
absl::Status RunQuery(const QuerySpec& query, View in, ResultVisitor visit);
// How many rows RunQuery would pass.
absl::StatusOr<std::uint64_t> CountRows(const QuerySpec& query, View in);

// Changes the records that the query, of one table and without outputs, finds: all of them or none;
// how many there were. Without a transaction in one of its own. Errors as RunQuery and as of
// TableCore::UpdateMany.
absl::StatusOr<std::uint64_t> UpdateRows(const QuerySpec& query, WriteTransaction* transaction,
                                         std::span<const AssignmentSpec> assignments);
absl::StatusOr<std::uint64_t> EraseRows(const QuerySpec& query, WriteTransaction* transaction);

// The query in one line, and how it would be run.
std::string QueryText(const QuerySpec& query);
absl::StatusOr<std::string> ExplainQuery(const QuerySpec& query, View in);

// "avg(gpa)": how an output is named if it was given no name.
std::string OutputName(const OutputSpec& output);
// The same expression with each column as that of a table: table.column.
Expression QualifyColumns(const Expression& expression, std::string_view table);
// Both, or the one that is there.
std::optional<Expression> Both(const std::optional<Expression>& a, const Expression& b);

}  // namespace engine
}  // namespace linedb

#endif  // LINEDB_QUERY_SPEC_H_
