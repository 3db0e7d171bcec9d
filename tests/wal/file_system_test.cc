// Both disks keep the same contract: a test that passes on the disk in memory says something about
// the real one only because of this file.

#include "wal/file_system.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/wal/faulty_file_system.h"
#include "wal/posix_file.h"

namespace linedb::wal {
namespace {

using testing::ElementsAre;

enum class Disk { kPosix, kMemory };

class FileSystemTest : public testing::TestWithParam<Disk> {
 protected:
  FileSystemTest() {
    std::string base = testing::TempDir() + "linedb_disk_XXXXXX";
    EXPECT_NE(::mkdtemp(base.data()), nullptr);
    directory_ = base;
    if (GetParam() == Disk::kMemory) {
      memory_ = NewMemoryFileSystem();
      EXPECT_TRUE(memory_->CreateDirectory(directory_).ok());
    }
  }
  ~FileSystemTest() override { std::filesystem::remove_all(directory_); }

  FileSystem& disk() { return memory_ ? *memory_ : PosixFileSystem(); }
  std::string Path(const std::string& name) const { return directory_ + "/" + name; }
  std::unique_ptr<File> Make(const std::string& name, std::string_view bytes) {
    absl::StatusOr<std::unique_ptr<File>> file = disk().Open(Path(name), OpenMode::kCreateNew);
    EXPECT_TRUE(file.ok()) << file.status();
    EXPECT_TRUE((*file)->Append(bytes).ok());
    return *std::move(file);
  }
  std::string Contents(const std::string& name) {
    const absl::StatusOr<std::string> bytes = ReadFile(disk(), Path(name));
    return bytes.ok() ? *bytes : std::string(absl::StatusCodeToString(bytes.status().code()));
  }

  std::string directory_;
  std::unique_ptr<FileSystem> memory_;
};

INSTANTIATE_TEST_SUITE_P(Disks, FileSystemTest, testing::Values(Disk::kPosix, Disk::kMemory),
                         [](const auto& disk) {
                           return disk.param == Disk::kPosix ? "Posix" : "Memory";
                         });

TEST_P(FileSystemTest, OpenModesSayWhatMustBeThere) {
  EXPECT_TRUE(absl::IsNotFound(disk().Open(Path("a"), OpenMode::kRead).status()));
  EXPECT_TRUE(absl::IsNotFound(disk().Open(Path("a"), OpenMode::kAppend).status()));
  EXPECT_TRUE(absl::IsNotFound(disk().Open(Path("no/a"), OpenMode::kCreateNew).status()));
  Make("a", "");
  EXPECT_TRUE(absl::IsAlreadyExists(disk().Open(Path("a"), OpenMode::kCreateNew).status()));
  EXPECT_TRUE(disk().Open(Path("a"), OpenMode::kRead).ok());
}

TEST_P(FileSystemTest, ErrorsNameOperationPathAndReason) {
  EXPECT_EQ(disk().Open(Path("a"), OpenMode::kRead).status().message(),
            absl::StrCat("open ", Path("a"), ": No such file or directory"));
}

TEST_P(FileSystemTest, AppendsGoToTheEndWhoeverAppends) {
  const std::unique_ptr<File> one = Make("a", "one ");
  const std::unique_ptr<File> two = *disk().Open(Path("a"), OpenMode::kAppend);
  ASSERT_TRUE(two->Append("two ").ok() && one->Append("three").ok());
  ASSERT_TRUE(one->Sync().ok());
  EXPECT_EQ(Contents("a"), "one two three");
  EXPECT_EQ(*one->Size(), 13U);
}

TEST_P(FileSystemTest, FileOpenedToReadTakesNoBytes) {
  Make("a", "x");
  const std::unique_ptr<File> file = *disk().Open(Path("a"), OpenMode::kRead);
  EXPECT_FALSE(file->Append("y").ok());
  EXPECT_FALSE(file->Truncate(0).ok());
  EXPECT_EQ(Contents("a"), "x");
}

TEST_P(FileSystemTest, ReadsFewerBytesOnlyAtTheEnd) {
  const std::unique_ptr<File> file = Make("a", "0123456789");
  EXPECT_EQ(*file->ReadAt(2, 3), "234");
  EXPECT_EQ(*file->ReadAt(8, 1'000'000'000'000), "89");
  EXPECT_EQ(*file->ReadAt(10, 5), "");
  EXPECT_EQ(*file->ReadAt(99, 5), "");
}

TEST_P(FileSystemTest, TruncatedFileGrowsAgainFromItsNewEnd) {
  const std::unique_ptr<File> file = Make("a", "0123456789");
  ASSERT_TRUE(file->Truncate(4).ok() && file->Append("ab").ok());
  EXPECT_EQ(Contents("a"), "0123ab");
  ASSERT_TRUE(file->Truncate(8).ok());
  EXPECT_EQ(Contents("a"), std::string("0123ab\0\0", 8));
}

TEST_P(FileSystemTest, RenameReplacesItsTarget) {
  Make("a", "new");
  const std::unique_ptr<File> old = Make("b", "old");
  ASSERT_TRUE(disk().Rename(Path("a"), Path("b")).ok());
  EXPECT_EQ(Contents("b"), "new");
  EXPECT_EQ(Contents("a"), "NOT_FOUND");
  EXPECT_EQ(*old->ReadAt(0, 9), "old");
  EXPECT_TRUE(absl::IsNotFound(disk().Rename(Path("a"), Path("b"))));
}

TEST_P(FileSystemTest, LinkIsSecondNameOfTheSameFile) {
  const std::unique_ptr<File> file = Make("a", "x");
  ASSERT_TRUE(disk().Link(Path("a"), Path("b")).ok());
  ASSERT_TRUE(file->Append("y").ok());
  EXPECT_EQ(Contents("b"), "xy");
  Make("c", "xy");
  EXPECT_EQ(disk().Stat(Path("a"))->identity, disk().Stat(Path("b"))->identity);
  EXPECT_NE(disk().Stat(Path("a"))->identity, disk().Stat(Path("c"))->identity);
  EXPECT_TRUE(absl::IsAlreadyExists(disk().Link(Path("a"), Path("c"))));
  EXPECT_TRUE(absl::IsNotFound(disk().Link(Path("none"), Path("d"))));
  ASSERT_TRUE(disk().Remove(Path("a")).ok());
  EXPECT_EQ(Contents("b"), "xy");
}

TEST_P(FileSystemTest, DirectoriesListTheirNamesSorted) {
  ASSERT_TRUE(disk().CreateDirectory(Path("d")).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(disk().CreateDirectory(Path("d"))));
  EXPECT_TRUE(absl::IsNotFound(disk().CreateDirectory(Path("no/d"))));
  Make("d/z", "");
  Make("d/a", "");
  ASSERT_TRUE(disk().CreateDirectory(Path("d/m")).ok());
  EXPECT_THAT(*disk().List(Path("d")), ElementsAre("a", "m", "z"));
  EXPECT_TRUE(disk().Stat(Path("d"))->is_directory);
  EXPECT_FALSE(disk().Remove(Path("d")).ok());
  EXPECT_TRUE(absl::IsNotFound(disk().List(Path("no")).status()));
  EXPECT_TRUE(disk().SyncDirectory(Path("d")).ok());
  EXPECT_TRUE(absl::IsNotFound(disk().SyncDirectory(Path("no"))));
}

TEST_P(FileSystemTest, RemovedNameIsGoneButOpenFileStays) {
  const std::unique_ptr<File> file = Make("a", "x");
  ASSERT_TRUE(disk().Remove(Path("a")).ok());
  EXPECT_TRUE(absl::IsNotFound(disk().Remove(Path("a"))));
  EXPECT_EQ(*file->ReadAt(0, 1), "x");
}

TEST_P(FileSystemTest, MappingShowsBytesAppendedLater) {
  std::unique_ptr<File> file = Make("a", "0123");
  const std::shared_ptr<const Mapping> early = *file->Map(100);
  ASSERT_GE(early->capacity(), 100U);
  ASSERT_TRUE(file->Append("4567").ok());
  EXPECT_EQ(std::string_view(early->data(), 8), "01234567");
  const std::shared_ptr<const Mapping> late = *file->Map(early->capacity() + 1);
  ASSERT_TRUE(file->Append("89").ok());
  EXPECT_EQ(std::string_view(early->data(), 10), "0123456789");
  EXPECT_EQ(std::string_view(late->data(), 10), "0123456789");
  file.reset();
  ASSERT_TRUE(disk().Remove(Path("a")).ok());
  EXPECT_EQ(std::string_view(early->data(), 10), "0123456789");
}

TEST_P(FileSystemTest, MappingStaysInPlaceWhileItsFileOutgrowsIt) {
  const std::unique_ptr<File> file = Make("a", "");
  const std::shared_ptr<const Mapping> first = *file->Map(1);
  const char* const place = first->data();
  std::string all;
  while (all.size() < 100'000) {
    all += absl::StrCat("line ", all.size(), "\n");
    ASSERT_TRUE(file->Append(std::string_view(all).substr(*file->Size())).ok());
  }
  EXPECT_EQ(first->data(), place);
  const std::size_t shown = std::min<std::size_t>(first->capacity(), all.size());
  EXPECT_EQ(std::string_view(place, shown), std::string_view(all).substr(0, shown));
}

// Under the thread sanitizer: a reader of what was published needs no lock.
TEST_P(FileSystemTest, ReadersOfEarlierBytesDoNotRaceWithAppends) {
  const std::unique_ptr<File> file = Make("a", "");
  const std::shared_ptr<const Mapping> mapping = *file->Map(20'000);
  std::atomic<std::uint64_t> published{0};
  std::thread reader([&] {
    std::uint64_t seen = 0;
    while (seen < 20'000) {
      const std::uint64_t end = published.load(std::memory_order_acquire);
      for (; seen < end; ++seen) ASSERT_EQ(mapping->data()[seen], 'x');
    }
  });
  for (std::uint64_t bytes = 10; bytes <= 20'000; bytes += 10) {
    ASSERT_TRUE(file->Append("xxxxxxxxxx").ok());
    published.store(bytes, std::memory_order_release);
  }
  reader.join();
}

TEST_P(FileSystemTest, LockIsHeldAgainstSecondHandleOfTheProcess) {
  absl::StatusOr<std::unique_ptr<FileLock>> first = disk().Lock(Path("LOCK"), "pid 1");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ((*first)->note_found(), "");
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::StatusOr<std::unique_ptr<FileLock>> second = disk().Lock(Path("LOCK"), "pid 2");
    EXPECT_TRUE(absl::IsUnavailable(second.status()));
    EXPECT_EQ(second.status().message(), "pid 1");
  }
}

TEST_P(FileSystemTest, LockTellsWhetherItsHolderEndedProperly) {
  disk().Lock(Path("LOCK"), "crashed").value().reset();
  std::unique_ptr<FileLock> second = *disk().Lock(Path("LOCK"), "ended");
  EXPECT_EQ(second->note_found(), "crashed");
  ASSERT_TRUE(second->Clear().ok());
  second.reset();
  EXPECT_EQ((*disk().Lock(Path("LOCK"), "next"))->note_found(), "");
}

TEST_P(FileSystemTest, FileReplacedAtomicallyIsOldOrNewAfterEachFault) {
  for (int at = 1;; ++at) {
    ASSERT_TRUE(WriteFileAtomically(disk(), Path("a"), "old").ok());
    Fault fault;
    fault.at = at;
    FaultyFileSystem faulty(disk(), &fault);
    const absl::Status status = WriteFileAtomically(faulty, Path("a"), "new");
    if (fault.calls < at) break;
    if (status.ok()) continue;
    const bool published = status.message() == "sync: planned fault" && Contents("a") == "new";
    EXPECT_EQ(Contents("a"), published ? "new" : "old") << at;
    EXPECT_THAT(*disk().List(directory_), ElementsAre("a")) << at;
  }
  EXPECT_EQ(Contents("a"), "new");
}

// A log is written under a temporary name and renamed; its errors once went on naming that.
TEST(PosixFileSystemTest, ErrorsOfRenamedFileNameItByItsNewName) {
  const absl::StatusOr<std::unique_ptr<File>> file =
      PosixFileSystem().Open("/proc/self/status", OpenMode::kRead);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_THAT(std::string((*file)->Append("x").message()), testing::HasSubstr("/proc/self/status"));
  (*file)->NoteRename("wal/transaction.log");
  EXPECT_THAT(std::string((*file)->Append("x").message()),
              testing::StartsWith("write wal/transaction.log: "));
}

TEST(PosixFileSystemTest, LockIsHeldAgainstAnotherProcessAndFreedByItsDeath) {
  std::string base = testing::TempDir() + "linedb_lock_XXXXXX";
  ASSERT_NE(::mkdtemp(base.data()), nullptr);
  const std::string path = base + "/LOCK";
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = PosixFileSystem().Lock(path, "child");
    if (::write(ready[1], "x", 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char byte;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const absl::StatusOr<std::unique_ptr<FileLock>> refused = PosixFileSystem().Lock(path, "me");
  EXPECT_TRUE(absl::IsUnavailable(refused.status()));
  EXPECT_EQ(refused.status().message(), "child");
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  const absl::StatusOr<std::unique_ptr<FileLock>> taken = PosixFileSystem().Lock(path, "me");
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_EQ((*taken)->note_found(), "child");
}

TEST(PosixFileSystemTest, ForkedChildDoesNotFreeItsParentsLock) {
  std::string base = testing::TempDir() + "linedb_lock_XXXXXX";
  ASSERT_NE(::mkdtemp(base.data()), nullptr);
  std::unique_ptr<FileLock> lock = *PosixFileSystem().Lock(base + "/LOCK", "parent");
  const pid_t child = ::fork();
  if (child == 0) {
    lock.reset();
    ::_exit(0);
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(absl::IsUnavailable(PosixFileSystem().Lock(base + "/LOCK", "me").status()));
}

TEST(PosixFileSystemTest, FullDeviceIsExhaustionAndForeignDirectoryIsNotFound) {
  const std::unique_ptr<File> full =
      NewPosixFile(Descriptor(::open("/dev/full", O_WRONLY | O_CLOEXEC)), "/dev/full");
  const absl::Status status = full->Append("x");
  EXPECT_TRUE(absl::IsResourceExhausted(status));
  EXPECT_EQ(status.message(), "write /dev/full: No space left on device");
  EXPECT_TRUE(absl::IsNotFound(PosixFileSystem().Stat("/dev/null/x").status()));
}

}  // namespace
}  // namespace linedb::wal
