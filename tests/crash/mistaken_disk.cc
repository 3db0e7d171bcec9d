#include "tests/crash/mistaken_disk.h"

namespace linedb::testing {

class MistakenDisk::MistakenFile final : public wal::ForwardingFile {
 public:
  MistakenFile(std::unique_ptr<wal::File> file, std::string path, MistakenDisk* disk)
      : ForwardingFile(std::move(file)), path_(std::move(path)), disk_(disk) {
    disk_->open_.insert(this);
  }
  ~MistakenFile() override { disk_->open_.erase(this); }

  absl::Status Append(std::string_view bytes) override {
    const Mistake& mistake = disk_->mistake_;
    if (mistake.append_on) return mistake.append_on(disk_->disk(), path_, file(), bytes);
    return mistake.append ? mistake.append(path_, file(), bytes) : ForwardingFile::Append(bytes);
  }
  absl::Status Sync() override {
    const Mistake& mistake = disk_->mistake_;
    return mistake.sync ? mistake.sync(path_, file()) : ForwardingFile::Sync();
  }
  absl::Status Truncate(std::uint64_t length) override {
    const Mistake& mistake = disk_->mistake_;
    return mistake.truncate ? mistake.truncate(path_, file(), length)
                            : ForwardingFile::Truncate(length);
  }
  absl::StatusOr<std::uint64_t> Size() override {
    const Mistake& mistake = disk_->mistake_;
    return mistake.size ? mistake.size(path_, file()) : ForwardingFile::Size();
  }

  // The file has got a new name; if that names another file by now, the mistake has copied it.
  void Follow(const std::string& source, const std::string& target) {
    if (path_ != source) return;
    path_ = target;
    absl::StatusOr<std::unique_ptr<wal::File>> file =
        disk_->disk().Open(target, wal::OpenMode::kAppend);
    if (file.ok()) Redirect(*std::move(file));
  }

 private:
  std::string path_;
  MistakenDisk* disk_;
};

absl::StatusOr<std::unique_ptr<wal::File>> MistakenDisk::Open(const std::string& path,
                                                              wal::OpenMode mode) {
  if (mode == wal::OpenMode::kCreateNew && mistake_.before_create) {
    mistake_.before_create(disk(), path);
  }
  absl::StatusOr<std::unique_ptr<wal::File>> file = disk().Open(path, mode);
  if (!file.ok()) return file;
  return std::make_unique<MistakenFile>(*std::move(file), path, this);
}

absl::Status MistakenDisk::CreateDirectory(const std::string& path) {
  if (mistake_.before_make_directory) mistake_.before_make_directory(path);
  return disk().CreateDirectory(path);
}

absl::Status MistakenDisk::Rename(const std::string& source, const std::string& target) {
  absl::Status done =
      mistake_.rename ? mistake_.rename(disk(), source, target) : disk().Rename(source, target);
  if (!done.ok()) return done;
  for (MistakenFile* file : open_) file->Follow(source, target);
  return done;
}

absl::Status MistakenDisk::Link(const std::string& source, const std::string& target) {
  return mistake_.link ? mistake_.link(disk(), source, target) : disk().Link(source, target);
}

absl::Status MistakenDisk::Remove(const std::string& path) {
  return mistake_.remove ? mistake_.remove(disk(), path) : disk().Remove(path);
}

absl::Status MistakenDisk::SyncDirectory(const std::string& path) {
  return mistake_.sync_directory ? mistake_.sync_directory(disk(), path)
                                 : disk().SyncDirectory(path);
}

absl::StatusOr<std::unique_ptr<wal::FileLock>> MistakenDisk::Lock(const std::string& path,
                                                                  const std::string& note) {
  absl::StatusOr<std::unique_ptr<wal::FileLock>> lock = disk().Lock(path, note);
  if (lock.ok() && mistake_.after_lock) mistake_.after_lock(**lock);
  return lock;
}

}  // namespace linedb::testing
