// Removing records for good. engine/FORMAT.md numbers the steps and their crash cases.

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/engine.h"
#include "engine/history/purge.h"
#include "engine/history/purge_record.h"
#include "engine/open.h"
#include "schema/record_codec.h"
#include "schema/time_text.h"
#include "wal/file_steps.h"
#include "wal/wal_archive.h"

namespace linedb::engine {
namespace {

PurgeMark MarkOf(const KeyTracker& tracker) {
  PurgeMark mark{tracker.table(), schema::FormatTimestamp(schema::Now()), {}};
  for (std::size_t i = 0; i < tracker.keys().size(); ++i) mark.hashes.push_back(tracker.HashOf(i));
  std::sort(mark.hashes.begin(), mark.hashes.end());
  return mark;
}

absl::Status OtherPurge(const std::string& directory, const PurgeMark& found) {
  return absl::FailedPreconditionError(
      absl::StrCat(directory, ": ", found.Describe(),
                   ", is not finished: run it again, with the same keys, first"));
}

// What is told of a failure after which something is done and something is not.
absl::Status Unfinished(const absl::Status& cause) {
  return absl::Status(cause.code(),
                      absl::StrCat(std::string(cause.message()),
                                   "; the purge is not finished: run it again with the same keys"));
}

// The keys of which there is nothing anywhere.
std::string NothingOf(const PurgeReport& report) {
  std::vector<std::string> missing;
  for (const PurgedRecord& record : report.records) {
    if (!record.live && record.lines == 0 && record.operations == 0) missing.push_back(record.key);
  }
  const bool in_surplus = report.surplus_lines > 0;
  return in_surplus ? "" : absl::StrJoin(missing, ", ");
}

// Its lines are of any form, damaged ones, too.
void NoteRejects(wal::FileSystem& files, const wal::DatabasePaths& paths, PurgeReport* report) {
  if (!files.Stat(paths.Rejects()).ok()) return;
  report->notes.push_back(wal::ShortName(paths, paths.Rejects()) +
                          ": what a repair listed is not purged; remove it if need be");
}

std::vector<std::string> EachOnce(const std::vector<std::string>& named) {
  std::vector<std::string> keys;
  for (const std::string& key : named) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

// What crashes have left of logs on their way: bytes that no step looks at.
absl::Status RemoveLogTemporaries(wal::FileSystem& files, const wal::DatabasePaths& paths) {
  const absl::StatusOr<std::vector<std::string>> names = files.List(paths.WalDirectory());
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (!wal::IsTemporary(name)) continue;
    absl::Status removed = wal::RemoveIfThere(files, paths.WalDirectory() + "/" + name);
    if (!removed.ok()) return removed;
  }
  return files.SyncDirectory(paths.WalDirectory());
}

}  // namespace

absl::StatusOr<PurgeReport> Engine::Purge(std::string_view table,
                                          const std::vector<std::string>& named,
                                          const PurgeOptions& options) noexcept {
  if (named.empty()) return absl::InvalidArgumentError("no key is given");
  const std::vector<std::string> keys = EachOnce(named);
  if (options.dry_run) return CountPurge(table, keys, options.progress);
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  if (absl::Status free = slot_.CheckNotMine(); !free.ok()) return free;
  absl::StatusOr<PurgeReport> report = PurgeAlone(table, keys, options.progress);
  subscriptions_->Wake();
  if (report.ok()) maintainer_.Request();  // the last archive
  return report;
}

// Beside no checkpoint, and nobody who tends the archives.
absl::StatusOr<PurgeReport> Engine::PurgeAlone(std::string_view table,
                                               const std::vector<std::string>& keys,
                                               const PurgeProgress& progress) {
  const std::lock_guard<std::mutex> one_at_a_time(checkpoint_mutex_);
  const std::lock_guard<std::mutex> archives(archives_mutex_);
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  // Of no archive is there a plain twin afterwards.
  absl::Status done = wal::CompressArchives(files_, paths_);
  if (done.ok()) done = AcquireSlot();
  if (!done.ok()) return done;
  // For what goes with the records: none that has expired keeps one of them.
  if (has_expiring_tables_) writer_moment_ = MomentNow();
  done = FlushHoldingSlot();
  PurgeReport report;
  if (done.ok()) done = PurgeHoldingSlot(table, keys, progress, &report);
  ReleaseSlot();
  if (!done.ok()) return done;
  NoteRejects(files_, paths_, &report);
  RemoveIndexOf(std::string(table));
  done = files_.SyncDirectory(paths_.IndexDirectory());
  if (!done.ok() && !absl::IsNotFound(done)) return Unfinished(done);
  done = RemovePurgeMark(files_, paths_);
  if (!done.ok()) return Unfinished(done);
  return report;
}

absl::StatusOr<PurgeReport> Engine::CountPurge(std::string_view table,
                                               const std::vector<std::string>& keys,
                                               const PurgeProgress& progress) {
  if (absl::Status here = CheckProcess(); !here.ok()) return here;
  if (closed_) return absl::FailedPreconditionError("the database is closed");
  if (!read_only()) {
    if (absl::Status flushed = commits_.Flush(); !flushed.ok()) return flushed;
  }
  FilesPurge purge(files_, paths_, table, keys, progress, files_.Stat(paths_.PurgeMark()).ok());
  if (absl::Status done = purge.Run(PurgeStep::kCount); !done.ok()) return done;
  PurgeReport& report = purge.report();
  report.dry_run = true;
  absl::StatusOr<std::vector<std::string>> live = LiveKeys(table, &report);
  if (!live.ok()) return live.status();
  const std::string nothing = NothingOf(report);
  if (!nothing.empty()) return NothingToPurge(table, nothing);
  return report;
}

absl::Status Engine::NothingToPurge(std::string_view table, const std::string& keys) const {
  return absl::NotFoundError(absl::StrCat(paths_.directory(), ": neither table ",
                                          std::string(table), " nor the logs have the key ", keys));
}

// The texts of those keys that the table has a record of; notes it in the report.
absl::StatusOr<std::vector<std::string>> Engine::LiveKeys(std::string_view table,
                                                          PurgeReport* report) const {
  std::vector<std::string> live;
  TableState* const state = FindTable(table);
  if (state == nullptr) return live;
  const schema::RecordLayout& layout = state->layout();
  for (PurgedRecord& record : report->records) {
    const absl::StatusOr<std::string> text =
        schema::KeyTextFromUser(layout, layout.keys()[0], record.key);
    if (!text.ok()) continue;  // of an earlier table of that name
    const std::shared_lock<std::shared_mutex> lock(state->mutex);
    // One that has expired is there until it is erased.
    const TableGeneration& generation = *state->generation;
    const absl::StatusOr<RecordLocation> found =
        generation.FindChecked(0, *text, generation.published_bytes());
    if (!found.ok()) return found.status();
    record.live = static_cast<bool>(*found);
    const bool is_named_again = std::find(live.begin(), live.end(), *text) != live.end();
    if (record.live && !is_named_again) live.push_back(*text);
  }
  return live;
}

absl::Status Engine::PurgeHoldingSlot(std::string_view table, const std::vector<std::string>& keys,
                                      const PurgeProgress& progress, PurgeReport* report) {
  absl::StatusOr<PurgeMark> found = ReadPurgeMark(files_, paths_);
  if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
  FilesPurge count(files_, paths_, table, keys, progress, found.ok());
  absl::Status done = count.Run(PurgeStep::kCount);
  if (!done.ok()) return done;
  *report = count.report();
  report->resumed = found.ok();
  const PurgeMark mark = MarkOf(count.tracker());
  if (found.ok() && (found->table != mark.table || found->hashes != mark.hashes)) {
    return OtherPurge(paths_.directory(), *found);
  }
  const absl::StatusOr<std::vector<std::string>> live = LiveKeys(table, report);
  if (!live.ok()) return live.status();
  // Of one that had been stopped everything may be done already, but for saying so.
  const std::string nothing = report->resumed ? "" : NothingOf(*report);
  if (!nothing.empty()) return NothingToPurge(table, nothing);
  if (absl::Status may_go = CheckErasable(table, *live); !may_go.ok()) return may_go;
  if (!found.ok()) done = WritePurgeMark(files_, paths_, mark);
  if (done.ok()) done = EraseHoldingSlot(table, *live);
  if (done.ok()) done = LogPurgeHoldingSlot(count.tracker(), report);
  if (!done.ok()) return Unfinished(done);
  FilesPurge rewrite(files_, paths_, table, keys, progress, /*unfinished=*/true);
  done = rewrite.Run(PurgeStep::kRewrite);
  if (done.ok() && rewrite.log().has_value()) done = PutLogHoldingSlot(*rewrite.log());
  if (done.ok()) done = RemoveLogTemporaries(files_, paths_);
  report->logs_rewritten = rewrite.report().logs_rewritten;
  return done.ok() ? done : Unfinished(done);
}

// With what goes with them by references.
absl::Status Engine::EraseIn(Transaction& transaction, std::string_view table,
                             const std::vector<std::string>& keys) {
  TableState& state = *FindTable(table);
  absl::Status done;
  for (const std::string& key : keys) {
    TableChanges& changes = ChangesOf(transaction, state);
    absl::StatusOr<Change> change = changes.Erase(key);
    if (changes.expires() && absl::IsNotFound(change.status())) change = changes.EraseExpired(key);
    if (change.ok()) transaction.Record(state, *change);
    done.Update(change.status());
  }
  return done.ok() ? KeepReferences(transaction, /*writer=*/nullptr) : done;
}

// Before anything of the purge is done: whether other records keep these from going.
absl::Status Engine::CheckErasable(std::string_view table, const std::vector<std::string>& keys) {
  if (keys.empty()) return absl::OkStatus();
  Transaction trial(this, Durability::kFull);
  const absl::Status erased = EraseIn(trial, table, keys);
  const absl::Status back = trial.Rollback();
  return erased.ok() ? back : erased;
}

// By a transaction as any other.
absl::Status Engine::EraseHoldingSlot(std::string_view table,
                                      const std::vector<std::string>& keys) {
  if (keys.empty()) return absl::OkStatus();
  auto transaction = std::make_unique<Transaction>(this, Durability::kFull);
  absl::Status done = EraseIn(*transaction, table, keys);
  absl::Status failure;
  if (done.ok()) done = WriteRecords(*transaction, &failure);
  if (!failure.ok()) commits_.Fail(failure);
  GroupCommit::Ticket ticket;
  if (done.ok()) {
    ticket.transaction = std::move(transaction);
    done = commits_.Queue(ticket);
    if (done.ok()) return commits_.Wait(ticket);
    transaction = std::move(ticket.transaction);
  }
  if (absl::Status cut = transaction->Rollback(); !cut.ok()) commits_.Fail(cut);
  return done;
}

// A checkpoint that compacts the table wholly, and whose new log begins with the PURGE.
absl::Status Engine::LogPurgeHoldingSlot(const KeyTracker& tracker, PurgeReport* report) {
  std::vector<PurgedKey> purged;
  for (std::size_t i = 0; i < report->records.size(); ++i) {
    const PurgedRecord& record = report->records[i];
    purged.push_back({tracker.HashOf(i), record.live, record.operations + (record.live ? 1 : 0)});
  }
  const std::string record = FormatPurgeRecord(purged);
  const wal::LogOperation operation{wal::Operation::kPurge, tracker.table(), record, {}};
  TablesCheckpoint checkpoint(files_, paths_, options_);
  if (TableState* const state = FindTable(tracker.table()); state != nullptr) {
    const TableExtent extent = state->generation->published();
    if (extent.lines > extent.live) {
      auto compaction = std::make_unique<TableCompaction>(files_, paths_, *state);
      const absl::Status copied = compaction->Copy();
      checkpoint.Add(std::move(compaction));
      if (!copied.ok()) {
        checkpoint.Abandon();
        return copied;
      }
    }
  }
  CheckpointReport done;
  absl::Status switched = SwitchLogs({&checkpoint, Tables(), {&operation, 1}}, &done);
  if (!switched.ok()) return switched;
  commits_.AcknowledgeLog();
  report->lsn = done.lsn + 1;
  return switched;
}

// The log in force, tied to the archives as they are now.
absl::Status Engine::PutLogHoldingSlot(const wal::RewrittenLog& log) {
  absl::StatusOr<std::unique_ptr<wal::WalWriter>> writer =
      wal::ReplaceLog(files_, paths_, log.header, log.end, log.text);
  if (!writer.ok()) {
    if (absl::IsInternal(writer.status())) commits_.Fail(writer.status());
    return writer.status();
  }
  commits_.SetLog(*std::move(writer));
  log_identity_ = LogIdentity(files_, paths_);
  return absl::OkStatus();
}

}  // namespace linedb::engine
