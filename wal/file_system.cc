#include "wal/file_system.h"

#include <cassert>

#include "wal/file_steps.h"

namespace linedb::wal {

std::string ParentOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string TemporaryOf(const std::string& path) { return path + ".tmp"; }

absl::Status RemoveIfThere(FileSystem& files, const std::string& path) {
  absl::Status removed = files.Remove(path);
  return absl::IsNotFound(removed) ? absl::OkStatus() : removed;
}

absl::StatusOr<std::unique_ptr<File>> WriteTemporary(FileSystem& files, const std::string& path,
                                                     std::string_view bytes) {
  return WriteTemporary(files, path, [bytes](File& file) { return file.Append(bytes); });
}

absl::StatusOr<std::unique_ptr<File>> WriteTemporary(FileSystem& files, const std::string& path,
                                                     absl::FunctionRef<absl::Status(File&)> write) {
  assert(!path.empty());
  absl::Status status = RemoveIfThere(files, path);  // a crash may have left one
  if (!status.ok()) return status;
  absl::StatusOr<std::unique_ptr<File>> file = files.Open(path, OpenMode::kCreateNew);
  if (!file.ok()) return file.status();
  status = write(**file);
  if (status.ok()) status = (*file)->Sync();
  if (status.ok()) return file;
  file->reset();
  // The first error is what the caller wants to hear; a leftover does no harm.
  files.Remove(path).IgnoreError();
  return status;
}

absl::StatusOr<std::string> ReadFile(FileSystem& files, const std::string& path) {
  assert(!path.empty());
  absl::StatusOr<std::unique_ptr<File>> file = files.Open(path, OpenMode::kRead);
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::uint64_t> bytes = (*file)->Size();
  if (!bytes.ok()) return bytes.status();
  return (*file)->ReadAt(0, *bytes);
}

absl::Status WriteFileAtomically(FileSystem& files, const std::string& path,
                                 std::string_view bytes) {
  assert(!path.empty() && path.back() != '/');
  const std::string temporary = TemporaryOf(path);
  absl::Status status = WriteTemporary(files, temporary, bytes).status();
  if (!status.ok()) return status;
  status = files.Rename(temporary, path);
  if (!status.ok()) {
    files.Remove(temporary).IgnoreError();
    return status;
  }
  return files.SyncDirectory(ParentOf(path));
}

}  // namespace linedb::wal
