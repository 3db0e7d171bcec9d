// A forked child has a copy of its parent's handles and none of its threads. Guards against a child
// that waits for one of these for ever, and against calls that are made twice or no more.

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "linedb/change_feed.h"
#include "tests/faults/real_directory.h"

namespace linedb {
namespace {

using testing::Expect;
using testing::ExpectOk;
using testing::InChild;
using testing::IsOk;

constexpr unsigned kHangs = 60;  // seconds after which a child that hangs is killed

class ForkTest : public testing::RealDirectoryTest {};

TEST_F(ForkTest, ChildIsNotCalledForCommitsAndItsParentStillIs) {
  const auto database = Database::Open(directory);
  ASSERT_THAT(database, IsOk());
  ASSERT_EQ(Enrol(**database, "Alice"), "");
  int calls = 0;
  const auto call = [&calls](const CommittedTransaction&) { ++calls; };
  auto subscription = (*database)->OnCommit(call);
  ASSERT_THAT(subscription, IsOk());
  EXPECT_EQ(InChild([&] {
              alarm(kHangs);
              std::string wrong = Expect((*database)->OnCommit(call).status(),
                                         absl::StatusCode::kFailedPrecondition, "forked");
              subscription->End();
              return wrong +
                     Expect((*database)->Close(), absl::StatusCode::kFailedPrecondition, "forked");
            }),
            "");
  EXPECT_EQ(Enrol(**database, "Bob"), "");
  ASSERT_THAT((*database)->Close(), IsOk());
  EXPECT_EQ(calls, 1);
}

TEST_F(ForkTest, ChildOfAHandleThatFollowsClosesItWithoutWaiting) {
  Found();
  Options following = testing::ByHand(Access::kReadOnly);
  following.maintenance = Maintenance::kBackground;
  following.refresh_interval = std::chrono::hours(1);
  const auto reader = Database::Open(directory, following);
  ASSERT_THAT(reader, IsOk());
  EXPECT_EQ(InChild([&] {
              alarm(kHangs);
              return ExpectOk((*reader)->Close());
            }),
            "");
  EXPECT_THAT((*reader)->Close(), IsOk());
}

// A child that was forked while another thread refreshed waited for it for ever.
TEST_F(ForkTest, ChildClosesWhateverItsParentsThreadsHeld) {
  Found();
  Options reading = testing::ByHand(Access::kReadOnly);
  const auto reader = Database::Open(directory, reading);
  ASSERT_THAT(reader, IsOk());
  std::atomic<bool> ends = false;
  std::thread refreshing([&] {
    while (!ends) EXPECT_THAT((*reader)->Refresh(), IsOk());
  });
  for (int child = 0; child < 20; ++child) {
    EXPECT_EQ(InChild([&] {
                alarm(kHangs);
                return ExpectOk((*reader)->Close());
              }),
              "");
  }
  ends = true;
  refreshing.join();
}

}  // namespace
}  // namespace linedb
