// A handle for reading goes on with what another process has committed: in memory, line by line, as
// long as the log is the same; where another log is in force, what a checkpoint, compaction or
// change of a schema has made of the files is opened anew, and the handle's tables go on with it.

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/engine.h"
#include "engine/open.h"
#include "engine/table_loader.h"

namespace linedb::engine {
namespace {

bool IsOnTable(const wal::LogEntry& entry) {
  return !wal::IsOnRecord(entry.operation) && !wal::IsOnLog(entry.operation);
}

}  // namespace

absl::Status Engine::Refresh() {
  if (closed_) return absl::FailedPreconditionError("the database is closed");
  if (!read_only()) return absl::OkStatus();
  const std::lock_guard<std::mutex> one_at_a_time(refresh_mutex_);
  if (closed_) return absl::FailedPreconditionError("the database is closed");
  // What is being tried out is built on what this handle shows.
  if (absl::Status free = slot_.Acquire(); !free.ok()) return free;
  const bool same_log = log_tail_ != nullptr && LogIdentity(files_, paths_) == tail_identity_;
  absl::Status done = same_log ? TakeAppended() : OpenAnew();
  slot_.Release();
  if (done.ok()) subscriptions_->Wake();
  return done;
}

void Engine::RefreshAgain() {
  NoteMaintenance(Refresh());
  refresher_.RequestWithin(options_.refresh_interval);
}

absl::Status Engine::TakeAppended() {
  std::vector<wal::LogEntry> entries;
  absl::Status done = log_tail_->Read(&entries);
  if (absl::IsDataLoss(done)) return OpenAnew();  // which judges the whole log
  if (!done.ok() || entries.empty()) return done;
  if (std::any_of(entries.begin(), entries.end(), IsOnTable)) return OpenAnew();
  std::map<std::string_view, TableChanges> changes;
  for (const wal::LogEntry& entry : entries) {
    if (wal::IsOnLog(entry.operation)) continue;
    auto found = changes.find(entry.table);
    if (found == changes.end()) {
      TableState* table = FindTable(entry.table);
      if (table == nullptr) return OpenAnew();
      const std::uint64_t limit = publisher_.SettleLimit(*table->generation);
      found = changes.try_emplace(entry.table, *table, TableChanges::Replayed(), limit).first;
    }
    done = ReplayOperation(found->second, entry);
    if (!done.ok()) break;
  }
  for (auto& [name, table_changes] : changes) {
    if (done.ok()) done = table_changes.generation().records.KeepTail();
  }
  if (!done.ok()) {
    half_taken_ = true;  // seen by nobody; it goes with its table
    return OpenAnew();
  }
  for (auto& [name, table_changes] : changes) table_changes.Seal(/*accept_tail=*/true);
  publisher_.Publish(changes);
  commits_.SetReadOnly(commits_.note().header, log_tail_->position());
  return done;
}

absl::Status Engine::OpenAnew() {
  log_tail_.reset();
  absl::StatusOr<OpenedDatabase> opened = OpenDatabase(files_, paths_, options_);
  if (!opened.ok()) return opened.status();
  if (absl::Status same = CheckSameHistory(*opened); !same.ok()) return same;
  Adopt(std::move(opened->tables));
  half_taken_ = false;
  commits_.SetReadOnly(std::move(opened->header), opened->position);
  log_tail_ = std::move(opened->log_tail);
  tail_identity_ = std::move(opened->log_identity);
  return absl::OkStatus();
}

// What a handle shows never goes back, nor does it turn into something else.
absl::Status Engine::CheckSameHistory(const OpenedDatabase& opened) const {
  const GroupCommit::LogNote known = commits_.note();
  if (known.header.database == opened.header.database &&
      known.position.next_lsn <= opened.position.next_lsn) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      paths_.Log(), ": ends at lsn ", opened.position.next_lsn.value - 1, " of database \"",
      opened.header.database, "\", this handle has seen lsn ", known.position.next_lsn.value - 1,
      " of \"", known.header.database,
      "\": the directory was replaced, or a commit that failed was taken back; open it again"));
}

// All at one moment: who takes a snapshot waits for tables_mutex_.
void Engine::Adopt(TableMap opened) {
  NoteExpiring(opened);
  const std::unique_lock<std::shared_mutex> lock(tables_mutex_);
  for (const auto& [name, table] : tables_) {
    const auto found = opened.find(name);
    if (found == opened.end()) {
      Retire(table, "dropped");
    } else if (found->second->schema_checksum != table->schema_checksum) {
      Retire(table, "altered: open it again");
    } else {
      publisher_.Replace(*table, std::exchange(found->second, table)->generation);
    }
  }
  tables_ = std::move(opened);
  MapReferences();
}

}  // namespace linedb::engine
