// Guards against two of our parts that do not know each other: what expires is told of when it is
// deleted, and what is written over it comes after that.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "tests/watch/told.h"

namespace linedb::testing {

struct Pass {
  std::string token;
  Timestamp until = {};
};

}  // namespace linedb::testing

template <>
struct linedb::Describe<linedb::testing::Pass> {
  using Pass = linedb::testing::Pass;
  static constexpr auto kTable =
      linedb::DescribeTable<"pass">(linedb::Field<"token", &Pass::token>().PrimaryKey(),
                                    linedb::Field<"until", &Pass::until>().Expires());
};

namespace linedb {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;
using testing::Pass;

Timestamp Minute(int minute) { return Timestamp(std::chrono::minutes(minute)); }

// [engine-17.1]
TEST(ExpiringWatchTest, ExpiredRecordLeavesWhenItIsDeleted) {
  std::atomic<int> now = 0;
  Options options;
  options.clock = [&now] { return Minute(now); };
  const auto database = Database::OpenInMemory(options).value();
  const Table<Pass> passes = database->OpenTable<Pass>().value();
  std::vector<std::string> told;
  const auto watch = WatchTable(passes, [&](const RecordChange<Pass>& change) {
    told.push_back(change.event == WatchEvent::kEntered ? "+" + change.after->token
                                                        : "-" + change.before->token);
  });
  ASSERT_THAT(watch, IsOk());
  for (const char* token : {"a", "b"}) {
    ASSERT_THAT(passes.Insert({.token = token, .until = Minute(10)}), IsOk());
  }
  now = 10;
  ASSERT_THAT(passes.Insert({.token = "a", .until = Minute(20)}), IsOk());
  ASSERT_THAT(database->Checkpoint(), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("+a", "+b", "-a", "+a", "-b"));
}

}  // namespace
}  // namespace linedb
