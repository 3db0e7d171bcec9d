// Pairs of records of two tables whose columns match.

#ifndef LINEDB_ENGINE_QUERY_JOIN_STREAM_H_
#define LINEDB_ENGINE_QUERY_JOIN_STREAM_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/query/bound_query.h"
#include "engine/query/query_row.h"
#include "engine/query/record_loader.h"
#include "linedb/table_core.h"

namespace linedb::engine {

// Keeps all rows of source `kept` in memory and goes through those of the other one. The pairs come
// in the order of the other's rows, then of the kept ones': file order if the second source is
// kept, and the first one's rows come in it.
absl::StatusOr<std::unique_ptr<RowStream>> JoinByHash(const BoundQuery& query,
                                                      std::unique_ptr<RowStream> kept_rows,
                                                      std::unique_ptr<RowStream> other_rows,
                                                      std::size_t kept);

// Looks up for each row of the other source the matching records of source `inner`, by one of its
// keys or ordered indexes. Same order. The loader is the inner source's.
struct JoinLookup {
  int key = -1;  // a number among the keys, or -1
  int index = -1;
  // Of each column of the key, or of the index's first ones: the other source's slot.
  std::vector<int> slots = {};
};
std::unique_ptr<RowStream> JoinByLookup(const BoundQuery& query,
                                        std::unique_ptr<RowStream> other_rows, std::size_t inner,
                                        JoinLookup lookup, View view, const RecordLoader& loader);

// How the inner source's matching records can be looked up, if they can.
std::optional<JoinLookup> FindLookup(const BoundQuery& query, std::size_t inner);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_JOIN_STREAM_H_
