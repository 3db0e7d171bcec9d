// Rows -> the same in order, or the first of them.

#ifndef LINEDB_ENGINE_QUERY_SORTER_H_
#define LINEDB_ENGINE_QUERY_SORTER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/query/bound_query.h"
#include "engine/query/query_row.h"

namespace linedb::engine {

// Sorts by the query's order, and what is equal there by rank. Of a query with a limit it keeps no
// more rows than are wanted: those that would come later fall out. One thread.
class Sorter {
 public:
  explicit Sorter(const BoundQuery& query);

  void Take(const QueryRow& row);
  void Merge(Sorter&& other);
  // Calls `visit(lines, values)` for the rows in order, from the query's offset on, until it
  // returns false: with all of the query's values.
  using Visit = absl::FunctionRef<bool(const std::string_view*, const schema::ValueView*)>;
  void ForEach(Visit visit);

 private:
  struct Row {
    RowRank rank;
    std::array<std::string_view, kSourcesMax> lines;
    std::size_t values;  // where they begin
  };
  int Compare(const schema::ValueView* a, const schema::ValueView* b) const;
  bool IsBefore(const Row& a, const Row& b) const;
  // Whether a row comes before the last of those that are kept.
  bool IsBeforeLast(const QueryRow& row) const;
  void TakeValues(const Row& row, const schema::ValueView* values);

  const BoundQuery& query_;
  std::size_t rows_max_;
  std::vector<Row> rows_;  // a heap, the last one first, once there are rows_max_
  std::vector<schema::ValueView> values_;
  std::vector<schema::ValueView> new_values_;  // of the row that is taken
  TextPool texts_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_SORTER_H_
