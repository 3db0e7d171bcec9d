// Records in the order of an index, streamed.

#ifndef LINEDB_ENGINE_QUERY_ORDERED_STREAM_H_
#define LINEDB_ENGINE_QUERY_ORDERED_STREAM_H_

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "engine/query/access_path.h"
#include "engine/query/query_row.h"
#include "engine/query/record_loader.h"
#include "linedb/table_core.h"

namespace linedb::engine {

// As OpenSource, of a path with `ordered`.
absl::StatusOr<std::unique_ptr<RowStream>> OpenOrdered(const BoundQuery& query, std::size_t source,
                                                       const AccessPath& path, View view,
                                                       const RecordLoader& loader);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_ORDERED_STREAM_H_
