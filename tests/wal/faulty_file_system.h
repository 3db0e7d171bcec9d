// A disk of which one operation fails: the n-th that could.

#ifndef LINEDB_TESTS_WAL_FAULTY_FILE_SYSTEM_H_
#define LINEDB_TESTS_WAL_FAULTY_FILE_SYSTEM_H_

#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/wal/forwarding_disk.h"
#include "wal/file_system.h"

namespace linedb::wal {

// Which operation fails, counted from 1, and whether all after it fail too. What happened is told
// by `calls`: how many there were.
struct Fault {
  int at = std::numeric_limits<int>::max();
  bool for_ever = false;
  absl::StatusCode code = absl::StatusCode::kInternal;
  int calls = 0;

  absl::Status Next(const std::string& operation) {
    ++calls;
    if (calls < at || (calls > at && !for_ever)) return absl::OkStatus();
    return absl::Status(code, absl::StrCat(operation, ": planned fault"));
  }
};

class FaultyFile final : public ForwardingFile {
 public:
  FaultyFile(std::unique_ptr<File> file, Fault* fault)
      : ForwardingFile(std::move(file)), fault_(fault) {}

  // Half of the bytes get there, as on a disk that fills up.
  absl::Status Append(std::string_view bytes) override {
    absl::Status status = fault_->Next("write");
    if (status.ok()) return file().Append(bytes);
    file().Append(bytes.substr(0, bytes.size() / 2)).IgnoreError();
    return status;
  }
  absl::StatusOr<std::string> ReadAt(std::uint64_t offset, std::uint64_t length) override {
    absl::Status status = fault_->Next("read");
    if (!status.ok()) return status;
    return file().ReadAt(offset, length);
  }
  absl::Status Sync() override {
    absl::Status status = fault_->Next("sync");
    return status.ok() ? file().Sync() : status;
  }
  absl::Status Truncate(std::uint64_t length) override {
    absl::Status status = fault_->Next("truncate");
    return status.ok() ? file().Truncate(length) : status;
  }

 private:
  Fault* fault_;
};

class FaultyFileSystem final : public ForwardingDisk {
 public:
  FaultyFileSystem(FileSystem& disk, Fault* fault) : ForwardingDisk(disk), fault_(fault) {}

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    absl::Status status = fault_->Next("open");
    if (!status.ok()) return status;
    absl::StatusOr<std::unique_ptr<File>> file = disk().Open(path, mode);
    if (!file.ok()) return file;
    return std::make_unique<FaultyFile>(*std::move(file), fault_);
  }
  absl::StatusOr<FileInfo> Stat(const std::string& path) override {
    absl::Status status = fault_->Next("stat");
    if (!status.ok()) return status;
    return disk().Stat(path);
  }
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override {
    absl::Status status = fault_->Next("list");
    if (!status.ok()) return status;
    return disk().List(directory);
  }
  absl::Status Rename(const std::string& source, const std::string& target) override {
    absl::Status status = fault_->Next("rename");
    return status.ok() ? disk().Rename(source, target) : status;
  }
  absl::Status Link(const std::string& source, const std::string& target) override {
    absl::Status status = fault_->Next("link");
    return status.ok() ? disk().Link(source, target) : status;
  }
  absl::Status Remove(const std::string& path) override {
    absl::Status status = fault_->Next("remove");
    return status.ok() ? disk().Remove(path) : status;
  }
  absl::Status SyncDirectory(const std::string& path) override {
    absl::Status status = fault_->Next("sync");
    return status.ok() ? disk().SyncDirectory(path) : status;
  }

 private:
  Fault* fault_;
};

}  // namespace linedb::wal

#endif  // LINEDB_TESTS_WAL_FAULTY_FILE_SYSTEM_H_
