// The files of a database, as a campus tells them, on another disk.

#ifndef LINEDB_TESTS_ENGINE_DURABLE_TREE_H_
#define LINEDB_TESTS_ENGINE_DURABLE_TREE_H_

#include <gtest/gtest.h>

#include <string>

#include "tests/engine/campus.h"

namespace linedb::testing {

// Everything of it is durable.
inline void Put(const Tree& tree, wal::FileSystem& disk) {
  const std::string base = kDirectory;
  for (const char* below : {"", "/schema", "/data", "/wal", "/index"}) {
    ASSERT_THAT(disk.CreateDirectory(base + below), IsOk());
  }
  for (const auto& [path, bytes] : tree) {
    const auto file = disk.Open(base + "/" + path, wal::OpenMode::kCreateNew);
    ASSERT_THAT(file, IsOk());
    ASSERT_THAT((*file)->Append(bytes), IsOk());
    ASSERT_THAT((*file)->Sync(), IsOk());
  }
  for (const char* below : {"", "/schema", "/data", "/wal", "/index"}) {
    ASSERT_THAT(disk.SyncDirectory(base + below), IsOk());
  }
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_ENGINE_DURABLE_TREE_H_
