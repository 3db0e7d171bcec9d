// Aggregates in the making.

#ifndef LINEDB_ENGINE_QUERY_AGGREGATE_STATE_H_
#define LINEDB_ENGINE_QUERY_AGGREGATE_STATE_H_

#include <cstdint>
#include <memory>

#include "absl/numeric/int128.h"
#include "engine/query/exact_sum.h"
#include "engine/query/query_row.h"
#include "linedb/query_spec.h"
#include "schema/value_view.h"

namespace linedb::engine {

// One aggregate of one group. What comes out depends on the rows only, not on the order in which
// they come. One thread.
class AggregateState {
 public:
  // Of count(*), too: with a value that is not null. Others pass over nulls.
  void Add(Aggregate kind, const schema::ValueView& value, const RowRank& rank);
  void Merge(Aggregate kind, AggregateState&& other);
  // Null of no values, but for a count.
  Value Result(Aggregate kind) const;

 private:
  void AddNumber(const schema::ValueView& value);
  bool Replaces(Aggregate kind, const schema::ValueView& value, const RowRank& rank) const;
  Value Sum() const;
  double RealSum() const;

  std::uint64_t count_ = 0;
  absl::int128 integers_ = 0;
  std::unique_ptr<ExactSum> reals_;  // none: all were integers
  Value extreme_;
  RowRank extreme_rank_ = {};  // of values that are equal and yet not the same, as 0.0 and -0.0
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_AGGREGATE_STATE_H_
