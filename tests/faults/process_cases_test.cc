// Guards against what is done to a process and its directory from outside while a database is open:
// a fork, a stop, a clock set back, a directory moved, removed or replaced by another. None of
// these is the database's fault, and each has made databases write into each other's files.
//
// The numbers are those of the table in README.md.

#include <signal.h>

#include <string>

#include "tests/faults/real_directory.h"
#include "tests/faults/sanitized.h"
#include "tests/faults/system_calls.h"

namespace linedb {
namespace {

using testing::ByHand;
using testing::Expect;
using testing::ExpectOk;
using testing::Fails;
using testing::InChild;
using testing::IsOk;
using testing::RealDirectoryTest;
using testing::system_calls;
using testing::SystemCalls;

constexpr absl::StatusCode kPrecondition = absl::StatusCode::kFailedPrecondition;

class FaultCase34 : public RealDirectoryTest {};
class FaultCase40 : public RealDirectoryTest {};

TEST_F(FaultCase34, LockIsStillHeldAfterOtherHandlesOfTheProcessCloseTheirs) {
  const auto writer = Database::Open(directory, ByHand());
  ASSERT_THAT(writer, IsOk());
  ASSERT_EQ(Enrol(**writer, "Alice"), "");
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Database::Open(directory, ByHand()), Fails(absl::StatusCode::kUnavailable, "pid"));
    const auto reader = Database::Open(directory, ByHand(Access::kReadOnly));
    ASSERT_THAT(reader, IsOk());
    EXPECT_THAT((*reader)->Close(), IsOk());
    EXPECT_THAT(Database::Verify(directory), IsOk());
  }
  // A fcntl lock would have gone with the first of those.
  EXPECT_EQ(InChild([this] {
              return Expect(Database::Open(directory, ByHand()).status(),
                            absl::StatusCode::kUnavailable, absl::StrCat("pid ", getppid()));
            }),
            "");
  EXPECT_EQ(Enrol(**writer, "Bob"), "");
}

TEST_F(FaultCase40, ClockThatJumpsDoesNotReorderTransactions) {
  if (testing::kSanitized) GTEST_SKIP() << "the clock is the sanitizer's";
  std::uint64_t enrolled = 0;
  for (const std::int64_t offset : {0, -86'400, 40'000'000, -900'000'000, 5}) {
    system_calls.clock_offset_s = offset;
    const auto database = Database::Open(directory, ByHand());
    EXPECT_THAT(database, IsOk());
    for (int i = 0; i < 3 && database.ok(); ++i) {
      const std::string name = std::to_string(++enrolled);
      EXPECT_EQ(Enrol(**database, name), "");
      const auto students = (*database)->OpenTable<testing::Student>();
      EXPECT_THAT(students->Upsert({.id = 1, .name = name, .email = "1"}), IsOk());
      if (i == 1) {
        EXPECT_THAT((*database)->Checkpoint(), IsOk());
      }
    }
  }
  system_calls = SystemCalls();
  ExpectSound(enrolled, enrolled);
  const auto database = Database::Open(directory, ByHand());
  ASSERT_THAT(database, IsOk());
  EXPECT_EQ((*database)->OpenTable<testing::Student>()->Get(1)->name, std::to_string(enrolled));
}

TEST_F(FaultCase40, ForkedChildIsRefusedAndItsParentGoesOn) {
  const auto database = Database::Open(directory, ByHand());
  ASSERT_THAT(database, IsOk());
  ASSERT_EQ(Enrol(**database, "Alice"), "");
  WriteTransaction open = *(*database)->Begin();
  ASSERT_THAT((*database)->OpenTable<testing::Student>()->Insert(open, {.name = "Bob"}), IsOk());
  EXPECT_EQ(InChild([&] {
              std::string wrong = Expect(open.Commit(), kPrecondition, "forked");
              wrong += Expect(TryToEnrol(**database, "Eve"), kPrecondition, "forked");
              wrong += Expect((*database)->Checkpoint().status(), kPrecondition, "forked");
              wrong += Expect((*database)->Close(), kPrecondition, "forked");
              if (!IsEnrolled(**database, "Alice")) wrong += "reading does not work";
              return wrong;
            }),
            "");
  // The child's close has not told the next writer that this one ended properly.
  EXPECT_GT(std::filesystem::file_size(directory + "/LOCK"), 0U);
  EXPECT_THAT(open.Commit(), IsOk());
  EXPECT_EQ(Enrol(**database, "Carol"), "");
  EXPECT_THAT((*database)->Checkpoint(), IsOk());
  ASSERT_THAT((*database)->Close(), IsOk());
  ExpectSound(3, 3);
}

// Enrols one after the other, and says each number, until it is told to end.
[[noreturn]] void WorkUntilKilled(const std::string& directory, int end) {
  const auto database = Database::Open(directory, ByHand());
  if (!database.ok()) _exit(1);
  const auto students = (*database)->OpenTable<testing::Student>();
  for (std::uint64_t n = 1; n < 100'000; ++n) {
    if (!students.ok() || !students->Insert({.name = "s"}).ok()) _exit(2);
    if (write(end, &n, sizeof n) != sizeof n) _exit(3);
  }
  _exit(4);
}

TEST_F(FaultCase40, StoppedProcessKeepsItsLockAndGoesOnWhenContinued) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) WorkUntilKilled(directory, ends[1]);
  std::uint64_t told = 0;
  const auto wait_for = [&](std::uint64_t n) {
    while (told < n && read(ends[0], &told, sizeof told) == sizeof told) {
    }
    return told >= n;
  };
  for (int round = 1; round <= 5; ++round) {
    ASSERT_TRUE(wait_for(told + 10));
    int status = 0;
    kill(child, SIGSTOP);
    ASSERT_EQ(waitpid(child, &status, WUNTRACED), child);
    ASSERT_TRUE(WIFSTOPPED(status));
    EXPECT_THAT(Database::Open(directory, ByHand()),
                Fails(absl::StatusCode::kUnavailable, absl::StrCat("pid ", child)));
    const auto reader = Database::Open(directory, ByHand(Access::kReadOnly));
    ASSERT_THAT(reader, IsOk());
    EXPECT_GE(Count(**reader), told);
    kill(child, SIGCONT);
  }
  kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  close(ends[1]);
  while (read(ends[0], &told, sizeof told) == sizeof told) {
  }
  close(ends[0]);
  ExpectSound(told, told + 1);
}

TEST_F(FaultCase40, MovedDirectoryRefusesWhatNeedsItsNameAndLosesNothing) {
  const auto database = Database::Open(directory, ByHand());
  ASSERT_THAT(database, IsOk());
  ASSERT_EQ(Enrol(**database, "Alice"), "");
  std::filesystem::rename(directory, base + "/moved");
  EXPECT_EQ(Enrol(**database, "Bob"), "") << "its files are still its files";
  EXPECT_THAT((*database)->Checkpoint(), Fails(kPrecondition, "moved"));
  EXPECT_THAT((*database)->OpenTable<testing::Course>(), Fails(kPrecondition, "moved"));
  EXPECT_EQ(Enrol(**database, "Carol"), "");
  EXPECT_EQ(Count(**database), 3U);
  std::filesystem::rename(base + "/moved", directory);
  EXPECT_THAT((*database)->Checkpoint(), IsOk()) << "back at its place";
  ASSERT_THAT((*database)->Close(), IsOk());
  ExpectSound(3, 3);
}

TEST_F(FaultCase40, RemovedDirectoryIsSaidAtTheNextCheckpointAndNothingIsMade) {
  const auto database = Database::Open(directory, ByHand());
  ASSERT_THAT(database, IsOk());
  ASSERT_EQ(Enrol(**database, "Alice"), "");
  std::filesystem::remove_all(directory);
  EXPECT_THAT((*database)->Checkpoint(), Fails(kPrecondition, "removed"));
  EXPECT_TRUE(IsEnrolled(**database, "Alice"));
  (*database)->Close().IgnoreError();
  EXPECT_FALSE(std::filesystem::exists(directory));
}

TEST_F(FaultCase40, DatabaseThatTookTheNameIsNotWrittenTo) {
  const auto first = Database::Open(directory, ByHand());
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(Enrol(**first, "Alice"), "");
  std::filesystem::rename(directory, base + "/moved");
  const auto second = Database::Open(directory, ByHand());
  ASSERT_THAT(second, IsOk());
  ASSERT_EQ(Enrol(**second, "Bob"), "");
  ASSERT_EQ(Enrol(**second, "Carol"), "");
  EXPECT_THAT((*first)->Checkpoint(), Fails(kPrecondition, "replaced"));
  EXPECT_THAT((*first)->OpenTable<testing::Course>(), Fails(kPrecondition, "replaced"));
  EXPECT_EQ(Enrol(**first, "Dan"), "");
  (*first)->Close().IgnoreError();
  EXPECT_THAT((*second)->Checkpoint(), IsOk());
  ASSERT_THAT((*second)->Close(), IsOk());
  ExpectSound(2, 2);
  directory = base + "/moved";
  ExpectSound(2, 2);
}

TEST_F(FaultCase40, SymlinkedDirectoryIsTheSameDatabaseUnderBothNames) {
  Found();
  const std::string link = base + "/link";
  std::filesystem::create_directory_symlink(directory, link);
  const auto database = Database::Open(link, ByHand());
  ASSERT_THAT(database, IsOk());
  ASSERT_EQ(Enrol(**database, "Bob"), "");
  EXPECT_THAT(Database::Open(directory, ByHand()), Fails(absl::StatusCode::kUnavailable, "pid"));
  ASSERT_THAT((*database)->Checkpoint(), IsOk());
  ASSERT_THAT((*database)->Close(), IsOk());
  ExpectSound(2, 2);
  EXPECT_TRUE(std::filesystem::is_symlink(link));
}

}  // namespace
}  // namespace linedb
