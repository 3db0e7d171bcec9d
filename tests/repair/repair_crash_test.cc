// A repair is stopped at each of its steps: what is left is no database, and says so, or a whole
// one. (engine-9.7)

#include <gtest/gtest.h>

#include "tests/faults/damaged_campus.h"
#include "tests/repair/mending.h"

namespace linedb {
namespace {

using testing::Mending;
using testing::RuledDisk;

TEST(RepairCrashTest, RepairStoppedAtEachStepIsNoDatabaseOrAWholeOne) {
  const testing::Patient patient = testing::MakePatients()[1];
  testing::Tree damaged = patient.tree;
  damaged["data/student.records"][20] = '\0';  // so that there are rejects
  int whole = 0;
  int unfinished = 0;
  for (int steps = 0;; ++steps) {
    Mending mending(damaged);
    RuledDisk disk(*mending.campus.disk);
    int left = steps;
    disk.SetRule([&left](std::string_view, const std::string&) {
      return left-- > 0 ? absl::OkStatus() : absl::InternalError("stopped");
    });
    const auto report = engine::RepairDirectory(disk, testing::kDamaged, testing::kDirectory, {});
    if (report.ok()) {
      EXPECT_GE(left, 0);
      break;
    }
    Options options;
    options.create = Create::kNever;
    options.access = Access::kReadOnly;
    const absl::Status opened = mending.campus.Open(options);
    if (opened.ok()) {
      ++whole;
      EXPECT_EQ(testing::RecordsIn(mending.campus.State()), testing::RecordsIn(patient.state));
    } else {
      ++unfinished;
      EXPECT_TRUE(absl::IsNotFound(opened) ||
                  opened.message().find("repair into it is not finished") != std::string::npos)
          << opened;
    }
  }
  EXPECT_GT(whole, 0);
  EXPECT_GT(unfinished, 5);
}

}  // namespace
}  // namespace linedb
