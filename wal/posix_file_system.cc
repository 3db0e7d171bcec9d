#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "wal/file_system.h"
#include "wal/posix_error.h"
#include "wal/posix_file.h"

namespace linedb::wal {
namespace {

constexpr mode_t kFileMode = 0666;  // less the process's umask
constexpr mode_t kDirectoryMode = 0777;
constexpr std::uint64_t kLockNoteBytesMax = 4096;

Descriptor OpenDescriptor(const std::string& path, int flags) {
  assert((flags & O_TRUNC) == 0);  // it leaves an empty file after a crash
  return Descriptor(
      RetryInterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, kFileMode); }));
}

int FlagsOf(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
      return O_RDONLY;
    case OpenMode::kAppend:
      return O_RDWR | O_APPEND;
    case OpenMode::kCreateNew:
      return O_RDWR | O_APPEND | O_CREAT | O_EXCL;
  }
  assert(false && "an open mode without flags");
  return O_RDONLY;
}

// flock, not fcntl: a fcntl lock is lost when any descriptor of the file is closed in the process,
// and does not keep out a second handle of the same process.
class PosixLock final : public FileLock {
 public:
  PosixLock(Descriptor descriptor, std::unique_ptr<File> file, std::string note_found)
      : descriptor_(std::move(descriptor)),
        file_(std::move(file)),
        note_found_(std::move(note_found)) {
    assert(descriptor_.valid() && file_ != nullptr);
  }
  // A child forked meanwhile shares the lock. It must not free it for its parent; and its parent
  // unlocks by hand, since closing alone would leave the lock with the child.
  ~PosixLock() override {
    if (::getpid() == holder_) ::flock(descriptor_.number(), LOCK_UN);
  }

  const std::string& note_found() const override { return note_found_; }
  // A forked child cannot say that its parent ended properly.
  absl::Status Clear() override {
    return ::getpid() == holder_ ? file_->Truncate(0) : absl::OkStatus();
  }

 private:
  Descriptor descriptor_;
  std::unique_ptr<File> file_;
  std::string note_found_;
  const pid_t holder_ = ::getpid();
};

// Writes the note over the one found, and cuts what is left of that. Never by way of an empty file:
// a failure in between (a full disk, a kill) would look like a proper end of the holder before.
absl::Status ReplaceNote(int descriptor, const std::string& path, const std::string& note) {
  std::size_t written = 0;
  while (written < note.size()) {
    const ssize_t count = RetryInterrupted([&] {
      return ::pwrite(descriptor, note.data() + written, note.size() - written,
                      static_cast<off_t>(written));
    });
    if (count <= 0) return PosixError("write", path, count == 0 ? EIO : errno);
    written += static_cast<std::size_t>(count);
  }
  const off_t end = static_cast<off_t>(note.size());
  if (RetryInterrupted([&] { return ::ftruncate(descriptor, end); }) != 0) {
    return PosixError("truncate", path, errno);
  }
  // The note tells the next holder that this one did not end properly, also after a power cut.
  if (RetryInterrupted([&] { return ::fdatasync(descriptor); }) != 0) {
    return PosixError("sync", path, errno);
  }
  return absl::OkStatus();
}

class PosixDisk final : public FileSystem {
 public:
  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    // A FIFO in a file's place would wait for its other end; regular files do not care.
    Descriptor descriptor = OpenDescriptor(path, FlagsOf(mode) | O_NONBLOCK);
    if (!descriptor.valid()) return PosixError("open", path, errno);
    struct stat info;
    if (::fstat(descriptor.number(), &info) != 0) return PosixError("stat", path, errno);
    if (!S_ISREG(info.st_mode)) {
      return absl::FailedPreconditionError(absl::StrCat("open ", path, ": not a regular file"));
    }
    return NewPosixFile(std::move(descriptor), path);
  }

  absl::StatusOr<FileInfo> Stat(const std::string& path) override {
    struct stat info;
    if (::stat(path.c_str(), &info) != 0) return PosixError("stat", path, errno);
    assert(info.st_size >= 0);
    return FileInfo{static_cast<std::uint64_t>(info.st_size), S_ISDIR(info.st_mode),
                    absl::StrCat(info.st_dev, ":", info.st_ino)};
  }

  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override {
    DIR* stream = ::opendir(directory.c_str());
    if (stream == nullptr) return PosixError("list", directory, errno);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(stream)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    const int error = errno;
    ::closedir(stream);
    if (error != 0) return PosixError("list", directory, error);
    std::sort(names.begin(), names.end());
    return names;
  }

  absl::Status CreateDirectory(const std::string& path) override {
    return Checked(::mkdir(path.c_str(), kDirectoryMode), "make directory", path);
  }

  absl::Status Rename(const std::string& source, const std::string& target) override {
    return Checked(std::rename(source.c_str(), target.c_str()), "rename",
                   absl::StrCat(source, " to ", target));
  }

  absl::Status Link(const std::string& source, const std::string& target) override {
    return Checked(::link(source.c_str(), target.c_str()), "link",
                   absl::StrCat(source, " as ", target));
  }

  absl::Status Remove(const std::string& path) override {
    return Checked(std::remove(path.c_str()), "remove", path);
  }

  absl::Status SyncDirectory(const std::string& path) override {
    const Descriptor directory = OpenDescriptor(path, O_RDONLY | O_DIRECTORY);
    if (!directory.valid()) return PosixError("open", path, errno);
    const int result = RetryInterrupted([&] { return ::fsync(directory.number()); });
    return Checked(result, "sync", path);
  }

  absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path,
                                                 const std::string& note) override {
    Descriptor locked = OpenDescriptor(path, O_RDWR | O_CREAT);
    if (!locked.valid()) return PosixError("open", path, errno);
    const int result =
        RetryInterrupted([&] { return ::flock(locked.number(), LOCK_EX | LOCK_NB); });
    const int error = errno;
    if (result != 0 && error != EWOULDBLOCK) return PosixError("lock", path, error);
    // A second descriptor to read the note and to clear it: flock belongs to the first one's open
    // file and does not care.
    absl::StatusOr<std::unique_ptr<File>> file = Open(path, OpenMode::kAppend);
    if (!file.ok()) return file.status();
    absl::StatusOr<std::string> found = (*file)->ReadAt(0, kLockNoteBytesMax);
    if (!found.ok()) return found.status();
    if (result != 0) return absl::UnavailableError(*found);
    absl::Status status = ReplaceNote(locked.number(), path, note);
    if (!status.ok()) return status;
    return std::make_unique<PosixLock>(std::move(locked), *std::move(file), *std::move(found));
  }

 private:
  static absl::Status Checked(int result, const char* operation, const std::string& path) {
    return result == 0 ? absl::OkStatus() : PosixError(operation, path, errno);
  }
};

}  // namespace

FileSystem& PosixFileSystem() {
  static PosixDisk* const disk = new PosixDisk;
  return *disk;
}

}  // namespace linedb::wal
