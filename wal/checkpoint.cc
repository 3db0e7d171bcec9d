#include "wal/checkpoint.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "wal/file_steps.h"
#include "wal/leftover.h"

namespace linedb::wal {
namespace {

// A new log under its temporary name, synced, still open.
struct NewLog {
  std::unique_ptr<File> file;
  LogHeader header;
  LogPosition position;
};

absl::StatusOr<NewLog> WriteNewLog(FileSystem& files, const DatabasePaths& paths,
                                   const LogHeader& header,
                                   absl::Span<const LogOperation> transaction) {
  std::string text;
  NewLog log{nullptr, header, LogPosition{}};
  log.position.checksum = AppendHeaderLine(header, &text);
  log.position.lines = 1;
  log.position.next_lsn = header.first_lsn;
  log.position.next_transaction = header.first_transaction;
  log.position.durable = Lsn{header.first_lsn.value - 1};
  for (const LogOperation& operation : transaction) {
    const bool last = &operation == &transaction.back();
    log.position.checksum = AppendOperationLine(
        operation, LineNumbers{log.position.next_lsn, header.first_transaction}, header.timestamp,
        last ? std::optional(log.position.durable) : std::nullopt, &text);
    log.position.lines += 1;
    log.position.next_lsn.value += 1;
  }
  if (!transaction.empty()) {
    log.position.next_transaction.value += 1;
    log.position.durable.value += transaction.size();  // once the log is in force
  }
  log.position.bytes = text.size();
  absl::StatusOr<std::unique_ptr<File>> file =
      WriteTemporary(files, TemporaryOf(paths.Log()), text);
  if (!file.ok()) return file.status();
  log.file = *std::move(file);
  return log;
}

// Of a log that has its name by now.
std::unique_ptr<WalWriter> WriterOf(const DatabasePaths& paths, NewLog log) {
  log.file->NoteRename(paths.Log());
  return std::make_unique<WalWriter>(std::move(log.file), std::move(log.header), log.position);
}

bool HasOperations(const Rotation& rotation) {
  assert(rotation.old_position.next_lsn >= rotation.old_header.first_lsn);
  return rotation.old_position.next_lsn > rotation.old_header.first_lsn;
}

LogHeader SuccessorOf(const Rotation& rotation) {
  LogHeader header = rotation.old_header;
  // A log without operations is replaced, not succeeded: no log is missing between the others.
  if (HasOperations(rotation)) {
    header.epoch += 1;
    header.previous = rotation.old_position.checksum;
  }
  header.first_lsn = rotation.old_position.next_lsn;
  header.first_transaction = rotation.old_position.next_transaction;
  header.timestamp = rotation.timestamp;
  header.tables = rotation.tables;
  assert(header.epoch > 0);
  return header;
}

// A copy goes through memory by pieces of this size.
constexpr std::uint64_t kCopyBytes = std::uint64_t{1} << 20;

absl::Status CopyValidPart(FileSystem& files, const DatabasePaths& paths, std::uint64_t bytes,
                           const std::string& archive) {
  assert(bytes > 0);
  absl::StatusOr<std::unique_ptr<File>> log = files.Open(paths.Log(), OpenMode::kRead);
  if (!log.ok()) return log.status();
  const auto copy = [&](File& target) -> absl::Status {
    for (std::uint64_t offset = 0; offset < bytes;) {
      const absl::StatusOr<std::string> piece =
          (*log)->ReadAt(offset, std::min(kCopyBytes, bytes - offset));
      if (!piece.ok()) return piece.status();
      if (piece->empty()) {
        return absl::DataLossError(absl::StrCat(ShortName(paths, paths.Log()), ": ", offset,
                                                " bytes, expected at least ", bytes));
      }
      absl::Status appended = target.Append(*piece);
      if (!appended.ok()) return appended;
      offset += piece->size();
    }
    return absl::OkStatus();
  };
  const std::string temporary = TemporaryOf(archive);
  absl::Status status = WriteTemporary(files, temporary, copy).status();
  if (!status.ok()) return status;
  status = files.Rename(temporary, archive);
  if (!status.ok()) files.Remove(temporary).IgnoreError();
  return status;
}

// Gives the old log its archive name. Synced before the rename that takes away its other name:
// else a crash could keep that and forget this one.
absl::Status ArchiveOldLog(FileSystem& files, const DatabasePaths& paths, const Rotation& rotation,
                           std::uint64_t bytes_on_disk, const std::string& archive) {
  assert(bytes_on_disk > 0);
  const bool copied = rotation.log_may_be_unsynced || bytes_on_disk != rotation.old_position.bytes;
  absl::Status status = copied ? CopyValidPart(files, paths, rotation.old_position.bytes, archive)
                               : files.Link(paths.Log(), archive);
  if (!status.ok()) return status;
  status = files.SyncDirectory(paths.WalDirectory());
  if (!status.ok()) files.Remove(archive).IgnoreError();
  return status;
}

std::string ArchivePath(const DatabasePaths& paths, const Rotation& rotation) {
  ArchiveName name;
  name.time = rotation.archive_time;
  name.first = rotation.old_header.first_lsn;
  name.last = Lsn{rotation.old_position.next_lsn.value - 1};
  return paths.Archive(name);
}

// A rename that fails has not happened, unless the name says otherwise.
absl::Status PublishLog(FileSystem& files, const DatabasePaths& paths,
                        const std::string& old_identity, bool* in_force) {
  *in_force = false;
  absl::Status status = files.Rename(TemporaryOf(paths.Log()), paths.Log());
  if (!status.ok()) {
    const absl::StatusOr<FileInfo> log = files.Stat(paths.Log());
    *in_force = !log.ok() || log->identity != old_identity;
    return status;
  }
  *in_force = true;
  status = files.SyncDirectory(paths.WalDirectory());
  if (status.ok()) return status;
  return absl::InternalError(
      absl::StrCat("which log is in force is unknown: ", std::string(status.message())));
}

}  // namespace

absl::StatusOr<std::unique_ptr<WalWriter>> CreateLog(FileSystem& files, const DatabasePaths& paths,
                                                     const LogHeader& header) {
  absl::StatusOr<NewLog> log = WriteNewLog(files, paths, header, {});
  if (!log.ok()) return log.status();
  absl::Status status = files.Rename(TemporaryOf(paths.Log()), paths.Log());
  if (!status.ok()) {
    files.Remove(TemporaryOf(paths.Log())).IgnoreError();
    return status;
  }
  status = files.SyncDirectory(paths.WalDirectory());
  if (!status.ok()) return status;
  return WriterOf(paths, *std::move(log));
}

absl::StatusOr<std::unique_ptr<WalWriter>> RotateLog(FileSystem& files, const DatabasePaths& paths,
                                                     const Rotation& rotation) {
  absl::StatusOr<FileInfo> old_log = files.Stat(paths.Log());
  if (!old_log.ok()) return old_log.status();
  absl::Status status =
      RemoveLeftovers(files, paths, rotation.old_header.first_lsn, rotation.old_position.bytes);
  if (!status.ok()) return status;
  absl::StatusOr<NewLog> log =
      WriteNewLog(files, paths, SuccessorOf(rotation), rotation.first_transaction);
  if (!log.ok()) return log.status();
  const std::optional<std::string> archive =
      HasOperations(rotation) ? std::optional(ArchivePath(paths, rotation)) : std::nullopt;
  if (archive.has_value()) {
    status = ArchiveOldLog(files, paths, rotation, old_log->bytes, *archive);
    if (!status.ok()) {
      files.Remove(TemporaryOf(paths.Log())).IgnoreError();
      return status;
    }
  }
  bool in_force = false;
  status = PublishLog(files, paths, old_log->identity, &in_force);
  if (status.ok()) return WriterOf(paths, *std::move(log));
  if (in_force) return absl::InternalError(std::string(status.message()));
  files.Remove(TemporaryOf(paths.Log())).IgnoreError();
  if (archive.has_value()) files.Remove(*archive).IgnoreError();
  return status;
}

absl::StatusOr<std::unique_ptr<WalWriter>> ReplaceLog(FileSystem& files, const DatabasePaths& paths,
                                                      const LogHeader& header,
                                                      const LogPosition& position,
                                                      std::string_view text) {
  assert(position.bytes == text.size());
  const absl::StatusOr<FileInfo> old_log = files.Stat(paths.Log());
  if (!old_log.ok()) return old_log.status();
  absl::StatusOr<std::unique_ptr<File>> file =
      WriteTemporary(files, TemporaryOf(paths.Log()), text);
  if (!file.ok()) return file.status();
  NewLog log{*std::move(file), header, position};
  log.position.durable = Lsn{position.next_lsn.value - 1};
  bool in_force = false;
  absl::Status status = PublishLog(files, paths, old_log->identity, &in_force);
  if (status.ok()) return WriterOf(paths, std::move(log));
  if (in_force) return absl::InternalError(std::string(status.message()));
  files.Remove(TemporaryOf(paths.Log())).IgnoreError();
  return status;
}

}  // namespace linedb::wal
