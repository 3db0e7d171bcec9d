// Guards against commits that cost a sync each although they wait for the same disk, and against
// what comes of sharing one: a reader that sees what is not durable yet, a transaction that is
// acknowledged although the one on which it builds failed, a table that is made or a checkpoint
// that is taken on top of such a failure. Nothing here waits for time: a gate on the disk holds a
// write or a sync until those who shall meet it are there.

#include "engine/transaction/group_commit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/engine/campus.h"
#include "tests/engine/log_gate.h"
#include "tests/engine/page_cache_disk.h"
#include "tests/engine/ruled_disk.h"
#include "tests/wal/wal_fixture.h"

namespace linedb::engine {
namespace {

using linedb::testing::Campus;
using linedb::testing::Course;
using linedb::testing::Fails;
using linedb::testing::IsOk;
using linedb::testing::LogGate;
using linedb::testing::PageCacheDisk;
using linedb::testing::RuledDisk;
using linedb::testing::Student;
using linedb::testing::Tree;

constexpr int kThreads = 6;

absl::Status DiskFull() { return absl::ResourceExhaustedError("No space left on device"); }

Options Manual() {
  Options options;
  options.maintenance = Maintenance::kManual;
  return options;
}

absl::Status Enrol(Campus& campus, std::int64_t id, Durability durability = Durability::kFull) {
  absl::StatusOr<std::unique_ptr<Transaction>> begun = campus.engine->Begin(durability);
  if (!begun.ok()) return begun.status();
  WriteTransaction transaction(*std::move(begun));
  absl::Status done =
      campus.students().Insert(transaction, {.id = id, .name = std::to_string(id)}).status();
  return done.ok() ? transaction.Commit() : done;
}

std::string StudentsOf(Campus& campus) {
  std::string ids;
  EXPECT_THAT(campus.students().ForEach([&ids](const Student& student) {
    absl::StrAppend(&ids, ids.empty() ? "" : " ", *student.id);
  }),
              IsOk());
  return ids;
}

std::string StudentsIn(const Tree& tree) {
  Campus campus(tree);
  EXPECT_THAT(campus.Open(Manual()), IsOk());
  return StudentsOf(campus);
}

class GroupCommitTest : public ::testing::Test {
 protected:
  void SetUp() override {
    campus.through = &ruled;
    ASSERT_THAT(campus.Open(Manual()), IsOk());
    campus.students();
    gate.ResetCounts();
  }
  void TearDown() override {
    Join();
    campus.engine.reset();  // before the disk that it sees
  }

  void EnrolBeside(std::int64_t id) {
    outcomes.push_back(std::make_unique<absl::Status>(absl::UnknownError("not there yet")));
    threads.emplace_back(
        [this, id, outcome = outcomes.back().get()] { *outcome = Enrol(campus, id); });
  }
  // The first commit waits in its operation on the log, ...
  void EnrolFirstAndHold(const std::string& operation) {
    gate.Shut(operation);
    EnrolBeside(1);
    gate.WaitUntilSomebodyWaits();
  }
  // ... and these wait behind it: the slot is free again when the last of them is queued.
  void QueueBehind(int count) {
    const int before = gate.counts().records_writes;
    for (int i = 0; i < count; ++i) EnrolBeside(2 + i);
    gate.WaitForRecordsWrites(before + count);
    campus.Begin().Rollback();
  }
  void Join() {
    for (std::thread& thread : threads) {
      if (thread.joinable()) thread.join();
    }
    threads.clear();
  }

  Campus campus;
  RuledDisk ruled{*campus.disk};
  LogGate gate{&ruled};
  std::vector<std::thread> threads;
  std::vector<std::unique_ptr<absl::Status>> outcomes;
};

TEST_F(GroupCommitTest, ThreadsThatWaitTogetherShareOneWriteAndOneSync) {
  EnrolFirstAndHold("sync");
  QueueBehind(kThreads);
  EXPECT_EQ(gate.counts().log_writes, 1);
  gate.Open();
  Join();
  for (const auto& outcome : outcomes) EXPECT_THAT(*outcome, IsOk());
  EXPECT_EQ(gate.counts().log_writes, 2);
  EXPECT_EQ(gate.counts().log_syncs, 2);
  EXPECT_EQ(campus.engine->Stats().commits, 1U + kThreads);
}

TEST_F(GroupCommitTest, ReadersSeeNothingBeforeItsSyncAndBatchesInTheirOrder) {
  EnrolFirstAndHold("sync");
  QueueBehind(kThreads);
  EXPECT_EQ(StudentsOf(campus), "");
  const auto before = campus.engine->TakeSnapshot();
  ASSERT_THAT(before, IsOk());
  gate.Open(absl::OkStatus(), /*shut_next=*/"sync");
  threads[0].join();
  gate.WaitUntilSomebodyWaits();
  EXPECT_EQ(StudentsOf(campus), "1");
  gate.Open();
  Join();
  EXPECT_EQ(campus.students().size(), 1U + kThreads);
  const ReadTransaction old(campus.engine.get(), *before);
  EXPECT_EQ(*campus.students().size(old), 0U);
}

TEST_F(GroupCommitTest, TheLogHasTransactionsInTheOrderOfTheirRecords) {
  EnrolFirstAndHold("sync");
  QueueBehind(kThreads);
  gate.Open();
  Join();
  const std::string log = campus.Bytes("wal/transaction.log");
  std::size_t last = 0;
  EXPECT_THAT(campus.students().ForEach([&](const Student& student) {
    const std::size_t at = log.find(absl::StrCat("\"name\":\"", student.name, "\""));
    EXPECT_NE(at, std::string::npos);
    EXPECT_GT(at, last);
    last = at;
  }),
              IsOk());
}

TEST_F(GroupCommitTest, FullDiskFailsAllThatShareTheWriteAndWhoBuildsOnThem) {
  EnrolFirstAndHold("sync");
  const Tree before = campus.Files();
  QueueBehind(kThreads);
  WriteTransaction open = campus.Begin();
  ASSERT_THAT(campus.students().Insert(open, {.id = 90, .name = "builds on them"}), IsOk());
  gate.FailNext("write", DiskFull());
  gate.Open();
  Join();
  EXPECT_THAT(*outcomes[0], IsOk());
  for (int i = 1; i <= kThreads; ++i) {
    EXPECT_THAT(*outcomes[static_cast<std::size_t>(i)],
                Fails(absl::StatusCode::kResourceExhausted));
  }
  EXPECT_THAT(open.Commit(), Fails(absl::StatusCode::kAborted, "nothing of it happened"));
  EXPECT_EQ(linedb::testing::TreeDifference(before, campus.Files()), "");
  EXPECT_EQ(StudentsOf(campus), "1");
  EXPECT_THAT(Enrol(campus, 2), IsOk());
  EXPECT_EQ(StudentsIn(campus.Files()), "1 2");
}

TEST_F(GroupCommitTest, AFailedSyncEndsWritingAndLeavesTheOthersUnknown) {
  EnrolFirstAndHold("sync");
  QueueBehind(kThreads);
  gate.Open(absl::InternalError("the disk is broken"));
  Join();
  for (const auto& outcome : outcomes) {
    EXPECT_THAT(*outcome, Fails(absl::StatusCode::kInternal, "unknown"));
  }
  EXPECT_THAT(Enrol(campus, 99), Fails(absl::StatusCode::kFailedPrecondition, "open it again"));
  EXPECT_EQ(StudentsOf(campus), "");
  EXPECT_EQ(gate.counts().log_syncs, 1);  // never tried again
}

TEST_F(GroupCommitTest, LesserDurabilitySyncsNothingUntilAFullCommit) {
  ASSERT_THAT(Enrol(campus, 1, Durability::kProcess), IsOk());
  EXPECT_EQ(gate.counts().log_writes, 1);
  ASSERT_THAT(Enrol(campus, 2, Durability::kBuffered), IsOk());
  EXPECT_EQ(gate.counts().log_writes, 1);
  EXPECT_EQ(gate.counts().log_syncs, 0);
  EXPECT_TRUE(campus.engine->Stats().unsynced);
  EXPECT_EQ(StudentsOf(campus), "1 2");
  ASSERT_THAT(Enrol(campus, 3), IsOk());
  EXPECT_EQ(gate.counts().log_writes, 2);
  EXPECT_EQ(gate.counts().log_syncs, 1);
  EXPECT_FALSE(campus.engine->Stats().unsynced);
}

TEST_F(GroupCommitTest, ClosingAndCheckpointsWriteAndSyncWhatIsBuffered) {
  ASSERT_THAT(Enrol(campus, 1, Durability::kBuffered), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  EXPECT_FALSE(campus.engine->Stats().unsynced);
  ASSERT_THAT(Enrol(campus, 2, Durability::kBuffered), IsOk());
  gate.ResetCounts();
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(gate.counts().log_writes, 1);
  EXPECT_EQ(gate.counts().log_syncs, 1);
  EXPECT_EQ(StudentsIn(campus.Files()), "1 2");
}

TEST_F(GroupCommitTest, ADeadProcessLosesBufferedTransactionsOnly) {
  ASSERT_THAT(Enrol(campus, 1, Durability::kProcess), IsOk());
  ASSERT_THAT(Enrol(campus, 2, Durability::kBuffered), IsOk());
  EXPECT_EQ(StudentsIn(campus.Files()), "1");
  ASSERT_THAT(Enrol(campus, 3, Durability::kProcess), IsOk());
  EXPECT_EQ(StudentsIn(campus.Files()), "1 2 3");
}

// [engine-4.8]
TEST(PowerCutCommitTest, APowerCutLeavesAPrefixUpToTheLastSync) {
  auto owned = std::make_unique<PageCacheDisk>();
  PageCacheDisk* const disk = owned.get();
  for (const char* directory : {"", "/schema", "/data", "/wal"}) {
    ASSERT_THAT(disk->CreateDirectory(std::string(linedb::testing::kDirectory) + directory),
                IsOk());
  }
  Campus campus(std::move(owned));
  ASSERT_THAT(campus.Open(Manual()), IsOk());
  campus.students();
  ASSERT_THAT(Enrol(campus, 1), IsOk());
  ASSERT_THAT(Enrol(campus, 2, Durability::kProcess), IsOk());
  ASSERT_THAT(Enrol(campus, 3, Durability::kBuffered), IsOk());
  EXPECT_EQ(StudentsIn(disk->AfterPowerCut()), "1");
  ASSERT_THAT(Enrol(campus, 4), IsOk());
  EXPECT_EQ(StudentsIn(disk->AfterPowerCut()), "1 2 3 4");
}

// GroupCommit alone, without an engine that takes back what failed.
class FailedBatchTest : public wal::WalTest {
 protected:
  void SetUp() override {
    Create(ruled);
    commits.SetLog(std::move(writer));
  }
  absl::Status Queue(GroupCommit::Ticket& ticket) {
    const wal::LogOperation operation{wal::Operation::kInsert, "student", "{\"id\":1}", ""};
    return commits.Queue(ticket, operation);
  }

  RuledDisk ruled{*disk};
  Publisher publisher;
  GroupCommit commits{publisher};
};

TEST_F(FailedBatchTest, NothingIsTakenInBeforeTheFailedIsTakenBack) {
  GroupCommit::Ticket failed;
  ruled.SetRule([](std::string_view operation, const std::string&) {
    return operation == "write" ? DiskFull() : absl::OkStatus();
  });
  ASSERT_THAT(Queue(failed), IsOk());
  EXPECT_THAT(commits.Wait(failed), Fails(absl::StatusCode::kResourceExhausted));
  ruled.SetRule(nullptr);
  // A checkpoint would write the failed transaction's records into the log's header.
  EXPECT_THAT(commits.Flush(), Fails(absl::StatusCode::kResourceExhausted));
  // A transaction that begins only now has the failed one's changes below it.
  GroupCommit::Ticket late;
  late.transaction = std::make_unique<Transaction>(nullptr, Durability::kFull);
  EXPECT_THAT(commits.Queue(late), Fails(absl::StatusCode::kAborted));
  GroupCommit::Ticket table;
  EXPECT_THAT(Queue(table), Fails(absl::StatusCode::kAborted));
  commits.Unwind();
  EXPECT_THAT(commits.Flush(), IsOk());
  ASSERT_THAT(Queue(table), IsOk());
  EXPECT_THAT(commits.Wait(table), IsOk());
  EXPECT_EQ(Recovered(), "1:INSERT {\"id\":1}");
}

TEST_F(FailedBatchTest, ALogIsReplacedAfterALateSyncIsDone) {
  LogGate gate(&ruled);
  GroupCommit::Ticket ticket;
  ticket.durability = Durability::kProcess;
  ASSERT_THAT(Queue(ticket), IsOk());
  ASSERT_THAT(commits.Wait(ticket), IsOk());
  std::atomic<bool> synced = false;
  gate.Shut("sync");
  std::thread late([&] {
    EXPECT_THAT(commits.Flush(), IsOk());
    synced = true;
  });
  gate.WaitUntilSomebodyWaits();
  std::thread opener([&] { gate.Open(); });
  commits.SetLog(nullptr);
  EXPECT_FALSE(commits.note().unsynced);
  opener.join();
  late.join();
  EXPECT_TRUE(synced);
}

}  // namespace
}  // namespace linedb::engine
