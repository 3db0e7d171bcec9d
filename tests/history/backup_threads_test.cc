// Guards against the copy that is of no moment: backups, plain copies and those of rsync are taken
// while four threads write, with checkpoints and compactions in between, and each is compared with
// the log.

#include <sys/wait.h>

#include <cstdlib>

#include "tests/faults/sanitized.h"
#include "tests/history/live_database.h"

namespace linedb {
namespace {

using testing::IsOk;
using testing::kSanitized;
using testing::LiveDatabaseTest;

constexpr int kBackups = kSanitized ? 10 : 100;
constexpr std::uint64_t kLogBytes = 300'000;  // a checkpoint every few backups
constexpr std::uint64_t kNoCheckpoint = std::uint64_t{1} << 40;

class BackupThreadsTest : public LiveDatabaseTest {
 protected:
  void ExpectVerified(const std::string& copy) {
    const absl::StatusOr<VerifyReport> verified = Database::Verify(copy);
    ASSERT_THAT(verified, IsOk());
    for (const Problem& problem : verified->problems) {
      ADD_FAILURE() << problem.file << ": " << problem.message;
    }
  }
  void CopyPlainly(const std::string& copy) {
    ASSERT_EQ(std::system(("cp -r '" + directory + "' '" + copy + "' 2>/dev/null").c_str()) & 0xfe,
              0);
  }
  // Run again, it takes what has another size or time, by renaming what it wrote under a temporary
  // name. It says (23, 24) of files that changed or vanished while it was at them.
  void CopyByRsync(const std::string& options, const std::string& copy) {
    const std::string command =
        "rsync -a " + options + " '" + directory + "/' '" + copy + "/' 2>/dev/null";
    const int status = std::system(command.c_str());
    ASSERT_TRUE(WIFEXITED(status));
    const int code = WEXITSTATUS(status);
    ASSERT_NE(code, 127) << "rsync is not installed";
    ASSERT_TRUE(code == 0 || code == 23 || code == 24) << code;
  }
  // Takes what a copy shows, or sees that it is refused.
  void TakeUnlessRefused(const std::string& copy, std::vector<State>* states) {
    absl::StatusOr<State> state = StateOf(copy);
    if (state.ok()) {
      states->push_back(*std::move(state));
    } else {
      EXPECT_TRUE(absl::IsDataLoss(state.status()) || absl::IsNotFound(state.status()))
          << state.status();
    }
  }
  void ExpectTheDatabase(const std::string& copy) {
    ExpectVerified(copy);
    const absl::StatusOr<State> original = StateOf(directory);
    const absl::StatusOr<State> copied = StateOf(copy);
    ASSERT_THAT(original, IsOk());
    ASSERT_THAT(copied, IsOk());
    EXPECT_EQ(copied->lsn, original->lsn);
    EXPECT_EQ(copied->records, original->records);
    const absl::StatusOr<BackupReport> report = Database::BackupFrom(directory, copy);
    ASSERT_THAT(report, IsOk());
    EXPECT_TRUE(report->incremental);
    EXPECT_EQ(report->bytes_copied, 0u);
  }
};

TEST_F(BackupThreadsTest, AHundredBackupsBesideFourWritersAreEachTheStateAtTheirLsn) {
  Open(kLogBytes);
  StartWriting();
  std::vector<State> states;
  for (int i = 0; i < kBackups; ++i) {
    // By the writer's process or as by another, into a new directory or the same one again.
    const std::string copy = base + (i % 4 < 2 ? "/copy" + std::to_string(i) : "/again");
    const std::uint64_t before = database->Stats().last_lsn;
    const absl::StatusOr<BackupReport> report =
        i % 2 == 0 ? database->Backup(copy) : Database::BackupFrom(directory, copy);
    ASSERT_THAT(report, IsOk());
    EXPECT_GE(report->lsn + (i % 2 == 0 ? 0u : 100u), before);
    EXPECT_EQ(report->incremental, i % 4 >= 2 && i > 2);
    ExpectVerified(copy);
    absl::StatusOr<State> state = StateOf(copy);
    ASSERT_THAT(state, IsOk());
    EXPECT_EQ(state->lsn, report->lsn);
    states.push_back(*std::move(state));
    if (i % 4 < 2) std::filesystem::remove_all(copy);
    // Others come by the log's length, as often as the writers are fast.
    if (i % 3 == 2) {
      ASSERT_THAT(database->Checkpoint(), IsOk());
    }
  }
  StopWriting();
  EXPECT_GE(database->Stats().checkpoints, static_cast<std::uint64_t>(kBackups / 3));
  ExpectMomentsThatWere(states);
}

// What `cp -r` and its like promise of a directory in use: file by file, one after the other.
TEST_F(BackupThreadsTest, PlainCopyOfALiveDirectoryIsAMomentIfNoCheckpointCameInBetween) {
  Open(kNoCheckpoint);
  StartWriting();
  std::vector<State> states;
  for (int i = 0; i < kBackups / 5; ++i) {
    const std::string copy = base + "/copy" + std::to_string(i);
    const std::uint64_t before = database->Stats().checkpoint_lsn;
    CopyPlainly(copy);
    absl::StatusOr<State> state = StateOf(copy);
    ASSERT_THAT(state, IsOk());
    EXPECT_GE(state->lsn, before);
    states.push_back(*std::move(state));
    // Its LOCK says that somebody writes, who does not have it: opening for writing recovers.
    absl::StatusOr<std::unique_ptr<Database>> opened = Database::Open(copy);
    ASSERT_THAT(opened, IsOk());
    EXPECT_TRUE((*opened)->open_report().recovered);
    ASSERT_THAT((*opened)->Close(), IsOk());
    ExpectVerified(copy);
  }
  StopWriting();
  ExpectMomentsThatWere(states);
}

TEST_F(BackupThreadsTest, PlainCopyAcrossACheckpointIsAMomentOrRefusedButNeverWrong) {
  Open(kLogBytes / 4);
  StartWriting();
  std::vector<State> states;
  for (int i = 0; i < kBackups; ++i) {
    const std::string copy = base + "/copy";
    CopyPlainly(copy);
    TakeUnlessRefused(copy, &states);
    std::filesystem::remove_all(copy);
  }
  StopWriting();
  ExpectMomentsThatWere(states);
}

TEST_F(BackupThreadsTest, PlainCopyOfAClosedDirectoryIsTheDatabase) {
  Open(kLogBytes);
  StartWriting();
  while (database->Stats().checkpoints < 2) std::this_thread::yield();
  StopWriting();
  ASSERT_THAT(database->Close(), IsOk());
  CopyPlainly(base + "/copy");
  ExpectTheDatabase(base + "/copy");
}

TEST_F(BackupThreadsTest, RsyncRunTwiceIsAMomentEachTimeIfNoCheckpointCameInBetween) {
  Open(kNoCheckpoint);
  StartWriting();
  std::vector<State> states;
  for (int i = 0; i < kBackups / 5; ++i) {
    const std::string copy = base + "/copy" + std::to_string(i);
    std::uint64_t before = database->Stats().checkpoint_lsn;
    for (int pass = 0; pass < 2; ++pass) {
      CopyByRsync("", copy);
      absl::StatusOr<State> state = StateOf(copy);
      ASSERT_THAT(state, IsOk());
      EXPECT_GE(state->lsn, before);
      before = state->lsn;
      states.push_back(*std::move(state));
    }
    const absl::StatusOr<std::unique_ptr<Database>> opened = Database::Open(copy);
    ASSERT_THAT(opened, IsOk());
    ASSERT_THAT((*opened)->Close(), IsOk());
    ExpectVerified(copy);
  }
  StopWriting();
  ExpectMomentsThatWere(states);
}

TEST_F(BackupThreadsTest, RsyncAcrossCheckpointsIsAMomentOrRefusedButNeverWrong) {
  Open(kLogBytes / 4);
  StartWriting();
  std::vector<State> states;
  const std::string copy = base + "/copy";
  for (int i = 0; i < kBackups / 2; ++i) {
    if (i % 10 == 0) std::filesystem::remove_all(copy);
    CopyByRsync(i % 2 == 0 ? "" : "--delete", copy);
    TakeUnlessRefused(copy, &states);
  }
  StopWriting();
  ExpectMomentsThatWere(states);
}

// --checksum: by size and second alone it may leave a file as it was.
TEST_F(BackupThreadsTest, RsyncOfAClosedDirectoryBringsACopyOfTheLiveOneUpToDate) {
  Open(kLogBytes / 4);
  StartWriting();
  while (database->Stats().checkpoints < 2) std::this_thread::yield();
  const std::string copy = base + "/copy";
  CopyByRsync("", copy);
  const std::uint64_t checkpoints = database->Stats().checkpoints;
  while (database->Stats().checkpoints < checkpoints + 2) std::this_thread::yield();
  StopWriting();
  ASSERT_THAT(database->Close(), IsOk());
  CopyByRsync("--checksum --delete", copy);
  ExpectTheDatabase(copy);
}

}  // namespace
}  // namespace linedb
