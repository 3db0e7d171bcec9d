// Guards against a screen of another process that shows what its own database does not have yet,
// or that stands still while the writer's log goes on to another file.

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/engine/campus.h"
#include "tests/watch/told.h"

namespace linedb {
namespace {

using testing::Campus;
using ::testing::ElementsAre;
using testing::Fails;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Student;

constexpr auto kFailedPrecondition = absl::StatusCode::kFailedPrecondition;

class WatchFollowTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Options writing;
    writing.maintenance = Maintenance::kManual;
    ASSERT_THAT(writer.Open(writing), IsOk());
    ASSERT_THAT(writer.students().Insert({.name = "Alice"}), IsOk());
    reading.access = Access::kReadOnly;
    reading.maintenance = Maintenance::kManual;
    OpenReader();
  }
  void TearDown() override {
    reader.engine.reset();  // before the disk that it sees
    writer.engine.reset();
  }
  void OpenReader() {
    reader.through = writer.disk.get();
    ASSERT_THAT(reader.Open(reading), IsOk());
  }
  // Each change is there for the callback to read.
  std::function<void(const RecordChange<Student>&)> Note() {
    return [this](const RecordChange<Student>& change) {
      told.push_back(testing::TextOf(change));
      if (change.after) {
        EXPECT_THAT(reader.students().Get(*change.after->id), IsOk());
      }
    };
  }

  Options reading;
  Campus writer;
  Campus reader;
  std::vector<std::string> told;
};

// [engine-17.7]
TEST_F(WatchFollowTest, HandleForReadingTellsWhatARefreshHasShown) {
  const auto watch = WatchTable(reader.students(), Note());
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(writer.students().Insert({.name = "Bob"}), IsOk());
  ASSERT_THAT(reader.engine->Refresh(), IsOk());
  ASSERT_THAT(writer.students().UpdateOf<&Student::gpa>(1, 3.0), IsOk());
  ASSERT_THAT(writer.engine->Checkpoint(), IsOk());
  ASSERT_THAT(writer.students().Insert({.name = "Carol"}), IsOk());
  ASSERT_THAT(reader.engine->Refresh(), IsOk());
  ASSERT_THAT(writer.students().Insert({.name = "unseen"}), IsOk());
  while (watch->position().lsn < reader.engine->Stats().last_lsn) std::this_thread::yield();
  ASSERT_THAT(reader.Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Bob=0", "changed Alice=0 Alice=3", "entered - Carol=0"));
  EXPECT_THAT(watch->status(), IsOk());
}

// [engine-17.7]
TEST_F(WatchFollowTest, HandleThatRefreshesByItselfTellsByItself) {
  reading.maintenance = Maintenance::kBackground;
  reading.refresh_interval = std::chrono::milliseconds(1);
  OpenReader();
  std::promise<void> heard;
  const auto watch = WatchWhere(reader.students(), Column<&Student::name> == "Bob",
                                [&](const RecordChange<Student>&) { heard.set_value(); });
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(writer.students().Insert({.name = "Bob"}), IsOk());
  heard.get_future().wait();
  EXPECT_THAT(reader.Close(), IsOk());
}

// [engine-17.7]
TEST_F(WatchFollowTest, ClosingMakesTheCallsOfWhatWasShown) {
  const auto watch = WatchTable(reader.students(), Note());
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(writer.students().Insert({.name = "Bob"}), IsOk());
  ASSERT_THAT(reader.engine->Refresh(), IsOk());
  ASSERT_THAT(reader.engine->Close(), IsOk());
  EXPECT_EQ(told.size(), 1u);
  EXPECT_THAT(WatchTable(reader.students(), Note()), Fails(kFailedPrecondition, "closed"));
}

// [engine-17.7]
TEST_F(WatchFollowTest, CallMayRefreshItsHandle) {
  std::promise<void> heard;
  const auto watch = WatchTable(reader.students(), [&](const RecordChange<Student>& change) {
    if (change.after->name == "Carol") return heard.set_value();
    EXPECT_THAT(writer.students().Insert({.name = "Carol"}), IsOk());
    EXPECT_THAT(reader.engine->Refresh(), IsOk());
  });
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(writer.students().Insert({.name = "Bob"}), IsOk());
  ASSERT_THAT(reader.engine->Refresh(), IsOk());
  heard.get_future().wait();
  EXPECT_THAT(reader.Close(), IsOk());
}

// [engine-17.7] [engine-17.3]
TEST_F(WatchFollowTest, TableThatTheWriterAlteredEndsTheWatch) {
  std::promise<absl::Status> ended;
  SubscribeOptions with;
  with.failed = [&](const absl::Status& why) { ended.set_value(why); };
  const auto watch = WatchTable(reader.students(), Note(), with);
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(writer.students().Erase(1), IsOk());
  TableSchema altered = writer.students().schema();
  altered.columns.push_back({.name = "more", .type = Type::kString, .nullable = true});
  ASSERT_THAT(writer.engine->AlterTable(altered), IsOk());
  ASSERT_THAT(reader.engine->Refresh(), IsOk());
  EXPECT_THAT(ended.get_future().get(), Fails(kFailedPrecondition, "student was altered"));
  EXPECT_THAT(told, ElementsAre("left Alice=0 -"));
}

// [engine-17.7]
TEST_F(WatchFollowTest, NothingIsToldWithoutARefresh) {
  const auto watch = WatchTable(reader.students(), Note());
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(writer.students().Insert({.name = "Bob"}), IsOk());
  ASSERT_THAT(reader.Close(), IsOk());
  EXPECT_THAT(told, IsEmpty());
}

}  // namespace
}  // namespace linedb
