// Guards against half a restored database that opens: stopped at any step, with or without a power
// cut, it says that it is not finished, or is whole.

#include <gtest/gtest.h>

#include <string>

#include "engine/engine_history.h"
#include "tests/engine/campus.h"
#include "tests/engine/stopped_making.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::IsOk;
using testing::kDirectory;
using testing::Tree;

constexpr char kSource[] = "original";
constexpr int kStride = testing::kSanitized ? 17 : 1;

// What a campus's files are, under another name.
void Put(const Tree& tree, wal::FileSystem& disk) {
  for (const char* below : {"", "/schema", "/data", "/wal"}) {
    ASSERT_THAT(disk.CreateDirectory(std::string(kSource) + below), IsOk());
  }
  for (const auto& [path, bytes] : tree) {
    if (path == "LOCK" || path.starts_with("index/")) continue;
    const auto file = disk.Open(std::string(kSource) + "/" + path, wal::OpenMode::kCreateNew);
    ASSERT_THAT(file, IsOk());
    ASSERT_THAT((*file)->Append(bytes), IsOk());
  }
}

TEST(RestoreCrashTest, RestoreStoppedAtEachStepIsNoDatabaseOrAWholeOne) {
  Options options;
  options.maintenance = Maintenance::kManual;
  Campus campus;
  ASSERT_THAT(campus.Open(options), IsOk());
  campus.MakeTables();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(campus.students().Update({.id = 1, .name = "Alicia"}), IsOk());
  ASSERT_THAT(campus.engine->DropTable("course"), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Bob"}), IsOk());
  const std::string state = campus.State();
  const Tree original = campus.Files();
  RestoreOptions restore;
  restore.target = AtLsn{campus.engine->Stats().last_lsn};
  ASSERT_THAT(campus.students().Erase(1), IsOk());

  testing::ExpectNoneOrWholeAtEachStep(
      kStride, "restoring", state, [&](wal::FileSystem& disk) { Put(original, disk); },
      [&](wal::FileSystem& disk) {
        return engine::RestoreDirectory(disk, kSource, kDirectory, restore).status();
      });
}

}  // namespace
}  // namespace linedb
