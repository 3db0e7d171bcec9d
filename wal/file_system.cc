#include "wal/file_system.h"

#include <cassert>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "wal/file_steps.h"

namespace linedb::wal {

std::string ParentOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

namespace {

class CopiedMapping final : public RoomyMapping {
 public:
  CopiedMapping(std::string_view bytes, std::uint64_t room_bytes)
      : bytes_(bytes.size()),
        capacity_(bytes.size() + room_bytes),
        data_(std::make_unique_for_overwrite<char[]>(capacity_)) {
    std::memcpy(data_.get(), bytes.data(), bytes.size());
  }
  const char* data() const override { return data_.get(); }
  std::uint64_t capacity() const override { return capacity_; }
  char* room() override { return data_.get() + bytes_; }

 private:
  const std::uint64_t bytes_;
  const std::uint64_t capacity_;
  std::unique_ptr<char[]> data_;
};

}  // namespace

std::shared_ptr<RoomyMapping> NewRoomyMapping(std::string_view bytes, std::uint64_t room_bytes) {
  return std::make_shared<CopiedMapping>(bytes, room_bytes);
}

// A file that need not be read from a disk is copied.
absl::StatusOr<std::shared_ptr<RoomyMapping>> File::MapWithRoom(std::uint64_t bytes,
                                                                std::uint64_t room_bytes) {
  absl::StatusOr<std::string> text = ReadAt(0, bytes);
  if (!text.ok()) return text.status();
  if (text->size() < bytes) {
    return absl::InternalError(
        absl::StrCat("map: the file has ", text->size(), " bytes of ", bytes));
  }
  return NewRoomyMapping(*text, room_bytes);
}

absl::StatusOr<std::shared_ptr<const Mapping>> File::MapJoined(std::uint64_t bytes, File& next) {
  const absl::StatusOr<std::uint64_t> size = next.Size();
  if (!size.ok()) return size.status();
  if (bytes == 0) return next.Map(*size);  // there is nothing before it
  const std::uint64_t begin = JoinedBegin(bytes);
  assert(begin <= *size);
  absl::StatusOr<std::shared_ptr<RoomyMapping>> mapping = MapWithRoom(bytes, *size - begin);
  if (!mapping.ok()) return mapping.status();
  const absl::StatusOr<std::string> text = next.ReadAt(begin, *size - begin);
  if (!text.ok()) return text.status();
  if (text->size() < *size - begin) {
    return absl::InternalError(
        absl::StrCat("map: the file has ", begin + text->size(), " bytes of ", *size));
  }
  std::memcpy((*mapping)->room(), text->data(), text->size());
  return *std::move(mapping);
}

std::string TemporaryOf(const std::string& path) { return path + ".tmp"; }

absl::Status RemoveIfThere(FileSystem& files, const std::string& path) {
  absl::Status removed = files.Remove(path);
  return absl::IsNotFound(removed) ? absl::OkStatus() : removed;
}

void RemoveTree(FileSystem& files, const std::string& path) {
  const absl::StatusOr<std::vector<std::string>> names = files.List(path);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    const std::string below = path + "/" + name;
    // A link goes itself; what it leads to stays.
    if (!files.Remove(below).ok()) RemoveTree(files, below);
  }
  files.Remove(path).IgnoreError();
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

absl::Status MakeDirectories(FileSystem& files, const std::string& path) {
  absl::StatusOr<FileInfo> info = files.Stat(path);
  if (info.ok() && !info->is_directory) {
    return absl::FailedPreconditionError(path + ": not a directory");
  }
  if (!info.ok() && !absl::IsNotFound(info.status())) return info.status();
  const std::string parent = ParentOf(path);
  if (!info.ok()) {
    if (parent != "." && parent != "/") {
      if (absl::Status made = MakeDirectories(files, parent); !made.ok()) return made;
    }
    absl::Status made = files.CreateDirectory(path);
    if (!made.ok() && !absl::IsAlreadyExists(made)) return made;
  }
  // Also of one that is there: who made it may have died before this. A parent that we may not
  // read was not made by us.
  absl::Status durable = files.SyncDirectory(parent);
  return info.ok() && absl::IsPermissionDenied(durable) ? absl::OkStatus() : durable;
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
