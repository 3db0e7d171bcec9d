// The ways to a table's records.

#ifndef LINEDB_ENGINE_QUERY_SOURCE_STREAMS_H_
#define LINEDB_ENGINE_QUERY_SOURCE_STREAMS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/index_cursor.h"
#include "engine/query/access_path.h"
#include "engine/query/query_row.h"
#include "engine/query/record_loader.h"
#include "linedb/table_core.h"

namespace linedb::engine {

// The records of a source that its loader lets pass, found by the path. They come in file order;
// those of a path with `ordered` in the query's order, and such as are equal in it in file order.
// `query` and `loader` must outlive the stream, the view be open as long. Fails as TableCore::Scan.
absl::StatusOr<std::unique_ptr<RowStream>> OpenSource(const BoundQuery& query, std::size_t source,
                                                      const AccessPath& path, View view,
                                                      const RecordLoader& loader);

// Whether all columns that a source reads are in memory, for a view that has them.
bool AreColumnsInMemory(const BoundSource& source, View view);

// A record found, and where it lies in its table's file.
struct FoundLine {
  std::uint64_t offset = 0;
  std::string_view line;
};

// Looks records up. One thread. What it found lives as long as it, or its view.
class RecordFinder {
 public:
  RecordFinder(const TableCore& core, View view) : core_(core), view_(view) {}

  // Adds the records of these key texts, in their order.
  absl::Status FindKeys(int key, const std::vector<std::string>& texts,
                        std::vector<FoundLine>* found);
  // Adds the records in a range of an ordered index, in its order.
  absl::Status FindRange(int index, const IndexRange& range, std::vector<FoundLine>* found);

 private:
  const TableCore& core_;
  View view_;
  std::deque<std::string> lines_;  // those of a writer, which may move
  std::vector<IndexCursor> cursors_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_SOURCE_STREAMS_H_
