// Guards against the checkpoint that waits for another one and goes on after that failed. Behind
// the switch of logs a failure leaves the compacted files under their own names, for the next
// opening to put into place; a second checkpoint that began a compaction of its own would remove
// them, and the database could not be opened any more.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "tests/engine/campus.h"
#include "tests/engine/ruled_disk.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::RuledDisk;

TEST(CheckpointWaitingTest, CompactedFilesThatAFailureLeftStayForTheNextOpening) {
  Campus campus;
  RuledDisk ruled(*campus.disk);
  ruled.rule_waits = true;
  campus.through = &ruled;
  Options options;
  options.maintenance = Maintenance::kManual;
  ASSERT_THAT(campus.Open(options), IsOk());
  ASSERT_THAT(campus.students().Insert({.id = 1, .name = "first"}), IsOk());
  ASSERT_THAT(campus.students().Update({.id = 1, .name = "second"}), IsOk());
  ASSERT_THAT(campus.students().Insert({.id = 2, .name = "other"}), IsOk());
  ASSERT_THAT(campus.Close(), IsOk());
  options.maintenance = Maintenance::kBackground;
  options.log_bytes_max = 1;  // each commit asks for a checkpoint in the background
  options.checkpoint_interval = std::chrono::seconds(0);
  ASSERT_THAT(campus.Open(options), IsOk());
  const auto students = campus.students();
  std::atomic<bool> asked = false;
  ruled.SetRule([&](std::string_view operation, const std::string& path) {
    if (path.find("student.records.") == std::string::npos) return absl::OkStatus();
    if (operation == "create" && !asked.exchange(true)) {
      std::thread([&] { EXPECT_THAT(students.Update({.id = 1, .name = "third"}), IsOk()); }).join();
    }
    return operation == "rename" ? absl::InternalError("rename: I/O error") : absl::OkStatus();
  });
  EXPECT_THAT(campus.engine->Checkpoint(), Fails(absl::StatusCode::kInternal, "I/O error"));
  campus.engine->Close().IgnoreError();  // ends the one in the background, too
  ruled.SetRule(nullptr);
  Campus reopened(campus.Files());
  ASSERT_THAT(reopened.Open(), IsOk());
  EXPECT_EQ(reopened.students().Get(1)->name, "third");
  EXPECT_EQ(reopened.students().size(), 2U);
}

}  // namespace
}  // namespace linedb
