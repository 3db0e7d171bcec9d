// Watching a table known only at run time: linedb/watch.h, with records as JSON.
//
//   auto watch = linedb::WatchWhere(students, "gpa >= 3.5",
//                                   [](const linedb::RecordChange<linedb::Json>& change) {
//     if (change.after) std::cout << change.after->dump() << "\n";
//   });

#ifndef LINEDB_JSON_WATCH_H_
#define LINEDB_JSON_WATCH_H_

#include <functional>
#include <string_view>

#include "absl/status/statusor.h"
#include "linedb/json_query.h"
#include "linedb/json_table.h"
#include "linedb/watch.h"

namespace linedb {

// Records as JsonTable gives them.
using JsonWatchCallback = std::function<void(const RecordChange<Json>&)>;

// As WatchQuery of a Query<T>; kInvalidArgument also for a query of two tables, or of anything but
// whole records.
absl::StatusOr<CommitSubscription> WatchQuery(const JsonQuery& query, JsonWatchCallback callback,
                                              const SubscribeOptions& options = {});

// As WatchTable of a Table<T>.
absl::StatusOr<CommitSubscription> WatchTable(const JsonTable& table, JsonWatchCallback callback,
                                              const SubscribeOptions& options = {});

// As WatchWhere of a Table<T>; kInvalidArgument also if the text is no expression
// (linedb/expression.h).
absl::StatusOr<CommitSubscription> WatchWhere(const JsonTable& table, std::string_view condition,
                                              JsonWatchCallback callback,
                                              const SubscribeOptions& options = {});

}  // namespace linedb

#endif  // LINEDB_JSON_WATCH_H_
