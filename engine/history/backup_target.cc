#include "engine/history/backup_target.h"

#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/storage/catalog.h"
#include "engine/storage/compacted_file.h"
#include "wal/file_steps.h"
#include "wal/wal_archive.h"
#include "wal/wal_reader.h"
#include "wal/wal_recovery.h"

namespace linedb::engine {
namespace {

// Longer ones no system takes.
constexpr std::size_t kPathBytesMax = 4096;

// Whether the copy's log is a part of this one, which is the source's. One without operations is a
// part of any of its epoch: a checkpoint replaces such a log by another.
bool IsPartOf(const wal::RecoveredLog& copy, std::string_view text) {
  wal::WalReader reader(text, "log");
  wal::LogHeader header;
  if (!reader.ReadHeader(&header).ok() || header.epoch != copy.header.epoch) return false;
  if (copy.entries.empty()) return header.previous == copy.header.previous;
  return text.starts_with(copy.text.substr(0, copy.position.bytes));
}

class TargetLook {
 public:
  TargetLook(wal::FileSystem& files, const wal::DatabasePaths& paths, wal::FileSystem& source_files,
             const wal::DatabasePaths& source_paths, const BackupSource& source,
             TargetAccess access)
      : files_(files),
        paths_(paths),
        source_files_(source_files),
        source_paths_(source_paths),
        source_(source),
        access_(access) {}

  absl::StatusOr<FoundCopy> Look();

 private:
  absl::StatusOr<FoundCopy> LookWithoutLog();
  absl::Status CheckHistory(const wal::RecoveredLog& log);
  absl::StatusOr<bool> IsOfSource(const wal::RecoveredLog& log);
  absl::Status FinishRenames(const wal::LogHeader& header);

  absl::Status NotOurs(const std::string& why) const {
    return absl::AlreadyExistsError(absl::StrCat(paths_.directory(), ": ", why,
                                                 "; a backup needs a new or empty directory, or ",
                                                 "an earlier backup of the same database"));
  }

  wal::FileSystem& files_;
  const wal::DatabasePaths& paths_;
  wal::FileSystem& source_files_;
  const wal::DatabasePaths& source_paths_;
  const BackupSource& source_;
  const TargetAccess access_;
};

absl::StatusOr<FoundCopy> TargetLook::LookWithoutLog() {
  FoundCopy found;
  absl::StatusOr<std::string> mark = wal::ReadFile(files_, paths_.Unfinished());
  if (mark.ok()) {
    if (mark->find(source_.log.header.database) == mark->npos) {
      return NotOurs("something else was begun here and is not finished");
    }
    found.kind = FoundCopy::Kind::kUnfinished;
    return found;
  }
  if (!absl::IsNotFound(mark.status())) return mark.status();
  absl::StatusOr<bool> vacant = IsVacant(files_, paths_);
  if (!vacant.ok()) return vacant.status();
  if (!*vacant) return NotOurs("it is not empty, and holds no backup");
  return found;
}

// Whether the log, of an earlier backup, is one of those of the source. One that the source has no
// more cannot be compared: then it is taken for what its numbers say.
absl::StatusOr<bool> TargetLook::IsOfSource(const wal::RecoveredLog& log) {
  const wal::LogHeader& mine = log.header;
  if (mine.first_lsn == source_.log.header.first_lsn) return IsPartOf(log, source_.log.text);
  absl::StatusOr<std::vector<wal::Archive>> archives =
      wal::ListArchives(source_files_, source_paths_);
  if (!archives.ok()) return archives.status();
  for (const wal::Archive& archive : *archives) {
    if (archive.name.original || archive.name.first != mine.first_lsn) continue;
    absl::StatusOr<std::string> text =
        wal::ReadListedArchive(source_files_, source_paths_, archive);
    if (absl::IsNotFound(text.status())) break;
    if (!text.ok()) return text.status();
    return IsPartOf(log, *text);
  }
  return mine.epoch < source_.log.header.epoch;
}

absl::Status TargetLook::CheckHistory(const wal::RecoveredLog& log) {
  const std::string& directory = paths_.directory();
  if (log.kind != wal::LogKind::kOurs || log.header.database != source_.log.header.database) {
    return NotOurs("it holds another database");
  }
  if (log.position.next_lsn > source_.log.position.next_lsn) {
    return absl::FailedPreconditionError(
        absl::StrCat(directory, ": is at lsn ", log.position.next_lsn.value - 1, ", ahead of ",
                     source_paths_.directory(), " at lsn ", source_.last().value,
                     ": which of the two is the backup?"));
  }
  absl::StatusOr<bool> of_source = IsOfSource(log);
  if (!of_source.ok()) return of_source.status();
  if (*of_source) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      directory, ": its log is none of ", source_paths_.directory(),
      "'s: it was opened for writing since it was backed up to, and is a database of ",
      "its own, or records were purged from the original since; back up into a new ", "directory"));
}

// A copy stopped between its log and these renames.
absl::Status TargetLook::FinishRenames(const wal::LogHeader& header) {
  for (const auto& [name, checkpoint] : header.tables) {
    absl::StatusOr<bool> awaits = CompactedAwaitsRename(files_, paths_, name, checkpoint);
    if (!awaits.ok()) return awaits.status();
    absl::Status done;
    if (*awaits) {
      done = files_.Rename(paths_.RecordsCompacted(name), paths_.Records(name));
      if (done.ok()) done = files_.SyncDirectory(paths_.DataDirectory());
    }
    absl::StatusOr<std::string> schema = wal::ReadFile(files_, paths_.Schema(name));
    absl::StatusOr<std::string> next = wal::ReadFile(files_, paths_.SchemaNext(name));
    if (done.ok() && next.ok() && wal::ChecksumOf(*next) == checkpoint.schema_checksum &&
        !(schema.ok() && wal::ChecksumOf(*schema) == checkpoint.schema_checksum)) {
      done = PlaceNextSchemaFile(files_, paths_, name);
    }
    if (!done.ok()) return done;
  }
  return absl::OkStatus();
}

absl::StatusOr<FoundCopy> TargetLook::Look() {
  absl::StatusOr<wal::FileInfo> log_file = files_.Stat(paths_.Log());
  if (absl::IsNotFound(log_file.status())) return LookWithoutLog();
  if (!log_file.ok()) return log_file.status();
  absl::StatusOr<wal::RecoveredLog> log = wal::RecoverLog(files_, paths_, /*is_original=*/false);
  if (absl::IsDataLoss(log.status())) {
    return absl::DataLossError(absl::StrCat(
        paths_.directory(), ": the backup is damaged: ", std::string(log.status().message())));
  }
  if (!log.ok()) return log.status();
  if (absl::Status fits = CheckHistory(*log); !fits.ok()) return fits;
  FoundCopy found;
  found.kind = FoundCopy::Kind::kBackup;
  found.header = log->header;
  found.last = wal::Lsn{log->position.next_lsn.value - 1};
  for (const auto& [name, checkpoint] : log->header.tables) found.tables.insert(name);
  for (const wal::LogEntry& entry : log->entries) {
    if (entry.operation == wal::Operation::kCreateTable) found.tables.emplace(entry.table);
  }
  const absl::Status done =
      access_ == TargetAccess::kHoldsLock ? FinishRenames(found.header) : absl::OkStatus();
  if (!done.ok()) return done;
  return found;
}

}  // namespace

absl::Status CheckApart(wal::FileSystem& files, const std::string& source,
                        const std::string& target) {
  const absl::StatusOr<wal::FileInfo> original = files.Stat(source);
  if (!original.ok()) return original.status();
  std::string path = wal::WithoutSlash(std::filesystem::path(target).lexically_normal().string());
  for (std::string below; path.size() <= kPathBytesMax;) {
    const absl::StatusOr<wal::FileInfo> info = files.Stat(path);
    if (info.ok() && info->identity == original->identity) {
      return absl::InvalidArgumentError(
          absl::StrCat(target, ": is ", source, " itself, or lies in it"));
    }
    const bool upward = path == ".." || path.ends_with("/..");
    if (path == "/" || (upward && (!info.ok() || info->identity == below))) break;  // the root
    below = info.ok() ? info->identity : std::string();
    path = path == "." ? ".." : upward ? path + "/.." : wal::ParentOf(path);
  }
  return absl::OkStatus();
}

absl::StatusOr<FoundCopy> LookAtTarget(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                       wal::FileSystem& source_files,
                                       const wal::DatabasePaths& source_paths,
                                       const BackupSource& source, TargetAccess access) {
  return TargetLook(files, paths, source_files, source_paths, source, access).Look();
}

}  // namespace linedb::engine
