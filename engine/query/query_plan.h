// How a query is run.

#ifndef LINEDB_ENGINE_QUERY_QUERY_PLAN_H_
#define LINEDB_ENGINE_QUERY_QUERY_PLAN_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/query/access_path.h"
#include "engine/query/bound_query.h"
#include "engine/query/join_stream.h"
#include "linedb/table_core.h"

namespace linedb::engine {

struct SourcePlan {
  AccessPath path;
  double records = 0;  // of the table
  // The next best way that was not taken; none: there was no other.
  std::optional<AccessPath> instead = std::nullopt;
};

struct JoinPlan {
  // Of hash: the source whose rows are kept in memory. Of lookup: the one that is looked up.
  std::size_t inner = 1;
  std::optional<JoinLookup> lookup = std::nullopt;
  double rows = 0;
  double nanoseconds = 0;
  std::string what = {};     // for people
  std::string instead = {};  // the next best, with what it costs
};

struct QueryPlan {
  enum class End {
    kStream,  // rows are passed on as they come
    kSort,    // rows are kept, those that are wanted, and sorted
    kGroup,
  };

  std::vector<SourcePlan> sources;
  std::optional<JoinPlan> join = std::nullopt;
  End end = End::kStream;
  double rows = 0;  // that are expected, before a limit
};

// What is known of a source's semi-joins; one for each ExistsSpec.
using SourceMatches = std::vector<MatchedValues>;

// `matches`: of each source. Reads nothing but how many entries ranges of indexes have. Fails as
// TableCore::SeenBy.
absl::StatusOr<QueryPlan> MakePlan(const BoundQuery& query, View view, bool needs_lines,
                                   const std::vector<SourceMatches>& matches);

// The same before it is known what the semi-joins find.
absl::StatusOr<std::vector<SourceMatches>> ExpectMatches(const BoundQuery& query, View view);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_QUERY_PLAN_H_
