// A disk that hands everything on to another: what a test's disk overrides is all it has to say.

#ifndef LINEDB_TESTS_WAL_FORWARDING_DISK_H_
#define LINEDB_TESTS_WAL_FORWARDING_DISK_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wal/file_system.h"

namespace linedb::wal {

class ForwardingFile : public File {
 public:
  explicit ForwardingFile(std::unique_ptr<File> file) : file_(std::move(file)) {}

  absl::Status Append(std::string_view bytes) override { return file_->Append(bytes); }
  absl::StatusOr<std::string> ReadAt(std::uint64_t offset, std::uint64_t length) override {
    return file_->ReadAt(offset, length);
  }
  absl::Status Sync() override { return file_->Sync(); }
  absl::Status Truncate(std::uint64_t length) override { return file_->Truncate(length); }
  absl::StatusOr<std::uint64_t> Size() override { return file_->Size(); }
  void NoteRename(const std::string& path) override { file_->NoteRename(path); }
  absl::StatusOr<std::shared_ptr<const Mapping>> Map(std::uint64_t bytes) override {
    return file_->Map(bytes);
  }

 protected:
  File& file() { return *file_; }
  // From now on it is that file that everything goes to.
  void Redirect(std::unique_ptr<File> file) { file_ = std::move(file); }

 private:
  std::unique_ptr<File> file_;
};

// The disk behind it outlives it.
class ForwardingDisk : public FileSystem {
 public:
  explicit ForwardingDisk(FileSystem& disk) : disk_(disk) {}

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    return disk_.Open(path, mode);
  }
  absl::StatusOr<FileInfo> Stat(const std::string& path) override { return disk_.Stat(path); }
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override {
    return disk_.List(directory);
  }
  absl::Status CreateDirectory(const std::string& path) override {
    return disk_.CreateDirectory(path);
  }
  absl::Status Rename(const std::string& source, const std::string& target) override {
    return disk_.Rename(source, target);
  }
  absl::Status Link(const std::string& source, const std::string& target) override {
    return disk_.Link(source, target);
  }
  absl::Status Remove(const std::string& path) override { return disk_.Remove(path); }
  absl::Status SyncDirectory(const std::string& path) override { return disk_.SyncDirectory(path); }
  absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path,
                                                 const std::string& note) override {
    return disk_.Lock(path, note);
  }

 protected:
  FileSystem& disk() { return disk_; }

 private:
  FileSystem& disk_;
};

}  // namespace linedb::wal

#endif  // LINEDB_TESTS_WAL_FORWARDING_DISK_H_
