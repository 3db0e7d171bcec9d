// Guards against half a restored database that opens: stopped at any step, with or without a power
// cut, it says that it is not finished, or is whole.

#include <gtest/gtest.h>

#include <string>

#include "engine/engine_history.h"
#include "tests/engine/campus.h"
#include "tests/engine/page_cache_disk.h"
#include "tests/engine/ruled_disk.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::IsOk;
using testing::kDirectory;
using testing::PageCacheDisk;
using testing::RuledDisk;
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

  bool stopped = true;
  int step = 1;
  for (; stopped; step += kStride) {
    PageCacheDisk disk;
    Put(original, disk);
    RuledDisk until(disk);
    int steps = 0;
    until.SetRule([&steps, step](std::string_view, const std::string&) {
      return ++steps < step ? absl::OkStatus() : absl::InternalError("killed");
    });
    const auto restored = engine::RestoreDirectory(until, kSource, kDirectory, restore);
    stopped = steps >= step;
    EXPECT_TRUE(stopped || restored.ok()) << restored.status();
    for (Tree left : {testing::ReadTree(disk), disk.AfterPowerCut()}) {
      std::erase_if(left, [](const auto& file) { return file.first.starts_with("restoring/"); });
      SCOPED_TRACE("stopped at step " + std::to_string(step));
      Campus found(left);
      const absl::Status opened = found.OpenToRead();
      if (opened.ok()) {
        EXPECT_EQ(found.State(), state);
      } else {
        EXPECT_TRUE(stopped);
        EXPECT_THAT(std::string(opened.message()),
                    ::testing::AnyOf(::testing::HasSubstr("load into it is not finished"),
                                     ::testing::HasSubstr("no linedb database")));
      }
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(step, 100);
}

}  // namespace
}  // namespace linedb
