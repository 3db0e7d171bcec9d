// A database directory as a value: read from a disk, changed by hand, put on another disk. A crash
// is a copy of the tree of a database that is still open.

#ifndef LINEDB_TESTS_ENGINE_DISK_TREE_H_
#define LINEDB_TESTS_ENGINE_DISK_TREE_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "wal/file_system.h"

namespace linedb::testing {

inline constexpr char kDirectory[] = "university";

// From a name below the database directory ("data/student.records") to the file's bytes.
using Tree = std::map<std::string, std::string>;

// False if a file went away under it.
inline bool ReadTreeBelow(wal::FileSystem& disk, const std::string& below, Tree* tree) {
  const auto names = disk.List(std::string(kDirectory) + "/" + below);
  if (!names.ok()) return true;
  for (const std::string& name : *names) {
    const std::string path = below + name;
    const std::string full = std::string(kDirectory) + "/" + path;
    const auto info = disk.Stat(full);
    if (!info.ok()) return false;
    if (info->is_directory) {
      if (!ReadTreeBelow(disk, path + "/", tree)) return false;
      continue;
    }
    const auto bytes = wal::ReadFile(disk, full);
    if (!bytes.ok()) return false;
    (*tree)[path] = *bytes;
  }
  return true;
}

// Beside the archiver's thread, too, which may just be replacing an archive.
inline Tree ReadTree(wal::FileSystem& disk) {
  for (;;) {
    Tree tree;
    if (ReadTreeBelow(disk, "", &tree)) return tree;
  }
}

inline std::unique_ptr<wal::FileSystem> MakeDisk(const Tree& tree) {
  std::unique_ptr<wal::FileSystem> disk = wal::NewMemoryFileSystem();
  const std::string base = kDirectory;
  for (const std::string& directory : {base, base + "/schema", base + "/data", base + "/wal"}) {
    EXPECT_TRUE(disk->CreateDirectory(directory).ok());
  }
  for (const auto& [path, bytes] : tree) {
    // Not every database has one of these.
    if (path.starts_with("index/")) disk->CreateDirectory(base + "/index").IgnoreError();
    const auto file = disk->Open(base + "/" + path, wal::OpenMode::kCreateNew);
    EXPECT_TRUE(file.ok()) << file.status();
    EXPECT_TRUE((*file)->Append(bytes).ok());
  }
  return disk;
}

// The names of what differs, for a message a person can read.
inline std::string TreeDifference(const Tree& before, const Tree& after) {
  std::string text;
  for (const auto& [path, bytes] : before) {
    const auto found = after.find(path);
    if (found == after.end()) {
      text += path + " is gone; ";
    } else if (found->second != bytes) {
      text += path + " changed; ";
    }
  }
  for (const auto& [path, bytes] : after) {
    if (!before.contains(path)) text += path + " is new; ";
  }
  return text;
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_ENGINE_DISK_TREE_H_
