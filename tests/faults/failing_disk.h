// A disk that fails at its n-th operation, whatever that is, once or from then on, with an errno.
// Below it lies a page cache, so that the power can go afterwards.

#ifndef LINEDB_TESTS_FAULTS_FAILING_DISK_H_
#define LINEDB_TESTS_FAULTS_FAILING_DISK_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/engine/page_cache_disk.h"
#include "wal/file_system.h"
#include "wal/posix_error.h"

namespace linedb::testing {

struct PlannedFault {
  int at = 0;  // operations are counted from 1; 0: none fails
  int error = EIO;
  bool for_ever = false;
};

// One thread: with Maintenance::kManual there is no other.
class FailingDisk final : public wal::FileSystem {
 public:
  explicit FailingDisk(PageCacheDisk& disk) : disk_(disk) {
    // What a failed sync was to make durable is lost, so it fails below.
    disk_.sync_rule = [this](const std::string& path) { return Ask("sync", path); };
  }
  ~FailingDisk() override { disk_.sync_rule = nullptr; }

  void Plan(const PlannedFault& fault) {
    fault_ = fault;
    operations_ = 0;
    failed_.clear();
  }
  void Heal() { fault_.at = 0; }
  int operations() const { return operations_; }
  // "write university/wal/transaction.log": what failed since the plan was made.
  const std::vector<std::string>& failed() const { return failed_; }

  absl::StatusOr<std::unique_ptr<wal::File>> Open(const std::string& path,
                                                  wal::OpenMode mode) override {
    if (absl::Status asked = Ask("open", path); !asked.ok()) return asked;
    absl::StatusOr<std::unique_ptr<wal::File>> file = disk_.Open(path, mode);
    if (!file.ok()) return file;
    return std::make_unique<FailingFile>(*std::move(file), path, this);
  }
  absl::StatusOr<wal::FileInfo> Stat(const std::string& path) override {
    if (absl::Status asked = Ask("stat", path); !asked.ok()) return asked;
    return disk_.Stat(path);
  }
  absl::StatusOr<std::vector<std::string>> List(const std::string& path) override {
    if (absl::Status asked = Ask("list", path); !asked.ok()) return asked;
    return disk_.List(path);
  }
  absl::Status CreateDirectory(const std::string& path) override {
    absl::Status asked = Ask("make directory", path);
    return asked.ok() ? disk_.CreateDirectory(path) : asked;
  }
  absl::Status Rename(const std::string& source, const std::string& target) override {
    absl::Status asked = Ask("rename", source);
    return asked.ok() ? disk_.Rename(source, target) : asked;
  }
  absl::Status Link(const std::string& source, const std::string& target) override {
    absl::Status asked = Ask("link", source);
    return asked.ok() ? disk_.Link(source, target) : asked;
  }
  absl::Status Remove(const std::string& path) override {
    absl::Status asked = Ask("remove", path);
    return asked.ok() ? disk_.Remove(path) : asked;
  }
  absl::Status SyncDirectory(const std::string& path) override {
    absl::Status asked = Ask("sync directory", path);
    return asked.ok() ? disk_.SyncDirectory(path) : asked;
  }
  absl::StatusOr<std::unique_ptr<wal::FileLock>> Lock(const std::string& path,
                                                      const std::string& note) override {
    if (absl::Status asked = Ask("lock", path); !asked.ok()) return asked;
    absl::StatusOr<std::unique_ptr<wal::FileLock>> lock = disk_.Lock(path, note);
    if (!lock.ok()) return lock;
    return std::make_unique<FailingLock>(*std::move(lock), path, this);
  }

 private:
  class FailingFile final : public wal::File {
   public:
    FailingFile(std::unique_ptr<wal::File> file, std::string path, FailingDisk* disk)
        : file_(std::move(file)), path_(std::move(path)), disk_(disk) {}

    absl::Status Append(std::string_view bytes) override {
      absl::Status asked = disk_->Ask("write", path_);
      if (asked.ok()) return file_->Append(bytes);
      file_->Append(bytes.substr(0, bytes.size() / 2)).IgnoreError();  // as a full disk does
      return asked;
    }
    absl::StatusOr<std::string> ReadAt(std::uint64_t offset, std::uint64_t length) override {
      if (absl::Status asked = disk_->Ask("read", path_); !asked.ok()) return asked;
      return file_->ReadAt(offset, length);
    }
    absl::Status Sync() override { return file_->Sync(); }  // asks, see the constructor
    absl::Status Truncate(std::uint64_t length) override {
      absl::Status asked = disk_->Ask("truncate", path_);
      return asked.ok() ? file_->Truncate(length) : asked;
    }
    absl::StatusOr<std::uint64_t> Size() override {
      if (absl::Status asked = disk_->Ask("size", path_); !asked.ok()) return asked;
      return file_->Size();
    }
    absl::StatusOr<std::shared_ptr<const wal::Mapping>> Map(std::uint64_t bytes) override {
      if (absl::Status asked = disk_->Ask("map", path_); !asked.ok()) return asked;
      return file_->Map(bytes);
    }

   private:
    std::unique_ptr<wal::File> file_;
    const std::string path_;
    FailingDisk* disk_;
  };

  class FailingLock final : public wal::FileLock {
   public:
    FailingLock(std::unique_ptr<wal::FileLock> lock, std::string path, FailingDisk* disk)
        : lock_(std::move(lock)), path_(std::move(path)), disk_(disk) {}
    const std::string& note_found() const override { return lock_->note_found(); }
    absl::Status Clear() override {
      absl::Status asked = disk_->Ask("clear", path_);
      return asked.ok() ? lock_->Clear() : asked;
    }

   private:
    std::unique_ptr<wal::FileLock> lock_;
    const std::string path_;
    FailingDisk* disk_;
  };

  absl::Status Ask(const char* operation, const std::string& path) {
    ++operations_;
    const bool fails =
        fault_.at != 0 && (fault_.for_ever ? operations_ >= fault_.at : operations_ == fault_.at);
    if (!fails) return absl::OkStatus();
    failed_.push_back(std::string(operation) + " " + path);
    return wal::PosixError(operation, path, fault_.error);
  }

  PageCacheDisk& disk_;
  PlannedFault fault_;
  int operations_ = 0;
  std::vector<std::string> failed_;
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_FAULTS_FAILING_DISK_H_
