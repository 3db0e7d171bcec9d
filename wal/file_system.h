// The seam to the disk. Nothing else in linedb opens, writes, renames or locks a file, so that a
// test can put a disk behind it that fails, forgets and stops where it likes.
//
// Paths are relative to the process or absolute, '/'-separated. Every error carries the operation,
// the path and the system's words: `write data/student.records: No space left on device`. Codes:
// kNotFound (no such file), kAlreadyExists, kPermissionDenied (permissions, read-only file system),
// kResourceExhausted (disk, quota or descriptors used up), kUnavailable (locked),
// kFailedPrecondition (a folder, FIFO, socket or device in the place of a file), kInternal (I/O
// error and everything else). EINTR is retried, short writes are continued.

#ifndef LINEDB_WAL_FILE_SYSTEM_H_
#define LINEDB_WAL_FILE_SYSTEM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace linedb::wal {

// Bytes of a file in memory, read-only. Bytes appended to the file later appear in it as far as
// `capacity` reaches; bytes past the file's end must not be touched. Outlives its File and a rename
// or removal of it. Any thread.
class Mapping {
 public:
  virtual ~Mapping() = default;
  virtual const char* data() const = 0;
  virtual std::uint64_t capacity() const = 0;
  // Whether what is appended appears in it, or it is of the bytes alone that there were.
  virtual bool grows_with_file() const { return true; }
  // The pages that were read need not stay in the process's memory: who looks at them again has
  // them from the file again. A mapping that is not of a file's pages keeps them.
  virtual void ReleasePages() const {}
};

// The same with memory behind the file's bytes, up to `capacity`, that is nobody else's.
class RoomyMapping : public Mapping {
 public:
  bool grows_with_file() const final { return false; }
  // The first byte of it, for the caller to write.
  virtual char* room() = 0;
};

// An open file; closed by destruction. One thread at a time, but Map's result is free.
class File {
 public:
  virtual ~File() = default;

  // Writes all of `bytes` at the end. After an error an unknown part of them may be in the file:
  // the caller truncates, or stops using it.
  virtual absl::Status Append(std::string_view bytes) = 0;
  // Reads up to `length` bytes from `offset`; fewer only at the end of the file.
  virtual absl::StatusOr<std::string> ReadAt(std::uint64_t offset, std::uint64_t length) = 0;
  // What was written is durable once this returns OK (fdatasync). After an error the fate of
  // everything since the last good sync is unknown, and a later OK proves nothing about it.
  virtual absl::Status Sync() = 0;
  virtual absl::Status Truncate(std::uint64_t length) = 0;
  virtual absl::StatusOr<std::uint64_t> Size() = 0;
  // The file was renamed: its errors name it so from now on.
  virtual void NoteRename(const std::string& path) { static_cast<void>(path); }
  // Maps the file from its start, with room for at least `bytes`, which may pass its end.
  virtual absl::StatusOr<std::shared_ptr<const Mapping>> Map(std::uint64_t bytes) = 0;
  // Maps the first `bytes` bytes, which the file has, with room for `room_bytes` more. What becomes
  // of the file behind `bytes` is not seen: another process may cut it there.
  virtual absl::StatusOr<std::shared_ptr<RoomyMapping>> MapWithRoom(std::uint64_t bytes,
                                                                    std::uint64_t room_bytes);
  // Maps the first `bytes` bytes, which the file has, and behind them, as if it were one file,
  // those that `next` has now from JoinedBegin(bytes) on. Before these `next` has a copy of the
  // bytes that this file has before `bytes`, so that whole pages can be mapped.
  virtual absl::StatusOr<std::shared_ptr<const Mapping>> MapJoined(std::uint64_t bytes, File& next);
};

// Where a file that is to be mapped behind `bytes` bytes of another begins to count.
inline constexpr std::uint64_t kJoinedPageBytes = std::uint64_t{64} << 10;
inline std::uint64_t JoinedBegin(std::uint64_t bytes) { return bytes % kJoinedPageBytes; }

// Of no file: `bytes`, copied, with room behind them.
std::shared_ptr<RoomyMapping> NewRoomyMapping(std::string_view bytes, std::uint64_t room_bytes);

enum class OpenMode {
  kRead,       // must exist
  kAppend,     // must exist; reads and appends
  kCreateNew,  // must not exist; reads and appends
};

struct FileInfo {
  std::uint64_t bytes = 0;
  bool is_directory = false;
  // The same for two names of one file, different for two files (device and inode).
  std::string identity;
};

// Holds a lock until destroyed.
class FileLock {
 public:
  virtual ~FileLock() = default;
  // What the file held when the lock was taken: the note of a holder that did not call Clear, thus
  // did not end properly; empty otherwise.
  virtual const std::string& note_found() const = 0;
  // Empties the file: this holder ended properly.
  virtual absl::Status Clear() = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) = 0;
  virtual absl::StatusOr<FileInfo> Stat(const std::string& path) = 0;
  // The names in a directory, sorted, without "." and "..".
  virtual absl::StatusOr<std::vector<std::string>> List(const std::string& directory) = 0;
  virtual absl::Status CreateDirectory(const std::string& path) = 0;
  // Atomic; replaces `target`. Durable only after SyncDirectory, as are Link and Remove and a new
  // file's name.
  virtual absl::Status Rename(const std::string& source, const std::string& target) = 0;
  virtual absl::Status Link(const std::string& source, const std::string& target) = 0;
  virtual absl::Status Remove(const std::string& path) = 0;
  virtual absl::Status SyncDirectory(const std::string& path) = 0;
  // Takes the exclusive lock of `path` (made if missing, never removed) without waiting, and leaves
  // `note` in it. kUnavailable with the holder's note as its message if another handle, of this
  // process or another, has it. Freed by the holder's end, however it ends.
  virtual absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path,
                                                         const std::string& note) = 0;
};

// The process's disk. Never destroyed; any thread.
FileSystem& PosixFileSystem();

// A disk in memory of its own, empty but for its root directories being made on demand by
// CreateDirectory. Any thread.
std::unique_ptr<FileSystem> NewMemoryFileSystem();

// Reads a whole file.
absl::StatusOr<std::string> ReadFile(FileSystem& files, const std::string& path);

// Replaces or makes a file so that after any crash it holds the old bytes or all of the new ones:
// writes `path`.tmp, syncs it, renames it over `path`, syncs the directory. An error before the
// rename removes the .tmp and leaves the old file.
absl::Status WriteFileAtomically(FileSystem& files, const std::string& path,
                                 std::string_view bytes);

}  // namespace linedb::wal

#endif  // LINEDB_WAL_FILE_SYSTEM_H_
