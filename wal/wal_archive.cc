#include "wal/wal_archive.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "wal/file_steps.h"
#include "wal/wal_compression.h"

namespace linedb::wal {
namespace {

bool Before(const Archive& a, const Archive& b) {
  if (a.name.original != b.name.original) return a.name.original;
  if (a.name.original) return a.name.time < b.name.time;
  if (a.name.first != b.name.first) return a.name.first < b.name.first;
  if (a.name.last != b.name.last) return a.name.last < b.name.last;
  if (a.name.time != b.name.time) return a.name.time < b.name.time;
  return a.name.compressed && !b.name.compressed;
}

bool SameLog(const Archive& a, const Archive& b) {
  return a.name.time == b.name.time && a.name.first == b.name.first && a.name.last == b.name.last &&
         a.name.original == b.name.original;
}

// All archives, twins and all, sorted.
absl::StatusOr<std::vector<Archive>> ListAll(FileSystem& files, const DatabasePaths& paths) {
  const absl::StatusOr<std::vector<std::string>> names = files.List(paths.WalDirectory());
  if (!names.ok()) return names.status();
  std::vector<Archive> archives;
  for (const std::string& file_name : *names) {
    const std::optional<ArchiveName> name = ParseArchiveName(file_name);
    if (!name.has_value()) continue;
    Archive archive{*name, absl::StrCat(paths.WalDirectory(), "/", file_name), 0};
    absl::StatusOr<FileInfo> info = files.Stat(archive.path);
    if (absl::IsNotFound(info.status()) && !name->original) {  // compressed by another meanwhile
      archive.name.compressed = true;
      archive.path = paths.Archive(archive.name);
      info = files.Stat(archive.path);
    }
    if (absl::IsNotFound(info.status())) continue;  // removed by another meanwhile
    if (!info.ok()) return info.status();
    archive.bytes = info->bytes;
    archives.push_back(std::move(archive));
  }
  std::sort(archives.begin(), archives.end(), Before);
  return archives;
}

// True for the name that a rotation on its way, or one cut short by a crash, gave the log in force.
// `log_identity` was read before the archives were listed.
absl::StatusOr<bool> IsLogInForce(FileSystem& files, const Archive& archive,
                                  const std::string& log_identity) {
  const absl::StatusOr<FileInfo> info = files.Stat(archive.path);
  if (absl::IsNotFound(info.status())) return false;
  if (!info.ok()) return info.status();
  return info->identity == log_identity;
}

absl::StatusOr<std::string> IdentityOfLog(FileSystem& files, const DatabasePaths& paths) {
  const absl::StatusOr<FileInfo> log = files.Stat(paths.Log());
  if (absl::IsNotFound(log.status())) return std::string();
  if (!log.ok()) return log.status();
  return log->identity;
}

// Writes `target` from the plain archive, synced, and reads it back: the plain bytes are about to
// be removed on its word.
absl::Status WriteCompressed(FileSystem& files, const Archive& plain, const std::string& target,
                             StopPredicate stop) {
  absl::Status status = RemoveIfThere(files, target);
  if (!status.ok()) return status;
  absl::StatusOr<std::unique_ptr<File>> source = files.Open(plain.path, OpenMode::kRead);
  if (!source.ok()) return source.status();
  absl::StatusOr<std::unique_ptr<File>> file = files.Open(target, OpenMode::kCreateNew);
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::uint64_t> checksum = CompressFile(**source, **file, stop);
  if (!checksum.ok()) return checksum.status();
  status = (*file)->Sync();
  if (!status.ok()) return status;
  const absl::StatusOr<std::string> bytes = ReadFile(files, target);
  if (!bytes.ok()) return bytes.status();
  const absl::StatusOr<std::uint64_t> read_back = DecompressedChecksum(*bytes, target, stop);
  if (!read_back.ok()) return read_back.status();
  if (*read_back == *checksum) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(target, ": does not read back as ", plain.path));
}

absl::Status CompressArchive(FileSystem& files, const DatabasePaths& paths, const Archive& plain,
                             StopPredicate stop) {
  assert(!plain.name.compressed && !plain.name.original);
  ArchiveName name = plain.name;
  name.compressed = true;
  const std::string target = paths.Archive(name);
  // A crash came between the rename and the removal; but a damaged twin is made anew.
  const bool done = ReadArchive(files, Archive{name, target, 0}).ok();
  if (!done) {
    const std::string temporary = TemporaryOf(target);
    absl::Status status = WriteCompressed(files, plain, temporary, stop);
    if (status.ok()) status = files.Rename(temporary, target);
    if (!status.ok()) {
      files.Remove(temporary).IgnoreError();
      return status;
    }
  }
  absl::Status status = files.SyncDirectory(paths.WalDirectory());
  if (status.ok()) status = files.Remove(plain.path);
  if (status.ok()) status = files.SyncDirectory(paths.WalDirectory());
  return status;
}

// Removes compressions that a crash cut short. Other temporaries belong to a rotation, which may be
// at work beside this.
absl::Status RemoveTemporaries(FileSystem& files, const DatabasePaths& paths) {
  const absl::StatusOr<std::vector<std::string>> names = files.List(paths.WalDirectory());
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (!IsTemporary(name)) continue;
    const std::optional<ArchiveName> archive = ParseArchiveName(name.substr(0, name.rfind('.')));
    if (!archive.has_value() || !archive->compressed) continue;
    absl::Status removed = RemoveIfThere(files, absl::StrCat(paths.WalDirectory(), "/", name));
    if (!removed.ok()) return removed;
  }
  return absl::OkStatus();
}

// How many of the newest are within the limits.
std::size_t CountKept(const std::vector<Archive>& archives, const ArchiveLimits& limits) {
  std::size_t kept = 0;
  std::uint64_t bytes = 0;
  for (auto archive = archives.rbegin(); archive != archives.rend(); ++archive, ++kept) {
    bytes += archive->bytes;
    if (kept == static_cast<std::size_t>(limits.count)) break;
    if (limits.bytes > 0 && bytes > limits.bytes) break;
    if (archive->name.time < limits.time) break;
  }
  return kept;
}

}  // namespace

absl::StatusOr<std::vector<Archive>> ListArchives(FileSystem& files, const DatabasePaths& paths) {
  absl::StatusOr<std::vector<Archive>> archives = ListAll(files, paths);
  if (!archives.ok()) return archives;
  archives->erase(std::unique(archives->begin(), archives->end(), SameLog), archives->end());
  assert(std::is_sorted(archives->begin(), archives->end(), Before));
  return archives;
}

absl::StatusOr<std::string> ReadArchive(FileSystem& files, const Archive& archive) {
  absl::StatusOr<std::string> bytes = ReadFile(files, archive.path);
  if (!bytes.ok() || !archive.name.compressed) return bytes;
  return Decompress(*bytes, archive.path);
}

absl::StatusOr<std::string> ReadListedArchive(FileSystem& files, const DatabasePaths& paths,
                                              const Archive& archive) {
  absl::StatusOr<std::string> text = ReadArchive(files, archive);
  if (!absl::IsNotFound(text.status()) || archive.name.original) return text;
  Archive compressed = archive;
  compressed.name.compressed = true;
  compressed.path = paths.Archive(compressed.name);
  return ReadArchive(files, compressed);
}

absl::Status ReplaceArchive(FileSystem& files, const DatabasePaths& paths, const Archive& archive,
                            std::string_view text) {
  Archive plain = archive;
  plain.name.compressed = false;
  plain.path = TemporaryOf(paths.Archive(plain.name));
  absl::Status status = WriteTemporary(files, plain.path, text).status();
  std::string temporary = plain.path;
  if (status.ok() && archive.name.compressed) {
    temporary = TemporaryOf(archive.path);
    status = WriteCompressed(files, plain, temporary, NeverStop);
    status.Update(files.Remove(plain.path));
  }
  if (status.ok()) status = files.Rename(temporary, archive.path);
  if (!status.ok()) files.Remove(temporary).IgnoreError();
  return status.ok() ? files.SyncDirectory(paths.WalDirectory()) : status;
}

absl::Status CompressArchives(FileSystem& files, const DatabasePaths& paths, StopPredicate stop) {
  const absl::StatusOr<std::string> log = IdentityOfLog(files, paths);
  if (!log.ok()) return log.status();
  absl::Status status = RemoveTemporaries(files, paths);
  if (!status.ok()) return status;
  const absl::StatusOr<std::vector<Archive>> archives = ListAll(files, paths);
  if (!archives.ok()) return archives.status();
  for (const Archive& archive : *archives) {
    if (archive.name.compressed || archive.name.original) continue;
    const absl::StatusOr<bool> in_force = IsLogInForce(files, archive, *log);
    if (!in_force.ok()) return in_force.status();
    if (*in_force) continue;
    status = CompressArchive(files, paths, archive, stop);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> HasPlainArchive(FileSystem& files, const DatabasePaths& paths) {
  const absl::StatusOr<std::vector<std::string>> names = files.List(paths.WalDirectory());
  if (!names.ok()) return names.status();
  return std::any_of(names->begin(), names->end(), [](const std::string& file_name) {
    const std::optional<ArchiveName> name = ParseArchiveName(file_name);
    return name.has_value() && !name->compressed && !name->original;
  });
}

absl::Status RemoveOldArchives(FileSystem& files, const DatabasePaths& paths,
                               const ArchiveLimits& limits) {
  assert(limits.count >= 0);
  const absl::StatusOr<std::string> log = IdentityOfLog(files, paths);
  if (!log.ok()) return log.status();
  const absl::StatusOr<std::vector<Archive>> archives = ListArchives(files, paths);
  if (!archives.ok()) return archives.status();
  std::vector<Archive> ours;
  for (const Archive& archive : *archives) {
    const absl::StatusOr<bool> in_force = IsLogInForce(files, archive, *log);
    if (!in_force.ok()) return in_force.status();
    if (!archive.name.original && !*in_force) ours.push_back(archive);
  }
  ours.resize(ours.size() - CountKept(ours, limits));
  if (ours.empty()) return absl::OkStatus();
  for (Archive& archive : ours) {
    for (const bool compressed : {false, true}) {
      archive.name.compressed = compressed;
      absl::Status removed = RemoveIfThere(files, paths.Archive(archive.name));
      if (!removed.ok()) return removed;
    }
  }
  return files.SyncDirectory(paths.WalDirectory());
}

}  // namespace linedb::wal
