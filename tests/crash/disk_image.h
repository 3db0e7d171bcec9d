// What stands on a disk, as a value: directories, names, and the files they are names of. Two names
// of one file stay two names of one file, which a map of paths to bytes could not say.

#ifndef LINEDB_TESTS_CRASH_DISK_IMAGE_H_
#define LINEDB_TESTS_CRASH_DISK_IMAGE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "wal/file_system.h"

namespace linedb::testing {

struct DiskImage {
  std::set<std::string> directories;
  std::map<std::string, int> names;  // path to number of the file
  // By number. Null: no name is left of it.
  std::vector<std::shared_ptr<const std::string>> files;

  // Equal for equal disks, whatever the numbers of the files are.
  std::uint64_t Hash() const;
  std::unique_ptr<wal::FileSystem> Mount() const;
  // Puts it on a real disk, below a directory that is there, for a person to look at.
  absl::Status CopyTo(wal::FileSystem& disk, const std::string& below) const;
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_DISK_IMAGE_H_
