// Guards against trust in the page cache. A process dies, the next one finds its files as they were
// written and goes on; then the power fails, and what nobody had made durable is gone. Whatever
// either process had acknowledged must be there.

#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/engine/campus.h"
#include "tests/engine/page_cache_disk.h"
#include "tests/engine/ruled_disk.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::PageCacheDisk;
using testing::RuledDisk;
using testing::Student;

// Who is enrolled, by name; a name is never given twice.
std::multiset<std::string> Names(Campus& campus) {
  std::multiset<std::string> names;
  if (campus.engine->FindTable("student") == nullptr) return names;
  EXPECT_THAT(campus.students().ForEach([&](const Student& row) { names.insert(row.name); }),
              IsOk());
  return names;
}

// A machine: processes come and go on it, and the power fails once.
struct Machine {
  PageCacheDisk disk;

  // Runs a process that is killed before its `step`-th operation on the disk (0: it is not), and
  // says whether it was.
  bool Run(int step, const std::function<void(Campus&)>& work) {
    RuledDisk until(disk);
    int steps = 0;
    until.SetRule([&steps, step](std::string_view, const std::string&) {
      return step == 0 || ++steps < step ? absl::OkStatus() : absl::InternalError("killed");
    });
    Campus campus;
    campus.through = &until;
    Options options;
    options.archives_kept = 0;
    if (campus.Open(options).ok()) work(campus);
    campus.engine.reset();
    return step != 0 && steps >= step;
  }
};

struct Day {
  bool Enrol(Campus& campus, const std::string& name) {
    const bool done = campus.students().Insert({.name = name, .email = name}).ok();
    if (done) names.insert(name);
    return done;
  }
  std::multiset<std::string> names;  // acknowledged
};

// Commits, a table made, checkpoints with a compaction each.
void Live(Campus& campus, Day* day) {
  if (campus.engine->FindTable("student") == nullptr &&
      !campus.engine->CreateTable(schema::StructCodec<Student>::Schema()).ok()) {
    return;
  }
  for (const char* name : {"Alice", "Bob", "Carol"}) {
    if (!day->Enrol(campus, name)) return;
    const auto row = campus.students().FindBy<&Student::email>(name);
    Student changed = *row;
    changed.gpa = 4.0;
    if (!campus.students().Update(changed).ok()) return;
    if (!campus.engine->Checkpoint().ok()) return;
  }
}

void ExpectKept(const Machine& machine, const std::multiset<std::string>& acknowledged) {
  Campus after(machine.disk.AfterPowerCut());
  const absl::Status opened = after.Open();
  ASSERT_TRUE(opened.ok() || acknowledged.empty()) << opened;
  if (!opened.ok()) return;
  const std::multiset<std::string> names = Names(after);
  for (const std::string& name : acknowledged) ASSERT_EQ(names.count(name), 1u) << name;
  ASSERT_THAT(after.Close(), IsOk());
  ASSERT_EQ(after.Problems(), "");
}

constexpr int kStride = testing::kSanitized ? 7 : 1;

// [engine-5.6]
TEST(PowerCutTest, NextProcessMakesDurableWhatItReliesOn) {
  int states = 0;
  for (int first = 1;; first += kStride) {
    bool first_killed = false;
    for (int second = 0;; ++second) {
      Machine machine;
      Day day;
      first_killed = machine.Run(first, [&](Campus& campus) { Live(campus, &day); });
      const bool second_killed = machine.Run(second, [&](Campus& campus) {
        if (campus.engine->FindTable("student") == nullptr) return;
        day.Enrol(campus, "Dan");
        campus.engine->Checkpoint().IgnoreError();
      });
      SCOPED_TRACE(absl::StrCat("killed before operation ", first, ", then before ", second));
      ExpectKept(machine, day.names);
      if (HasFatalFailure()) return;
      ++states;
      if (second > 0 && !second_killed) break;
    }
    if (!first_killed) break;
  }
  RecordProperty("states", states);
  std::printf("%d states after a power cut\n", states);
  EXPECT_GT(states, 1000 / kStride);  // or nobody was ever killed
}

// The page cache goes on showing what the failed sync lost, and a second sync succeeds.
class FailedSyncTest : public ::testing::TestWithParam<absl::StatusCode> {
 protected:
  void SetUp() override {
    campus.through = &machine.disk;
    ASSERT_THAT(campus.Open(), IsOk());
    ASSERT_TRUE(day.Enrol(campus, "Alice"));
    machine.disk.sync_rule = [this](const std::string& path) {
      if (failed || path.find("student.records") == std::string::npos) return absl::OkStatus();
      failed = true;
      return absl::Status(GetParam(), "sync: failed");
    };
    ASSERT_THAT(campus.engine->Checkpoint().status(), Fails(absl::StatusCode::kInternal, "sync"));
  }
  Machine machine;
  Campus campus;
  Day day;
  bool failed = false;
};

TEST_P(FailedSyncTest, SyncOfRecordsIsNeverTriedAgain) {
  EXPECT_THAT(campus.engine->Checkpoint().status(),
              Fails(absl::StatusCode::kFailedPrecondition, "open it again"));
  EXPECT_FALSE(campus.Close().ok());
  ExpectKept(machine, day.names);
}

// [engine-5.6]
TEST_P(FailedSyncTest, RecoveryWritesTheRecordsAnew) {
  campus.Close().IgnoreError();
  ASSERT_THAT(campus.Open(), IsOk());
  ASSERT_THAT(campus.Close(), IsOk());
  ExpectKept(machine, day.names);
}

INSTANTIATE_TEST_SUITE_P(EioAndEnospc, FailedSyncTest,
                         ::testing::Values(absl::StatusCode::kInternal,
                                           absl::StatusCode::kResourceExhausted));

}  // namespace
}  // namespace linedb
