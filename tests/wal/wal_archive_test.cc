// Archives are the history of a database. They lie for years on disks that rot, and the moment one
// is compressed the plain bytes are removed on the compressed file's word.

#include "wal/wal_archive.h"

#include <cstdlib>

#include "tests/wal/faulty_file_system.h"
#include "tests/wal/wal_fixture.h"
#include "wal/wal_compression.h"

namespace linedb::wal {
namespace {

using testing::ElementsAre;

class WalArchiveTest : public WalTest {
 protected:
  // Three archives of one transaction each.
  void ArchiveThree() {
    Create();
    for (int id = 1; id <= 3; ++id) {
      Commit({id});
      texts.push_back(LogBytes());
      Rotate(absl::StrCat("20260122_20311", id));
    }
  }
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    const absl::StatusOr<std::vector<Archive>> archives = ListArchives(*disk, paths);
    for (const Archive& archive : *archives) names.push_back(FormatArchiveName(archive.name));
    return names;
  }
  std::string PathOf(const std::string& name) { return paths.WalDirectory() + "/" + name; }
  std::string Compressed(std::string_view plain) {
    SetFile("/base/plain", plain);
    disk->Remove("/base/packed").IgnoreError();
    const auto source = *disk->Open("/base/plain", OpenMode::kRead);
    const auto target = *disk->Open("/base/packed", OpenMode::kCreateNew);
    EXPECT_EQ(*CompressFile(*source, *target), ChecksumOf(plain));
    return *ReadFile(*disk, "/base/packed");
  }

  std::vector<std::string> texts;
};

// [wal-8.1]
TEST_F(WalArchiveTest, CompressedArchivesReadBackAsTheLogsTheyWere) {
  ArchiveThree();
  ASSERT_TRUE(CompressArchives(*disk, paths).ok());
  EXPECT_THAT(Names(), ElementsAre("transaction.20260122_203111.1-1.log.zst",
                                   "transaction.20260122_203112.2-2.log.zst",
                                   "transaction.20260122_203113.3-3.log.zst"));
  EXPECT_EQ(disk->List(paths.WalDirectory())->size(), 4U);
  const absl::StatusOr<std::vector<Archive>> archives = ListArchives(*disk, paths);
  for (std::size_t i = 0; i < archives->size(); ++i) {
    EXPECT_EQ(*ReadArchive(*disk, (*archives)[i]), texts[i]);
    EXPECT_EQ((*archives)[i].bytes, ReadFile(*disk, (*archives)[i].path)->size());
  }
}

TEST_F(WalArchiveTest, AnySizeOfTextReadsBackAsCompressed) {
  for (const std::size_t bytes : {0U, 1U, 131'072U, 1U << 20, (1U << 20) + 1, 3'000'000U}) {
    std::string text(bytes, 'x');
    for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + (i * i) % 23);
    EXPECT_EQ(*Decompress(Compressed(text), "a"), text) << bytes;
  }
}

// [wal-8.2]
TEST_F(WalArchiveTest, EveryFlippedBitOfAnArchiveIsNoticed) {
  ArchiveThree();
  const std::string packed = Compressed(texts[0]);
  for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
    std::string damaged = packed;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_TRUE(absl::IsDataLoss(Decompress(damaged, "a").status())) << "bit " << bit;
  }
}

TEST_F(WalArchiveTest, EveryShorterOrLongerArchiveIsNoticed) {
  const std::string packed = Compressed("a line\n");
  for (std::size_t length = 0; length < packed.size(); ++length) {
    EXPECT_TRUE(absl::IsDataLoss(Decompress(packed.substr(0, length), "a").status())) << length;
  }
  EXPECT_TRUE(absl::IsDataLoss(Decompress(packed + "x", "a").status()));
  EXPECT_TRUE(absl::IsDataLoss(Decompress(packed + packed, "a").status()));
}

// [wal-8.3]
TEST_F(WalArchiveTest, ToolsOfZstdReadAnArchive) {
  ArchiveThree();
  const std::string path = testing::TempDir() + "linedb_archive.zst";
  PosixFileSystem().Remove(path).IgnoreError();
  ASSERT_TRUE(WriteFileAtomically(PosixFileSystem(), path, Compressed(texts[0])).ok());
  if (std::system("command -v zstdcat > /dev/null") != 0) GTEST_SKIP() << "no zstdcat here";
  ASSERT_EQ(std::system(absl::StrCat("zstdcat ", path, " > ", path, ".txt").c_str()), 0);
  EXPECT_EQ(*ReadFile(PosixFileSystem(), path + ".txt"), texts[0]);
}

// [wal-8.4]
TEST_F(WalArchiveTest, CompressionStoppedAtEachStepLosesNoArchive) {
  for (const bool for_ever : {false, true}) {
    for (int at = 1;; ++at) {
      disk = NewMemoryFileSystem();
      for (const std::string& path : {paths.directory(), paths.WalDirectory()}) {
        ASSERT_TRUE(disk->CreateDirectory(path).ok());
      }
      texts.clear();
      ArchiveThree();
      Fault fault;
      fault.at = at;
      fault.for_ever = for_ever;
      FaultyFileSystem faulty(*disk, &fault);
      CompressArchives(faulty, paths).IgnoreError();
      if (fault.calls < at) break;
      const absl::StatusOr<std::vector<Archive>> archives = ListArchives(*disk, paths);
      ASSERT_EQ(archives->size(), 3U) << at;
      for (std::size_t i = 0; i < 3; ++i) {
        ASSERT_EQ(*ReadArchive(*disk, (*archives)[i]), texts[i]) << at;
      }
      ASSERT_TRUE(CompressArchives(*disk, paths).ok()) << at;
      ASSERT_EQ(disk->List(paths.WalDirectory())->size(), 4U) << at;
    }
  }
}

// [wal-8.8]
TEST_F(WalArchiveTest, StoppedCompressionLeavesPlainArchivesAndNoTemporary) {
  ArchiveThree();
  for (int at = 1;; ++at) {
    int asked = 0;
    const absl::Status done =
        CompressArchives(*disk, paths, [&asked, at] { return ++asked == at; });
    const absl::StatusOr<std::vector<Archive>> archives = ListArchives(*disk, paths);
    ASSERT_EQ(archives->size(), 3U) << at;
    for (std::size_t i = 0; i < 3; ++i) {
      ASSERT_EQ(*ReadArchive(*disk, (*archives)[i]), texts[i]) << at;
    }
    ASSERT_EQ(disk->List(paths.WalDirectory())->size(), 4U) << at;
    ASSERT_EQ(*HasPlainArchive(*disk, paths), !done.ok()) << at;
    if (done.ok()) break;
    ASSERT_TRUE(absl::IsCancelled(done)) << done;
  }
}

TEST_F(WalArchiveTest, DamagedTwinIsMadeAnewFromThePlainArchive) {
  ArchiveThree();
  SetFile(PathOf("transaction.20260122_203111.1-1.log.zst"), "half an archive");
  ASSERT_TRUE(CompressArchives(*disk, paths).ok());
  EXPECT_EQ(*ReadArchive(*disk, ListArchives(*disk, paths)->front()), texts[0]);
}

// The other name of the log in force is a rotation's, which may be at work: compressing or removing
// it would lose the archive. [wal-8.5]
TEST_F(WalArchiveTest, SecondNameOfTheLogInForceIsLeftAlone) {
  ArchiveThree();
  Commit({4});
  const ArchiveName name{"20260122_203114", Lsn{4}, Lsn{4}};
  ASSERT_TRUE(disk->Link(paths.Log(), paths.Archive(name)).ok());
  SetFile(paths.Log() + ".new.tmp", "a rotation's");
  ASSERT_TRUE(CompressArchives(*disk, paths).ok());
  ASSERT_TRUE(RemoveOldArchives(*disk, paths, {.count = 0, .bytes = 0, .time = {}}).ok());
  EXPECT_THAT(*disk->List(paths.WalDirectory()),
              ElementsAre("transaction.20260122_203114.4-4.log", "transaction.log",
                          "transaction.log.new.tmp"));
}

// [wal-8.6]
TEST_F(WalArchiveTest, OldestArchivesBeyondTheNumberToKeepAreRemoved) {
  ArchiveThree();
  SetFile(PathOf("transaction.20200101_000000.log"), "the original's");
  ASSERT_TRUE(RemoveOldArchives(*disk, paths, {.count = 3, .bytes = 0, .time = {}}).ok());
  EXPECT_EQ(Names().size(), 4U);
  ASSERT_TRUE(RemoveOldArchives(*disk, paths, {.count = 1, .bytes = 0, .time = {}}).ok());
  EXPECT_THAT(Names(), ElementsAre("transaction.20200101_000000.log",
                                   "transaction.20260122_203113.3-3.log"));
}

TEST_F(WalArchiveTest, ArchivesAreListedByNumberNotByName) {
  for (const char* name :
       {"transaction.20260122_203111.100-120.log", "transaction.20260122_203112.9-99.log",
        "transaction.20260122_203112.9-99.log.zst", "transaction.20260122_203110.log", "x.log"}) {
    SetFile(PathOf(name), "");
  }
  EXPECT_THAT(Names(), ElementsAre("transaction.20260122_203110.log",
                                   "transaction.20260122_203112.9-99.log.zst",
                                   "transaction.20260122_203111.100-120.log"));
}

}  // namespace
}  // namespace linedb::wal
