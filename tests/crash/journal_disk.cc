#include "tests/crash/journal_disk.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/wal/forwarding_disk.h"

namespace linedb::testing {

class JournalDisk::JournalFile final : public wal::ForwardingFile {
 public:
  JournalFile(std::unique_ptr<wal::File> file, int number, JournalDisk* disk)
      : ForwardingFile(std::move(file)), number_(number), disk_(disk) {}

  absl::Status Append(std::string_view bytes) override {
    if (bytes.empty()) return absl::OkStatus();
    absl::Status asked = disk_->Ask(Action::kAppend, path());
    if (disk_->dead_) return asked;
    if (!asked.ok()) bytes = bytes.substr(0, bytes.size() / 2);
    absl::Status done = ForwardingFile::Append(bytes);
    if (done.ok() && !bytes.empty()) {
      disk_->Note({Action::kAppend, path(), "", number_, std::string(bytes)});
    }
    return asked.ok() ? done : asked;
  }
  absl::Status Sync() override {
    if (disk_->before_sync && !disk_->dead_) disk_->before_sync(path());
    absl::Status asked = disk_->Ask(Action::kSyncFile, path());
    if (disk_->dead_) return asked;
    Operation sync{Action::kSyncFile, path(), "", number_};
    sync.failed = !asked.ok();
    disk_->Note(std::move(sync));
    return asked;
  }
  absl::Status Truncate(std::uint64_t length) override {
    return disk_->TruncateFile(file(), path(), number_, length);
  }

 private:
  // A file that was renamed goes by its new name.
  const std::string& path() const { return disk_->paths_[static_cast<std::size_t>(number_)]; }

  const int number_;
  JournalDisk* disk_;
};

class JournalDisk::JournalLock final : public wal::FileLock {
 public:
  JournalLock(std::unique_ptr<wal::FileLock> lock, std::string path, int number, JournalDisk* disk)
      : lock_(std::move(lock)), path_(std::move(path)), number_(number), disk_(disk) {}

  const std::string& note_found() const override { return lock_->note_found(); }
  absl::Status Clear() override {
    absl::Status asked = disk_->Ask(Action::kTruncate, path_);
    if (!asked.ok()) return asked;
    return disk_->Noted(lock_->Clear(), {Action::kTruncate, path_, "", number_});
  }

 private:
  std::unique_ptr<wal::FileLock> lock_;
  const std::string path_;
  const int number_;
  JournalDisk* disk_;
};

JournalDisk::JournalDisk(const DiskImage& image)
    : disk_(image.Mount()), names_(image.names), paths_(image.files.size()) {
  for (const auto& [path, number] : names_) paths_[static_cast<std::size_t>(number)] = path;
}

absl::Status JournalDisk::Ask(Action action, const std::string& path) {
  if (dead_) return absl::InternalError("the process is dead");
  ++operations_;
  if (fault.at == 0 || operations_ < fault.at || (operations_ > fault.at && !fault.for_ever)) {
    return absl::OkStatus();
  }
  return absl::Status(fault.code, absl::StrCat(NameOf(action), " ", path, ": planned fault"));
}

void JournalDisk::Note(Operation operation) {
  operation.promise = promise;
  journal_.push_back(std::move(operation));
}

absl::Status JournalDisk::Noted(absl::Status done, Operation operation) {
  if (done.ok()) Note(std::move(operation));
  return done;
}

absl::Status JournalDisk::TruncateFile(wal::File& file, const std::string& path, int number,
                                       std::uint64_t length) {
  absl::Status asked = Ask(Action::kTruncate, path);
  if (!asked.ok()) return asked;
  return Noted(file.Truncate(length), {Action::kTruncate, path, "", number, "", length});
}

void JournalDisk::NoteCreation(const std::string& path) {
  const int number = static_cast<int>(paths_.size());
  names_[path] = number;
  paths_.push_back(path);
  Note({Action::kCreate, path, "", number});
}

int JournalDisk::NumberOf(const std::string& path) const {
  const auto found = names_.find(path);
  return found == names_.end() ? -1 : found->second;
}

absl::StatusOr<std::unique_ptr<wal::File>> JournalDisk::Open(const std::string& path,
                                                             wal::OpenMode mode) {
  const bool creates = mode == wal::OpenMode::kCreateNew;
  if (creates) {
    if (absl::Status asked = Ask(Action::kCreate, path); !asked.ok()) return asked;
  }
  absl::StatusOr<std::unique_ptr<wal::File>> file = disk_->Open(path, mode);
  if (!file.ok()) return file;
  if (creates) {
    NoteCreation(path);
  }
  return std::make_unique<JournalFile>(*std::move(file), NumberOf(path), this);
}

absl::Status JournalDisk::CreateDirectory(const std::string& path) {
  absl::Status asked = Ask(Action::kMakeDirectory, path);
  if (!asked.ok()) return asked;
  return Noted(disk_->CreateDirectory(path), {Action::kMakeDirectory, path});
}

absl::Status JournalDisk::Rename(const std::string& source, const std::string& target) {
  if (!disk_->Stat(source).ok()) return disk_->Rename(source, target);  // as with Remove
  absl::Status asked = Ask(Action::kRename, source);
  if (!asked.ok()) return asked;
  absl::Status done = disk_->Rename(source, target);
  if (!done.ok()) return done;
  const int number = NumberOf(source);
  names_.erase(source);
  names_[target] = number;
  paths_[static_cast<std::size_t>(number)] = target;
  return Noted(done, {Action::kRename, source, target, number});
}

absl::Status JournalDisk::Link(const std::string& source, const std::string& target) {
  absl::Status asked = Ask(Action::kLink, target);
  if (!asked.ok()) return asked;
  absl::Status done = disk_->Link(source, target);
  if (done.ok()) names_[target] = NumberOf(source);
  return Noted(done, {Action::kLink, source, target, NumberOf(source)});
}

absl::Status JournalDisk::Remove(const std::string& path) {
  // Removing what is not there is no operation on the disk.
  if (!disk_->Stat(path).ok()) return disk_->Remove(path);
  absl::Status asked = Ask(Action::kRemove, path);
  if (!asked.ok()) return asked;
  const int number = NumberOf(path);
  names_.erase(path);
  return Noted(disk_->Remove(path), {Action::kRemove, path, "", number});
}

absl::Status JournalDisk::SyncDirectory(const std::string& path) {
  absl::Status asked = Ask(Action::kSyncDirectory, path);
  if (dead_) return asked;
  Operation sync{Action::kSyncDirectory, path};
  sync.failed = !asked.ok();
  Note(std::move(sync));
  return asked.ok() ? disk_->SyncDirectory(path) : asked;
}

// In the real disk's order: the file is made if missing, the note written over the one found, and
// synced.
absl::StatusOr<std::unique_ptr<wal::FileLock>> JournalDisk::Lock(const std::string& path,
                                                                 const std::string& note) {
  const bool creates = !names_.contains(path);
  if (creates) {
    if (absl::Status asked = Ask(Action::kCreate, path); !asked.ok()) return asked;
  }
  if (absl::Status asked = Ask(Action::kLockNote, path); !asked.ok()) return asked;
  absl::StatusOr<std::unique_ptr<wal::FileLock>> lock = disk_->Lock(path, note);
  if (!lock.ok()) return lock;
  if (creates) {
    NoteCreation(path);
  }
  Note({Action::kLockNote, path, "", NumberOf(path), note});
  if (syncs_lock_note) {
    absl::Status asked = Ask(Action::kSyncFile, path);
    if (dead_) return asked;
    Operation sync{Action::kSyncFile, path, "", NumberOf(path)};
    sync.failed = !asked.ok();
    Note(std::move(sync));
    if (!asked.ok()) return asked;
  }
  return std::make_unique<JournalLock>(*std::move(lock), path, NumberOf(path), this);
}

}  // namespace linedb::testing
