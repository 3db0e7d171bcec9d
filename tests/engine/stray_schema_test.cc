// Guards against a table that can never be created. A process dies in creating it; the next one
// finds the creation in the log as the page cache shows it, and writes the schema file; the power
// fails before that log was on the disk. A schema file that no log knows is in the way for ever.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/engine/campus.h"
#include "tests/engine/page_cache_disk.h"
#include "tests/engine/ruled_disk.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::IsOk;
using testing::PageCacheDisk;
using testing::RuledDisk;
using testing::Student;

// A process that is killed before its `step`-th operation; false if it came to its end.
bool KilledCreating(PageCacheDisk& machine, int step) {
  RuledDisk disk(machine);
  int steps = 0;
  disk.SetRule([&](std::string_view, const std::string&) {
    return ++steps < step ? absl::OkStatus() : absl::InternalError("killed");
  });
  Campus campus;
  campus.through = &disk;
  Options options;
  options.maintenance = Maintenance::kManual;
  if (campus.Open(options).ok() && campus.engine->FindTable("student") == nullptr) {
    campus.engine->CreateTable(schema::StructCodec<Student>::Schema()).IgnoreError();
  }
  campus.engine.reset();
  return steps >= step;
}

// [engine-5.6]
TEST(StraySchemaTest, CreationKilledTwiceAndCutOffCanBeRepeated) {
  for (int first = 1;; ++first) {
    bool first_killed = false;
    for (int second = 1;; ++second) {
      PageCacheDisk machine;
      first_killed = KilledCreating(machine, first);
      const bool second_killed = KilledCreating(machine, second);
      Campus campus(machine.AfterPowerCut());
      ASSERT_THAT(campus.Open(), IsOk());
      if (campus.engine->FindTable("student") == nullptr) {
        ASSERT_THAT(campus.engine->CreateTable(schema::StructCodec<Student>::Schema()), IsOk())
            << "killed before operation " << first << ", then before " << second;
      }
      if (!second_killed) break;
    }
    if (!first_killed) break;
  }
}

}  // namespace
}  // namespace linedb
