// Checkpoints: when, and in which order. engine/FORMAT.md numbers their crash cases.

#include <algorithm>
#include <utility>

#include "engine/engine.h"
#include "engine/open.h"
#include "engine/storage/earlier_records.h"
#include "schema/time_text.h"
#include "wal/wal_archive.h"

namespace linedb::engine {

absl::StatusOr<CheckpointReport> Engine::Checkpoint(const std::set<std::string>& compacted) {
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  // Before the wait for another checkpoint, which waits for the slot.
  if (absl::Status free = slot_.CheckNotMine(); !free.ok()) return free;
  absl::StatusOr<CheckpointReport> report = RunCheckpoint(compacted);
  if (!report.ok()) return report;
  maintainer_.Request();  // the archive
  maintainer_.WaitUntilIdle();
  return report;
}

bool Engine::IsCheckpointNeeded(const std::set<std::string>& compacted) const {
  const GroupCommit::LogNote log = commits_.note();
  if (log.unsynced || log.position.next_lsn > log.header.first_lsn) return true;
  const TableMap tables = Tables();
  return std::any_of(tables.begin(), tables.end(), [&](const auto& table) {
    return IsCompactionDue(*table.second, options_) ||
           (compacted.contains(table.first) && HasSuperseded(*table.second));
  });
}

absl::StatusOr<CheckpointReport> Engine::RunCheckpoint(
    const std::set<std::string>& compacted) noexcept {
  const std::lock_guard<std::mutex> one_at_a_time(checkpoint_mutex_);
  // Again, now that nobody else is at it: if the one before failed behind its switch of logs, the
  // new log counts on the compacted files that it left, and they must not be made anew.
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  // Before the log is looked at, which has it then. If it fails they stay a while longer.
  if (absl::Status erased = EraseExpired(); !erased.ok()) NoteMaintenance(erased);
  CheckpointReport report;
  report.needed = IsCheckpointNeeded(compacted);
  if (!report.needed) {
    const GroupCommit::LogNote log = commits_.note();
    report.lsn = log.position.next_lsn.value - 1;
    report.log_bytes_before = report.log_bytes_after = log.position.bytes;
    return report;
  }
  // What was put aside before: only then can this checkpoint put aside the rest, which the next
  // opening would have to read otherwise. If it fails it is tried again later.
  WriteIndexes().IgnoreError();
  TablesCheckpoint checkpoint(files_, paths_, options_);
  absl::Status done = checkpoint.Prepare(Tables(), compacted);
  if (!checkpoint.sync_failure().ok()) commits_.Fail(checkpoint.sync_failure());
  bool switched = false;
  if (done.ok()) done = AcquireSlot();
  if (done.ok()) {
    done = FlushHoldingSlot();
    if (done.ok()) {
      switched = true;
      done = SwitchLogs({&checkpoint, Tables()}, &report);
    }
    ReleaseSlot();
  }
  if (!switched) checkpoint.Abandon();
  subscriptions_->Wake();  // it wrote what was buffered
  if (!done.ok()) return done;
  for (const std::string& name : report.tables_compacted) RemoveIndexOf(name);
  return report;
}

// An error before the switch leaves everything as it was; one after it ends writing.
absl::Status Engine::SwitchLogs(Switch change, CheckpointReport* report) {
  TablesCheckpoint& checkpoint = *change.checkpoint;
  const GroupCommit::LogNote log = commits_.note();
  const wal::LogPosition& old = log.position;
  absl::Status done = CheckDirectory();
  if (done.ok()) done = checkpoint.Complete(change.tables);
  if (!checkpoint.sync_failure().ok()) commits_.Fail(checkpoint.sync_failure());
  if (!done.ok()) {
    checkpoint.Abandon();
    return done;
  }
  wal::Rotation rotation{log.header, old, schema::FormatTimestamp(schema::Now()), ArchiveTime(),
                         checkpoint.header_tables()};
  rotation.first_transaction = change.first_transaction;
  absl::StatusOr<std::unique_ptr<wal::WalWriter>> rotated =
      wal::RotateLog(files_, paths_, rotation);
  if (!rotated.ok()) {
    // kInternal: it may have come about all the same, so the compacted files stay.
    if (absl::IsInternal(rotated.status())) {
      commits_.Fail(rotated.status());
    } else {
      checkpoint.Abandon();
    }
    return rotated.status();
  }
  commits_.SetLog(*std::move(rotated));
  log_identity_ = LogIdentity(files_, paths_);
  if (!change.keeps_earlier.empty()) KeepEarlierRecords(files_, paths_, change.keeps_earlier);
  absl::Status finished = checkpoint.Finish(publisher_, report);
  if (!finished.ok()) {
    finished = absl::InternalError(std::string(finished.message()));
    commits_.Fail(finished);
    return finished;
  }
  RemoveEarlierRecords(files_, paths_, change.keeps_earlier);
  FreezeIndexes(change.tables);
  report->lsn = old.next_lsn.value - 1;
  report->log_bytes_before = old.bytes;
  report->log_bytes_after = commits_.log_bytes();
  if (old.next_lsn > rotation.old_header.first_lsn) {
    report->archive = wal::FormatArchiveName(
        {rotation.archive_time, rotation.old_header.first_lsn, {old.next_lsn.value - 1}});
  }
  const std::lock_guard<std::mutex> lock(maintenance_mutex_);
  ++checkpoints_;
  checkpoint_time_ = std::chrono::steady_clock::now();
  checkpoint_bytes_next_ = options_.log_bytes_max;
  return finished;
}

void Engine::NoteCommit(Durability durability) {
  if (durability != Durability::kFull) syncer_.RequestWithin(options_.sync_interval);
  if (options_.maintenance == Maintenance::kManual) return;
  if (commits_.log_bytes() > checkpoint_bytes_next_) {
    maintainer_.Request();
  } else if (options_.checkpoint_interval.count() > 0) {
    maintainer_.RequestWithin(options_.checkpoint_interval);
  }
}

bool Engine::IsCheckpointDue() {
  const GroupCommit::LogNote log = commits_.note();
  std::chrono::steady_clock::duration age;
  {
    const std::lock_guard<std::mutex> lock(maintenance_mutex_);
    if (log.position.bytes > checkpoint_bytes_next_) return true;
    age = std::chrono::steady_clock::now() - checkpoint_time_;
  }
  const bool has_operations = log.position.next_lsn > log.header.first_lsn;
  if (!has_operations || options_.checkpoint_interval.count() == 0) return false;
  if (age >= options_.checkpoint_interval) return true;
  maintainer_.RequestWithin(
      std::chrono::ceil<std::chrono::milliseconds>(options_.checkpoint_interval - age));
  return false;
}

namespace {

// But for the limit of bytes, which count compressed.
wal::ArchiveLimits LimitsOf(const Options& options) {
  wal::ArchiveLimits limits;
  limits.count = options.archives_kept;
  if (options.archive_age_max.count() > 0) limits.time = ArchiveTime(options.archive_age_max);
  return limits;
}

}  // namespace

absl::Status Engine::RemoveOldArchives() {
  const std::lock_guard<std::mutex> one_at_a_time(archives_mutex_);
  return wal::RemoveOldArchives(files_, paths_, LimitsOf(options_));
}

absl::Status Engine::TendArchives() {
  // Old ones first: no work on what is to go.
  absl::Status done = RemoveOldArchives();
  // With manual maintenance every thread that runs a checkpoint comes here.
  const std::lock_guard<std::mutex> one_at_a_time(archives_mutex_);
  const absl::Status compressed =
      wal::CompressArchives(files_, paths_, [this] { return closing_.load(); });
  if (absl::IsCancelled(compressed)) return done;
  done.Update(compressed);
  wal::ArchiveLimits limits = LimitsOf(options_);
  limits.bytes = options_.archive_bytes_max;
  if (done.ok() && limits.bytes > 0) done = wal::RemoveOldArchives(files_, paths_, limits);
  return done;
}

// What the last process left to do. Nobody who opens waits for a compression: with manual
// maintenance the next checkpoint does it.
void Engine::RequestFirstRound() {
  const bool has_index = report_.recovered || HasIndexToWrite();
  if (options_.maintenance == Maintenance::kManual) {
    if (!has_index) return;
    absl::Status done = WriteIndexes();
    if (done.ok()) done = RemoveOldArchives();
    NoteMaintenance(done);
    return;
  }
  if (has_index || wal::HasPlainArchive(files_, paths_).value_or(false)) maintainer_.Request();
}

// The maintainer's round. An error leaves everything as it was, or ends writing; it is tried again
// when the log has grown by a quarter of what it may, or when its age calls for it.
void Engine::Maintain() {
  absl::Status done;
  if (options_.maintenance == Maintenance::kBackground && IsCheckpointDue()) {
    done = RunCheckpoint().status();
  }
  if (done.ok()) {
    done = WriteIndexes();
    done.Update(TendArchives());  // whatever became of them
  }
  if (!done.ok()) {
    const std::lock_guard<std::mutex> lock(maintenance_mutex_);
    checkpoint_bytes_next_ = commits_.log_bytes() + options_.log_bytes_max / 4;
  }
  NoteMaintenance(done);
}

void Engine::NoteMaintenance(const absl::Status& outcome) {
  {
    const std::lock_guard<std::mutex> lock(maintenance_mutex_);
    maintenance_failure_ = outcome;
  }
  if (!outcome.ok() && options_.maintenance_failed) options_.maintenance_failed(outcome);
}

void Engine::SyncLate() {
  if (absl::Status synced = commits_.Flush(); !synced.ok()) NoteMaintenance(synced);
  subscriptions_->Wake();
}

}  // namespace linedb::engine
