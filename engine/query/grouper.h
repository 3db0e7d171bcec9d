// Rows -> groups of those that are equal in some values, with their aggregates.

#ifndef LINEDB_ENGINE_QUERY_GROUPER_H_
#define LINEDB_ENGINE_QUERY_GROUPER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/query/aggregate_state.h"
#include "engine/query/bound_query.h"
#include "engine/query/query_row.h"

namespace linedb::engine {

struct Group {
  RowRank first = {};  // of its first row, whose values it has
  std::vector<Value> values;
  std::vector<AggregateState> aggregates;
};

// One thread. What comes out does not depend on the order in which rows come.
class Grouper {
 public:
  // Groups by the query's groups; without any, all rows are one, which there is without rows, too.
  explicit Grouper(const BoundQuery& query);

  void Take(const QueryRow& row);
  void Merge(Grouper&& other);
  // In the order of their first rows.
  std::vector<Group> TakeGroups();

 private:
  Group& GroupOf(const QueryRow& row);

  const BoundQuery& query_;
  std::string key_;
  std::vector<schema::ValueView> key_values_;
  absl::flat_hash_map<std::string, std::size_t> numbers_;
  std::vector<Group> groups_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_GROUPER_H_
