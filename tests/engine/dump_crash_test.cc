// Guards against half a loaded database that opens: stopped at any step, with or without a power
// cut, it says that it is not finished, or is whole.

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "engine/engine_exchange.h"
#include "tests/engine/campus.h"
#include "tests/engine/ruled_disk.h"
#include "tests/engine/stopped_making.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::kDirectory;
using testing::RuledDisk;

constexpr int kStride = testing::kSanitized ? 17 : 1;

struct Source {
  std::string dump;
  std::string state;
};

Source MakeSource() {
  Campus campus;
  EXPECT_THAT(campus.Open(), IsOk());
  campus.MakeTables();
  EXPECT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  EXPECT_THAT(campus.students().Insert({.name = "Bob"}), IsOk());
  std::ostringstream output;
  EXPECT_THAT(engine::DumpDatabase(*campus.engine, output, {}), IsOk());
  return {output.str(), campus.State()};
}

absl::StatusOr<LoadReport> Load(wal::FileSystem& disk, const std::string& dump) {
  std::istringstream input(dump);
  return engine::LoadDirectory(disk, kDirectory, input, {});
}

// [engine-11.5] C22
TEST(DumpCrashTest, LoadStoppedAtEachStepIsNoDatabaseOrAWholeOne) {
  const Source source = MakeSource();
  testing::ExpectNoneOrWholeAtEachStep(
      kStride, "loading", source.state, [](wal::FileSystem&) {},
      [&](wal::FileSystem& disk) { return Load(disk, source.dump).status(); });
}

// A disk that fails once, and then works: what was made is taken away again.
TEST(DumpCrashTest, LoadThatFailsOnceLeavesNothingInTheWay) {
  const Source source = MakeSource();
  for (int step = 1;; step += kStride) {
    Campus campus;
    RuledDisk once(*campus.disk);
    int steps = 0;
    once.SetRule([&steps, step](std::string_view, const std::string&) {
      return ++steps == step ? absl::ResourceExhaustedError("the disk is full") : absl::OkStatus();
    });
    const auto loaded = Load(once, source.dump);
    if (steps < step) break;
    SCOPED_TRACE("failed at step " + std::to_string(step));
    if (!loaded.ok()) {
      EXPECT_THAT(Load(*campus.disk, source.dump), IsOk());
    }
    EXPECT_THAT(campus.OpenToRead(), IsOk());
    EXPECT_EQ(campus.State(), source.state);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace linedb
