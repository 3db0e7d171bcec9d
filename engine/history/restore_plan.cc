#include "engine/history/restore_plan.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/history/records_copy.h"
#include "engine/storage/shown_operations.h"

namespace linedb::engine {
namespace {

bool ChangesSchema(const wal::LogEntry& entry) {
  return entry.operation == wal::Operation::kAlterTable ||
         entry.operation == wal::Operation::kDropTable;
}

class Planner {
 public:
  Planner(wal::FileSystem& files, const wal::DatabasePaths& source,
          const std::optional<wal::DatabasePaths>& archives, const RestoreOptions& options)
      : files_(files), source_paths_(source), archives_(archives), options_(options) {}

  absl::StatusOr<RestorePlan> Plan();

 private:
  absl::Status ReadLogs();
  absl::Status FindBases();
  absl::StatusOr<RestoreBase> BaseOf(const ChainLog& log);
  absl::StatusOr<bool> TablesAreThere(const wal::LogHeader& header);
  absl::Status FindTarget();
  absl::Status FindTargetByTime(const std::string& timestamp);
  absl::Status SettleTarget();
  absl::Status ChooseBase();
  std::string Range() const;

  wal::FileSystem& files_;
  const wal::DatabasePaths& source_paths_;
  const std::optional<wal::DatabasePaths>& archives_;
  const RestoreOptions& options_;
  RestorePlan plan_;
  RestoreBase current_;  // the source's last checkpoint
  bool from_nothing_ = false;
};

absl::Status Planner::ReadLogs() {
  absl::StatusOr<BackupSource> source = OpenBackupSource(files_, source_paths_);
  if (!source.ok()) return source.status();
  plan_.source = *std::move(source);
  absl::Status added = plan_.chain.Add(files_, source_paths_, plan_.source.log);
  if (!added.ok() || !archives_) return added;
  absl::StatusOr<wal::RecoveredLog> live =
      wal::RecoverLog(files_, *archives_, /*is_original=*/false);
  if (!live.ok()) return live.status();
  if (live->header.database != plan_.source.log.header.database) {
    return absl::InvalidArgumentError(
        absl::StrCat(archives_->directory(), ": the logs of database ", live->header.database,
                     " do not go on where those of ", source_paths_.directory(), ", database ",
                     plan_.source.log.header.database, ", end"));
  }
  plan_.live = *std::move(live);
  return plan_.chain.Add(files_, *archives_, *plan_.live);
}

// The header of a log, and whether its first operation is shown by it.
absl::StatusOr<RestoreBase> Planner::BaseOf(const ChainLog& log) {
  RestoreBase base;
  const auto look = [&base](const wal::LogHeader&, const std::vector<wal::LogEntry>& first) {
    if (ChangesSchema(first.front())) base.shown = first.back().lsn;
    return absl::OkStatus();
  };
  const wal::Lsn first = std::min(log.first, log.last);
  absl::StatusOr<ChainText> text =
      ReadChainLog(files_, log, plan_.source.log.header.database, first, look);
  if (!text.ok()) return text.status();
  base.header = text->header;
  base.first = base.header.first_lsn;
  if (base.shown.value == 0) base.shown = wal::Lsn{base.first.value - 1};
  return base;
}

absl::Status Planner::FindBases() {
  const wal::RecoveredLog& log = plan_.source.log;
  current_.header = log.header;
  current_.first = log.header.first_lsn;
  current_.shown = wal::Lsn{current_.first.value + CountShown(log.entries) - 1};
  plan_.oldest = current_.shown;
  // A database of the Python original that was taken over begins with tables.
  const ChainLog& oldest = plan_.chain.logs().front();
  if (plan_.chain.oldest() != wal::Lsn{1} || oldest.first != wal::Lsn{1}) return absl::OkStatus();
  absl::StatusOr<RestoreBase> base = BaseOf(oldest);
  if (!base.ok()) return base.status();
  from_nothing_ = base->header.tables.empty();
  if (from_nothing_) plan_.oldest = wal::Lsn{0};
  return absl::OkStatus();
}

std::string Planner::Range() const {
  return absl::StrCat(
      "what can be restored is lsn ", plan_.oldest.value, " to ", plan_.chain.newest().value,
      from_nothing_ ? ""
                    : absl::StrCat("; the archives go back to lsn ", plan_.chain.oldest().value,
                                   ", and to go on from an empty database they would have to reach "
                                   "lsn 1"));
}

// The newest log in which something is not later; the clock may have been set back in between.
absl::Status Planner::FindTargetByTime(const std::string& timestamp) {
  const absl::StatusOr<std::string> limit = LogTimestamp(timestamp);
  if (!limit.ok()) return limit.status();
  const std::vector<ChainLog>& logs = plan_.chain.logs();
  for (auto log = logs.rbegin(); log != logs.rend(); ++log) {
    if (log->last < log->first) continue;
    const absl::StatusOr<NotLater> found =
        FindNotLater(files_, *log, plan_.source.log.header.database, *limit);
    if (!found.ok()) return found.status();
    if (found->last) {
      plan_.target = *found->last;
      return absl::OkStatus();
    }
    if (log->first <= plan_.oldest) break;
  }
  // Before the first transaction there is.
  if (!from_nothing_ && current_.header.timestamp > *limit) {
    return absl::NotFoundError(absl::StrCat("nothing tells of ", *limit, ": ", Range()));
  }
  plan_.target = plan_.oldest;
  return absl::OkStatus();
}

absl::Status Planner::FindTarget() {
  plan_.target = plan_.chain.newest();
  if (const AtTime* time = std::get_if<AtTime>(&options_.target)) {
    return FindTargetByTime(time->timestamp);
  }
  const AtLsn* lsn = std::get_if<AtLsn>(&options_.target);
  if (lsn == nullptr) return absl::OkStatus();
  if (lsn->lsn > plan_.target.value) {
    return absl::NotFoundError(absl::StrCat("there is no lsn ", lsn->lsn, " yet: ", Range()));
  }
  plan_.target = wal::Lsn{lsn->lsn};
  return absl::OkStatus();
}

// A transaction that is not whole by then is left out.
absl::Status Planner::SettleTarget() {
  for (const ChainLog& log : plan_.chain.logs()) {
    if (log.first > plan_.target || log.last < plan_.target) continue;
    const auto note = [this](const wal::LogHeader&, const std::vector<wal::LogEntry>& transaction) {
      plan_.timestamp = std::string(transaction.back().timestamp);
      return absl::OkStatus();
    };
    absl::StatusOr<ChainText> text =
        ReadChainLog(files_, log, plan_.source.log.header.database, plan_.target, note);
    if (!text.ok()) return text.status();
    plan_.target = wal::Lsn{text->end.next_lsn.value - 1};
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

// Whether the files of the source begin with what an earlier header tells of: a table that was not
// compacted since only grew.
absl::StatusOr<bool> Planner::TablesAreThere(const wal::LogHeader& header) {
  for (const auto& [name, checkpoint] : header.tables) {
    const auto table = plan_.source.tables.find(name);
    if (table == plan_.source.tables.end() || table->second.records == nullptr) return false;
    const wal::TableCheckpoint& now = table->second.checkpoint;
    if (now.schema_checksum != checkpoint.schema_checksum || now.bytes < checkpoint.bytes) {
      return false;
    }
    if (now.bytes == checkpoint.bytes && now.checksum != checkpoint.checksum) return false;
    absl::StatusOr<BlockChecksum> found = ChecksumOfFile(*table->second.records, checkpoint.bytes);
    if (!found.ok()) return found.status();
    if (found->Total() != checkpoint.checksum) return false;
  }
  return true;
}

// The newest tables that are there and not too new.
absl::Status Planner::ChooseBase() {
  const wal::Lsn target = plan_.target;
  if (current_.shown <= target) {
    plan_.base = current_;
    return absl::OkStatus();
  }
  const std::vector<ChainLog>& logs = plan_.chain.logs();
  for (auto log = logs.rbegin(); log != logs.rend(); ++log) {
    if (log->first.value > target.value + 1) continue;
    absl::StatusOr<RestoreBase> base = BaseOf(*log);
    if (!base.ok()) return base.status();
    if (base->shown > target) continue;
    absl::StatusOr<bool> there = TablesAreThere(base->header);
    if (!there.ok()) return there.status();
    if (!*there) continue;
    plan_.base = *std::move(base);
    return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat("lsn ", target.value, " cannot be restored from ",
                                          source_paths_.directory(), ": ", Range()));
}

absl::StatusOr<RestorePlan> Planner::Plan() {
  absl::Status done = ReadLogs();
  if (done.ok()) done = FindBases();
  if (done.ok()) done = FindTarget();
  if (done.ok()) done = SettleTarget();
  if (done.ok()) done = ChooseBase();
  if (!done.ok()) return done;
  if (plan_.timestamp.empty()) plan_.timestamp = plan_.base.header.timestamp;
  const std::optional<wal::Lsn> missing = plan_.chain.FirstMissing(plan_.base.first, plan_.target);
  if (missing) {
    return absl::NotFoundError(absl::StrCat("the log with lsn ", missing->value,
                                            " is missing: from lsn ", plan_.base.shown.value,
                                            " on only the operations before it can be restored"));
  }
  return std::move(plan_);
}

}  // namespace

absl::StatusOr<RestorePlan> PlanRestore(wal::FileSystem& files, const wal::DatabasePaths& source,
                                        const std::optional<wal::DatabasePaths>& archives,
                                        const RestoreOptions& options) {
  return Planner(files, source, archives, options).Plan();
}

}  // namespace linedb::engine
