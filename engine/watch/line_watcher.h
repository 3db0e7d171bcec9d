// Committed transactions -> the changes that a watch tells of.

#ifndef LINEDB_ENGINE_WATCH_LINE_WATCHER_H_
#define LINEDB_ENGINE_WATCH_LINE_WATCHER_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/query/line_reader.h"
#include "linedb/watch.h"
#include "schema/bound_expression.h"
#include "schema/record_layout.h"
#include "schema/value_view.h"
#include "wal/wal_format.h"

namespace linedb::engine {

// Whether lines meet a condition. One thread.
class LineTest {
 public:
  LineTest(const schema::RecordLayout& layout, schema::BoundExpression condition);

  // Of an empty line: no. kFailedPrecondition for one that is no record of the table.
  absl::StatusOr<bool> IsMetBy(std::string_view line);

 private:
  const schema::RecordLayout& layout_;
  const schema::BoundExpression condition_;
  const LineReader reader_;
  std::vector<schema::ValueView> values_;
  schema::ScratchArena texts_;
};

// What a subscription calls. It keeps the layout of its table: the table itself goes with its
// engine. One thread.
class LineWatcher {
 public:
  // Without a condition it tells of every record. `known`: an operation at which, or behind which,
  // the table has come to this layout.
  LineWatcher(std::shared_ptr<const schema::RecordLayout> layout,
              std::optional<schema::BoundExpression> condition, wal::Lsn known,
              LineChangeCallback callback);

  // Tells of the transaction's changes until `ended`: then kCancelled.
  absl::Status Take(const CommittedTransaction& transaction, const std::atomic<bool>& ended);

 private:
  absl::Status TakeChange(const CommittedTransaction& transaction, const ::linedb::Change& change,
                          const std::atomic<bool>& ended);
  absl::Status TakeAlteration(const ::linedb::Change& change);
  absl::StatusOr<std::optional<WatchEvent>> Judge(const ::linedb::Change& change);
  // The one that waits to be told, and is not the transaction's last.
  absl::Status TellPending(const std::atomic<bool>& ended);

  const std::shared_ptr<const schema::RecordLayout> layout_;
  std::optional<LineTest> test_;
  const wal::Lsn known_;
  const LineChangeCallback callback_;

  // Of the transaction in hand: what is told next, once it is known whether another one follows;
  // and whether the table had other columns before it.
  std::optional<LineChange> pending_;
  bool had_other_columns_ = false;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_WATCH_LINE_WATCHER_H_
