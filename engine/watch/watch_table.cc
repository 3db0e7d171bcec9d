#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/engine.h"
#include "engine/index/table_state.h"
#include "engine/json_record.h"
#include "engine/query/bound_query.h"
#include "engine/watch/line_watcher.h"
#include "linedb/json_watch.h"
#include "linedb/watch.h"

namespace linedb::engine {
namespace {

// The part of a query on which more hangs than the record itself, or that is none of records.
const char* UnwatchedPart(const QuerySpec& query) {
  if (query.sources.size() != 1) return "Join";
  if (!query.sources[0].exists.empty()) return "WhereExists";
  if (!query.groups.empty()) return "GroupBy";
  if (!query.outputs.empty() || query.distinct) return "Select";
  if (!query.order.empty()) return "OrderBy";
  if (query.limit || query.offset > 0) return "Limit or Offset";
  return nullptr;
}

absl::Status CheckWatchable(const QuerySpec& query) {
  const char* part = UnwatchedPart(query);
  if (part == nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(QueryText(query), ": with ", part,
                   " a query cannot be watched; what Where says of the records of one table can"));
}

std::shared_ptr<const schema::RecordLayout> LayoutOf(const TableState& table) {
  const std::shared_lock<std::shared_mutex> lock(table.mutex);
  return table.generation->shared_layout();
}

absl::Status CheckInUse(const TableState& table) {
  const std::shared_lock<std::shared_mutex> lock(table.mutex);
  return table.retired;
}

}  // namespace

absl::StatusOr<CommitSubscription> WatchLines(const QuerySpec& query, LineChangeCallback callback,
                                              const SubscribeOptions& options) {
  const absl::StatusOr<BoundQuery> bound = BoundQuery::Bind(query);
  if (!bound.ok()) return bound.status();
  if (absl::Status watchable = CheckWatchable(query); !watchable.ok()) return watchable;
  const TableCore& core = query.sources[0].table;
  const TableState& table = *core.table();
  // Before the look at the table, which is retired before its alteration is acknowledged.
  const wal::Lsn known = core.engine()->acknowledged();
  if (absl::Status in_use = CheckInUse(table); !in_use.ok()) return in_use;
  const auto watcher = std::make_shared<LineWatcher>(LayoutOf(table), bound->sources[0].filter,
                                                     known, std::move(callback));
  absl::StatusOr<CommitSubscription> watch = core.engine()->Watch(
      [watcher](const CommittedTransaction& transaction, const std::atomic<bool>& ended) {
        return watcher->Take(transaction, ended);
      },
      options);
  if (!watch.ok()) return watch;
  // One that comes from now on stands in the log behind where the watch begins.
  if (absl::Status in_use = CheckInUse(table); !in_use.ok()) return in_use;
  return watch;
}

}  // namespace linedb::engine

namespace linedb {
namespace {

std::optional<Json> RecordOf(std::string_view line) {
  if (line.empty()) return std::nullopt;
  return engine::JsonRecordOf(line);
}

engine::LineChangeCallback ToJson(JsonWatchCallback callback) {
  return [callback = std::move(callback)](const engine::LineChange& change) {
    callback({change, RecordOf(change.before), RecordOf(change.after)});
    return absl::OkStatus();
  };
}

}  // namespace

absl::StatusOr<CommitSubscription> WatchQuery(const JsonQuery& query, JsonWatchCallback callback,
                                              const SubscribeOptions& options) {
  return engine::WatchLines(query.spec(), ToJson(std::move(callback)), options);
}

absl::StatusOr<CommitSubscription> WatchTable(const JsonTable& table, JsonWatchCallback callback,
                                              const SubscribeOptions& options) {
  return WatchQuery(table.All(), std::move(callback), options);
}

absl::StatusOr<CommitSubscription> WatchWhere(const JsonTable& table, std::string_view condition,
                                              JsonWatchCallback callback,
                                              const SubscribeOptions& options) {
  const absl::StatusOr<JsonQuery> query = table.Where(condition);
  if (!query.ok()) return query.status();
  return WatchQuery(*query, std::move(callback), options);
}

}  // namespace linedb
