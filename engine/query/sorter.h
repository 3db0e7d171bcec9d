// Rows -> the same in order, or the first of them.

#ifndef LINEDB_ENGINE_QUERY_SORTER_H_
#define LINEDB_ENGINE_QUERY_SORTER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/query/bound_query.h"
#include "engine/query/order_prefix.h"
#include "engine/query/query_row.h"

namespace linedb::engine {

// Sorts by the query's order, and what is equal there by rank. Of a query with a limit it keeps no
// more rows than are wanted: those that would come later fall out. One thread, which takes others
// for many rows.
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
  // Of a row, what it is sorted by most of the time.
  struct Place {
    std::uint64_t prefix;  // OrderPrefix's of the first value, at some level
    std::uint64_t rank;    // in the first table
    std::size_t row;
  };
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
  void MergeAll(Sorter&& other);
  std::vector<Place> SortPlaces() const;
  bool SetPrefixes(std::span<Place> places, std::size_t level) const;
  void SortPiece(std::span<Place> places, std::size_t level) const;
  bool IsPrefixBefore(const Place& a, const Place& b) const;
  bool IsPlaceBefore(const Place& a, const Place& b) const;

  const BoundQuery& query_;
  std::size_t rows_max_;
  bool prefix_is_all_ = false;  // and the rank behind it
  std::vector<Row> rows_;       // a heap, the last one first, once there are rows_max_
  std::vector<schema::ValueView> values_;
  std::vector<schema::ValueView> new_values_;  // of the row that is taken
  TextPool texts_;
  OrderPrefix prefix_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_SORTER_H_
