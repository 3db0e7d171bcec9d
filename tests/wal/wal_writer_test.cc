// A full disk first takes a part of a write, then refuses the rest, and may take a smaller write
// after that: a writer that goes on then merges two lines. And a sync that fails once has lost
// what it was to keep, even if the next one succeeds.

#include "wal/wal_writer.h"

#include <signal.h>
#include <sys/resource.h>

#include <cstdlib>

#include "tests/wal/faulty_file_system.h"
#include "tests/wal/wal_fixture.h"

namespace linedb::wal {
namespace {

class WalWriterTest : public WalTest {
 protected:
  void AddInsert(const std::string& record) {
    const LogOperation operation{Operation::kInsert, "student", record, ""};
    writer->Add(absl::MakeConstSpan(&operation, 1), kTimestamp);
  }

  Fault fault;
  FaultyFileSystem faulty{*disk, &fault};
};

TEST_F(WalWriterTest, NothingIsInTheFileBeforeWrite) {
  Create();
  const std::string before = LogBytes();
  AddInsert("{\"id\":1}");
  EXPECT_EQ(LogBytes(), before);
  EXPECT_EQ(writer->position().next_lsn, Lsn{1});
  writer->Discard();
  ASSERT_TRUE(WriteAdded().ok());
  EXPECT_EQ(LogBytes(), before);
}

// [wal-4.1]
TEST_F(WalWriterTest, TransactionsAddedTogetherAreOneAppend) {
  Create(faulty);
  AddInsert("{\"id\":1}");
  AddInsert("{\"id\":2}");
  fault.calls = 0;
  ASSERT_TRUE(WriteAdded().ok());
  EXPECT_EQ(fault.calls, 1);
  ASSERT_TRUE(writer->Sync().ok());
  EXPECT_EQ(fault.calls, 2);
  EXPECT_EQ(Recovered(), "1:INSERT {\"id\":1} 2:INSERT {\"id\":2}");
}

// [wal-4.2]
TEST_F(WalWriterTest, CommitLineSaysWhatWasSyncedWhenItWasFormatted) {
  Create();
  Commit({1, 2});
  Write({3});
  Commit({4});
  Commit({5});
  const absl::StatusOr<RecoveredLog> log = RecoverLog(*disk, paths, false);
  std::vector<std::uint64_t> durable;
  for (const LogEntry& entry : log->entries) {
    if (entry.commit) durable.push_back(entry.durable.value);
  }
  EXPECT_THAT(durable, testing::ElementsAre(0, 2, 2, 4));
}

// [wal-4.3]
TEST_F(WalWriterTest, FailedWriteLeavesTheLogAsItWasAndLaterOnesWork) {
  Create(faulty);
  Commit({1});
  const std::string before = LogBytes();
  AddInsert("{\"id\":2}");
  fault.at = fault.calls + 1;
  fault.code = absl::StatusCode::kResourceExhausted;
  EXPECT_TRUE(absl::IsResourceExhausted(WriteAdded()));
  EXPECT_FALSE(writer->failed());
  EXPECT_EQ(LogBytes(), before);
  writer->Discard();
  Commit({3});
  EXPECT_EQ(Recovered(), "1:INSERT {\"id\":1} 2:INSERT {\"id\":3}");
}

TEST_F(WalWriterTest, WriteThatCannotBeCutOffFailsTheWriterForGood) {
  Create(faulty);
  Commit({1});
  AddInsert("{\"id\":2}");
  fault.at = fault.calls + 1;
  fault.for_ever = true;
  EXPECT_FALSE(WriteAdded().ok());
  EXPECT_TRUE(writer->failed());
  fault.for_ever = false;
  EXPECT_EQ(WriteAdded(), writer->failure());
  EXPECT_EQ(writer->Sync(), writer->failure());
  EXPECT_THAT(Recovered(), testing::StartsWith("1:INSERT {\"id\":1} torn "));
}

// [wal-4.4]
TEST_F(WalWriterTest, FailedSyncIsNeverTriedAgain) {
  Create(faulty);
  Write({1});
  fault.at = fault.calls + 1;
  EXPECT_FALSE(writer->Sync().ok());
  const int calls = fault.calls;
  EXPECT_FALSE(writer->Sync().ok());
  EXPECT_FALSE(WriteAdded().ok());
  EXPECT_EQ(fault.calls, calls);
}

TEST_F(WalWriterTest, TransactionsAreFormattedWhileOthersAreWritten) {
  Create();
  AddInsert("{\"id\":1}");
  writer->Stage();
  writer->Take();
  AddInsert("{\"id\":2}");
  writer->Stage();
  ASSERT_TRUE(writer->Write().ok());
  AddInsert("{\"id\":3}");
  ASSERT_TRUE(writer->Sync().ok());
  EXPECT_EQ(Recovered(), "1:INSERT {\"id\":1}");
  ASSERT_TRUE(WriteAdded().ok());
  EXPECT_EQ(Recovered(), "1:INSERT {\"id\":1} 2:INSERT {\"id\":2} 3:INSERT {\"id\":3}");
}

// Whole transactions of a failed write may have reached the disk: the cut is synced.
TEST_F(WalWriterTest, CutOfFailedWriteIsSyncedOrFailsTheWriter) {
  Create(faulty);
  AddInsert("{\"id\":1}");
  AddInsert("{\"id\":2}");
  fault.at = fault.calls + 1;
  const int before = fault.calls;
  EXPECT_FALSE(WriteAdded().ok());
  EXPECT_EQ(fault.calls, before + 3);  // write, truncate, sync
  EXPECT_FALSE(writer->failed());
  writer->Discard();
  Commit({3});
  EXPECT_EQ(Recovered(), "1:INSERT {\"id\":3}");
}

TEST_F(WalWriterTest, RecoveredLogIsContinuedWhereItEnds) {
  Create();
  Commit({1});
  const absl::StatusOr<RecoveredLog> log = RecoverLog(*disk, paths, false);
  writer = std::make_unique<WalWriter>(*disk->Open(paths.Log(), OpenMode::kAppend), log->header,
                                       log->position);
  Commit({2});
  EXPECT_EQ(Recovered(), "1:INSERT {\"id\":1} 2:INSERT {\"id\":2}");
}

// A file size limit is the one full disk that a test can have without being root. [wal-4.3]
TEST_F(WalWriterTest, FileAtItsLimitTakesPartThenNoneAndWorksAgainLater) {
  std::string base = testing::TempDir() + "linedb_wal_XXXXXX";
  ASSERT_NE(::mkdtemp(base.data()), nullptr);
  paths = DatabasePaths(base);
  FileSystem& posix = PosixFileSystem();
  ASSERT_TRUE(posix.CreateDirectory(paths.WalDirectory()).ok());
  Create(posix);
  Commit({1});
  const std::string before = *ReadFile(posix, paths.Log());
  ASSERT_NE(::signal(SIGXFSZ, SIG_IGN), SIG_ERR);
  rlimit limit;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  rlimit small = limit;
  small.rlim_cur = before.size() + 10;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  AddInsert("{\"id\":2}");
  const absl::Status full = WriteAdded();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  EXPECT_TRUE(absl::IsResourceExhausted(full)) << full;
  EXPECT_EQ(*ReadFile(posix, paths.Log()), before);
  writer->Discard();
  Commit({3});
  const absl::StatusOr<RecoveredLog> log = RecoverLog(posix, paths, false);
  EXPECT_EQ(Describe(log->entries), "1:INSERT {\"id\":1} 2:INSERT {\"id\":3}");
}

}  // namespace
}  // namespace linedb::wal
