// A disk in memory that counts and writes down every operation that changes it, and fails where it
// is told to.

#ifndef LINEDB_TESTS_CRASH_JOURNAL_DISK_H_
#define LINEDB_TESTS_CRASH_JOURNAL_DISK_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/crash/disk_image.h"
#include "tests/crash/journal.h"
#include "wal/file_system.h"

namespace linedb::testing {

// The `at`-th operation (from 1) fails with this code, and if it is for ever all after it. What an
// append that fails leaves is half of its bytes, as on a disk that fills up.
struct DiskFault {
  int at = 0;  // 0: none
  bool for_ever = false;
  absl::StatusCode code = absl::StatusCode::kInternal;
};

// One thread at a time; others may take their turn while it waits in before_sync.
class JournalDisk final : public wal::FileSystem {
 public:
  explicit JournalDisk(const DiskImage& image);

  Promise promise;  // noted with each operation; the program's business
  DiskFault fault;  // may be set anew at any time
  // Called before a file is synced, on the thread that syncs; may use the disk.
  std::function<void(const std::string& path)> before_sync;
  bool syncs_lock_note = true;  // false: a disk that forgets to

  const Journal& journal() const { return journal_; }
  int operations() const { return operations_; }  // failed ones included
  // The program has learned that the promise is another now.
  void Tell(Promise now) {
    promise = now;
    Note({Action::kTold, ""});
  }
  // Of a process that is killed nothing reaches the disk any more, until the next one starts.
  void set_dead(bool dead) { dead_ = dead; }

  absl::StatusOr<std::unique_ptr<wal::File>> Open(const std::string& path,
                                                  wal::OpenMode mode) override;
  absl::StatusOr<wal::FileInfo> Stat(const std::string& path) override { return disk_->Stat(path); }
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override {
    return disk_->List(directory);
  }
  absl::Status CreateDirectory(const std::string& path) override;
  absl::Status Rename(const std::string& source, const std::string& target) override;
  absl::Status Link(const std::string& source, const std::string& target) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status SyncDirectory(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<wal::FileLock>> Lock(const std::string& path,
                                                      const std::string& note) override;

 private:
  class JournalFile;
  class JournalLock;

  // Counts an operation; an error if it is to fail.
  absl::Status Ask(Action action, const std::string& path);
  void Note(Operation operation);
  absl::Status Noted(absl::Status done, Operation operation);
  absl::Status TruncateFile(wal::File& file, const std::string& path, int number,
                            std::uint64_t length);
  void NoteCreation(const std::string& path);
  int NumberOf(const std::string& path) const;

  std::unique_ptr<wal::FileSystem> disk_;
  std::map<std::string, int> names_;  // path to number of the file
  std::vector<std::string> paths_;    // by number: the name last given
  Journal journal_;
  int operations_ = 0;
  bool dead_ = false;
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_JOURNAL_DISK_H_
