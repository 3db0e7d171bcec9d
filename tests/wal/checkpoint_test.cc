// A rotation replaces the only file that says what a database holds. Stopped anywhere, one whole
// log must be in force: LevelDB and HSQLDB both lost databases between two such renames.

#include "wal/checkpoint.h"

#include "tests/wal/faulty_file_system.h"
#include "tests/wal/wal_fixture.h"

namespace linedb::wal {
namespace {

using testing::ElementsAre;

constexpr char kTime[] = "20260122_203117";
constexpr char kLaterTime[] = "20260122_203118";
constexpr char kArchive[] = "transaction.20260122_203117.1-3.log";

class CheckpointTest : public WalTest {
 protected:
  std::vector<std::string> WalNames() { return *disk->List(paths.WalDirectory()); }
  std::uint64_t Epoch() { return RecoverLog(*disk, paths, false)->header.epoch; }
  void CommitThree() {
    Create();
    Commit({1, 2});
    Commit({3});
  }
};

TEST_F(CheckpointTest, FirstLogMakesTheDirectoryDatabase) {
  EXPECT_EQ(Recovered(), "/base/university holds no database");
  Create();
  EXPECT_EQ(Recovered(), "");
  EXPECT_THAT(WalNames(), ElementsAre("transaction.log"));
}

// Crash case 6: [wal-7.6]
TEST_F(CheckpointTest, CreationStoppedAtEachStepLeavesNoneOrWholeLog) {
  for (int at = 1;; ++at) {
    disk->Remove(paths.Log()).IgnoreError();
    Fault fault;
    fault.at = at;
    fault.for_ever = true;
    FaultyFileSystem faulty(*disk, &fault);
    const bool ok = CreateLog(faulty, paths, FirstHeader()).ok();
    if (fault.calls < at) break;
    EXPECT_FALSE(ok);
    EXPECT_THAT(Recovered(), testing::AnyOf("", "/base/university holds no database"));
  }
}

TEST_F(CheckpointTest, NewLogContinuesTheNumbersOfTheOld) {
  CommitThree();
  const LogPosition end = writer->position();
  Rotate(kTime);
  EXPECT_THAT(WalNames(), ElementsAre(kArchive, "transaction.log"));
  const absl::StatusOr<RecoveredLog> log = RecoverLog(*disk, paths, false);
  EXPECT_EQ(log->header.epoch, 2U);
  EXPECT_EQ(log->header.previous, end.checksum);
  EXPECT_EQ(log->header.first_lsn, Lsn{4});
  EXPECT_EQ(log->header.first_transaction, TransactionId{3});
  EXPECT_EQ(log->position.durable, Lsn{3});
  EXPECT_EQ(writer->position().bytes, log->position.bytes);
  Commit({4});
  EXPECT_EQ(Recovered(), "3:INSERT {\"id\":4}");
}

TEST_F(CheckpointTest, CheckpointSaysWhatTheTablesHold) {
  CommitThree();
  Rotation rotation = RotationNow(kTime);
  rotation.tables["student"] = TableCheckpoint{30, 3, 3, 1, 1, 4, 2, true};
  writer = *RotateLog(*disk, paths, rotation);
  EXPECT_EQ(RecoverLog(*disk, paths, false)->header.tables, rotation.tables);
}

// [wal-4.5]
TEST_F(CheckpointTest, LogWithoutOperationsIsReplacedNotArchived) {
  Create();
  Rotate(kTime);
  EXPECT_THAT(WalNames(), ElementsAre("transaction.log"));
  EXPECT_EQ(Epoch(), 1U);
  EXPECT_EQ(writer->header().previous, 0U);
}

// [wal-4.6]
TEST_F(CheckpointTest, TornTailIsNotCarriedIntoTheArchive) {
  CommitThree();
  const std::string whole = LogBytes();
  SetLogBytes(whole + "{\"lsn\":4,");
  Rotate(kTime);
  EXPECT_EQ(*ReadFile(*disk, paths.WalDirectory() + "/" + kArchive), whole);
  EXPECT_EQ(Recovered(), "");
}

// An error at each step, once and for ever: crash case 7. [wal-7.7]
TEST_F(CheckpointTest, RotationStoppedAtEachStepLeavesOneWholeLogInForce) {
  for (const bool torn : {false, true}) {
    for (const bool for_ever : {false, true}) {
      for (int at = 1;; ++at) {
        disk = NewMemoryFileSystem();
        ASSERT_TRUE(disk->CreateDirectory(paths.directory()).ok());
        ASSERT_TRUE(disk->CreateDirectory(paths.WalDirectory()).ok());
        CommitThree();
        const std::string old_text = Recovered();
        if (torn) SetLogBytes(LogBytes() + "torn");
        Fault fault;
        fault.at = at;
        fault.for_ever = for_ever;
        FaultyFileSystem faulty(*disk, &fault);
        const absl::Status status = RotateLog(faulty, paths, RotationNow(kTime)).status();
        if (fault.calls < at) break;
        const bool renamed = Epoch() == 2;
        if (renamed) {
          EXPECT_TRUE(absl::IsInternal(status)) << at;
          EXPECT_THAT(WalNames(), ElementsAre(kArchive, "transaction.log")) << at;
        } else {
          EXPECT_FALSE(status.ok()) << at;
          EXPECT_EQ(Recovered(), torn ? old_text + " torn 4" : old_text) << at;
          if (!for_ever) {
            EXPECT_THAT(WalNames(), ElementsAre("transaction.log")) << at;
          }
        }
      }
    }
  }
}

// [wal-7.8], crash case 8: a crash leaves what an error removes.
TEST_F(CheckpointTest, RotationAfterOneThatCrashedRemovesItsLeftovers) {
  for (const bool torn : {false, true}) {
    for (int at = 1; at < 30; ++at) {
      disk = NewMemoryFileSystem();
      ASSERT_TRUE(disk->CreateDirectory(paths.directory()).ok());
      ASSERT_TRUE(disk->CreateDirectory(paths.WalDirectory()).ok());
      CommitThree();
      if (torn) SetLogBytes(LogBytes() + "torn");
      Fault fault;
      fault.at = at;
      fault.for_ever = true;
      FaultyFileSystem faulty(*disk, &fault);
      RotateLog(faulty, paths, RotationNow(kTime)).status().IgnoreError();
      if (Epoch() == 2) continue;
      Rotate(kLaterTime);
      EXPECT_THAT(WalNames(), ElementsAre("transaction.20260122_203118.1-3.log", "transaction.log"))
          << at;
    }
  }
}

// A recovery archives a copy of the log as the page cache shows it; the power is cut before the
// switch, and the last transaction, which was in the cache only, comes back as NULs.
TEST_F(CheckpointTest, ArchiveOfWhatIsNowTornIsLeftover) {
  CommitThree();
  const std::string whole = LogBytes();
  SetFile(paths.Archive(ArchiveName{kTime, Lsn{1}, Lsn{3}}), whole);
  const std::size_t last_line = whole.rfind('\n', whole.size() - 2) + 1;
  SetLogBytes(whole.substr(0, last_line) + std::string(whole.size() - last_line, '\0'));
  const RecoveredLog log = *RecoverLog(*disk, paths, false);
  const Rotation rotation{log.header, log.position, kTimestamp, kLaterTime, {}, true};
  ASSERT_TRUE(RotateLog(*disk, paths, rotation).ok());
  EXPECT_THAT(WalNames(), ElementsAre("transaction.20260122_203118.1-2.log", "transaction.log"));
}

TEST_F(CheckpointTest, ArchiveThatHoldsOtherLinesThanTheLogIsNoLeftover) {
  CommitThree();
  SetFile(paths.Archive(ArchiveName{kTime, Lsn{1}, Lsn{9}}), "other\n");
  Rotate(kLaterTime);
  EXPECT_THAT(WalNames(), ElementsAre("transaction.20260122_203117.1-9.log",
                                      "transaction.20260122_203118.1-3.log", "transaction.log"));
}

}  // namespace
}  // namespace linedb::wal
