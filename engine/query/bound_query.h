// A query whose names are numbers: of columns among slots, of outputs, of groups.

#ifndef LINEDB_ENGINE_QUERY_BOUND_QUERY_H_
#define LINEDB_ENGINE_QUERY_BOUND_QUERY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "linedb/query_spec.h"
#include "schema/bound_expression.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// A row in the making has a slot for each stored column of each table: those of the first table,
// then those of the second. Only slots that the query needs are ever filled.
struct BoundSource {
  const SourceSpec* spec = nullptr;
  const schema::RecordLayout* layout = nullptr;
  int first_slot = 0;
  std::optional<schema::BoundExpression> filter = std::nullopt;
  // Of each ExistsSpec: the slots whose values must, or must not, be there.
  std::vector<std::vector<int>> exists = {};
  // The columns that are read of each record, as numbers of the table's stored columns, ascending:
  // those that the filter and `exists` look at, then the others that are needed.
  std::vector<int> filter_columns = {};
  std::vector<int> other_columns = {};
};

struct BoundAggregate {
  Aggregate kind = Aggregate::kCount;
  std::optional<schema::BoundExpression> of = std::nullopt;
};

// What an output, or an order, is: the value of an expression over the row's slots (`values`), or
// of a query with groups one of them, or an aggregate.
struct OutputRef {
  enum class Of { kValue, kGroup, kAggregate };
  Of of = Of::kValue;
  std::size_t number = 0;
  friend bool operator==(const OutputRef&, const OutputRef&) = default;
};
struct BoundOrder {
  OutputRef by;
  bool descending = false;
};

struct BoundQuery {
  // kInvalidArgument says what does not fit. `spec` must outlive it.
  static absl::StatusOr<BoundQuery> Bind(const QuerySpec& spec);

  bool is_grouped() const { return grouped; }
  bool whole_records() const { return spec->outputs.empty(); }
  std::size_t slot_count() const;

  const QuerySpec* spec = nullptr;
  std::vector<BoundSource> sources;
  std::vector<std::pair<int, int>> join;  // slots whose values are equal
  std::optional<schema::BoundExpression> where = std::nullopt;  // of a join
  bool grouped = false;
  std::vector<schema::BoundExpression> values;
  std::vector<schema::BoundExpression> groups;
  std::vector<BoundAggregate> aggregates;
  std::vector<OutputRef> outputs;
  std::vector<BoundOrder> order;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_BOUND_QUERY_H_
