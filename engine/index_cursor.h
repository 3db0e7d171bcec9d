// Reading a table in the order of one of its ordered indexes.

#ifndef LINEDB_ENGINE_INDEX_CURSOR_H_
#define LINEDB_ENGINE_INDEX_CURSOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/table_core.h"

namespace linedb::engine {

class IndexWalk;

// low <= key < high, as the bytes of schema/order_key.h; without `high`, to the end.
struct IndexRange {
  std::string low;
  std::optional<std::string> high;
};

enum class IndexOrder { kAscending, kDescending };

// Of tables whose records expire; they matter to those that look for what is to be deleted.
enum class ExpiredRecords { kPassedOver, kShown };

// Walks the live records whose keys in an ordered index lie in a range, in the order of (key,
// offset), or exactly the other way round. What it walks is the view as it was when the cursor was
// opened: the snapshot, what the writer saw then, or what was committed. Others may read and write
// meanwhile; no lock is held between two calls. One thread, a writer's cursor the writer's; it ends
// with kFailedPrecondition if its transaction has ended, or has taken back what it saw.
class IndexCursor {
 public:
  // `index` is a number among the layout's indexes(). Fails as TableCore::Scan does.
  static absl::StatusOr<IndexCursor> Open(const TableCore& core, View view, int index,
                                          IndexRange range, IndexOrder order,
                                          ExpiredRecords expired = ExpiredRecords::kPassedOver);
  IndexCursor(IndexCursor&&) noexcept;
  IndexCursor& operator=(IndexCursor&&) noexcept;
  ~IndexCursor();

  // The next record: its key, valid until the next call, and its canonical line, valid until the
  // cursor is destroyed. False at the end.
  bool Next(std::string_view* key, std::string_view* line);
  // Where the line given last begins; unique among those of the walk.
  std::uint64_t offset() const;
  // Why Next returned false: OK at the end, kDataLoss where the file is damaged.
  const absl::Status& status() const;

 private:
  explicit IndexCursor(std::unique_ptr<IndexWalk> walk);

  std::unique_ptr<IndexWalk> walk_;
};

// About how many entries lie in the range: exactly if they are few and no record of the table was
// changed, else more or fewer. For choosing a plan. Any thread; waits for no writer's sync.
std::uint64_t EstimateEntries(const TableCore& core, int index, const IndexRange& range);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_CURSOR_H_
