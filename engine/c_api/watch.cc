// linedb/linedb.h: watching a table.

#include <optional>
#include <string>
#include <utility>

#include "engine/c_api/calls.h"
#include "engine/c_api/handles.h"
#include "linedb/json_table.h"
#include "linedb/json_watch.h"

namespace linedb::c_api {
namespace {

static_assert(LINEDB_ENTERED == 1 + static_cast<int>(WatchEvent::kEntered) &&
              LINEDB_CHANGED == 1 + static_cast<int>(WatchEvent::kChanged) &&
              LINEDB_LEFT == 1 + static_cast<int>(WatchEvent::kLeft));

// Whom to call.
struct Watcher {
  linedb_watcher watch;
  void* context;
};

std::optional<std::string> TextOf(const std::optional<Json>& record) {
  return record.has_value() ? std::optional(record->dump()) : std::nullopt;
}
const char* PointerTo(const std::optional<std::string>& text) {
  return text.has_value() ? text->c_str() : nullptr;
}

void Tell(const Watcher& watcher, const RecordChange<Json>& change) {
  const std::optional<std::string> before = TextOf(change.before);
  const std::optional<std::string> after = TextOf(change.after);
  const std::string timestamp(change.timestamp);
  const std::string position = change.position.ToString();
  const linedb_change told = {
      .struct_bytes = sizeof(linedb_change),
      .event = 1 + static_cast<int>(change.event),
      .last_of_transaction = change.last_of_transaction ? 1 : 0,
      .lsn = change.lsn,
      .transaction = change.transaction,
      .timestamp = timestamp.c_str(),
      .position = position.c_str(),
      .before = PointerTo(before),
      .after = PointerTo(after),
  };
  watcher.watch(watcher.context, &told);
}

absl::Status Open(linedb_database* database, const char* table, const char* where,
                  const char* position, const Watcher& watcher, linedb_watch** handle) {
  absl::StatusOr<DatabaseUse> use = DatabaseUse::Of(database);
  if (!use.ok()) return use.status();
  SubscribeOptions options = {
      .failed = [watcher](const absl::Status&) { watcher.watch(watcher.context, nullptr); }};
  if (position != nullptr) {
    const absl::StatusOr<FeedPosition> parsed = FeedPosition::Parse(position);
    if (!parsed.ok()) return parsed.status();
    options.position = *parsed;
  }
  const absl::StatusOr<JsonTable> opened = JsonTable::Open(**use, table);
  if (!opened.ok()) return opened.status();
  const auto tell = [watcher](const RecordChange<Json>& change) { Tell(watcher, change); };
  absl::StatusOr<CommitSubscription> subscription = where != nullptr
                                                        ? WatchWhere(*opened, where, tell, options)
                                                        : WatchTable(*opened, tell, options);
  if (!subscription.ok()) return subscription.status();
  *handle = Watches().Add(
      std::make_shared<OpenWatch>(OpenWatch{*std::move(use), *std::move(subscription)}));
  return absl::OkStatus();
}

}  // namespace
}  // namespace linedb::c_api

using namespace linedb::c_api;  // NOLINT: what follows is C

extern "C" {

int linedb_watch_open(linedb_database* database, const char* table, const char* where,
                      const char* position, linedb_watcher watch, void* context,
                      linedb_watch** handle, linedb_error* error) {
  return Call(error, [&] {
    Clear(handle);
    if (absl::Status given = CheckGiven({{"table", table}, {"handle", handle}}); !given.ok()) {
      return given;
    }
    if (watch == nullptr) return absl::InvalidArgumentError("watch is NULL");
    return Open(database, table, where, position, {watch, context}, handle);
  });
}

int linedb_watch_position(linedb_watch* watch, char** position, linedb_error* error) {
  return Call(error, [&] {
    Clear(position);
    if (absl::Status given = CheckGiven({{"position", position}}); !given.ok()) return given;
    const auto open = Watches().Find(watch);
    if (open == nullptr) return NoSuchHandle("watch", watch);
    Give(open->subscription.position().ToString(), position);
    return absl::OkStatus();
  });
}

int linedb_watch_status(linedb_watch* watch, linedb_error* error) {
  return Call(error, [&] {
    const auto open = Watches().Find(watch);
    return open == nullptr ? NoSuchHandle("watch", watch) : open->subscription.status();
  });
}

int linedb_watch_close(linedb_watch* watch, linedb_error* error) {
  return Call(error, [&] {
    if (watch == nullptr) return absl::OkStatus();
    const auto open = Watches().Remove(watch);
    if (open == nullptr) return NoSuchHandle("watch", watch);
    open->subscription.End();
    return absl::OkStatus();
  });
}

}  // extern "C"
