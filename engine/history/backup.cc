#include "engine/history/backup.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/history/backup_source.h"
#include "engine/history/backup_target.h"
#include "engine/history/purge_record.h"
#include "engine/history/records_copy.h"
#include "engine/storage/catalog.h"
#include "wal/file_steps.h"
#include "wal/wal_archive.h"
#include "wal/wal_reader.h"

namespace linedb::engine {
namespace {

// One copy. The order of its steps is what makes each of them harmless:
//
//   1. what no log of the target counts on: older archives, tables it does not have yet, and, of
//      those it has, bytes behind the ones that count, and successors under names of their own
//   2. if something has to take another's place: a log of the new header alone, by which these
//      successors count already, and what it does not tell of does not; then their renames
//   3. the log
//   4. what only this log allows: newer archives, and removing the tables it does not have
class Copier {
 public:
  Copier(const BackupPlaces& places, const BackupOptions& options)
      : from_(places.source_files),
        source_paths_(places.source),
        to_(places.target_files),
        paths_(places.target),
        note_(places.lock_note),
        options_(options),
        count_(options.progress) {}

  absl::StatusOr<BackupReport> Run();

 private:
  absl::Status Prepare();
  absl::Status ListArchives();
  absl::Status CopyArchives(bool before_log);
  absl::Status CopyArchive(const wal::Archive& archive);
  absl::Status CopyTable(const std::string& name, SourceTable& table);
  absl::Status CheckNotPurged();
  absl::Status CheckFollows(const wal::Archive& archive);
  absl::Status CopySchema(const std::string& name, const SourceTable& table);
  absl::Status PlaceSuccessors();
  absl::Status SyncDirectories();
  absl::Status WriteLog(std::string_view text);
  absl::Status RemoveDropped();
  void MeasureArchives();
  BackupReport Report() const;

  wal::FileSystem& from_;
  const wal::DatabasePaths& source_paths_;
  wal::FileSystem& to_;
  const wal::DatabasePaths& paths_;
  const std::string& note_;
  const BackupOptions& options_;
  CopyCount count_;
  BackupSource source_;
  FoundCopy found_;
  std::unique_ptr<wal::FileLock> lock_;
  Found trust_ = Found::kDurable;
  std::vector<wal::Archive> archives_;  // of the source, before its log
  std::set<std::string> replaced_records_;
  std::set<std::string> replaced_schemas_;
  std::uint64_t archives_copied_ = 0;
  std::uint64_t archives_missing_ = 0;
};

absl::Status Copier::Prepare() {
  absl::Status done;
  if (&from_ == &to_) done = CheckApart(to_, source_paths_.directory(), paths_.directory());
  if (!done.ok()) return done;
  absl::StatusOr<BackupSource> source = OpenBackupSource(from_, source_paths_);
  if (!source.ok()) return source.status();
  source_ = *std::move(source);
  done = CheckNoPurge(from_, source_paths_);
  if (!done.ok()) return done;
  // Before a LOCK is put into a directory of somebody else's.
  absl::StatusOr<FoundCopy> found =
      LookAtTarget(to_, paths_, from_, source_paths_, source_, TargetAccess::kLook);
  if (!found.ok()) return found.status();
  done = wal::MakeDirectories(to_, paths_.directory());
  if (!done.ok()) return done;
  absl::StatusOr<std::unique_ptr<wal::FileLock>> lock = to_.Lock(paths_.Lock(), note_);
  if (absl::IsUnavailable(lock.status())) {
    return absl::UnavailableError(absl::StrCat(
        paths_.directory(), ": is open for writing, or another backup is on its way, by ",
        std::string(lock.status().message())));
  }
  if (!lock.ok()) return lock.status();
  lock_ = *std::move(lock);
  if (!lock_->note_found().empty()) trust_ = Found::kInCache;
  // The same goes for names: a rename that is seen may be in the cache only.
  if (found->kind == FoundCopy::Kind::kBackup) done = SyncDirectories();
  if (!done.ok()) return done;
  found = LookAtTarget(to_, paths_, from_, source_paths_, source_, TargetAccess::kHoldsLock);
  if (!found.ok()) return found.status();
  found_ = *std::move(found);
  if (found_.kind == FoundCopy::Kind::kNothing) {
    done = wal::WriteFileAtomically(
        to_, paths_.Unfinished(),
        absl::StrCat("{\"backup_of\":\"", source_.log.header.database, "\"}\n"));
  }
  for (const std::string& directory :
       {paths_.SchemaDirectory(), paths_.DataDirectory(), paths_.WalDirectory()}) {
    if (done.ok()) done = wal::MakeDirectories(to_, directory);
  }
  return done;
}

// Those behind the log that is copied were made meanwhile: they are the next backup's.
absl::Status Copier::ListArchives() {
  if (!options_.archives) return absl::OkStatus();
  absl::StatusOr<std::vector<wal::Archive>> archives = wal::ListArchives(from_, source_paths_);
  if (!archives.ok()) return archives.status();
  for (wal::Archive& archive : *archives) {
    if (archive.name.original || archive.name.first < source_.log.header.first_lsn) {
      count_.Expect(archive.bytes);
      archives_.push_back(std::move(archive));
    }
  }
  return absl::OkStatus();
}

// An archive of what a log holds, or of what comes after it, must not stand beside it: it would
// show that it is not the log in force.
absl::Status Copier::CopyArchives(bool before_log) {
  bool named = false;
  for (const wal::Archive& archive : archives_) {
    const bool older = found_.kind != FoundCopy::Kind::kBackup || archive.name.original ||
                       archive.name.last < found_.header.first_lsn;
    if (older != before_log) continue;
    wal::ArchiveName twin = archive.name;
    bool there = false;
    for (const bool compressed : {false, true}) {
      twin.compressed = compressed;
      const absl::StatusOr<wal::FileInfo> info = to_.Stat(paths_.Archive(twin));
      if (!info.ok() && !absl::IsNotFound(info.status())) return info.status();
      if (!info.ok()) continue;
      there = true;
      if (absl::Status done = count_.AddShared(info->bytes); !done.ok()) return done;
    }
    if (there) continue;
    absl::Status done = CopyArchive(archive);
    if (absl::IsNotFound(done)) continue;  // removed meanwhile, as one too many
    if (!done.ok()) return done;
    named = true;
  }
  return named ? to_.SyncDirectory(paths_.WalDirectory()) : absl::OkStatus();
}

absl::Status Copier::CopyArchive(const wal::Archive& archive) {
  wal::ArchiveName name = archive.name;
  absl::StatusOr<std::unique_ptr<wal::File>> source =
      from_.Open(archive.path, wal::OpenMode::kRead);
  if (absl::IsNotFound(source.status()) && !name.original && !name.compressed) {
    name.compressed = true;  // by the source's writer, meanwhile
    source = from_.Open(source_paths_.Archive(name), wal::OpenMode::kRead);
  }
  if (!source.ok()) return source.status();
  absl::StatusOr<std::uint64_t> bytes = (*source)->Size();
  if (!bytes.ok()) return bytes.status();
  const std::string path = paths_.Archive(name);
  const std::string temporary = wal::TemporaryOf(path);
  absl::Status done = wal::WriteTemporary(to_, temporary, [&](wal::File& file) {
                        return AppendRange(**source, 0, *bytes, file, nullptr, count_);
                      }).status();
  if (!done.ok()) return done;
  ++archives_copied_;
  count_.AddFile();
  return to_.Rename(temporary, path);
}

// A purge that came while the archives were copied has written them anew, and not the log that was
// read before. What a first backup has of them is removed: another begins with those of after.
absl::Status Copier::CheckNotPurged() {
  absl::Status same = CheckNoPurge(from_, source_paths_);
  if (same.ok() && !archives_.empty()) same = CheckFollows(archives_.back());
  if (same.ok() || found_.kind == FoundCopy::Kind::kBackup) return same;
  for (const wal::Archive& archive : archives_) {
    wal::ArchiveName name = archive.name;
    for (const bool compressed : {false, true}) {
      name.compressed = compressed;
      absl::Status gone = wal::RemoveIfThere(to_, paths_.Archive(name));
      if (!gone.ok()) return gone;
    }
  }
  return same;
}

// Whether the log that is copied goes on where the copied archive ends.
absl::Status Copier::CheckFollows(const wal::Archive& archive) {
  const absl::StatusOr<wal::FileInfo> log = from_.Stat(source_paths_.Log());
  if (log.ok() && log->identity == source_.log.identity) return absl::OkStatus();
  if (archive.name.original) return absl::OkStatus();
  wal::Archive copy = archive;
  copy.path = paths_.Archive(copy.name);
  const absl::StatusOr<std::string> text = wal::ReadListedArchive(to_, paths_, copy);
  if (!text.ok()) return absl::IsNotFound(text.status()) ? absl::OkStatus() : text.status();
  wal::WalReader reader(*text, wal::ShortName(paths_, copy.path));
  wal::LogHeader header;
  if (absl::Status read = reader.ReadHeader(&header); !read.ok()) return read;
  for (wal::LogEntry entry; reader.Next(&entry);) continue;
  const bool next = reader.position().next_lsn == source_.log.header.first_lsn;
  if (!next || reader.position().checksum == source_.log.header.previous) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(source_paths_.directory(),
                   ": records were purged while it was copied; run the backup again"));
}

absl::Status Copier::CopySchema(const std::string& name, const SourceTable& table) {
  const absl::StatusOr<std::string> found = wal::ReadFile(to_, paths_.Schema(name));
  if (found.ok() && *found == table.schema_text) return count_.AddShared(found->size());
  if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
  const bool counts = found_.tables.contains(name);
  if (counts) replaced_schemas_.insert(name);
  count_.AddFile();
  absl::Status done = wal::WriteFileAtomically(
      to_, counts ? paths_.SchemaNext(name) : paths_.Schema(name), table.schema_text);
  return done.ok() ? count_.AddCopied(table.schema_text.size()) : done;
}

absl::Status Copier::CopyTable(const std::string& name, SourceTable& table) {
  if (absl::Status done = CopySchema(name, table); !done.ok()) return done;
  const auto old = found_.header.tables.find(name);
  const std::uint64_t kept_bytes = old == found_.header.tables.end() ? 0 : old->second.bytes;
  // A table of that name that was made since the target's, or the source's, last checkpoint.
  const bool other = found_.tables.contains(name) && replaced_schemas_.contains(name);
  if (table.records == nullptr) {
    if (kept_bytes > 0 || other) {
      replaced_records_.insert(name);
      return absl::OkStatus();
    }
    return SetTail(to_, paths_.Records(name), 0, trust_, table.tail, count_);
  }
  absl::StatusOr<bool> continued = ContinueRecords(to_, paths_.Records(name), kept_bytes, trust_,
                                                   *table.records, table.checkpoint, count_);
  if (!continued.ok()) return continued.status();
  if (*continued) {
    return SetTail(to_, paths_.Records(name), table.checkpoint.bytes, trust_, table.tail, count_);
  }
  replaced_records_.insert(name);
  return CopyRecords(to_, paths_.RecordsCompacted(name), *table.records,
                     wal::ShortName(source_paths_, source_paths_.Records(name)), table.checkpoint,
                     count_);
}

absl::Status Copier::SyncDirectories() {
  for (const std::string& directory :
       {paths_.SchemaDirectory(), paths_.DataDirectory(), paths_.WalDirectory()}) {
    if (absl::Status done = to_.SyncDirectory(directory); !done.ok()) return done;
  }
  return absl::OkStatus();
}

// Step 2.
absl::Status Copier::PlaceSuccessors() {
  if (replaced_records_.empty() && replaced_schemas_.empty()) return absl::OkStatus();
  wal::LogHeader header = source_.log.header;
  for (auto& [name, table] : header.tables) table.compacted = replaced_records_.contains(name);
  std::string text;
  wal::AppendHeaderLine(header, &text);
  absl::Status done = WriteLog(text);
  for (const std::string& name : replaced_schemas_) {
    if (done.ok()) done = to_.Rename(paths_.SchemaNext(name), paths_.Schema(name));
  }
  for (const std::string& name : replaced_records_) {
    if (done.ok() && source_.tables.at(name).records != nullptr) {
      done = to_.Rename(paths_.RecordsCompacted(name), paths_.Records(name));
    }
  }
  // Before they grow: a power cut may take a rename back, and under its old name a file counts only
  // as long as it is.
  if (done.ok()) done = SyncDirectories();
  for (const std::string& name : replaced_records_) {
    const SourceTable& table = source_.tables.at(name);
    if (!done.ok()) return done;
    done = SetTail(to_, paths_.Records(name), table.checkpoint.bytes, trust_, table.tail, count_);
  }
  return done.ok() ? SyncDirectories() : done;
}

absl::Status Copier::WriteLog(std::string_view text) {
  count_.AddFile();
  absl::Status done = wal::WriteFileAtomically(to_, paths_.Log(), text);
  return done.ok() ? count_.AddCopied(text.size()) : done;
}

// Whatever earlier copies, finished or not, have left of tables that are no more.
absl::Status Copier::RemoveDropped() {
  absl::StatusOr<std::vector<std::string>> names = to_.List(paths_.SchemaDirectory());
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    const std::optional<std::string> table = wal::TableOfSchemaFile(name);
    if (!table || source_.tables.contains(*table)) continue;
    if (absl::Status done = RemoveTableFiles(to_, paths_, *table); !done.ok()) return done;
  }
  return absl::OkStatus();
}

// How many operations there are between two archives of the copy, or behind the last: the source
// removed their logs between two backups.
void Copier::MeasureArchives() {
  const absl::StatusOr<std::vector<wal::Archive>> archives = wal::ListArchives(to_, paths_);
  if (!archives.ok() || !options_.archives) return;
  std::uint64_t next = 0;
  for (const wal::Archive& archive : *archives) {
    if (archive.name.original) continue;
    if (next != 0 && archive.name.first.value > next) {
      archives_missing_ += archive.name.first.value - next;
    }
    next = archive.name.last.value + 1;
  }
  const std::uint64_t first = source_.log.header.first_lsn.value;
  if (next != 0 && first > next) archives_missing_ += first - next;
}

BackupReport Copier::Report() const {
  const wal::RecoveredLog& log = source_.log;
  BackupReport report;
  report.database = log.header.database;
  report.lsn = source_.last().value;
  report.timestamp =
      log.entries.empty() ? log.header.timestamp : std::string(log.entries.back().timestamp);
  report.tables = source_.tables.size();
  report.bytes_copied = count_.copied();
  report.bytes_shared = count_.shared();
  report.files_written = count_.files();
  report.archives_copied = archives_copied_;
  report.archives_missing = archives_missing_;
  report.incremental = found_.kind == FoundCopy::Kind::kBackup;
  return report;
}

absl::StatusOr<BackupReport> Copier::Run() {
  absl::Status done = Prepare();
  if (!done.ok()) return done;
  done = ListArchives();
  for (const auto& [name, table] : source_.tables) {
    count_.Expect(table.checkpoint.bytes + table.tail.size());
  }
  if (done.ok()) done = CopyArchives(/*before_log=*/true);
  if (done.ok()) done = CheckNotPurged();
  for (auto& [name, table] : source_.tables) {
    if (done.ok()) done = CopyTable(name, table);
  }
  if (done.ok()) done = SyncDirectories();
  if (done.ok()) done = PlaceSuccessors();
  const std::string_view log = source_.log.text.substr(0, source_.log.position.bytes);
  const absl::StatusOr<std::string> old_log = wal::ReadFile(to_, paths_.Log());
  if (done.ok()) {
    done = old_log.ok() && *old_log == log ? count_.AddShared(log.size()) : WriteLog(log);
  }
  if (done.ok()) done = CopyArchives(/*before_log=*/false);
  if (done.ok()) done = CheckNotPurged();
  if (done.ok()) done = RemoveDropped();
  if (done.ok()) done = wal::RemoveIfThere(to_, paths_.Unfinished());
  if (done.ok()) done = to_.SyncDirectory(paths_.directory());
  if (!done.ok()) {
    // After any other error the note stays: what is there may be in the page cache only.
    if (absl::IsCancelled(done)) lock_->Clear().IgnoreError();
    return done;
  }
  MeasureArchives();
  if (absl::Status cleared = lock_->Clear(); !cleared.ok()) return cleared;
  return Report();
}

}  // namespace

absl::StatusOr<BackupReport> BackupDatabase(const BackupPlaces& places,
                                            const BackupOptions& options) {
  return Copier(places, options).Run();
}

}  // namespace linedb::engine
