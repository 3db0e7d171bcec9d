// A commit that failed is not to be told of as if it had happened; one whose sync failed may be in
// the log all the same, and then it counts from the next opening on. What a callback keeps in step
// with the database is out of step if it is called for the first, or not called for the second.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/history/feed_reader.h"
#include "tests/engine/page_cache_disk.h"
#include "tests/engine/ruled_disk.h"
#include "tests/history/registrar.h"

namespace linedb {
namespace {

using engine::FeedLimit;
using engine::FeedReader;
using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::RuledDisk;

class FailedCommitTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options.maintenance = Maintenance::kManual;
    campus.through = &disk;
    ASSERT_THAT(campus.Open(options), IsOk());
    ASSERT_THAT(Insert("Alice"), IsOk());
  }
  void TearDown() override { campus.engine.reset(); }  // before the disk that it uses

  absl::Status Insert(const std::string& name) {
    return campus.students().Insert({.name = name}).status();
  }
  // From now on `operation` fails on the log.
  void Fail(const std::string& operation, absl::StatusCode code) {
    disk.SetRule([operation, code](std::string_view asked, const std::string& path) {
      const bool fails = asked == operation && path.ends_with("wal/transaction.log");
      return fails ? absl::Status(code, "planned fault") : absl::OkStatus();
    });
  }
  void FailToInsertBob() {
    Fail("sync", absl::StatusCode::kInternal);
    ASSERT_THAT(Insert("Bob"), Fails(absl::StatusCode::kInternal, "unknown"));
    disk.SetRule(nullptr);
  }
  CommitSubscription Subscribe(Campus& on, const SubscribeOptions& how = {}) {
    return on.engine
        ->Subscribe(
            [this](const CommittedTransaction& done, const std::atomic<bool>&) {
              called.push_back(Text(done));
              return absl::OkStatus();
            },
            how)
        .value();
  }
  static std::string Text(const CommittedTransaction& done) { return testing::TextOf(done); }
  static std::string Came(std::int64_t id, const std::string& name) {
    return "INSERT student " + testing::RecordText(id, {.name = name}) + "\n";
  }
  static std::vector<std::string> Rest(FeedReader& feed, FeedDelivery delivery) {
    std::vector<std::string> texts;
    CommittedTransaction transaction;
    for (;;) {
      const absl::StatusOr<bool> next = feed.Next({wal::Lsn{UINT64_MAX}, delivery}, &transaction);
      EXPECT_THAT(next, IsOk());
      if (!next.ok() || !*next) return texts;
      texts.push_back(Text(transaction));
    }
  }

  Options options;
  Campus campus;
  RuledDisk disk{*campus.disk};
  std::vector<std::string> called;  // to be read once the database is closed
};

TEST_F(FailedCommitTest, CommitWhoseSyncFailedIsCalledForOnceItIsRecovered) {
  CommitSubscription first = Subscribe(campus);
  FailToInsertBob();
  EXPECT_FALSE(campus.Close().ok());
  EXPECT_EQ(called, std::vector<std::string>());
  EXPECT_THAT(first.status(), IsOk());
  // The write had reached this disk, so that the next opening has it.
  ASSERT_THAT(campus.Open(options), IsOk());
  ASSERT_EQ(campus.students().size(), 2u);
  SubscribeOptions from;
  from.position = first.position();
  const CommitSubscription second = Subscribe(campus, from);
  ASSERT_THAT(Insert("Carol"), IsOk());
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(called, (std::vector<std::string>{Came(2, "Bob"), Came(3, "Carol")}));
}

TEST_F(FailedCommitTest, CommitThatAPowerCutTookBackIsNeverCalledFor) {
  testing::PageCacheDisk cached;
  campus.through = &cached;
  ASSERT_THAT(campus.Open(options), IsOk());
  ASSERT_THAT(Insert("Alice"), IsOk());
  const CommitSubscription first = Subscribe(campus);
  cached.sync_rule = [](const std::string& path) {
    return path.ends_with("wal/transaction.log") ? absl::InternalError("planned fault")
                                                 : absl::OkStatus();
  };
  ASSERT_THAT(Insert("Bob"), Fails(absl::StatusCode::kInternal, "unknown"));
  cached.sync_rule = {};
  EXPECT_FALSE(campus.Close().ok());
  campus.through = &disk;
  Campus after_cut(cached.AfterPowerCut());
  ASSERT_THAT(after_cut.Open(options), IsOk());
  SubscribeOptions from;
  from.position = first.position();
  const CommitSubscription second = Subscribe(after_cut, from);
  ASSERT_THAT(after_cut.students().Insert({.name = "Carol"}), IsOk());
  ASSERT_THAT(after_cut.Close(), IsOk());
  EXPECT_EQ(called, std::vector<std::string>{Came(2, "Carol")});
}

TEST_F(FailedCommitTest, CommitOnAFullDiskIsNeitherCalledForNorInTheFeed) {
  const CommitSubscription subscription = Subscribe(campus);
  FeedReader feed(*campus.disk, wal::DatabasePaths(testing::kDirectory));
  ASSERT_THAT(feed.StartAtNewest(), IsOk());
  Fail("write", absl::StatusCode::kResourceExhausted);
  ASSERT_THAT(Insert("Bob"), Fails(absl::StatusCode::kResourceExhausted));
  disk.SetRule(nullptr);
  EXPECT_TRUE(Rest(feed, FeedDelivery::kWritten).empty());
  ASSERT_THAT(Insert("Carol"), IsOk());
  EXPECT_EQ(Rest(feed, FeedDelivery::kWritten), std::vector<std::string>{Came(2, "Carol")});
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(called, std::vector<std::string>{Came(2, "Carol")});
}

// [wal-9.5]
TEST_F(FailedCommitTest, FeedOfWhatIsDurableHasItOnceAfterRecoveryAndTheOtherAtOnce) {
  FeedReader written(*campus.disk, wal::DatabasePaths(testing::kDirectory));
  FeedReader durable(*campus.disk, wal::DatabasePaths(testing::kDirectory));
  ASSERT_THAT(written.StartAt({2}), IsOk());
  ASSERT_THAT(durable.StartAt({2}), IsOk());
  FailToInsertBob();
  EXPECT_EQ(Rest(written, FeedDelivery::kWritten), std::vector<std::string>{Came(2, "Bob")});
  EXPECT_TRUE(Rest(durable, FeedDelivery::kDurable).empty());
  EXPECT_FALSE(campus.Close().ok());
  EXPECT_TRUE(Rest(durable, FeedDelivery::kDurable).empty());
  ASSERT_THAT(campus.Open(options), IsOk());  // with a checkpoint, since it recovers
  EXPECT_EQ(Rest(durable, FeedDelivery::kDurable), std::vector<std::string>{Came(2, "Bob")});
  EXPECT_TRUE(Rest(written, FeedDelivery::kWritten).empty());
}

}  // namespace
}  // namespace linedb
