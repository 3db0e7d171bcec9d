// Guards against two writers in one directory, and against a lock that outlives its holder. Also
// the names a person may have meant.

#include <errno.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "engine/lock_note.h"
#include "engine/nearest_name.h"
#include "linedb/database.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"

namespace linedb {
namespace {

using ::testing::AllOf;
using testing::Fails;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::Student;

std::string HostName() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

TEST(LockNoteTest, NamesProcessProgramHostAndTime) {
  const std::string note = engine::MakeLockNote();
  EXPECT_EQ(note.back(), '\n');
  EXPECT_TRUE(engine::IsLockNoteOfLiveProcess(note));
  EXPECT_THAT(engine::DescribeLockNote(note), AllOf(HasSubstr(program_invocation_short_name),
                                                    HasSubstr(absl::StrCat("pid ", getpid())),
                                                    HasSubstr(HostName()), HasSubstr("since 20")));
}

TEST(LockNoteTest, NotesThatCannotBeReadAreShownAsTheyAre) {
  EXPECT_EQ(engine::DescribeLockNote("what is this"), "what is this");
  EXPECT_EQ(engine::DescribeLockNote(""), "another process");
  for (const std::string note :
       {"", "{}", "[1]", "{\"pid\":\"1\"}", "{\"pid\":-1,\"program\":\"a\",\"host\":\"b\"}"}) {
    EXPECT_FALSE(engine::IsLockNoteOfLiveProcess(note)) << note;
  }
  EXPECT_FALSE(engine::IsLockNoteOfLiveProcess(
      "{\"pid\":1,\"program\":\"init\",\"host\":\"another.example\",\"since\":\"then\"}"));
}

// Of a child that waits to be killed, and may call itself something else.
pid_t StartChild(const char* name) {
  const pid_t child = fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (name != nullptr) prctl(PR_SET_NAME, name);
  for (;;) pause();
}

std::string NoteOf(pid_t pid) {
  return absl::StrCat("{\"pid\":", pid, ",\"program\":\"any\",\"host\":\"", HostName(),
                      "\",\"since\":\"then\"}\n");
}

// Killed, and not yet asked for by its parent.
void Kill(pid_t child) {
  kill(child, SIGKILL);
  siginfo_t ended = {};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
}

// The system's file about it was taken for empty, so a killed writer held the database open until
// its parent asked for it.
TEST(LockNoteTest, AZombieIsDeadAndAnotherNameIsNot) {
  for (const char* name : {static_cast<const char*>(nullptr), "a) Z (b", "a) S (b"}) {
    const pid_t child = StartChild(name);
    ASSERT_GT(child, 0);
    const std::string note = NoteOf(child);
    EXPECT_TRUE(engine::IsLockNoteOfLiveProcess(note)) << note;
    Kill(child);
    EXPECT_FALSE(engine::IsLockNoteOfLiveProcess(note)) << note;
    EXPECT_EQ(waitpid(child, nullptr, 0), child);
    EXPECT_FALSE(engine::IsLockNoteOfLiveProcess(note)) << note;
  }
}

class LockTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory = ::testing::TempDir() + "/linedb_lock_test_" + std::to_string(getpid());
    std::filesystem::remove_all(directory);
  }
  void TearDown() override { std::filesystem::remove_all(directory); }

  std::string directory;
};

TEST_F(LockTest, SecondWriterIsToldWhoHoldsIt) {
  const auto first = Database::Open(directory);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(Database::Open(directory),
              Fails(absl::StatusCode::kUnavailable, directory, program_invocation_short_name,
                    absl::StrCat("pid ", getpid()), HostName(), "since 20"));
  ASSERT_THAT((*first)->OpenTable<Student>(), IsOk());
  EXPECT_THAT(Database::Open(directory, {.access = Access::kReadOnly}), IsOk());
  ASSERT_THAT((*first)->Close(), IsOk());
  EXPECT_THAT(Database::Open(directory), IsOk());
}

TEST_F(LockTest, AnotherProcessIsToldToo) {
  const auto first = Database::Open(directory);
  ASSERT_THAT(first, IsOk());
  const pid_t child = fork();
  if (child == 0) {
    const absl::Status second = Database::Open(directory).status();
    const std::string holder = absl::StrCat("pid ", getppid());
    const bool told = absl::IsUnavailable(second) &&
                      std::string(second.message()).find(holder) != std::string::npos;
    _exit(told ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// [engine-1.1]
TEST_F(LockTest, LockOfADeadProcessIsTakenOver) {
  const pid_t child = fork();
  if (child == 0) {
    const auto database = Database::Open(directory);
    if (!database.ok()) _exit(1);
    const auto students = (*database)->OpenTable<Student>();
    _exit(students.ok() && students->Insert({.name = "Alice"}).ok() ? 0 : 2);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_GT(std::filesystem::file_size(directory + "/LOCK"), 0U);
  const auto database = Database::Open(directory);
  ASSERT_THAT(database, IsOk());
  EXPECT_TRUE((*database)->open_report().recovered);
  EXPECT_EQ((*database)->OpenTable<Student>()->Get(1)->name, "Alice");
  ASSERT_THAT((*database)->Close(), IsOk());
  EXPECT_EQ(std::filesystem::file_size(directory + "/LOCK"), 0U);
}

TEST_F(LockTest, AReaderBesideAKilledWriterSeesThatItDied) {
  int told[2];
  ASSERT_EQ(pipe(told), 0);
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const auto database = Database::Open(directory);
    const bool opened = database.ok() && (*database)->OpenTable<Student>().ok();
    if (write(told[1], opened ? "1" : "0", 1) != 1) _exit(1);
    for (;;) pause();
  }
  close(told[1]);
  char opened = 0;
  ASSERT_EQ(read(told[0], &opened, 1), 1);
  ASSERT_EQ(opened, '1');
  EXPECT_FALSE(
      (*Database::Open(directory, {.access = Access::kReadOnly}))->open_report().recovered);
  Kill(child);
  EXPECT_TRUE((*Database::Open(directory, {.access = Access::kReadOnly}))->open_report().recovered);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  close(told[0]);
}

// [engine-4.6]
TEST_F(LockTest, CreateOptionsDoAsTheyAreNamed) {
  EXPECT_THAT(Database::Open(directory, {.create = Create::kNever}),
              Fails(absl::StatusCode::kNotFound, directory));
  EXPECT_THAT(Database::Open(directory, {.access = Access::kReadOnly}),
              Fails(absl::StatusCode::kNotFound, directory));
  EXPECT_THAT(Database::Verify(directory), Fails(absl::StatusCode::kNotFound, directory));
  EXPECT_FALSE(std::filesystem::exists(directory));
  EXPECT_THAT(Database::Open(directory + "/", {.create = Create::kAlways}), IsOk());
  EXPECT_THAT(Database::Open(directory, {.create = Create::kAlways}),
              Fails(absl::StatusCode::kAlreadyExists, directory));
  EXPECT_THAT(Database::Open(""), Fails(absl::StatusCode::kInvalidArgument));
}

TEST_F(LockTest, UseAfterCloseIsAnErrorInEveryThread) {
  const auto database = Database::Open(directory);
  ASSERT_THAT(database, IsOk());
  const auto students = (*database)->OpenTable<Student>();
  ASSERT_THAT((*database)->Close(), IsOk());
  EXPECT_THAT((*database)->Close(), IsOk());
  EXPECT_THAT((*database)->Begin(), Fails(absl::StatusCode::kFailedPrecondition, "closed"));
  EXPECT_THAT((*database)->Checkpoint(), Fails(absl::StatusCode::kFailedPrecondition, "closed"));
}

TEST(NearestNameTest, FindsSlipsAndNothingElse) {
  const std::vector<std::string> names = {"student", "course", "enrollment"};
  EXPECT_EQ(engine::NearestName("studnet", names), "student");
  EXPECT_EQ(engine::NearestName("Students", names), "student");
  EXPECT_EQ(engine::NearestName("COURSE", names), "course");
  EXPECT_EQ(engine::NearestName("enrolment", names), "enrollment");
  EXPECT_EQ(engine::NearestName("building", names), "");
  EXPECT_EQ(engine::NearestName("", names), "");
  EXPECT_EQ(engine::NearestName("sutdents", names), "student");
  EXPECT_EQ(engine::NearestName("present", names), "");
  EXPECT_EQ(engine::NearestName("Tilte", {"Title"}), "Title");
  EXPECT_EQ(engine::NearestName("drop", {"grep"}), "") << "two of four letters";
  EXPECT_EQ(engine::NearestName("x", {"y"}), "");
  EXPECT_EQ(engine::NearestName("x", {"X"}), "X");
  EXPECT_EQ(engine::NearestName("student", {}), "");
}

}  // namespace
}  // namespace linedb
