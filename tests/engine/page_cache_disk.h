// A disk with a page cache: what processes see, and what a power cut leaves of it.
//
// Bytes are durable after a good sync of their file, names after a sync of their directory. A sync
// that fails loses the bytes for good and marks their pages clean, as ext4, xfs and btrfs do: a
// second sync succeeds and writes nothing.

#ifndef LINEDB_TESTS_ENGINE_PAGE_CACHE_DISK_H_
#define LINEDB_TESTS_ENGINE_PAGE_CACHE_DISK_H_

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tests/engine/disk_tree.h"
#include "tests/wal/forwarding_disk.h"
#include "wal/file_steps.h"
#include "wal/file_system.h"

namespace linedb::testing {

// Any thread: the archiver has one of its own.
class PageCacheDisk final : public wal::FileSystem {
 public:
  // Asked before every sync of a file.
  std::function<absl::Status(const std::string& path)> sync_rule;

  // What is there when the power comes back.
  Tree AfterPowerCut() const {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    Tree tree;
    const std::string base = std::string(kDirectory) + "/";
    for (const auto& [path, identity] : durable_names_) {
      tree[path.substr(base.size())] = pages_.at(identity).durable;
    }
    return tree;
  }

  absl::StatusOr<std::unique_ptr<wal::File>> Open(const std::string& path,
                                                  wal::OpenMode mode) override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    absl::StatusOr<std::unique_ptr<wal::File>> file = cache_->Open(path, mode);
    if (!file.ok()) return file;
    return std::make_unique<CachedFile>(*std::move(file), path, PagesOf(path), this);
  }
  absl::StatusOr<wal::FileInfo> Stat(const std::string& path) override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    return cache_->Stat(path);
  }
  absl::StatusOr<std::vector<std::string>> List(const std::string& path) override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    return cache_->List(path);
  }
  absl::Status CreateDirectory(const std::string& path) override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    return cache_->CreateDirectory(path);
  }
  absl::Status Rename(const std::string& source, const std::string& target) override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    return cache_->Rename(source, target);
  }
  absl::Status Link(const std::string& source, const std::string& target) override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    return cache_->Link(source, target);
  }
  absl::Status Remove(const std::string& path) override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    return cache_->Remove(path);
  }
  absl::Status SyncDirectory(const std::string& path) override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    absl::StatusOr<std::vector<std::string>> names = cache_->List(path);
    if (!names.ok()) return names.status();
    std::erase_if(durable_names_,
                  [&path](const auto& name) { return wal::ParentOf(name.first) == path; });
    for (const std::string& name : *names) {
      const std::string child = path + "/" + name;
      const absl::StatusOr<wal::FileInfo> info = cache_->Stat(child);
      if (!info.ok() || info->is_directory) continue;
      pages_.try_emplace(info->identity);
      durable_names_[child] = info->identity;
    }
    return absl::OkStatus();
  }
  absl::StatusOr<std::unique_ptr<wal::FileLock>> Lock(const std::string& path,
                                                      const std::string& note) override {
    const std::lock_guard<std::recursive_mutex> lock(mutex_);
    absl::StatusOr<std::unique_ptr<wal::FileLock>> taken = cache_->Lock(path, note);
    if (taken.ok()) PagesOf(path)->durable = note;
    return taken;
  }

 private:
  struct Pages {
    std::string durable;
    std::uint64_t dirty_from = 0;  // what lies behind is in the cache only
  };

  class CachedFile final : public wal::ForwardingFile {
   public:
    CachedFile(std::unique_ptr<wal::File> file, std::string path, Pages* pages, PageCacheDisk* disk)
        : ForwardingFile(std::move(file)), path_(std::move(path)), pages_(pages), disk_(disk) {}

    absl::Status Append(std::string_view bytes) override {
      const std::lock_guard<std::recursive_mutex> lock(disk_->mutex_);
      pages_->dirty_from = std::min(pages_->dirty_from, *file().Size());
      return file().Append(bytes);
    }
    absl::Status Truncate(std::uint64_t length) override {
      const std::lock_guard<std::recursive_mutex> lock(disk_->mutex_);
      pages_->dirty_from = std::min(pages_->dirty_from, length);
      return file().Truncate(length);
    }
    absl::Status Sync() override {
      const std::lock_guard<std::recursive_mutex> lock(disk_->mutex_);
      const std::uint64_t size = *file().Size();
      pages_->durable.resize(size, '\0');
      const std::uint64_t from = std::min(std::exchange(pages_->dirty_from, size), size);
      absl::Status asked = disk_->sync_rule ? disk_->sync_rule(path_) : absl::OkStatus();
      if (!asked.ok()) {
        std::fill(pages_->durable.begin() + static_cast<std::ptrdiff_t>(from),
                  pages_->durable.end(), '\0');
        return asked;
      }
      pages_->durable.replace(from, size - from, *file().ReadAt(from, size - from));
      return absl::OkStatus();
    }

   private:
    const std::string path_;
    Pages* pages_;
    PageCacheDisk* disk_;
  };

  Pages* PagesOf(const std::string& path) { return &pages_[cache_->Stat(path)->identity]; }

  mutable std::recursive_mutex mutex_;
  std::unique_ptr<wal::FileSystem> cache_ = wal::NewMemoryFileSystem();
  std::map<std::string, Pages> pages_;                // by identity
  std::map<std::string, std::string> durable_names_;  // path to identity
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_ENGINE_PAGE_CACHE_DISK_H_
