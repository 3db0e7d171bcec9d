#include "engine/open.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/checkpoint_tables.h"
#include "engine/history/purge_record.h"
#include "engine/lock_note.h"
#include "engine/original_directory.h"
#include "engine/storage/database_id.h"
#include "engine/storage/earlier_records.h"
#include "engine/storage/reading_attempts.h"
#include "engine/table_recovery.h"
#include "schema/time_text.h"
#include "wal/checkpoint.h"
#include "wal/file_steps.h"
#include "wal/wal_recovery.h"

namespace linedb::engine {
namespace {

// A reader that finds the log switched under it starts again; a writer that checkpoints faster
// than this many readings in a row is not to be kept up with.
constexpr int kReadAttemptsMax = 100;

// One opening. A class because its steps share so much; it lives as long as OpenDatabase runs.
class Opener {
 public:
  Opener(wal::FileSystem& files, const wal::DatabasePaths& paths, const Options& options)
      : files_(files), paths_(paths), options_(options) {}

  absl::StatusOr<OpenedDatabase> OpenForWriting(bool exists);
  absl::StatusOr<OpenedDatabase> OpenForReading();
  absl::Status Install(const Installation& installation);

 private:
  absl::Status TakeLock();
  absl::Status SyncNames();
  void RemoveEarlier();
  void RemoveTemporaries();
  absl::Status CreateEmpty();
  absl::Status ReadEverything();
  absl::Status SecureCreations(const Catalog& catalog);
  void TakeOver();
  bool IsClosedProperly() const;
  void NoteLoss();
  void NotePurge();
  absl::Status ContinueLog();
  absl::Status KeepTornTail();
  absl::Status RotateRecovered(absl::Span<const wal::LogOperation> transaction);

  // Of reading the log, which is the first half of replaying it.
  wal::LogProgress ReadingProgress() const;
  void Note(std::string sentence) { opened_.report.notes.push_back(std::move(sentence)); }
  std::string Short(const std::string& path) const { return wal::ShortName(paths_, path); }

  wal::FileSystem& files_;
  const wal::DatabasePaths& paths_;
  const Options& options_;
  OpenedDatabase opened_;
  wal::RecoveredLog log_;
  const GivenTables* given_ = nullptr;     // null: none
  std::optional<TableRecovery> recovery_;  // none for a directory of the Python original
  bool clean_ = true;                      // the last writer ended properly
  bool was_closed_ = false;                // of a reader: nobody wrote when it began
};

// How long the note of a new holder is waited for, in all 1 s.
constexpr int kNoteTriesMax = 200;
constexpr std::chrono::milliseconds kNoteWait{5};

absl::Status Opener::TakeLock() {
  absl::StatusOr<std::unique_ptr<wal::FileLock>> lock = files_.Lock(paths_.Lock(), MakeLockNote());
  // Who has just taken it writes the note right away.
  for (int tries = 0; absl::IsUnavailable(lock.status()) && tries < kNoteTriesMax &&
                      !MayBeHoldersNote(std::string(lock.status().message()));
       ++tries) {
    std::this_thread::sleep_for(kNoteWait);
    lock = files_.Lock(paths_.Lock(), MakeLockNote());
  }
  if (absl::IsUnavailable(lock.status())) {
    return absl::UnavailableError(absl::StrCat(
        paths_.directory(), ": ", DescribeLockNote(std::string(lock.status().message())),
        " has it open for writing; reading works meanwhile"));
  }
  if (!lock.ok()) return lock.status();
  opened_.lock = *std::move(lock);
  clean_ = opened_.lock->note_found().empty();
  return absl::OkStatus();
}

// A writer that died may have made, renamed or removed files whose names are in the page cache
// only. What is found is going to be relied on, so it is made durable first.
absl::Status Opener::SyncNames() {
  for (const std::string& directory : {paths_.directory(), paths_.SchemaDirectory(),
                                       paths_.DataDirectory(), paths_.WalDirectory()}) {
    absl::Status durable = files_.SyncDirectory(directory);
    if (!durable.ok() && !absl::IsNotFound(durable)) return durable;
  }
  return absl::OkStatus();
}

absl::Status Opener::CreateEmpty() {
  for (const std::string& directory : {paths_.directory(), paths_.SchemaDirectory(),
                                       paths_.DataDirectory(), paths_.WalDirectory()}) {
    if (absl::Status made = wal::MakeDirectories(files_, directory); !made.ok()) return made;
  }
  if (absl::Status locked = TakeLock(); !locked.ok()) return locked;
  // Somebody else may have been here between the look and the lock.
  absl::StatusOr<bool> exists = DatabaseExists(files_, paths_);
  if (!exists.ok()) return exists.status();
  if (*exists) return absl::OkStatus();
  wal::LogHeader header;
  header.database = NewDatabaseId();
  header.timestamp = schema::FormatTimestamp(schema::Now());
  opened_.report.created = true;
  clean_ = true;
  return wal::CreateLog(files_, paths_, header).status();
}

// What a crash, or a full disk, has left of tables' files on their way.
void Opener::RemoveTemporaries() {
  for (const std::string& directory : {paths_.SchemaDirectory(), paths_.DataDirectory()}) {
    const absl::StatusOr<std::vector<std::string>> names = files_.List(directory);
    if (!names.ok()) continue;  // reading the files says why
    for (const std::string& name : *names) {
      if (wal::IsTemporaryTableFile(name)) files_.Remove(directory + "/" + name).IgnoreError();
    }
  }
}

absl::StatusOr<OpenedDatabase> Opener::OpenForWriting(bool exists) {
  absl::Status done = exists ? TakeLock() : CreateEmpty();
  if (!done.ok()) return done;
  if (!clean_) done = SyncNames();
  if (done.ok()) RemoveTemporaries();
  if (done.ok()) done = ReadEverything();
  // What was closed properly still is, if it cannot be read.
  if (!done.ok() && clean_) opened_.lock->Clear().IgnoreError();
  if (done.ok() && log_.kind == wal::LogKind::kOriginal) {
    done = AdoptOriginal(files_, paths_, NewDatabaseId(), &opened_);
    if (!done.ok()) return done;
    return std::move(opened_);
  }
  if (done.ok()) done = recovery_->SettleTails(clean_);
  if (!done.ok()) return done;
  TakeOver();
  done = ContinueLog();
  if (!done.ok()) return done;
  RemoveEarlier();
  return std::move(opened_);
}

// What an alteration kept stays as long as the log does that begins with it.
void Opener::RemoveEarlier() {
  const bool keeps = !opened_.report.recovered && !log_.entries.empty() &&
                     log_.entries.front().operation == wal::Operation::kAlterTable;
  RemoveEarlierRecords(files_, paths_, keeps ? log_.entries.front().table : std::string_view());
}

absl::Status Opener::Install(const Installation& installation) {
  given_ = &installation.tables;
  absl::Status done = TakeLock();
  if (!done.ok()) return done;
  done = installation.begin();
  if (done.ok() && !clean_) done = SyncNames();
  if (done.ok()) RemoveTemporaries();
  if (done.ok()) done = ReadEverything();
  if (done.ok() && !recovery_) done = absl::FailedPreconditionError("the log is not of linedb");
  if (done.ok()) done = recovery_->SettleTails(clean_);
  if (done.ok()) {
    TakeOver();
    done = RotateRecovered(installation.transaction);
  }
  if (!done.ok() && opened_.log != nullptr) {
    // Behind the switch: of a full disk, too, no longer an error that says "nothing happened".
    done = absl::InternalError(absl::StrCat(std::string(done.message()),
                                            "; it counts all the same: opening again finishes it"));
  }
  // What was closed properly still is; of a crash the next opening is to know.
  if (clean_ && !absl::IsInternal(done)) done.Update(opened_.lock->Clear());
  return done;
}

absl::StatusOr<OpenedDatabase> Opener::OpenForReading() {
  int quiet_attempts = 0;
  for (int attempt = 1;; ++attempt) {
    opened_ = {};
    recovery_.reset();
    log_ = {};
    const WriterState writer = WriterStateOf(files_, paths_);
    was_closed_ = IsClosedProperly();
    const std::string identity = LogIdentity(files_, paths_);
    absl::Status done = ReadEverything();
    // Files are read one after the other; if a checkpoint replaced the log meanwhile, what was read
    // need not fit together, and an error may come of just that.
    if (LogIdentity(files_, paths_) != identity && attempt < kReadAttemptsMax) continue;
    const bool may_be_renamed = absl::IsDataLoss(done) && writer != WriterState::kNone;
    if (may_be_renamed && ++quiet_attempts < kQuietAttemptsMax) continue;
    if (!done.ok()) return done;
    if (recovery_) {
      // A writer at work is always ahead of what was read of its log.
      if (WriterStateOf(files_, paths_) != WriterState::kAlive) done = recovery_->NoteSurplus();
      if (done.ok()) done = recovery_->PublishTails();
      if (!done.ok()) return done;
      TakeOver();
    }
    // A writer that lives keeps its note too; one that died left the mending to the next.
    opened_.report.recovered = WriterStateOf(files_, paths_) == WriterState::kDied;
    return std::move(opened_);
  }
}

// What was recovered becomes what is open.
void Opener::TakeOver() {
  opened_.tables = std::move(recovery_->tables());
  opened_.header = log_.header;
  opened_.position = log_.position;
  if (options_.access == Access::kReadOnly) {
    opened_.log_tail =
        std::make_unique<wal::LogTail>(std::move(log_.file), Short(paths_.Log()), log_.position);
    opened_.log_identity = log_.identity;
  }
  opened_.report.transactions_replayed = recovery_->transactions_replayed();
  opened_.report.operations_replayed = recovery_->operations_replayed();
  for (std::string& note : recovery_->notes()) Note(std::move(note));
}

// Recovery is going to make the schema files that a crash left out. After a crash the log that
// calls for them may be in the page cache only: were the power cut then, the files would stay and
// no log know their tables, which could never be created again. So it is put into a new file first.
absl::Status Opener::SecureCreations(const Catalog& catalog) {
  if (clean_ || options_.access == Access::kReadOnly) return absl::OkStatus();
  const bool makes_files =
      std::any_of(log_.entries.begin(), log_.entries.end(), [&](const wal::LogEntry& entry) {
        return entry.operation == wal::Operation::kCreateTable &&
               !catalog.contains(std::string(entry.table));
      });
  if (!makes_files) return absl::OkStatus();
  return wal::WriteFileAtomically(files_, paths_.Log(), log_.text.substr(0, log_.position.bytes));
}

wal::LogProgress Opener::ReadingProgress() const {
  if (!options_.progress) return {};
  return [this](std::uint64_t done, std::uint64_t total) {
    options_.progress({Short(paths_.Log()).c_str(), done, 2 * total});
  };
}

absl::Status Opener::ReadEverything() {
  absl::StatusOr<Catalog> catalog = ReadCatalog(files_, paths_);
  if (!catalog.ok()) return catalog.status();
  absl::StatusOr<wal::RecoveredLog> log =
      wal::RecoverLog(files_, paths_, IsOriginal(*catalog), ReadingProgress());
  if (!log.ok()) return log.status();
  log_ = *std::move(log);
  if (log_.kind == wal::LogKind::kOriginal) {
    opened_.report.original_format = true;
    return LoadOriginal(files_, paths_, *catalog, &opened_);
  }
  if (log_.torn_bytes > 0) {
    opened_.report.torn_bytes = log_.torn_bytes;
    Note(absl::StrCat(Short(paths_.Log()), " line ", log_.torn_line, " byte ", log_.position.bytes,
                      ": the last ", log_.torn_bytes,
                      " bytes belong to no whole transaction and do not count (", log_.torn_reason,
                      ")"));
    NoteLoss();
  }
  if (absl::Status durable = SecureCreations(*catalog); !durable.ok()) return durable;
  NotePurge();
  recovery_.emplace(files_, paths_, options_, log_, given_);
  return recovery_->Load(*catalog);
}

bool Opener::IsClosedProperly() const {
  const absl::StatusOr<std::string> note = wal::ReadFile(files_, paths_.Lock());
  return note.ok() && note->empty();
}

// After a proper end nothing is unfinished. Who writes keeps the bytes; see KeepTornTail.
void Opener::NoteLoss() {
  if (!was_closed_ || !IsClosedProperly()) return;
  Note("the database had been closed properly: a transaction may be lost");
}

// It harms nobody who reads the tables, so opening goes on.
void Opener::NotePurge() {
  const absl::StatusOr<PurgeMark> mark = ReadPurgeMark(files_, paths_);
  if (!mark.ok()) return;
  Note(absl::StrCat(Short(paths_.PurgeMark()), ": ", mark->Describe(),
                    ", is on its way or was stopped: run it again"));
}

absl::Status Opener::ContinueLog() {
  if (!clean_ || recovery_->rewritten() || log_.torn_bytes > 0) {
    opened_.report.recovered = true;
    if (clean_ && log_.torn_bytes > 0) {
      if (absl::Status kept = KeepTornTail(); !kept.ok()) return kept;
    }
    return RotateRecovered({});
  }
  absl::StatusOr<std::unique_ptr<wal::File>> file =
      files_.Open(paths_.Log(), wal::OpenMode::kAppend);
  if (!file.ok()) return file.status();
  // A proper end syncs, so all that is there is durable.
  log_.position.durable = wal::Lsn{log_.position.next_lsn.value - 1};
  opened_.log = std::make_unique<wal::WalWriter>(*std::move(file), log_.header, log_.position);
  return absl::OkStatus();
}

// After a crash the torn tail is an unfinished transaction's. After a proper end nothing was
// unfinished: it is damage, or the log was cut by hand, and it may be all there is of a transaction
// that was acknowledged.
absl::Status Opener::KeepTornTail() {
  const std::string_view torn = log_.text.substr(log_.position.bytes);
  absl::StatusOr<std::string> kept = KeepSurplus(files_, paths_.LogSurplus(), torn);
  if (!kept.ok()) return kept.status();
  Note(absl::StrCat("the database had been closed properly, so these bytes are kept in ",
                    Short(*kept)));
  return absl::OkStatus();
}

// The log may be in the page cache and not on the disk, so it is never continued after a crash: a
// checkpoint puts everything into files that were synced since.
absl::Status Opener::RotateRecovered(absl::Span<const wal::LogOperation> transaction) {
  TablesCheckpoint checkpoint(files_, paths_, options_);
  absl::Status done = checkpoint.Prepare(opened_.tables);
  if (done.ok()) done = checkpoint.Complete(opened_.tables);
  if (!done.ok()) {
    checkpoint.Abandon();
    return done;
  }
  absl::StatusOr<std::unique_ptr<wal::WalWriter>> log = wal::RotateLog(
      files_, paths_,
      {log_.header, log_.position, schema::FormatTimestamp(schema::Now()), ArchiveTime(),
       checkpoint.header_tables(), /*log_may_be_unsynced=*/!clean_, transaction});
  if (!log.ok()) {
    // kInternal: it may have come about all the same, so the compacted files stay.
    if (!absl::IsInternal(log.status())) checkpoint.Abandon();
    return log.status();
  }
  opened_.log = *std::move(log);
  CheckpointReport report;
  Publisher publisher;  // nobody reads yet
  return checkpoint.Finish(publisher, &report);
}

}  // namespace

std::string LogIdentity(wal::FileSystem& files, const wal::DatabasePaths& paths) {
  const absl::StatusOr<wal::FileInfo> log = files.Stat(paths.Log());
  return log.ok() ? log->identity : std::string();
}

namespace {

// The log, which comes last, is missing: is somebody at it, or was stopped before it?
absl::Status CheckFinished(wal::FileSystem& files, const wal::DatabasePaths& paths) {
  const absl::StatusOr<wal::FileInfo> mark = files.Stat(paths.Unfinished());
  if (absl::IsNotFound(mark.status())) return absl::OkStatus();
  if (!mark.ok()) return mark.status();
  return absl::FailedPreconditionError(
      absl::StrCat(paths.directory(),
                   ": a backup, restore, load or repair into it is not finished; run the backup "
                   "again, or remove it and do the other again"));
}

}  // namespace

absl::StatusOr<bool> DatabaseExists(wal::FileSystem& files, const wal::DatabasePaths& paths) {
  absl::StatusOr<wal::FileInfo> log = files.Stat(paths.Log());
  if (log.ok()) return true;
  if (!absl::IsNotFound(log.status())) return log.status();
  if (absl::Status finished = CheckFinished(files, paths); !finished.ok()) return finished;
  absl::StatusOr<std::vector<std::string>> names = files.List(paths.SchemaDirectory());
  if (absl::IsNotFound(names.status())) return false;
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (wal::TableOfSchemaFile(name)) return true;
  }
  return false;
}

namespace {

absl::Status NoDatabase(const wal::DatabasePaths& paths) {
  return absl::NotFoundError(paths.directory() + ": there is no linedb database");
}

}  // namespace

absl::Status CheckDatabaseExists(wal::FileSystem& files, const wal::DatabasePaths& paths) {
  absl::StatusOr<bool> exists = DatabaseExists(files, paths);
  if (!exists.ok()) return exists.status();
  return *exists ? absl::OkStatus() : NoDatabase(paths);
}

absl::StatusOr<OpenedDatabase> OpenDatabase(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                            const Options& options) {
  absl::StatusOr<bool> exists = DatabaseExists(files, paths);
  if (!exists.ok()) return exists.status();
  if (!*exists && (options.create == Create::kNever || options.access == Access::kReadOnly)) {
    return NoDatabase(paths);
  }
  if (*exists && options.create == Create::kAlways) {
    return absl::AlreadyExistsError(paths.directory() + ": there is a linedb database already");
  }
  Opener opener(files, paths, options);
  return options.access == Access::kReadOnly ? opener.OpenForReading()
                                             : opener.OpenForWriting(*exists);
}

absl::Status Install(wal::FileSystem& files, const wal::DatabasePaths& paths,
                     const Options& options, const Installation& installation) {
  assert(options.access == Access::kReadWrite && installation.begin);
  return Opener(files, paths, options).Install(installation);
}

}  // namespace linedb::engine
