// A disk that does one thing wrong. What it does wrong is what an engine with that mistake would
// do: so the harness is tried on mistakes without any of them being in the engine.

#ifndef LINEDB_TESTS_CRASH_MISTAKEN_DISK_H_
#define LINEDB_TESTS_CRASH_MISTAKEN_DISK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "tests/wal/forwarding_disk.h"

namespace linedb::testing {

// Each is called instead of the operation, with what it takes to do it rightly. Those left out are
// done rightly. A path is the file's present name, also if it was opened under another.
struct Mistake {
  using Path = const std::string&;
  std::function<absl::Status(Path, wal::File&, std::string_view bytes)> append = {};
  std::function<absl::Status(wal::FileSystem&, Path, wal::File&, std::string_view bytes)>
      append_on = {};
  std::function<absl::Status(Path, wal::File&)> sync = {};
  std::function<absl::Status(Path, wal::File&, std::uint64_t length)> truncate = {};
  std::function<absl::StatusOr<std::uint64_t>(Path, wal::File&)> size = {};
  std::function<absl::Status(wal::FileSystem&, Path)> sync_directory = {};
  std::function<absl::Status(wal::FileSystem&, Path source, Path target)> rename = {};
  std::function<absl::Status(wal::FileSystem&, Path source, Path target)> link = {};
  std::function<absl::Status(wal::FileSystem&, Path)> remove = {};
  std::function<void(wal::FileSystem&, Path)> before_create = {};
  std::function<void(Path)> before_make_directory = {};
  std::function<void(wal::FileLock&)> after_lock = {};
};

class MistakenDisk final : public wal::ForwardingDisk {
 public:
  MistakenDisk(wal::FileSystem& disk, Mistake mistake)
      : ForwardingDisk(disk), mistake_(std::move(mistake)) {}

  absl::StatusOr<std::unique_ptr<wal::File>> Open(const std::string& path,
                                                  wal::OpenMode mode) override;
  absl::Status CreateDirectory(const std::string& path) override;
  absl::Status Rename(const std::string& source, const std::string& target) override;
  absl::Status Link(const std::string& source, const std::string& target) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status SyncDirectory(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<wal::FileLock>> Lock(const std::string& path,
                                                      const std::string& note) override;

 private:
  class MistakenFile;

  const Mistake mistake_;
  std::set<MistakenFile*> open_;
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_MISTAKEN_DISK_H_
