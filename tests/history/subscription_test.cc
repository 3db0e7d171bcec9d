// A function that is called after each commit keeps something in step with the database. A call too
// few or too many, early, or two at a time puts it out of step; one that commits wait for makes the
// whole database as slow as it is.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "linedb/database.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"
#include "tests/history/registrar.h"

namespace linedb {
namespace {

using testing::Enrollment;
using testing::Fails;
using testing::IsOk;
using testing::Student;

class SubscriptionTest : public ::testing::Test {
 protected:
  void SetUp() override { Open({}); }

  void Open(const Options& options) {
    database = Database::OpenInMemory(options).value();
    students.emplace(database->OpenTable<Student>().value());
  }
  void Insert(const std::string& name) { ASSERT_THAT(students->Insert({.name = name}), IsOk()); }
  CommitSubscription Note(const SubscribeOptions& options = {}) {
    return database
        ->OnCommit(
            [this](const CommittedTransaction& done) { texts.push_back(testing::TextOf(done)); },
            options)
        .value();
  }
  static std::string Came(std::int64_t id, const std::string& name) {
    return "INSERT student " + testing::RecordText(id, {.name = name}) + "\n";
  }

  std::unique_ptr<Database> database;
  std::optional<Table<Student>> students;
  std::vector<std::string> texts;  // of the calls, by Note; to be read once the database is closed
};

TEST_F(SubscriptionTest, EveryCommitIsCalledForOnceInOrderAndIsVisible) {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kCommits = 100;
  std::vector<std::uint64_t> numbers;
  std::atomic<int> at_once = 0;
  const CommitSubscription subscription = database
                                              ->OnCommit([&](const CommittedTransaction& done) {
                                                EXPECT_EQ(++at_once, 1);
                                                numbers.push_back(done.number);
                                                const std::string record(done.changes[0].record);
                                                const std::int64_t id =
                                                    std::stoll(record.substr(record.find(':') + 1));
                                                EXPECT_THAT(students->Get(id), IsOk()) << record;
                                                --at_once;
                                              })
                                              .value();
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint64_t i = 0; i < kCommits; ++i) {
        Insert("n");
        if (t == 0 && i % 20 == 0) {
          EXPECT_THAT(database->Checkpoint(), IsOk());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_THAT(database->Close(), IsOk());
  ASSERT_EQ(numbers.size(), kThreads * kCommits);
  for (std::size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(numbers[i], i + 2);  // 1: the table
  EXPECT_THAT(subscription.status(), IsOk());
  EXPECT_EQ(subscription.position().lsn, numbers.back());
}

TEST_F(SubscriptionTest, SlowCallHoldsUpNoCommitAndMissesNone) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::atomic<int> calls = 0;
  const auto subscription = database->OnCommit([&](const CommittedTransaction&) {
    released.wait();
    ++calls;
  });
  ASSERT_THAT(subscription, IsOk());
  for (int i = 0; i < 50; ++i) {
    Insert("n");
    if (i % 10 == 9) {
      ASSERT_THAT(database->Checkpoint(), IsOk());
    }
  }
  EXPECT_EQ(calls, 0);
  release.set_value();
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_EQ(calls, 50);
}

TEST_F(SubscriptionTest, CallTooFarBehindIsToldThatArchivesAreGone) {
  Options options;
  options.archives_kept = 0;
  Open(options);
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::promise<absl::Status> failure;
  SubscribeOptions with;
  with.failed = [&](const absl::Status& why) { failure.set_value(why); };
  std::atomic<int> calls = 0;
  auto subscription = database->OnCommit(
      [&](const CommittedTransaction&) {
        released.wait();
        ++calls;
      },
      with);
  ASSERT_THAT(subscription, IsOk());
  for (const char* name : {"Alice", "Bob", "Carol"}) {
    Insert(name);
    ASSERT_THAT(database->Checkpoint(), IsOk());
  }
  release.set_value();
  EXPECT_THAT(failure.get_future().get(), Fails(absl::StatusCode::kOutOfRange, "is gone"));
  EXPECT_THAT(subscription->status(), Fails(absl::StatusCode::kOutOfRange));
  EXPECT_LT(calls, 3);
  ASSERT_THAT(database->Close(), IsOk());
}

TEST_F(SubscriptionTest, CallMayCommitAndIsCalledForThatToo) {
  const Table<Enrollment> enrollments = database->OpenTable<Enrollment>().value();
  std::promise<void> both;
  std::vector<std::string> tables;
  const auto subscription = database->OnCommit([&](const CommittedTransaction& done) {
    tables.emplace_back(done.changes[0].table);
    if (tables.back() == "student") {
      EXPECT_THAT(enrollments.Insert({1, 101, "A"}), IsOk());
    } else {
      both.set_value();
    }
  });
  ASSERT_THAT(subscription, IsOk());
  Insert("Alice");
  both.get_future().wait();
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_EQ(tables, (std::vector<std::string>{"student", "enrollment"}));
}

TEST_F(SubscriptionTest, EndedSubscriptionIsCalledNoMore) {
  CommitSubscription subscription = Note();
  subscription.End();
  const std::size_t calls = texts.size();
  Insert("Alice");
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_EQ(texts.size(), calls);
}

TEST_F(SubscriptionTest, CallMayEndItsOwnSubscription) {
  std::optional<CommitSubscription> own;
  std::promise<void> subscribed;
  std::atomic<int> calls = 0;
  own.emplace(database
                  ->OnCommit([&](const CommittedTransaction&) {
                    subscribed.get_future().wait();
                    ++calls;
                    own.reset();
                  })
                  .value());
  subscribed.set_value();
  Insert("Alice");
  Insert("Bob");
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_EQ(calls, 1);
}

TEST_F(SubscriptionTest, PositionGoesOnBehindWhatWasCalledFor) {
  FeedPosition position;
  {
    std::promise<void> called;
    CommitSubscription first =
        database->OnCommit([&](const CommittedTransaction&) { called.set_value(); }).value();
    Insert("Alice");
    called.get_future().wait();
    first.End();
    position = first.position();
  }
  Insert("Bob");
  ASSERT_THAT(database->Checkpoint(), IsOk());
  SubscribeOptions from;
  from.position = position;
  const CommitSubscription second = Note(from);
  Insert("Carol");
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_EQ(texts, (std::vector<std::string>{Came(2, "Bob"), Came(3, "Carol")}));
}

TEST_F(SubscriptionTest, BufferedCommitsAndSchemaChangesAreCalledFor) {
  Options options;
  options.sync_interval = std::chrono::hours(1);  // no late sync comes to help
  Open(options);
  std::promise<void> dropped;
  const auto subscription = database->OnCommit([&](const CommittedTransaction& done) {
    texts.push_back(testing::TextOf(done));
    if (done.changes[0].kind == ChangeKind::kDropTable) dropped.set_value();
  });
  ASSERT_THAT(subscription, IsOk());
  auto buffered = database->Begin(Durability::kBuffered);
  ASSERT_THAT(students->Insert(*buffered, {.name = "Alice"}), IsOk());
  ASSERT_THAT(buffered->Commit(), IsOk());
  ASSERT_THAT(database->OpenTable<Enrollment>(), IsOk());
  ASSERT_THAT(database->DropTable("enrollment"), IsOk());
  // Without a commit after it, and before the database is closed.
  ASSERT_EQ(dropped.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_EQ(texts, (std::vector<std::string>{Came(1, "Alice"), "CREATE_TABLE enrollment\n",
                                             "DROP_TABLE enrollment\n"}));
}

TEST_F(SubscriptionTest, CloseCallsForWhatWasBuffered) {
  const CommitSubscription subscription = Note();
  auto buffered = database->Begin(Durability::kBuffered);
  ASSERT_THAT(students->Insert(*buffered, {.name = "Alice"}), IsOk());
  ASSERT_THAT(buffered->Commit(), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_EQ(texts, std::vector<std::string>{Came(1, "Alice")});
}

TEST_F(SubscriptionTest, SubscriptionMayOutliveItsDatabase) {
  CommitSubscription subscription = Note();
  Insert("Alice");
  database.reset();
  EXPECT_EQ(texts.size(), 1u);
  EXPECT_EQ(subscription.position().lsn, 2u);
  subscription.End();
}

// Two that wait for a call to end are not to wait for its thread both at once.
TEST_F(SubscriptionTest, EndingBesideCloseIsSafeWhileACallIsUnderWay) {
  for (int round = 0; round < 20; ++round) {
    Open({});
    std::promise<void> called;
    std::promise<void> release;
    std::atomic<int> calls = 0;
    auto subscription = database->OnCommit([&](const CommittedTransaction&) {
      if (++calls == 1) called.set_value();
      release.get_future().wait();
    });
    ASSERT_THAT(subscription, IsOk());
    Insert("Alice");
    called.get_future().wait();
    std::atomic<int> waiting = 0;
    std::thread closing([&] {
      ++waiting;
      EXPECT_THAT(database->Close(), IsOk());
    });
    std::thread ending([&] {
      ++waiting;
      subscription->End();
    });
    while (waiting < 2) std::this_thread::yield();
    // Both come to wait, most times; what is right does not hang on it.
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    release.set_value();
    closing.join();
    ending.join();
    EXPECT_EQ(calls, 1);
  }
}

TEST_F(SubscriptionTest, ClosedDatabaseTakesNoSubscription) {
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(database->OnCommit([](const CommittedTransaction&) {}),
              Fails(absl::StatusCode::kFailedPrecondition, "closed"));
}

}  // namespace
}  // namespace linedb
