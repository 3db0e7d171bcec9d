// Watching a table: a call for each record that a commit has changed, with the record as it was and
// as it is; or only for those that meet a condition before or after.
//
//   auto watch = linedb::WatchTable(students, [](const linedb::RecordChange<Student>& change) {
//     if (change.after) index.Put(*change.after->id, change.after->name);
//     if (!change.after) index.Remove(*change.before->id);
//   });
//
//   // Who is among the best from now on, who is no longer, and who is still, with other values.
//   auto best = linedb::WatchWhere(
//       students, *linedb::Expression::Parse("gpa >= 3.5"),
//       [](const linedb::RecordChange<Student>& change) {
//         if (change.event == linedb::WatchEvent::kEntered) Congratulate(change.after->name);
//       });
//
// linedb/json_watch.h has the same for tables known only at run time.
//
// A watch is a subscription to commits (Database::OnCommit), and what is said there holds here: it
// begins with what is committed after the call, or behind SubscribeOptions::position; calls come
// after the commit is published, once for each change, in the order of the changes in the log and
// one after the other, in a thread of the watch's own; they may read and write the database, but
// not close it; commits do not wait for them, and what is rolled back is never told. What a
// transaction did to a record twice is told twice. A record that expires is told of when it is
// deleted, by a checkpoint or by who writes over it, not when it is no longer seen.
//
// It ends with its CommitSubscription, or when the table is altered or dropped, or the feed fails:
// then SubscribeOptions::failed is called, once, and CommitSubscription::status says why:
// kFailedPrecondition for a table that was altered or dropped (also before `position`), or a record
// that does not fit T; otherwise the errors of ChangeFeed::Next. Changes that a purge has removed
// from the log (linedb/purge.h) are passed over.

#ifndef LINEDB_WATCH_H_
#define LINEDB_WATCH_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/change_feed.h"
#include "linedb/expression.h"
#include "linedb/row_reader.h"
#include "linedb/struct_codec.h"
#include "linedb/table.h"
#include "linedb/table_core.h"

namespace linedb {

// What became of a record in the eyes of a watch: whether it is among those watched. Without a
// condition these are its insertion, its update and its deletion.
enum class WatchEvent {
  kEntered,  // it is now, and was not before
  kChanged,  // it was and is, with other values perhaps
  kLeft,     // it was, and is not any more
};

template <class Record>
struct RecordChange {
  WatchEvent event = WatchEvent::kEntered;
  std::optional<Record> before;  // none: it is new
  std::optional<Record> after;   // none: it was deleted
  std::uint64_t lsn = 0;
  std::uint64_t transaction = 0;  // its number: what it changed follows one upon the other
  std::string_view timestamp;     // of the commit, RFC 3339; valid during the call
};

namespace engine {

// A RecordChange of canonical lines, which are empty where there is no record; valid during the
// call.
struct LineChange {
  WatchEvent event = WatchEvent::kEntered;
  std::string_view before;
  std::string_view after;
  std::uint64_t lsn = 0;
  std::uint64_t transaction = 0;
  std::string_view timestamp;
};

// An error ends the watch.
using LineChangeCallback = std::function<absl::Status(const LineChange&)>;

// What the watches of all kinds are made of. kInvalidArgument if the condition does not fit the
// table; otherwise as Database::OnCommit.
absl::StatusOr<CommitSubscription> WatchLines(const TableCore& core,
                                              const std::optional<Expression>& condition,
                                              LineChangeCallback callback,
                                              const SubscribeOptions& options);

// Whether the columns of the two stand in the same order.
bool HasSameOrder(const TableSchema& a, const TableSchema& b);

// Reads the lines into structs.
template <class T>
class RowWatcher {
  using Codec = schema::StructCodec<T>;
  static_assert(!Codec::kHoldsViews,
                "linedb: a struct with std::string_view members is read with a ReadTransaction, "
                "which a watch has not");

 public:
  RowWatcher(const TableCore& core, std::function<void(const RecordChange<T>&)> callback)
      : core_(core),
        same_order_(HasSameOrder(core.schema(), Codec::Schema())),
        callback_(std::move(callback)) {}

  absl::Status operator()(const LineChange& change) const {
    RecordChange<T> told;
    told.event = change.event;
    told.lsn = change.lsn;
    told.transaction = change.transaction;
    told.timestamp = change.timestamp;
    absl::Status read = Read(change.before, &told.before);
    if (read.ok()) read = Read(change.after, &told.after);
    if (read.ok()) callback_(told);
    return read;
  }

 private:
  absl::Status Read(std::string_view line, std::optional<T>* row) const {
    if (line.empty()) return absl::OkStatus();
    return RowReader<T>(core_, same_order_).ReadRow(line, &row->emplace(), nullptr);
  }

  TableCore core_;
  bool same_order_;
  std::function<void(const RecordChange<T>&)> callback_;
};

}  // namespace engine

template <class T>
using WatchCallback = std::type_identity_t<std::function<void(const RecordChange<T>&)>>;

// Calls for every record changed. Errors of Database::OnCommit, and kFailedPrecondition if the
// table was altered or dropped. The watch may outlive the table's Database, and then does nothing.
template <class T>
absl::StatusOr<CommitSubscription> WatchTable(const Table<T>& table, WatchCallback<T> callback,
                                              const SubscribeOptions& options = {}) {
  return engine::WatchLines(table.core(), std::nullopt,
                            engine::RowWatcher<T>(table.core(), std::move(callback)), options);
}

// Calls for every record changed that meets the condition before or after. kInvalidArgument if the
// condition is none, or does not fit the table's columns; otherwise as WatchTable.
template <class T>
absl::StatusOr<CommitSubscription> WatchWhere(const Table<T>& table, const Expression& condition,
                                              WatchCallback<T> callback,
                                              const SubscribeOptions& options = {}) {
  return engine::WatchLines(table.core(), condition,
                            engine::RowWatcher<T>(table.core(), std::move(callback)), options);
}

}  // namespace linedb

#endif  // LINEDB_WATCH_H_
