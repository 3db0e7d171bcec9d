// Watches of the C API: what is told goes through another thread, and ends before its handle does.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "linedb/linedb.h"
#include "tests/c_api/c_campus.h"

namespace linedb {
namespace {

using testing::CCampusTest;
using ::testing::ElementsAre;
using testing::Taken;

// What a watch was told, as text.
class ToldChanges {
 public:
  static void Watch(void* context, const linedb_change* change) {
    static_cast<ToldChanges*>(context)->Add(change);
  }
  std::vector<std::string> WaitFor(std::size_t count) {
    std::unique_lock lock(mutex_);
    added_.wait(lock, [&] { return told_.size() >= count; });
    return told_;
  }

 private:
  void Add(const linedb_change* change) {
    const std::lock_guard lock(mutex_);
    told_.push_back(change == nullptr ? "ended"
                                      : std::to_string(change->event) + " " +
                                            (change->before != nullptr ? change->before : "-") +
                                            " " + (change->after != nullptr ? change->after : "-"));
    added_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable added_;
  std::vector<std::string> told_;
};

class CWatchTest : public CCampusTest {
 protected:
  linedb_watch* Open(const char* where, const char* position = nullptr) {
    linedb_watch* watch = nullptr;
    EXPECT_EQ(linedb_watch_open(db, "student", where, position, &ToldChanges::Watch, &told, &watch,
                                &error),
              LINEDB_OK)
        << error.message;
    return watch;
  }

  ToldChanges told;
};

TEST_F(CWatchTest, ChangesOfTheRecordsAskedForAreTold) {
  linedb_watch* watch = Open("gpa > 3");
  ASSERT_EQ(Insert(R"({"name":"Bob","gpa":2})"), LINEDB_OK);
  ASSERT_EQ(linedb_put(db, nullptr, "student", R"({"id":1,"name":"Bob","gpa":4})", nullptr, &error),
            LINEDB_OK);
  ASSERT_EQ(linedb_delete(db, nullptr, "student", "1", &error), LINEDB_OK);
  EXPECT_THAT(told.WaitFor(2),
              ElementsAre(R"(1 {"id":1,"name":"Bob","gpa":2.0} {"id":1,"name":"Bob","gpa":4.0})",
                          R"(3 {"id":1,"name":"Bob","gpa":4.0} -)"));
  EXPECT_EQ(linedb_watch_status(watch, &error), LINEDB_OK);
  EXPECT_EQ(linedb_close(db, &error), LINEDB_IN_USE);
  EXPECT_EQ(linedb_watch_close(watch, &error), LINEDB_OK);
  EXPECT_EQ(linedb_watch_close(watch, &error), LINEDB_INVALID_ARGUMENT);
}

TEST_F(CWatchTest, WatchGoesOnBehindThePositionOfAnother) {
  char* position = nullptr;
  linedb_watch* first = Open(nullptr);
  ASSERT_EQ(linedb_watch_position(first, &position, &error), LINEDB_OK);
  ASSERT_EQ(linedb_watch_close(first, &error), LINEDB_OK);
  ASSERT_EQ(Insert(R"({"name":"Ada"})"), LINEDB_OK);
  const std::string behind = Taken(position);
  linedb_watch* second = Open(nullptr, behind.c_str());
  EXPECT_THAT(told.WaitFor(1), ElementsAre(R"(1 - {"id":1,"name":"Ada","gpa":null})"));
  EXPECT_EQ(linedb_watch_close(second, &error), LINEDB_OK);
}

TEST_F(CWatchTest, WatchOfADroppedTableEndsAndSaysWhy) {
  linedb_watch* watch = Open(nullptr);
  ASSERT_EQ(linedb_drop_table(db, "student", &error), LINEDB_OK);
  EXPECT_THAT(told.WaitFor(1), ElementsAre("ended"));
  EXPECT_EQ(linedb_watch_status(watch, &error), LINEDB_FAILED_PRECONDITION);
  EXPECT_EQ(linedb_watch_close(watch, &error), LINEDB_OK);
}

TEST_F(CWatchTest, WhatCannotBeWatchedIsRefused) {
  linedb_watch* watch = nullptr;
  EXPECT_EQ(linedb_watch_open(db, "student", "gpa >", nullptr, &ToldChanges::Watch, &told, &watch,
                              &error),
            LINEDB_INVALID_ARGUMENT);
  EXPECT_EQ(linedb_watch_open(db, "student", nullptr, "nowhere", &ToldChanges::Watch, &told, &watch,
                              &error),
            LINEDB_INVALID_ARGUMENT);
  EXPECT_EQ(linedb_watch_open(db, "studend", nullptr, nullptr, &ToldChanges::Watch, &told, &watch,
                              &error),
            LINEDB_NOT_FOUND);
  EXPECT_EQ(watch, nullptr);
}

}  // namespace
}  // namespace linedb
