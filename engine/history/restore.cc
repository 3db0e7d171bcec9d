#include "engine/history/restore.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/history/backup_target.h"
#include "engine/history/purge_record.h"
#include "engine/history/records_copy.h"
#include "engine/history/restore_plan.h"
#include "engine/storage/database_id.h"
#include "engine/storage/new_directory.h"
#include "schema/schema_document.h"
#include "wal/wal_recovery.h"

namespace linedb::engine {
namespace {

// The log that is written for the engine to replay is at most about this long.
constexpr std::size_t kLogBytesMax = std::size_t{64} << 20;
constexpr char kWork[] = "restoring";

// The logs are the interface: a work directory gets the base's tables, and a log of the operations
// since in the form of any log, and opening it is what replays them. So there is no second way to
// do what an operation says. Altering and dropping tables, which no log has in its middle, are done
// anew by the engine. At the end the tables go to the target, under a first log of their own.
class Restorer {
 public:
  Restorer(const RestorePlaces& places, const RestoreOptions& options, RestorePlan plan)
      : places_(places),
        files_(places.files),
        work_(places.target.directory() + "/" + kWork),
        plan_(std::move(plan)),
        count_(options.progress) {}

  RestoreReport Plan();
  absl::StatusOr<RestoreReport> Run();

 private:
  absl::Status PlaceBase();
  absl::Status ReplayLogs();
  absl::Status BrokenChain(const std::string& place);
  static bool WasPurged(const wal::LogHeader& base, const wal::LogHeader& header);
  absl::Status ReplayTransaction(const std::vector<wal::LogEntry>& transaction);
  absl::Status ChangeSchema(const std::vector<wal::LogEntry>& transaction);
  absl::Status ReadWorkLog();
  absl::Status WriteWorkLog();
  absl::Status Settle();
  absl::Status MoveToTarget();

  const RestorePlaces& places_;
  wal::FileSystem& files_;
  const wal::DatabasePaths work_;
  const RestorePlan plan_;
  CopyCount count_;
  std::unique_ptr<NewDirectory> target_;
  std::string log_;              // of the work directory, as it is to be written
  std::uint64_t log_lines_ = 0;  // in it, the header not counted
  wal::Lsn done_;
  wal::TransactionId transaction_next_;
  RestoreReport report_;
};

// What is known before anything is done.
RestoreReport Restorer::Plan() {
  report_.base_lsn = plan_.base.shown.value;
  report_.lsn_oldest = plan_.oldest.value;
  report_.lsn_newest = plan_.chain.newest().value;
  report_.tables = plan_.base.header.tables.size();
  report_.base_timestamp = plan_.base.header.timestamp;
  report_.timestamp = plan_.timestamp;
  for (const ChainLog& log : plan_.chain.logs()) {
    if (log.last < plan_.base.first || log.first > plan_.target) continue;
    ++report_.logs_read;
    count_.Expect(log.bytes);
  }
  for (const auto& [name, table] : plan_.base.header.tables) count_.Expect(table.bytes);
  report_.lsn = plan_.target.value;
  return report_;
}

absl::Status Restorer::PlaceBase() {
  wal::LogHeader header = plan_.base.header;
  header.database = NewDatabaseId();
  header.epoch = 1;
  header.previous = 0;
  for (auto& [name, checkpoint] : header.tables) {
    checkpoint.compacted = false;
    const SourceTable& table = plan_.source.tables.at(name);
    absl::Status done = wal::WriteFileAtomically(files_, work_.Schema(name), table.schema_text);
    if (done.ok()) {
      done = CopyRecords(files_, work_.Records(name), *table.records,
                         wal::ShortName(places_.source, places_.source.Records(name)), checkpoint,
                         count_);
    }
    if (!done.ok()) return done;
  }
  report_.database = header.database;
  done_ = wal::Lsn{header.first_lsn.value - 1};
  transaction_next_ = header.first_transaction;
  wal::AppendHeaderLine(header, &log_);
  return absl::OkStatus();
}

absl::Status Restorer::WriteWorkLog() {
  return wal::WriteFileAtomically(files_, work_.Log(), log_);
}

absl::Status Restorer::ReadWorkLog() {
  absl::StatusOr<std::string> text = wal::ReadFile(files_, work_.Log());
  if (!text.ok()) return text.status();
  log_ = *std::move(text);
  log_lines_ = 0;
  return absl::OkStatus();
}

absl::Status Restorer::Settle() {
  absl::Status done = WriteWorkLog();
  if (done.ok()) done = places_.work.Settle(work_.directory());
  return done.ok() ? ReadWorkLog() : done;
}

// By the engine, which logs it under the same lsn.
absl::Status Restorer::ChangeSchema(const std::vector<wal::LogEntry>& transaction) {
  const wal::LogEntry& entry = transaction.front();
  absl::Status done = Settle();
  if (!done.ok()) return done;
  const std::string table(entry.table);
  if (entry.operation == wal::Operation::kDropTable) {
    done = places_.work.DropTable(work_.directory(), table);
  } else {
    absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(entry.record);
    if (!document.ok()) return document.status();
    std::vector<std::string> migrated;
    for (std::size_t i = 1; i < transaction.size(); ++i) {
      migrated.emplace_back(transaction[i].record);
    }
    done = places_.work.AlterTable(work_.directory(), document->schema, migrated);
    absl::StatusOr<std::string> made = wal::ReadFile(files_, work_.Schema(table));
    if (done.ok()) done = made.status();
    if (done.ok() && *made != schema::FormatSchemaDocument(document->schema)) {
      done = absl::InternalError(absl::StrCat("lsn ", entry.lsn.value, ": altering table ", table,
                                              " again gives another schema"));
    }
  }
  return done.ok() ? ReadWorkLog() : done;
}

absl::Status Restorer::ReplayTransaction(const std::vector<wal::LogEntry>& transaction) {
  const wal::LogEntry& first = transaction.front();
  const wal::LogEntry& last = transaction.back();
  if (first.lsn <= done_) return absl::OkStatus();
  done_ = last.lsn;
  transaction_next_ = wal::TransactionId{last.transaction.value + 1};
  report_.operations_replayed += transaction.size();
  ++report_.transactions_replayed;
  const bool changes_schema = first.operation == wal::Operation::kAlterTable ||
                              first.operation == wal::Operation::kDropTable;
  if (changes_schema && first.lsn > plan_.base.shown) return ChangeSchema(transaction);
  for (const wal::LogEntry& entry : transaction) {
    const std::optional<wal::Lsn> durable =
        entry.commit ? std::optional(wal::Lsn{first.lsn.value - 1}) : std::nullopt;
    wal::AppendOperationLine({entry.operation, entry.table, entry.record, entry.old_record},
                             {entry.lsn, entry.transaction}, entry.timestamp, durable, &log_);
    ++log_lines_;
  }
  return log_.size() < kLogBytesMax ? absl::OkStatus() : Settle();
}

// Whether the tables of `base` have records that were purged since from the logs, of which `header`
// is one: then its checksum of the table is gone.
bool Restorer::WasPurged(const wal::LogHeader& base, const wal::LogHeader& header) {
  return std::any_of(base.tables.begin(), base.tables.end(), [&](const auto& table) {
    const auto found = header.tables.find(table.first);
    return found != header.tables.end() && found->second.bytes > 0 && found->second.checksum == 0 &&
           table.second.checksum != 0;
  });
}

// Why the logs do not follow each other.
absl::Status Restorer::BrokenChain(const std::string& place) {
  const std::optional<wal::DatabasePaths>& archives = places_.archives;
  absl::Status none = CheckNoPurge(files_, places_.source);
  if (none.ok() && archives) none = CheckNoPurge(files_, *archives);
  if (!none.ok()) return none;
  const auto replaced = [this](const wal::DatabasePaths& paths, const std::string& identity) {
    const absl::StatusOr<wal::FileInfo> log = files_.Stat(paths.Log());
    return !log.ok() || log->identity != identity;
  };
  if (replaced(places_.source, plan_.source.log.identity) ||
      (plan_.live && replaced(*archives, plan_.live->identity))) {
    return absl::UnavailableError(
        absl::StrCat(place, "; the logs were written anew while they were read: restore again"));
  }
  if (archives) {
    return absl::FailedPreconditionError(absl::StrCat(
        place, "; records were purged from ", archives->directory(), " since ",
        places_.source.directory(), " was backed up, so its archives do not go on from there"));
  }
  return absl::DataLossError(place);
}

absl::Status Restorer::ReplayLogs() {
  std::optional<wal::LogPosition> end;
  for (const ChainLog& log : plan_.chain.logs()) {
    if (log.last < plan_.base.first || log.first > plan_.target) continue;
    const auto replay = [&](const wal::LogHeader&, const std::vector<wal::LogEntry>& transaction) {
      return ReplayTransaction(transaction);
    };
    absl::StatusOr<ChainText> text =
        ReadChainLog(files_, log, plan_.source.log.header.database, plan_.target, replay);
    if (!text.ok()) return text.status();
    const std::uint64_t previous = end ? end->checksum : plan_.base.header.previous;
    if ((end || log.first == plan_.base.first) && text->header.previous != previous) {
      return BrokenChain(absl::StrCat(log.name(), " line 1 byte 0: previous ",
                                      wal::FormatChecksum(text->header.previous), ", expected ",
                                      wal::FormatChecksum(previous)));
    }
    if (log.first == plan_.base.first && WasPurged(plan_.base.header, text->header)) {
      return BrokenChain(log.name() + " line 1 byte 0: tells of other tables");
    }
    end = text->end;
    if (absl::Status counted = count_.AddCopied(log.bytes); !counted.ok()) return counted;
  }
  return absl::OkStatus();
}

absl::Status Restorer::MoveToTarget() {
  absl::StatusOr<wal::LogHeader> header = target_->ReadHeader(done_);
  if (!header.ok()) return header.status();
  header->first_transaction = transaction_next_;
  report_.tables = header->tables.size();
  report_.lsn = done_.value;
  absl::Status done = target_->Restart(*std::move(header));
  return done.ok() ? target_->Finish() : done;
}

absl::StatusOr<RestoreReport> Restorer::Run() {
  absl::StatusOr<std::unique_ptr<NewDirectory>> target = NewDirectory::Begin(
      files_, places_.target,
      {"restore", kWork,
       absl::StrCat("{\"restore_of\":\"", plan_.source.log.header.database, "\"}\n"),
       places_.lock_note});
  if (!target.ok()) return target.status();
  target_ = *std::move(target);
  absl::Status done = PlaceBase();
  if (done.ok()) done = ReplayLogs();
  if (done.ok()) done = Settle();
  if (done.ok()) done = MoveToTarget();
  if (done.ok()) return report_;
  target_->Abandon();
  return done;
}

}  // namespace

absl::StatusOr<RestoreReport> RestoreDatabase(const RestorePlaces& places,
                                              const RestoreOptions& options) {
  for (const wal::DatabasePaths* from :
       {&places.source, places.archives ? &*places.archives : &places.source}) {
    absl::Status apart = CheckApart(places.files, from->directory(), places.target.directory());
    if (!apart.ok()) return apart;
  }
  absl::StatusOr<RestorePlan> plan =
      PlanRestore(places.files, places.source, places.archives, options);
  if (!plan.ok()) return plan.status();
  Restorer restorer(places, options, *std::move(plan));
  RestoreReport planned = restorer.Plan();
  if (options.dry_run) return planned;
  return restorer.Run();
}

}  // namespace linedb::engine
