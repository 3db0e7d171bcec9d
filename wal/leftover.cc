#include "wal/leftover.h"

#include <cassert>
#include <vector>

#include "wal/file_steps.h"

namespace linedb::wal {
namespace {

// A copy of the log's valid part, or a link to the log.
absl::StatusOr<bool> RepeatsLog(FileSystem& files, const DatabasePaths& paths,
                                std::uint64_t log_bytes, const std::string& path,
                                const ArchiveName& name) {
  const absl::StatusOr<FileInfo> archive = files.Stat(path);
  const absl::StatusOr<FileInfo> log = files.Stat(paths.Log());
  if (!archive.ok()) return archive.status();
  if (!log.ok()) return log.status();
  if (archive->identity == log->identity) return true;
  const absl::StatusOr<std::string> archived = ReadArchive(files, Archive{name, path, 0});
  const absl::StatusOr<std::string> text = ReadFile(files, paths.Log());
  if (!archived.ok() || !text.ok()) return false;  // not known to be repeated: it stays
  // A copy of a log whose last lines were in the page cache only, and went with the power, is
  // longer than the log. Nobody was told of them: the rotation that was to keep them did not come
  // about. What is torn at the log's end (NULs, garbage) says nothing of either.
  const std::string_view log_text = std::string_view(*text).substr(0, log_bytes);
  return log_text.starts_with(*archived) || archived->starts_with(log_text);
}

}  // namespace

absl::Status RemoveLeftovers(FileSystem& files, const DatabasePaths& paths, Lsn first_lsn,
                             std::uint64_t log_bytes) {
  assert(first_lsn.value > 0);
  const absl::StatusOr<std::vector<std::string>> names = files.List(paths.WalDirectory());
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    const std::string path = paths.WalDirectory() + "/" + name;
    const std::string target = IsTemporary(name) ? name.substr(0, name.rfind('.')) : name;
    const std::optional<ArchiveName> archive = ParseArchiveName(target);
    if (!archive.has_value() || archive->original || archive->first != first_lsn) continue;
    if (!IsTemporary(name)) {
      const absl::StatusOr<bool> repeats = RepeatsLog(files, paths, log_bytes, path, *archive);
      if (!repeats.ok()) return repeats.status();
      if (!*repeats) continue;
    }
    absl::Status removed = RemoveIfThere(files, path);
    if (!removed.ok()) return removed;
  }
  return absl::OkStatus();
}

}  // namespace linedb::wal
