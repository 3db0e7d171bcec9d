// Guards against two of our parts that do not know each other: what expires is told of when it is
// deleted, and what is written over it comes after that.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "linedb/database.h"
#include "linedb/watch.h"
#include "tests/expiry/session.h"

namespace linedb {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;
using testing::Minute;
using testing::Session;

// [engine-17.1] [schema-12.7]
TEST(ExpiringWatchTest, ExpiredRecordLeavesWhenItIsDeleted) {
  std::atomic<Timestamp> now = Minute(0);
  Options options;
  options.clock = [&now] { return now.load(); };
  const auto database = Database::OpenInMemory(options).value();
  const Table<Session> sessions = database->OpenTable<Session>().value();
  std::vector<std::string> told;
  const auto watch = WatchTable(sessions, [&](const RecordChange<Session>& change) {
    told.push_back(change.event == WatchEvent::kEntered ? "+" + change.after->token
                                                        : "-" + change.before->token);
  });
  ASSERT_THAT(watch, IsOk());
  for (const char* token : {"a", "b"}) {
    ASSERT_THAT(sessions.Insert({.token = token, .until = Minute(10)}), IsOk());
  }
  now = Minute(10);
  ASSERT_THAT(sessions.Insert({.token = "a", .until = Minute(20)}), IsOk());
  ASSERT_THAT(database->Checkpoint(), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("+a", "+b", "-a", "+a", "-b"));
}

}  // namespace
}  // namespace linedb
