// Guards against a table that an ALTER or DROP, cut short, has left half: the new schema with the
// old records, files that are gone though the log still knows their table, or files that stay. The
// disk stops at each operation of the change, one after the other, and the next opening must find
// the table as it was or as it was to be, and no file of the other.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/engine/campus.h"
#include "tests/engine/ruled_disk.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::RuledDisk;
using testing::Tree;

using Change = std::function<absl::Status(engine::Engine&)>;

Options ManualOptions() {
  Options options;
  options.maintenance = Maintenance::kManual;
  return options;
}

absl::Status AddYear(engine::Engine& engine) {
  TableSchema schema = engine.FindTable("student")->layout().schema();
  schema.columns.push_back({.name = "year", .type = Type::kInt, .default_json = "1"});
  return engine.AlterTable(schema);
}

absl::Status DropStudents(engine::Engine& engine) { return engine.DropTable("student"); }

void Fill(Campus& campus) {
  ASSERT_THAT(campus.Open(ManualOptions()), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Bob"}), IsOk());
  ASSERT_THAT(campus.courses().Insert({.code = "CS101"}), IsOk());
}

// What the change leaves when the disk stops at its `step`-th operation.
struct Stopped {
  bool whole = false;  // there are not so many
  std::string before;
  Tree left;
};

Stopped StopAt(const Change& change, int step) {
  Campus campus;
  RuledDisk disk(*campus.disk);
  campus.through = &disk;
  Fill(campus);
  Stopped stopped;
  stopped.before = campus.State();
  int steps = 0;
  disk.SetRule([&steps, step](std::string_view, const std::string&) {
    return ++steps < step ? absl::OkStatus() : absl::InternalError("the power is off");
  });
  stopped.whole = change(*campus.engine).ok();
  stopped.left = campus.Files();
  campus.engine.reset();
  return stopped;
}

// Opens what is left, and returns its state; no file may wait for anything any more.
std::string StateAfterOpening(const Tree& left) {
  Campus campus(left);
  EXPECT_THAT(campus.Open(ManualOptions()), IsOk());
  if (campus.engine == nullptr) return "";
  const std::string state = campus.State();
  const bool dropped = campus.engine->FindTable("student") == nullptr;
  for (const auto& [path, bytes] : campus.Files()) {
    EXPECT_FALSE(absl::EndsWith(path, ".next") || absl::EndsWith(path, ".compacted")) << path;
    EXPECT_FALSE(dropped && absl::StrContains(path, "student.")) << path;
  }
  EXPECT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
  return state;
}

// Stops the change at each of its operations; returns how many there are.
int StopEverywhere(const Change& change, const std::string& after) {
  for (int step = 1;; ++step) {
    const Stopped stopped = StopAt(change, step);
    if (stopped.whole) return step - 1;
    SCOPED_TRACE(absl::StrCat("stopped at operation ", step));
    const std::string state = StateAfterOpening(stopped.left);
    EXPECT_TRUE(state == stopped.before || state == after) << state;
  }
}

std::string StateAfter(const Change& change) {
  Campus campus;
  Fill(campus);
  EXPECT_THAT(change(*campus.engine), IsOk());
  return campus.State();
}

// [engine-2.3] [engine-4.10]
TEST(SchemaCrashTest, AlterStoppedAtEachStepHappensWhollyOrNotAtAll) {
  EXPECT_GT(StopEverywhere(AddYear, StateAfter(AddYear)), 12);
}

TEST(SchemaCrashTest, DropStoppedAtEachStepHappensWhollyOrNotAtAll) {
  EXPECT_GT(StopEverywhere(DropStudents, StateAfter(DropStudents)), 10);
}

// kResourceExhausted says elsewhere that nothing happened, and that it may be tried again.
TEST(SchemaCrashTest, DiskThatFillsUpBehindTheSwitchDoesNotSayThatNothingHappened) {
  struct Row {
    const char* what;
    Change change;
    std::string_view operation;
    const char* path;
  };
  const Row rows[] = {
      {"altered", AddYear, "rename", ".schema.json.next"},
      {"dropped", DropStudents, "remove", "student.schema.json"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    Campus campus;
    RuledDisk disk(*campus.disk);
    campus.through = &disk;
    Fill(campus);
    disk.SetRule([&row](std::string_view operation, const std::string& path) {
      return operation == row.operation && absl::EndsWith(path, row.path)
                 ? absl::ResourceExhaustedError("planned fault")
                 : absl::OkStatus();
    });
    EXPECT_THAT(row.change(*campus.engine),
                Fails(absl::StatusCode::kInternal,
                      absl::StrCat("table student is ", row.what, " all the same")));
    disk.SetRule(nullptr);
    ASSERT_THAT(campus.Open(ManualOptions()), IsOk());
    EXPECT_EQ(campus.State(), StateAfter(row.change));
    campus.engine.reset();  // before the disk that it sees
  }
}

}  // namespace
}  // namespace linedb
