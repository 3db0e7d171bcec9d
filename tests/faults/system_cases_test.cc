// Guards against a system that is in a bad way: calls that do half of what they were asked, limits
// that are reached, file systems that are full or may not be written. Each of these has its own
// errno and its own moment, and what was tried must be said and undone, whole, while reading and,
// once there is room again, writing go on.
//
// The numbers are those of the table in README.md. Real limits need processes of their own.

#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "tests/faults/real_directory.h"
#include "tests/faults/sanitized.h"
#include "tests/faults/system_calls.h"
#include "wal/posix_error.h"

namespace linedb {
namespace {

using testing::ByHand;
using testing::Expect;
using testing::ExpectOk;
using testing::InChild;
using testing::kNotPermitted;
using testing::RealDirectoryTest;
using testing::system_calls;
using testing::SystemCalls;

constexpr absl::StatusCode kExhausted = absl::StatusCode::kResourceExhausted;
constexpr absl::StatusCode kDenied = absl::StatusCode::kPermissionDenied;

std::string NotPermitted(const char* what) {
  return absl::StrCat(kNotPermitted, what, ": ", std::strerror(errno));
}

// A small file system of this child's own, gone with it.
std::string MountSmallDisk(const std::string& path) {
  std::filesystem::create_directories(path);
  if (unshare(CLONE_NEWNS) != 0) return NotPermitted("a mount namespace");
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return NotPermitted("mount");
  if (mount("tmpfs", path.c_str(), "tmpfs", 0, "size=1m") != 0) return NotPermitted("a tmpfs");
  return "";
}

void SetLimit(decltype(RLIMIT_FSIZE) resource, rlim_t limit) {
  rlimit limits;
  getrlimit(resource, &limits);
  limits.rlim_cur = limit;
  setrlimit(resource, &limits);
}

class FaultCase23 : public RealDirectoryTest {};
class FaultCase26 : public RealDirectoryTest {};
class FaultCase27 : public RealDirectoryTest {};
class FaultCase28 : public RealDirectoryTest {};
class FaultCase29 : public RealDirectoryTest {};
class FaultCase30 : public RealDirectoryTest {};

// A day's work, and its state afterwards.
std::string LiveADay(const std::string& directory) {
  const auto database = Database::Open(directory, ByHand());
  if (!database.ok()) return database.status().ToString();
  const auto students = (*database)->OpenTable<testing::Student>();
  if (!students.ok()) return students.status().ToString();
  for (int i = 1; i <= 20; ++i) {
    const std::string name = absl::StrCat("s", i);
    if (const auto done = students->Insert({.name = name}); !done.ok())
      return done.status().ToString();
    if (i % 3 == 0 && !students->Erase(i - 1).ok()) return "not erased";
    if (i % 7 != 0) continue;
    if (const auto done = (*database)->Checkpoint(); !done.ok()) return done.status().ToString();
  }
  return ExpectOk((*database)->Close());
}

TEST_F(FaultCase23, FullRealDiskRefusesAndTakesWritesAgainOnceThereIsRoom) {
  EXPECT_CHILD_OK(InChild([this] {
    if (std::string refused = MountSmallDisk(base); !refused.empty()) return refused;
    std::ofstream(base + "/filler") << std::string(300'000, 'x');
    const auto database = Database::Open(directory, ByHand());
    if (!database.ok()) return database.status().ToString();
    std::uint64_t enrolled = 0;
    absl::Status done;
    while (
        (done = TryToEnrol(**database, std::string(2000, 'a') + std::to_string(enrolled))).ok()) {
      ++enrolled;
    }
    std::string wrong = Expect(done, kExhausted, "No space left on device");
    if (Count(**database) != enrolled) wrong += "reading does not go on; ";
    // Fits in the last page, or does not.
    const absl::Status checkpoint = (*database)->Checkpoint().status();
    if (!checkpoint.ok()) wrong += Expect(checkpoint, kExhausted, "No space left on device");
    std::filesystem::remove(base + "/filler");
    wrong += Enrol(**database, "Zoe");
    wrong += ExpectOk((*database)->Checkpoint().status());
    wrong += ExpectOk((*database)->Close());
    const auto again = Database::Open(directory, ByHand());
    if (!again.ok()) return wrong + again.status().ToString();
    return wrong + (Count(**again) == enrolled + 1 ? "" : "records are lost");
  }));
}

TEST_F(FaultCase26, ShortWritesAreContinuedUntilAllIsWritten) {
  if (testing::kSanitized) GTEST_SKIP() << "system calls are the sanitizer's";
  system_calls.write_bytes_max = 7;
  const std::string wrong = LiveADay(directory);
  const std::uint64_t shortened = system_calls.calls_shortened;
  system_calls = SystemCalls();
  EXPECT_EQ(wrong, "");
  EXPECT_GT(shortened, 500U);
  ExpectSound(14, 14);
}

TEST_F(FaultCase27, InterruptedCallsAreRepeatedUntilTheyEnd) {
  if (testing::kSanitized) GTEST_SKIP() << "system calls are the sanitizer's";
  system_calls.interrupted = true;
  const std::string wrong = LiveADay(directory);
  const std::uint64_t interrupted = system_calls.calls_interrupted / 2;
  system_calls = SystemCalls();
  EXPECT_EQ(wrong, "");
  EXPECT_GT(interrupted, 100U);
  ExpectSound(14, 14);
}

TEST_F(FaultCase27, OnlyInterruptionsAreRepeatedNotOtherErrors) {
  int calls = 0;
  const auto fails_with = [&calls](int error, int times) {
    return [&calls, error, times] {
      errno = error;
      return ++calls <= times ? -1 : 5;
    };
  };
  EXPECT_EQ(wal::RetryInterrupted(fails_with(EINTR, 3)), 5);
  EXPECT_EQ(calls, 4);
  calls = 0;
  EXPECT_EQ(wal::RetryInterrupted(fails_with(EIO, 3)), -1);
  EXPECT_EQ(calls, 1);
}

TEST_F(FaultCase28, FileAtItsSizeLimitIsAnErrorAndNoSignal) {
  EXPECT_CHILD_OK(InChild([this] {
    signal(SIGXFSZ, SIG_IGN);
    const auto database = Database::Open(directory, ByHand());
    if (!database.ok()) return database.status().ToString();
    SetLimit(RLIMIT_FSIZE, 20'000);
    std::uint64_t enrolled = 0;
    absl::Status done;
    while ((done = TryToEnrol(**database, absl::StrCat("student ", enrolled))).ok()) ++enrolled;
    std::string wrong = Expect(done, kExhausted, "File too large");
    if (Count(**database) != enrolled) wrong += "reading does not go on; ";
    SetLimit(RLIMIT_FSIZE, RLIM_INFINITY);
    wrong += Enrol(**database, "Zoe");
    if (!IsEnrolled(**database, "Zoe")) wrong += "writing does not go on; ";
    wrong += ExpectOk((*database)->Checkpoint().status());
    return wrong + ExpectOk((*database)->Close());
  }));
  ExpectSound(30, 200);
}

std::size_t OpenDescriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

TEST_F(FaultCase29, DescriptorsThatRunOutAreAnErrorAndNoneLeaks) {
  Found();
  EXPECT_CHILD_OK(InChild([this] {
    std::string wrong;
    int refused = 0;
    const std::size_t before = OpenDescriptors();
    for (rlim_t room = 0; room < 12; ++room) {
      SetLimit(RLIMIT_NOFILE, before - 1 + room);
      {
        const auto database = Database::Open(directory, ByHand());
        absl::Status done = database.status();
        if (done.ok()) done = TryToEnrol(**database, absl::StrCat("s", room));
        if (done.ok()) done = (*database)->Checkpoint().status();
        if (!done.ok()) wrong += Expect(done, kExhausted, "Too many open files");
        if (!done.ok()) ++refused;
        SetLimit(RLIMIT_NOFILE, 1024);
        if (database.ok()) wrong += Enrol(**database, absl::StrCat("t", room));
      }
      if (OpenDescriptors() != before) wrong += absl::StrCat("leaks with room for ", room, "; ");
    }
    return wrong + (refused > 3 ? "" : "nothing was refused");
  }));
  ExpectSound(3, 30);
}

// Read-only works, writing says why not, and nothing is left behind.
std::string ExpectReadOnly(const std::string& directory, const std::string& words) {
  std::string wrong = Expect(Database::Open(directory, ByHand()).status(), kDenied, words);
  wrong += Expect(Database::Open(directory + "2", ByHand()).status(), kDenied, words);
  if (std::filesystem::exists(directory + "2")) wrong += "something was made; ";
  return wrong + ExpectOk(Database::Open(directory, ByHand(Access::kReadOnly)).status());
}

TEST_F(FaultCase30, ReadOnlyFileSystemIsReadAndNotWritten) {
  EXPECT_CHILD_OK(InChild([this] {
    if (std::string refused = MountSmallDisk(base); !refused.empty()) return refused;
    {
      const auto database = Database::Open(directory, ByHand());
      if (!database.ok()) return database.status().ToString();
      if (std::string wrong = Enrol(**database, "Alice"); !wrong.empty()) return wrong;
    }
    if (mount("none", base.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
      return NotPermitted("a remount");
    }
    return ExpectReadOnly(directory, "Read-only file system");
  }));
}

// Everything in the directory and itself.
void SetWritable(const std::string& directory, bool writable) {
  using std::filesystem::perm_options;
  using std::filesystem::perms;
  const perms writing = perms::owner_write | perms::group_write | perms::others_write;
  const perm_options change = writable ? perm_options::add : perm_options::remove;
  std::filesystem::permissions(directory, writing, change);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    std::filesystem::permissions(entry, writing, change);
  }
}

TEST_F(FaultCase30, DirectoryWithoutPermissionIsReadAndNotWritten) {
  Found();
  SetWritable(base, false);
  const std::string said = InChild([this] {
    if (getuid() == 0 && setuid(65534) != 0) return NotPermitted("another user");
    return ExpectReadOnly(directory, "Permission denied");
  });
  SetWritable(base, true);
  EXPECT_CHILD_OK(said);
}

std::string SetFlag(const std::string& path, int flag) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  int flags = 0;
  const bool done = ioctl(descriptor, FS_IOC_GETFLAGS, &flags) == 0 &&
                    ioctl(descriptor, FS_IOC_SETFLAGS, &(flags = flag)) == 0;
  const std::string refused = done ? "" : NotPermitted("a file flag");
  close(descriptor);
  return refused;
}

TEST_F(FaultCase30, FilesThatMayNotBeChangedRefuseTheWriterByName) {
  for (const char* name : {"LOCK", "data/student.records", "wal/transaction.log"}) {
    for (const int flag : {FS_IMMUTABLE_FL, FS_APPEND_FL}) {
      std::filesystem::remove_all(directory);
      Found();
      const std::string path = directory + "/" + name;
      const std::string refused = SetFlag(path, flag);
      if (!refused.empty()) GTEST_SKIP() << refused;
      absl::Status done;
      {
        const auto database = Database::Open(directory, ByHand());
        done = database.status();
        if (done.ok()) done = TryToEnrol(**database, "Bob");
        if (done.ok()) done = (*database)->Checkpoint().status();
        EXPECT_THAT(Database::Open(directory, ByHand(Access::kReadOnly)), testing::IsOk());
      }
      EXPECT_EQ(SetFlag(path, 0), "");
      if (flag == FS_IMMUTABLE_FL) {
        EXPECT_EQ(Expect(done, kDenied, "Operation not permitted"), "") << name;
      } else if (!done.ok()) {
        EXPECT_EQ(Expect(done, kDenied), "") << name;
      }
      ExpectSound(1, 2);
    }
  }
}

}  // namespace
}  // namespace linedb
