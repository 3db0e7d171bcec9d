#include "engine/engine.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/checkpoint_tables.h"
#include "engine/open.h"
#include "engine/storage/catalog.h"
#include "engine/table_recovery.h"
#include "schema/schema_document.h"
#include "schema/time_text.h"
#include "wal/checkpoint.h"
#include "wal/wal_archive.h"

namespace linedb::engine {
namespace {

// Closing runs a checkpoint if the log is at least this long. Shorter ones stay: many short-lived
// processes must not litter the archive with logs of a line each.
constexpr std::uint64_t kCloseCheckpointBytes = std::uint64_t{4} << 20;

// Brings the schema into the form in which it is read back from its document (a default written
// "1.50" is read as 1.5), so that the file, the log and the table in memory say the same.
absl::Status Normalize(TableSchema* schema) {
  absl::StatusOr<schema::SchemaDocument> document =
      schema::ParseSchemaDocument(schema::FormatSchemaDocumentCompact(*schema));
  if (!document.ok()) return document.status();
  *schema = std::move(document->schema);
  return absl::OkStatus();
}

}  // namespace

Engine::Engine(std::unique_ptr<wal::FileSystem> owned, wal::FileSystem& files,
               const std::string& directory, const Options& options)
    : owned_files_(std::move(owned)),
      files_(files),
      paths_(directory),
      options_(options),
      archiver_(files_, paths_, options.archives_kept, options.maintenance) {}

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(std::unique_ptr<wal::FileSystem> owned,
                                                     wal::FileSystem& files,
                                                     const std::string& directory,
                                                     const Options& options) {
  std::unique_ptr<Engine> engine(new Engine(std::move(owned), files, directory, options));
  absl::StatusOr<OpenedDatabase> opened = OpenDatabase(files, engine->paths_, options);
  if (!opened.ok()) {
    engine->closed_ = true;
    return opened.status();
  }
  engine->lock_ = std::move(opened->lock);
  engine->tables_ = std::move(opened->tables);
  engine->log_ = std::move(opened->log);
  engine->report_ = std::move(opened->report);
  engine->log_note_.header = std::move(opened->header);
  engine->log_note_.position = opened->position;
  if (engine->log_ != nullptr) {
    engine->NoteLog();
    if (engine->report_.recovered) engine->archiver_.Request();
  }
  return engine;
}

Engine::~Engine() {
  if (!closed_) Close().IgnoreError();
}

absl::Status Engine::Close() {
  if (closed_) return absl::OkStatus();
  if (read_only()) {
    closed_ = true;
    return absl::OkStatus();
  }
  absl::Status done = AcquireSlot();
  if (!done.ok() && failure_.ok()) return done;  // a transaction of this thread is open
  const bool holds_slot = done.ok();
  closed_ = true;
  if (done.ok() && log_->position().bytes >= kCloseCheckpointBytes) {
    // If it fails the log stays as it is, and opening replays it.
    CheckpointHoldingSlot().IgnoreError();
    done = failure_;
  }
  for (const auto& [name, table] : tables_) {
    if (done.ok()) done = table->records.Sync();
  }
  archiver_.WaitUntilIdle();
  // The note in LOCK stays after a failure, so that the next opening recovers.
  if (done.ok()) done = lock_->Clear();
  log_.reset();
  lock_.reset();
  if (holds_slot) slot_.Release();  // whoever comes now is told that it is closed
  return done;
}

absl::Status Engine::AcquireSlot() {
  if (read_only()) {
    return absl::FailedPreconditionError(paths_.directory() + ": opened for reading only");
  }
  absl::Status acquired = slot_.Acquire();
  if (!acquired.ok()) return acquired;
  absl::Status usable = failure_;
  if (closed_) usable = absl::FailedPreconditionError("the database is closed");
  if (usable.ok()) return usable;
  slot_.Release();
  return absl::FailedPreconditionError(absl::StrCat(
      paths_.directory(),
      ": an earlier failure stopped writing, open it again: ", std::string(usable.message())));
}

absl::StatusOr<std::unique_ptr<Transaction>> Engine::Begin() {
  absl::Status acquired = AcquireSlot();
  if (!acquired.ok()) return acquired;
  return std::make_unique<Transaction>(this);
}

absl::Status Engine::Commit(Transaction& transaction) {
  if (transaction.operations().empty()) {
    slot_.Release();
    return absl::OkStatus();
  }
  absl::Status committed = CommitTransaction(transaction, *log_, &failure_);
  if (!committed.ok()) {
    RollbackTransaction(transaction);
    slot_.Release();
    return committed;
  }
  {
    const std::lock_guard<std::mutex> lock(log_mutex_);
    ++log_note_.commits;
  }
  NoteLog();
  // The transaction is durable whatever becomes of this; a failure that matters is in failure_.
  if (options_.maintenance == Maintenance::kBackground &&
      log_->position().bytes > options_.log_bytes_max) {
    CheckpointHoldingSlot().IgnoreError();
  }
  slot_.Release();
  return absl::OkStatus();
}

void Engine::Rollback(Transaction& transaction) {
  RollbackTransaction(transaction);
  slot_.Release();
}

void Engine::NoteLog() {
  const std::lock_guard<std::mutex> lock(log_mutex_);
  // A checkpoint without operations before it keeps both numbers.
  if (log_note_.header.first_lsn != log_->header().first_lsn ||
      log_note_.header.epoch != log_->header().epoch ||
      log_note_.header.timestamp != log_->header().timestamp) {
    log_note_.header = log_->header();
  }
  log_note_.position = log_->position();
}

absl::StatusOr<CheckpointReport> Engine::Checkpoint() {
  absl::Status acquired = AcquireSlot();
  if (!acquired.ok()) return acquired;
  absl::StatusOr<CheckpointReport> report = CheckpointHoldingSlot();
  slot_.Release();
  if (report.ok()) archiver_.WaitUntilIdle();
  return report;
}

absl::StatusOr<CheckpointReport> Engine::CheckpointHoldingSlot() {
  CheckpointReport report;
  const wal::LogPosition old = log_->position();
  report.lsn = old.next_lsn.value - 1;
  report.log_bytes_before = report.log_bytes_after = old.bytes;
  TablesCheckpoint checkpoint(files_, paths_, options_);
  const bool logged = old.next_lsn > log_->header().first_lsn;
  report.needed = logged || std::any_of(tables_.begin(), tables_.end(), [&](const auto& table) {
                    return checkpoint.IsCompactionDue(*table.second);
                  });
  if (!report.needed) return report;
  absl::Status prepared = checkpoint.Prepare(tables_);
  if (!prepared.ok()) {
    checkpoint.Abandon();
    // A failed sync leaves the fate of the table's bytes unknown; a full disk does not.
    if (absl::IsInternal(prepared)) failure_ = prepared;
    return prepared;
  }
  wal::Rotation rotation{log_->header(), old, schema::FormatTimestamp(schema::Now()), ArchiveTime(),
                         checkpoint.header_tables()};
  absl::StatusOr<std::unique_ptr<wal::WalWriter>> rotated =
      wal::RotateLog(files_, paths_, rotation);
  if (!rotated.ok()) {
    if (absl::IsInternal(rotated.status())) {
      failure_ = rotated.status();
    } else {
      checkpoint.Abandon();
    }
    return rotated.status();
  }
  log_ = *std::move(rotated);
  absl::Status finished = checkpoint.Finish(&report);
  if (!finished.ok()) {
    failure_ = absl::InternalError(std::string(finished.message()));
    return failure_;
  }
  report.log_bytes_after = log_->position().bytes;
  if (logged) {
    report.archive = wal::FormatArchiveName(
        {rotation.archive_time, rotation.old_header.first_lsn, {old.next_lsn.value - 1}});
  }
  {
    const std::lock_guard<std::mutex> lock(log_mutex_);
    ++log_note_.checkpoints;
  }
  NoteLog();
  archiver_.Request();
  return report;
}

TableState* Engine::FindTable(std::string_view name) const {
  const std::shared_lock<std::shared_mutex> lock(tables_mutex_);
  const auto found = tables_.find(std::string(name));
  return found == tables_.end() ? nullptr : found->second.get();
}

std::vector<std::string> Engine::TableNames() const {
  const std::shared_lock<std::shared_mutex> lock(tables_mutex_);
  std::vector<std::string> names;
  for (const auto& [name, table] : tables_) names.push_back(name);
  return names;
}

absl::Status Engine::CheckNewTable(const TableSchema& schema) const {
  if (absl::Status valid = ValidateTableSchema(schema); !valid.ok()) return valid;
  for (const auto& [name, table] : tables_) {
    if (absl::AsciiStrToLower(name) != absl::AsciiStrToLower(schema.table_name)) continue;
    return absl::AlreadyExistsError(
        name == schema.table_name
            ? absl::StrCat("table ", name, " exists already")
            : absl::StrCat("table ", schema.table_name, " differs from table ", name,
                           " in case only, which not every file system can tell apart"));
  }
  const std::string path = paths_.Schema(schema.table_name);
  if (files_.Stat(path).ok()) {
    return absl::FailedPreconditionError(absl::StrCat(
        wal::ShortName(paths_, path),
        " is in the way: the log does not know that table; move the file elsewhere first"));
  }
  return absl::OkStatus();
}

absl::Status Engine::CreateTable(const TableSchema& schema) {
  absl::Status acquired = AcquireSlot();
  if (!acquired.ok()) return acquired;
  TableSchema created = schema;
  if (created.created_at.empty()) created.created_at = schema::FormatTimestamp(schema::Now());
  absl::Status done = CheckNewTable(created);
  if (done.ok()) done = Normalize(&created);
  if (done.ok()) done = MoveStrayRecordsAside(created.table_name);
  if (done.ok()) done = LogCreation(created);
  if (done.ok()) {
    absl::StatusOr<std::unique_ptr<TableState>> table = MakeTable(created);
    if (table.ok()) {
      const std::unique_lock<std::shared_mutex> lock(tables_mutex_);
      tables_[created.table_name] = *std::move(table);
    } else {
      // It is in the log, so it exists; opening again makes its files.
      done = failure_ = table.status();
    }
  }
  if (done.ok()) NoteLog();
  slot_.Release();
  return done;
}

// Records of a table that the log does not know are in the way, but not ours to delete. They go
// before the log knows the table: recovery would cut them as what the log does not vouch for.
absl::Status Engine::MoveStrayRecordsAside(const std::string& table) {
  absl::StatusOr<std::string> aside = FreeName(files_, paths_.RecordsSurplus(table));
  if (!aside.ok()) return aside.status();
  absl::Status moved = files_.Rename(paths_.Records(table), *aside);
  if (absl::IsNotFound(moved)) return absl::OkStatus();
  return moved.ok() ? files_.SyncDirectory(paths_.DataDirectory()) : moved;
}

absl::Status Engine::LogCreation(const TableSchema& schema) {
  const std::string document = schema::FormatSchemaDocumentCompact(schema);
  const wal::LogOperation operation{wal::Operation::kCreateTable, schema.table_name, document, {}};
  log_->Add({&operation, 1}, schema::FormatTimestamp(schema::Now()));
  absl::Status done = log_->Write();
  if (done.ok()) done = log_->Sync();
  if (log_->failed()) failure_ = log_->failure();
  return done;
}

absl::StatusOr<std::unique_ptr<TableState>> Engine::MakeTable(const TableSchema& schema) {
  absl::StatusOr<CatalogEntry> entry = WriteSchemaFile(files_, paths_, schema);
  if (!entry.ok()) return entry.status();
  return NewTable(files_, paths_, *entry);
}

Statistics Engine::Stats() const {
  Statistics statistics;
  statistics.directory = owned_files_ == nullptr ? paths_.directory() : "";
  {
    const std::shared_lock<std::shared_mutex> lock(tables_mutex_);
    for (const auto& [name, table] : tables_) {
      const std::shared_lock<std::shared_mutex> table_lock(table->mutex);
      TableStatistics& figures = statistics.tables.emplace_back();
      figures.name = name;
      figures.records = table->live;
      figures.lines = table->lines;
      figures.lines_superseded = table->lines - table->live;
      figures.file_bytes = table->visible_bytes;
      for (const HashIndex& index : table->indexes) figures.index_bytes += index.memory_bytes();
      figures.next_id = table->next_id;
    }
  }
  {
    const std::lock_guard<std::mutex> lock(log_mutex_);
    statistics.database = log_note_.header.database;
    statistics.log_bytes = log_note_.position.bytes;
    statistics.log_lines = log_note_.position.next_lsn.value - log_note_.header.first_lsn.value;
    statistics.last_lsn = log_note_.position.next_lsn.value - 1;
    statistics.checkpoint_lsn = log_note_.header.first_lsn.value - 1;
    statistics.checkpoint_time = log_note_.header.timestamp;
    statistics.epoch = log_note_.header.epoch;
    statistics.commits = log_note_.commits;
    statistics.checkpoints = log_note_.checkpoints;
  }
  absl::StatusOr<std::vector<wal::Archive>> archives = wal::ListArchives(files_, paths_);
  if (archives.ok()) {
    statistics.archive_count = archives->size();
    for (const wal::Archive& archive : *archives) statistics.archive_bytes += archive.bytes;
  }
  return statistics;
}

}  // namespace linedb::engine
