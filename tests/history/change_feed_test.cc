// A consumer of the feed keeps something beside the database: a search index, a copy, a mail sent.
// A change that comes twice, not at all, or out of order, or one that never was, stays there.

#include "linedb/change_feed.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/history/feed_reader.h"
#include "tests/history/registrar.h"
#include "tests/wal/forwarding_disk.h"

namespace linedb {
namespace {

using engine::FeedLimit;
using engine::FeedReader;
using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::Registrar;
using testing::Tree;

std::unique_ptr<FeedReader> ReaderOn(Campus& campus) {
  return std::make_unique<FeedReader>(*campus.disk, wal::DatabasePaths(testing::kDirectory));
}

// What the feed has for now; "error: …" at its end if that is one.
std::vector<std::string> Rest(FeedReader& feed, const FeedLimit& limit = {}) {
  std::vector<std::string> texts;
  for (;;) {
    CommittedTransaction transaction;
    const absl::StatusOr<bool> next = feed.Next(limit, &transaction);
    if (!next.ok()) texts.push_back("error: " + std::string(next.status().message()));
    if (!next.ok() || !*next) return texts;
    texts.push_back(testing::TextOf(transaction));
  }
}

class ChangeFeedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options.maintenance = Maintenance::kManual;
    options.archives_kept = 1000;
    ASSERT_THAT(campus.Open(options), IsOk());
  }

  void Insert(const std::string& name) {
    ASSERT_THAT(campus.students().Insert({.name = name}), IsOk());
  }
  // "INSERT student {…}\n" of one who came so.
  static std::string Came(std::int64_t id, const std::string& name) {
    return "INSERT student " + testing::RecordText(id, {.name = name}) + "\n";
  }
  std::string LogPath() { return wal::DatabasePaths(testing::kDirectory).Log(); }

  Options options;
  Campus campus;
};

// Issue 5: fifty rotations, five restarts of the consumer, and compactions, beside the writer.
TEST_F(ChangeFeedTest, EveryChangeComesOnceThroughRotationsAndRestarts) {
  options.maintenance = Maintenance::kBackground;
  ASSERT_THAT(campus.Open(options), IsOk());
  Registrar registrar(campus, 5);
  std::atomic<bool> written = false;
  std::thread writer([&] {
    for (int rotation = 0; rotation < 50; ++rotation) {
      for (std::uint64_t left = registrar.dice().Between(1, 30); left > 0; --left) registrar.Work();
      EXPECT_THAT(campus.engine->Checkpoint(), IsOk());
      if (rotation % 20 == 19) registrar.DropAndMakeAnew();
    }
    written = true;
  });
  std::vector<std::string> read;
  FeedPosition position;
  for (int restart = 0; restart <= 5; ++restart) {
    std::unique_ptr<FeedReader> feed = ReaderOn(campus);
    EXPECT_THAT(feed->StartAt(position), IsOk());
    // The last one stays until all is written and read.
    for (std::size_t end = read.size() + 100; restart == 5 || read.size() < end;) {
      const bool was_written = written;
      CommittedTransaction transaction;
      const absl::StatusOr<bool> next = feed->Next({}, &transaction);
      EXPECT_THAT(next, IsOk());
      if (!next.ok() || (!*next && was_written)) break;
      if (!*next) continue;
      read.push_back(testing::TextOf(transaction));
      position = transaction.end;
      EXPECT_EQ(transaction.number, read.size());
    }
  }
  writer.join();
  EXPECT_EQ(read, registrar.transactions);
}

// The moment at which a change could be lost: a feed at the log's end looks whether the log is
// still the same, and just then the last change is written to it and the next log takes its place.
TEST_F(ChangeFeedTest, ChangeWrittenRightBeforeTheSwitchIsNotLost) {
  class SwitchingDisk : public wal::ForwardingDisk {
   public:
    using ForwardingDisk::ForwardingDisk;
    absl::StatusOr<wal::FileInfo> Stat(const std::string& path) override {
      if (before_stat) std::exchange(before_stat, {})();
      return ForwardingDisk::Stat(path);
    }
    std::function<void()> before_stat;
  };
  Insert("Alice");
  SwitchingDisk disk(*campus.disk);
  FeedReader feed(disk, wal::DatabasePaths(testing::kDirectory));
  ASSERT_THAT(feed.StartAtNewest(), IsOk());
  disk.before_stat = [this] {
    Insert("Bob");
    EXPECT_THAT(campus.engine->Checkpoint(), IsOk());
    Insert("Carol");
  };
  EXPECT_EQ(Rest(feed), (std::vector<std::string>{Came(2, "Bob"), Came(3, "Carol")}));
}

// [wal-9.2]
TEST_F(ChangeFeedTest, MissedRotationsAreMadeUpForFromArchives) {
  Registrar registrar(campus, 7);
  std::unique_ptr<FeedReader> feed = ReaderOn(campus);
  ASSERT_THAT(feed->StartAt({}), IsOk());
  std::vector<std::string> read = Rest(*feed);
  for (int i = 0; i < 12; ++i) {
    registrar.Work();
    ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    if (i % 3 == 0) {
      ASSERT_THAT(campus.Open(options), IsOk());
    }
  }
  registrar.Work();
  for (const std::string& text : Rest(*feed)) read.push_back(text);
  EXPECT_EQ(read, registrar.transactions);
}

TEST_F(ChangeFeedTest, EachPositionResumesBehindWhatWasRead) {
  Registrar registrar(campus, 11);
  for (int i = 0; i < 20; ++i) {
    registrar.Work();
    if (i % 6 == 5) {
      ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    }
  }
  std::unique_ptr<FeedReader> feed = ReaderOn(campus);
  ASSERT_THAT(feed->StartAt({}), IsOk());
  for (std::size_t count = 0; count <= registrar.transactions.size(); ++count) {
    const FeedPosition position = feed->position();
    const FeedPosition parsed = FeedPosition::Parse(position.ToString()).value();
    EXPECT_EQ(parsed, position);
    for (const FeedPosition& from : {parsed, FeedPosition{position.lsn}}) {
      std::unique_ptr<FeedReader> resumed = ReaderOn(campus);
      ASSERT_THAT(resumed->StartAt(from), IsOk()) << from.ToString();
      EXPECT_EQ(resumed->position(), position);
      const std::vector<std::string> rest(
          registrar.transactions.begin() + static_cast<std::ptrdiff_t>(count),
          registrar.transactions.end());
      EXPECT_EQ(Rest(*resumed), rest) << from.ToString();
    }
    CommittedTransaction transaction;
    ASSERT_THAT(feed->Next({}, &transaction), IsOk());
  }
}

TEST_F(ChangeFeedTest, PositionWithinTransactionDeliversItWhole) {
  campus.students();  // lsn 1
  WriteTransaction two = campus.Begin();
  ASSERT_THAT(campus.students().Insert(two, {.name = "Alice"}), IsOk());  // lsn 2
  ASSERT_THAT(campus.students().Insert(two, {.name = "Bob"}), IsOk());    // lsn 3
  ASSERT_THAT(two.Commit(), IsOk());
  std::unique_ptr<FeedReader> feed = ReaderOn(campus);
  ASSERT_THAT(feed->StartAt({2}), IsOk());
  EXPECT_EQ(Rest(*feed), std::vector<std::string>{Came(1, "Alice") + Came(2, "Bob")});
}

TEST_F(ChangeFeedTest, OldestAndNewestBeginWhereTheySay) {
  options.archives_kept = 1;
  ASSERT_THAT(campus.Open(options), IsOk());
  for (const char* name : {"Alice", "Bob", "Carol"}) {
    Insert(name);
    ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  }
  std::unique_ptr<FeedReader> oldest = ReaderOn(campus);
  std::unique_ptr<FeedReader> newest = ReaderOn(campus);
  ASSERT_THAT(oldest->StartAtOldest(), IsOk());
  ASSERT_THAT(newest->StartAtNewest(), IsOk());
  Insert("Dan");
  EXPECT_EQ(Rest(*oldest), (std::vector<std::string>{Came(3, "Carol"), Came(4, "Dan")}));
  EXPECT_EQ(Rest(*newest), std::vector<std::string>{Came(4, "Dan")});
}

// [wal-9.3]
TEST_F(ChangeFeedTest, RemovedArchiveIsAnErrorThatNamesWhatIsLeft) {
  options.archives_kept = 2;
  ASSERT_THAT(campus.Open(options), IsOk());
  std::unique_ptr<FeedReader> feed = ReaderOn(campus);
  ASSERT_THAT(feed->StartAt({}), IsOk());
  for (const char* name : {"Alice", "Bob", "Carol", "Dan"}) {
    Insert(name);
    ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  }
  // The log that it had open is still there for it, the one behind is gone.
  const std::vector<std::string> rest = Rest(*feed);
  ASSERT_EQ(rest.size(), 3u);
  EXPECT_EQ(rest[1], Came(1, "Alice"));
  EXPECT_THAT(rest[2], ::testing::HasSubstr("lsn 3 is gone; there are changes from lsn 4 on"));
  EXPECT_EQ(feed->position().lsn, 2u);
  EXPECT_THAT(ReaderOn(campus)->StartAt({}),
              Fails(absl::StatusCode::kOutOfRange, "changes from lsn 4 on"));
  EXPECT_THAT(Rest(*feed), ::testing::ElementsAre(rest[2])) << "the error stays";
}

// A power cut takes what was not synced; the consumer, on another machine, has seen it. [wal-9.4]
TEST_F(ChangeFeedTest, TransactionTakenBackByPowerCutIsNoticedOnResuming) {
  Insert("Alice");
  const Tree before = campus.Files();
  Insert("Bob");
  std::unique_ptr<FeedReader> feed = ReaderOn(campus);
  ASSERT_THAT(feed->StartAt({}), IsOk());
  ASSERT_EQ(Rest(*feed).size(), 3u);
  const FeedPosition seen = feed->position();

  Campus after_cut(before);
  ASSERT_THAT(after_cut.Open(options), IsOk());
  EXPECT_THAT(ReaderOn(after_cut)->StartAt(seen),
              Fails(absl::StatusCode::kAborted, "history has changed at lsn 3", "ends with lsn 2"));
  ASSERT_THAT(after_cut.students().Insert({.name = "Carol"}), IsOk());
  EXPECT_THAT(ReaderOn(after_cut)->StartAt(seen),
              Fails(absl::StatusCode::kAborted, "history has changed at lsn 3", "checksum"));
  ASSERT_THAT(after_cut.engine->Checkpoint(), IsOk());
  EXPECT_THAT(ReaderOn(after_cut)->StartAt(seen), Fails(absl::StatusCode::kAborted));
  // Without the checksum nobody can know.
  EXPECT_THAT(ReaderOn(after_cut)->StartAt({seen.lsn}), IsOk());
}

// A writer whose sync fails cuts off what it had written; the next one writes something else there.
TEST_F(ChangeFeedTest, OpenFeedNoticesThatLinesWereTakenBack) {
  Insert("Alice");
  const std::string kept = campus.Bytes("wal/transaction.log");
  Insert("Bob");
  const std::string seen = campus.Bytes("wal/transaction.log");
  std::string other = kept;
  for (const std::uint64_t number : {3u, 4u}) {
    const std::string record =
        testing::RecordText(static_cast<std::int64_t>(number), {.name = "Rob"});
    wal::AppendOperationLine({wal::Operation::kInsert, "student", record, {}},
                             {wal::Lsn{number}, wal::TransactionId{number}},
                             "2026-01-22T20:31:17.592245Z", wal::Lsn{2}, &other);
  }
  for (const std::string& now : {kept, other}) {
    Tree tree = campus.Files();
    tree["wal/transaction.log"] = seen;
    Campus shown(tree);
    std::unique_ptr<FeedReader> feed = ReaderOn(shown);
    ASSERT_THAT(feed->StartAtNewest(), IsOk());
    EXPECT_EQ(feed->position().lsn, 3u);
    auto file = shown.disk->Open(LogPath(), wal::OpenMode::kAppend);
    ASSERT_THAT((*file)->Truncate(kept.size()), IsOk());
    ASSERT_THAT((*file)->Append(now.substr(kept.size())), IsOk());
    const std::vector<std::string> rest = Rest(*feed);
    ASSERT_EQ(rest.size(), 1u);
    EXPECT_THAT(rest[0], ::testing::HasSubstr("history has changed at lsn 3"));
  }
}

TEST_F(ChangeFeedTest, DirectoryPutBackFromCopyIsNoticed) {
  Insert("Alice");
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  const Tree copy = campus.Files();
  Insert("Bob");
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  std::unique_ptr<FeedReader> feed = ReaderOn(campus);
  ASSERT_THAT(feed->StartAtNewest(), IsOk());
  ASSERT_THAT(campus.disk->Remove(LogPath()), IsOk());
  auto file = campus.disk->Open(LogPath(), wal::OpenMode::kCreateNew);
  ASSERT_THAT((*file)->Append(copy.at("wal/transaction.log")), IsOk());
  const std::vector<std::string> rest = Rest(*feed);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_THAT(rest[0], ::testing::HasSubstr("history has changed at lsn 3"));
}

// [wal-9.1]
TEST_F(ChangeFeedTest, TransactionOnItsWayIsNotDelivered) {
  Insert("Alice");
  Insert("Bob");
  const std::string log = campus.Bytes("wal/transaction.log");
  const Tree files = campus.Files();
  const std::size_t last = log.rfind("{\"lsn\":");
  for (std::size_t bytes = last; bytes < log.size(); ++bytes) {
    Tree cut = files;
    cut["wal/transaction.log"] = log.substr(0, bytes);
    Campus part(cut);
    std::unique_ptr<FeedReader> feed = ReaderOn(part);
    ASSERT_THAT(feed->StartAt({2}), IsOk());
    EXPECT_TRUE(Rest(*feed).empty()) << bytes;
    auto file = part.disk->Open(LogPath(), wal::OpenMode::kAppend);
    ASSERT_THAT((*file)->Append(log.substr(bytes)), IsOk());
    EXPECT_EQ(Rest(*feed), std::vector<std::string>{Came(2, "Bob")}) << bytes;
  }
}

TEST_F(ChangeFeedTest, TransactionLargerThanAPieceIsDeliveredWhole) {
  campus.students();
  WriteTransaction transaction = campus.Begin();
  std::string expected;
  for (int i = 1; i <= 6000; ++i) {
    const std::string name = absl::StrCat("n", i);
    ASSERT_THAT(campus.students().Insert(transaction, {.name = name}), IsOk());
    expected += Came(i, name);
  }
  ASSERT_THAT(transaction.Commit(), IsOk());
  Insert("Alice");
  ASSERT_GT(campus.Bytes("wal/transaction.log").size(), std::size_t{1} << 20);
  std::unique_ptr<FeedReader> feed = ReaderOn(campus);
  ASSERT_THAT(feed->StartAt({}), IsOk());
  const std::vector<std::string> rest = Rest(*feed);
  ASSERT_EQ(rest.size(), 3u);
  EXPECT_EQ(rest[1], expected);
  EXPECT_EQ(rest[2], Came(6001, "Alice"));
}

// [wal-9.5]
TEST_F(ChangeFeedTest, DurableDeliveryWaitsForTheLogsWord) {
  std::unique_ptr<FeedReader> feed = ReaderOn(campus);
  ASSERT_THAT(feed->StartAt({}), IsOk());
  const FeedLimit durable{wal::Lsn{UINT64_MAX}, FeedDelivery::kDurable};
  Insert("Alice");  // with the table's creation before it
  EXPECT_EQ(Rest(*feed, durable), std::vector<std::string>{"CREATE_TABLE student\n"});
  Insert("Bob");
  EXPECT_EQ(Rest(*feed, durable), std::vector<std::string>{Came(1, "Alice")});
  EXPECT_TRUE(Rest(*feed, durable).empty());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  EXPECT_EQ(Rest(*feed, durable), std::vector<std::string>{Came(2, "Bob")});
}

TEST_F(ChangeFeedTest, NothingIsDeliveredPastTheLimit) {
  std::unique_ptr<FeedReader> feed = ReaderOn(campus);
  ASSERT_THAT(feed->StartAt({}), IsOk());
  Insert("Alice");
  Insert("Bob");
  EXPECT_EQ(Rest(*feed, {wal::Lsn{2}}),
            (std::vector<std::string>{"CREATE_TABLE student\n", Came(1, "Alice")}));
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  EXPECT_TRUE(Rest(*feed, {wal::Lsn{2}}).empty());
  EXPECT_EQ(Rest(*feed, {wal::Lsn{3}}), std::vector<std::string>{Came(2, "Bob")});
}

TEST_F(ChangeFeedTest, DamageBeforeWhatWasSyncedIsAnError) {
  for (const char* name : {"Alice", "Bob", "Carol", "Dan"}) Insert(name);
  Tree tree = campus.Files();
  std::string& log = tree["wal/transaction.log"];
  log[log.find("Bob")] = 'R';
  Campus damaged(tree);
  std::unique_ptr<FeedReader> feed = ReaderOn(damaged);
  ASSERT_THAT(feed->StartAt({}), IsOk());
  const std::vector<std::string> rest = Rest(*feed);
  ASSERT_EQ(rest.size(), 3u);
  EXPECT_EQ(rest[1], Came(1, "Alice"));
  EXPECT_THAT(rest[2], ::testing::HasSubstr("wal/transaction.log line 4 byte"));
  EXPECT_THAT(rest[2], ::testing::HasSubstr("proves lsn 3 was synced"));
}

TEST_F(ChangeFeedTest, FeedWritesNothingAndNeedsNoWriter) {
  Insert("Alice");
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  Insert("Bob");
  ASSERT_THAT(campus.Close(), IsOk());
  const Tree before = campus.Files();
  std::unique_ptr<FeedReader> feed = ReaderOn(campus);
  ASSERT_THAT(feed->StartAt({}), IsOk());
  EXPECT_EQ(Rest(*feed).size(), 3u);
  EXPECT_EQ(testing::TreeDifference(before, campus.Files()), "");
}

TEST_F(ChangeFeedTest, PositionsTextIsReadStrictly) {
  EXPECT_EQ(FeedPosition({4712, 0xc38bf5e9c026397a}).ToString(), "4712:c38bf5e9c026397a");
  EXPECT_EQ(FeedPosition{4712}.ToString(), "4712");
  for (const char* text : {"", "x", "-1", "4712:", "4712:c38b", "4712 ", "04712",
                           "4712:c38bf5e9c026397a ", "4712;c38bf5e9c026397a"}) {
    EXPECT_THAT(FeedPosition::Parse(text), Fails(absl::StatusCode::kInvalidArgument)) << text;
  }
}

TEST_F(ChangeFeedTest, MissingDatabaseIsNotFound) {
  EXPECT_THAT(ChangeFeed::Open("nowhere", {}),
              Fails(absl::StatusCode::kNotFound, "there is no database in nowhere"));
}

}  // namespace
}  // namespace linedb
