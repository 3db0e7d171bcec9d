// A disk on which a test says what fails: a rule is asked before every operation that changes the
// disk, with the operation's name and path ("write", "university/data/student.records").

#ifndef LINEDB_TESTS_ENGINE_RULED_DISK_H_
#define LINEDB_TESTS_ENGINE_RULED_DISK_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "tests/wal/forwarding_disk.h"
#include "wal/file_system.h"

namespace linedb::testing {

// Any thread may use it once the rule is set; SetRule waits for the operation under way.
class RuledDisk final : public wal::ForwardingDisk {
 public:
  using Rule = std::function<absl::Status(std::string_view operation, const std::string& path)>;

  explicit RuledDisk(wal::FileSystem& disk) : ForwardingDisk(disk) {}

  void SetRule(Rule rule) {
    const std::lock_guard<std::mutex> lock(mutex_);
    rule_ = std::move(rule);
  }
  // What a failing write leaves: half of its bytes, as on a disk that fills up, or nothing.
  bool writes_half = true;
  // The rule may be asked by several threads at once: one that lets a thread wait for another.
  bool rule_waits = false;

  absl::Status Ask(std::string_view operation, const std::string& path) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!rule_) return absl::OkStatus();
    if (!rule_waits) return rule_(operation, path);
    const Rule rule = rule_;
    lock.unlock();
    return rule(operation, path);
  }

  absl::StatusOr<std::unique_ptr<wal::File>> Open(const std::string& path,
                                                  wal::OpenMode mode) override {
    if (mode == wal::OpenMode::kCreateNew) {
      if (absl::Status asked = Ask("create", path); !asked.ok()) return asked;
    }
    absl::StatusOr<std::unique_ptr<wal::File>> file = disk().Open(path, mode);
    if (!file.ok()) return file;
    return std::make_unique<RuledFile>(*std::move(file), path, this);
  }
  absl::Status CreateDirectory(const std::string& path) override {
    absl::Status asked = Ask("make directory", path);
    return asked.ok() ? disk().CreateDirectory(path) : asked;
  }
  absl::Status Rename(const std::string& source, const std::string& target) override {
    absl::Status asked = Ask("rename", source);
    return asked.ok() ? disk().Rename(source, target) : asked;
  }
  absl::Status Link(const std::string& source, const std::string& target) override {
    absl::Status asked = Ask("link", target);
    return asked.ok() ? disk().Link(source, target) : asked;
  }
  absl::Status Remove(const std::string& path) override {
    absl::Status asked = Ask("remove", path);
    return asked.ok() ? disk().Remove(path) : asked;
  }
  absl::Status SyncDirectory(const std::string& path) override {
    absl::Status asked = Ask("sync", path);
    return asked.ok() ? disk().SyncDirectory(path) : asked;
  }

 private:
  class RuledFile final : public wal::ForwardingFile {
   public:
    RuledFile(std::unique_ptr<wal::File> file, std::string path, RuledDisk* disk)
        : ForwardingFile(std::move(file)), path_(std::move(path)), disk_(disk) {}

    absl::Status Append(std::string_view bytes) override {
      absl::Status asked = disk_->Ask("write", path_);
      if (asked.ok()) return file().Append(bytes);
      if (disk_->writes_half) file().Append(bytes.substr(0, bytes.size() / 2)).IgnoreError();
      return asked;
    }
    absl::Status Sync() override {
      absl::Status asked = disk_->Ask("sync", path_);
      return asked.ok() ? file().Sync() : asked;
    }
    absl::Status Truncate(std::uint64_t length) override {
      absl::Status asked = disk_->Ask("truncate", path_);
      return asked.ok() ? file().Truncate(length) : asked;
    }

   private:
    const std::string path_;
    RuledDisk* disk_;
  };

  std::mutex mutex_;
  Rule rule_;
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_ENGINE_RULED_DISK_H_
