// Records of columns in memory.

#ifndef LINEDB_ENGINE_QUERY_COLUMN_STREAM_H_
#define LINEDB_ENGINE_QUERY_COLUMN_STREAM_H_

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "engine/query/query_row.h"
#include "engine/query/record_loader.h"
#include "linedb/table_core.h"

namespace linedb::engine {

// As OpenSource. Fails as ColumnSet::View.
absl::StatusOr<std::unique_ptr<RowStream>> OpenColumns(const BoundQuery& query, std::size_t source,
                                                       View view, const RecordLoader& loader);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_COLUMN_STREAM_H_
