// Watching a table or a query: a call for each record that a commit has changed, with the record as
// it was and as it is.
//
//   // Of each change: keeps something in step.
//   auto all = linedb::WatchTable(students, [&](const linedb::RecordChange<Student>& change) {
//     if (change.after) search.Put(change.after->id, change.after->name);
//     if (!change.after) search.Remove(change.before->id);
//   });
//
//   // Who is among the best from now on, who no longer, and who still is, with other values.
//   auto best = linedb::WatchWhere(students, Column<&Student::gpa> >= 3.5,
//                                  [](const linedb::RecordChange<Student>& change) {
//     if (change.event == linedb::WatchEvent::kEntered) Congratulate(change.after->name);
//   });
//
// WatchQuery does so of a query that was made before; linedb/json_watch.h of tables known only at
// run time.
//
// What is told. Every change of a record in a transaction that is committed, once, in the order of
// the log: commits one after the other, and the changes of each in the order in which they were
// made; the cascades of references are changes like others. What a transaction did to a record
// twice is told twice. What was rolled back, or failed to commit, is never told. The first is the
// first commit after the call, or behind SubscribeOptions::position; then whoever keeps a copy
// loses nothing by a restart: it stores RecordChange::position with the copy whenever
// `last_of_transaction` is set, in one step, and goes on from there. Who begins without a position
// begins to watch, then reads the table: a change may be told that the reading had already, none
// is missed.
//
// Calls. They come after the commit is published and durable at its level, one after the other, in
// a thread of the watch's own, outside all locks. They may read and write the database, open
// transactions, watch, and end their own watch; not Close it. They must not throw: nobody is there
// to catch it, and the program ends. Commits do not wait for them, and nothing is kept for them in
// memory, however slow they are: the queue is the log. A watch that falls so far behind that
// archives it needs are removed (Options::archives_kept) ends with kOutOfRange. Each watch reads
// the log for itself; who needs many of one table dispatches from one.
//
// A handle that is read-only is watched, too: what another process commits is told when a Refresh
// has shown it (Database::Refresh, Options::refresh_interval).
//
// End. A watch ends with its CommitSubscription, whose destructor and End wait for the call under
// way (unless made from it): not with a write transaction open, if the call may wait for that one.
// It ends within a transaction, too: the rest of it is not told. Close makes the calls of all that
// is committed first, but not of what a checkpoint of its own deletes as expired. Or a watch ends
// by itself: SubscribeOptions::failed is called, once, and CommitSubscription::status says why:
//   kFailedPrecondition  the table was dropped, or altered to other columns; or a record does not
//                        fit T. Other alterations (an index, a check, a version) go unnoticed.
//   kAborted             a purge, a restore or a power cut has changed what was told: begin anew
//   kOutOfRange          it fell behind the archives that are kept
//   kDataLoss            the log is damaged
// After an alteration, open the table again, watch it from CommitSubscription::position() of the
// watch that ended, and nothing is missed but what the alteration itself made of the records. If it
// was altered more than once by then, what came between is no record of T, and the watch ends again
// and says to begin anew.
//
// A record that expires is told of when it is deleted, by a checkpoint or by who writes over it,
// not when it is no longer seen.

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
#include "linedb/query.h"
#include "linedb/query_spec.h"
#include "linedb/row_reader.h"
#include "linedb/struct_codec.h"
#include "linedb/table.h"
#include "linedb/table_core.h"

namespace linedb {

// What became of a record in the eyes of a watch: whether it is among those watched. Of a whole
// table these are its insertion, its update and its deletion.
enum class WatchEvent {
  kEntered,  // it is now, and was not before
  kChanged,  // it was and is, with other values perhaps
  kLeft,     // it was, and is not any more
};

// What is known of a change beside the record. Views are valid during the call.
struct WatchedChange {
  WatchEvent event = WatchEvent::kEntered;
  ChangeKind kind = ChangeKind::kInsert;  // kInsert, kUpdate or kDelete: what was done to it
  std::uint64_t lsn = 0;                  // each has a higher one than the last
  std::uint64_t transaction = 0;          // its number
  // No other change of this transaction is told after this one.
  bool last_of_transaction = false;
  std::string_view timestamp;  // of the commit, RFC 3339
  // Behind the transaction, for SubscribeOptions::position.
  FeedPosition position;
};

template <class Record>
struct RecordChange : WatchedChange {
  std::optional<Record> before;  // none: it is new
  std::optional<Record> after;   // none: it was deleted
};

// What is called, with each change.
template <class T>
using WatchCallback = std::type_identity_t<std::function<void(const RecordChange<T>&)>>;

namespace engine {

// A RecordChange of canonical lines, which are empty where there is no record; valid during the
// call.
struct LineChange : WatchedChange {
  std::string_view before;
  std::string_view after;
};

// An error ends the watch.
using LineChangeCallback = std::function<absl::Status(const LineChange&)>;

// What the watches of all kinds are made of.
absl::StatusOr<CommitSubscription> WatchLines(const QuerySpec& query, LineChangeCallback callback,
                                              const SubscribeOptions& options);

// Reads the lines into structs.
template <class T>
class RowWatcher {
  static_assert(!schema::StructCodec<T>::kHoldsViews,
                "linedb: a struct with std::string_view members is read with a ReadTransaction, "
                "which a watch has not");

 public:
  RowWatcher(const Query<T>& query, WatchCallback<T> callback)
      : core_(query.spec().sources[0].table),
        same_order_(query.same_order()),
        callback_(std::move(callback)) {}

  absl::Status operator()(const LineChange& change) const {
    RecordChange<T> told;
    static_cast<WatchedChange&>(told) = change;
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
  WatchCallback<T> callback_;
};

}  // namespace engine

// Calls for every record changed that the query has, before or after; the query is made of Where
// alone. kInvalidArgument for one with WhereExists, OrderBy, Limit or Offset (whether it has a
// record hangs on others, or it says nothing of which it has), and for a condition that does not
// fit; kFailedPrecondition if the table was altered or dropped, or the database is closed; errors
// of ChangeFeed::Open. The watch may outlive the Database, and then does nothing.
template <class T>
absl::StatusOr<CommitSubscription> WatchQuery(const Query<T>& query, WatchCallback<T> callback,
                                              const SubscribeOptions& options = {}) {
  return engine::WatchLines(query.spec(), engine::RowWatcher<T>(query, std::move(callback)),
                            options);
}

// Of every record; errors as WatchQuery.
template <class T>
absl::StatusOr<CommitSubscription> WatchTable(const Table<T>& table, WatchCallback<T> callback,
                                              const SubscribeOptions& options = {}) {
  return WatchQuery<T>(table.All(), std::move(callback), options);
}

// Of those that meet the condition; a null in it is not met. Errors as WatchQuery.
template <class T>
absl::StatusOr<CommitSubscription> WatchWhere(const Table<T>& table,
                                              const std::type_identity_t<Condition<T>>& condition,
                                              WatchCallback<T> callback,
                                              const SubscribeOptions& options = {}) {
  return WatchQuery<T>(table.Where(condition), std::move(callback), options);
}

}  // namespace linedb

#endif  // LINEDB_WATCH_H_
