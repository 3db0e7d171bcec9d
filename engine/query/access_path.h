// Which way to a table's records, and what that is expected to cost.

#ifndef LINEDB_ENGINE_QUERY_ACCESS_PATH_H_
#define LINEDB_ENGINE_QUERY_ACCESS_PATH_H_

#include <optional>
#include <string>
#include <vector>

#include "engine/index_cursor.h"
#include "engine/query/bound_query.h"

namespace linedb::engine {

struct AccessPath {
  enum class Kind { kNothing, kKey, kIndex, kColumns, kScan };
  Kind kind = Kind::kScan;
  int number = -1;                      // of the key or the index
  std::vector<std::string> keys = {};   // of kKey: texts, each once
  std::vector<IndexRange> ranges = {};  // of kIndex: they do not overlap, and ascend
  // Of kIndex: the records come in the query's order, which is this of the index. Those that are
  // equal in it come in file order only with `ties_in_file_order`. With `ties_have_one_key` they
  // are those that have the same key in the index.
  bool ordered = false;
  IndexOrder direction = IndexOrder::kAscending;
  bool ties_in_file_order = false;
  bool ties_have_one_key = false;

  double records = 0;      // that are expected to be read
  double rows = 0;         // of which are expected to pass
  double nanoseconds = 0;  // that it is expected to take
  std::string what = {};   // "index gpa, by gpa >= 3.5": for people
};

// The values that a semi-join looks for in one column.
struct MatchedValues {
  int column = -1;           // of the table; -1: they cannot be looked up
  double count = 0;          // how many there are, or are expected
  std::vector<Value> known;  // which; empty before the query runs
};

// What is known about a source beside its filter.
struct AccessFacts {
  double records = 0;              // of the table
  bool columns_in_memory = false;  // all columns that are read are, and no line is needed
  // The query has an order, and the rows go straight to it.
  bool order_matters = false;
  std::optional<double> rows_wanted = std::nullopt;  // limit and offset
  std::vector<MatchedValues> matches = {};
};

// The ways that lead to all records which the filter lets pass, the best first. Reads nothing but
// how many entries ranges of indexes have.
std::vector<AccessPath> FindAccessPaths(const BoundQuery& query, std::size_t source,
                                        const AccessFacts& facts);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_ACCESS_PATH_H_
