#include "tests/wal/forwarding_disk.h"
#include "tests/wal/wal_fixture.h"

namespace linedb::wal {
namespace {

class WalVerifyTest : public WalTest {
 protected:
  WalVerifyTest() {
    Create();
    for (int id = 1; id <= 3; ++id) {
      Commit({id});
      Rotate(absl::StrCat("20260122_20311", id));
    }
    Commit({4});
    Commit({5});
  }
  // "wal/transaction.log 3 checksum", a problem a line.
  std::string Problems(bool writer_alive = false) {
    const absl::StatusOr<std::vector<LogProblem>> problems = VerifyLogs(*disk, paths, writer_alive);
    if (!problems.ok()) return std::string(problems.status().message());
    std::string text;
    for (const LogProblem& problem : *problems) {
      EXPECT_NE(problem.message, "");
      absl::StrAppend(&text, problem.file, " ", problem.line, " ", problem.kind, "\n");
    }
    return text;
  }
  void Damage(const std::string& path, std::string_view place) {
    std::string text = *ReadFile(*disk, path);
    text[text.find(place)] ^= 1;
    SetFile(path, text);
  }
  std::string ArchivePath(int number) {
    return paths.Archive(ArchiveName{absl::StrCat("20260122_20311", number),
                                     Lsn{static_cast<std::uint64_t>(number)},
                                     Lsn{static_cast<std::uint64_t>(number)}});
  }
};

TEST_F(WalVerifyTest, WholeLogsHaveNoProblemPlainOrCompressed) {
  EXPECT_EQ(Problems(), "");
  ASSERT_TRUE(CompressArchives(*disk, paths).ok());
  EXPECT_EQ(Problems(), "");
  ASSERT_TRUE(RemoveOldArchives(*disk, paths, {.count = 1, .bytes = 0, .time = {}}).ok());
  EXPECT_EQ(Problems(), "");
}

// Removes old archives when one of them is about to be read, as the writer next door may.
class PruningDisk final : public ForwardingDisk {
 public:
  PruningDisk(FileSystem& disk, const DatabasePaths& paths) : ForwardingDisk(disk), paths_(paths) {}

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    if (path != paths_.Log()) {
      EXPECT_TRUE(RemoveOldArchives(disk(), paths_, {.count = 1, .bytes = 0, .time = {}}).ok());
    }
    return disk().Open(path, mode);
  }

 private:
  const DatabasePaths& paths_;
};

TEST_F(WalVerifyTest, ArchiveThatTheWriterRemovesMeanwhileIsNoProblem) {
  PruningDisk pruning(*disk, paths);
  const absl::StatusOr<std::vector<LogProblem>> problems =
      VerifyLogs(pruning, paths, /*writer_alive=*/true);
  ASSERT_TRUE(problems.ok()) << problems.status();
  EXPECT_TRUE(problems->empty()) << problems->front().message;
}

// Compresses all archives when one of them has been listed and is about to be looked at.
class CompressingDisk final : public ForwardingDisk {
 public:
  CompressingDisk(FileSystem& disk, const DatabasePaths& paths)
      : ForwardingDisk(disk), paths_(paths) {}

  absl::StatusOr<FileInfo> Stat(const std::string& path) override {
    if (path != paths_.Log()) {
      EXPECT_TRUE(CompressArchives(disk(), paths_).ok());
    }
    return disk().Stat(path);
  }

 private:
  const DatabasePaths& paths_;
};

TEST_F(WalVerifyTest, ArchiveThatTheWriterCompressesMeanwhileIsStillSeen) {
  const absl::StatusOr<std::vector<Archive>> before = ListArchives(*disk, paths);
  CompressingDisk compressing(*disk, paths);
  const absl::StatusOr<std::vector<Archive>> archives = ListArchives(compressing, paths);
  ASSERT_TRUE(archives.ok()) << archives.status();
  EXPECT_EQ(archives->size(), before->size());
}

// [wal-8.7]
TEST_F(WalVerifyTest, DamageInAnArchiveIsNamedByFileAndLine) {
  Damage(ArchivePath(2), "\"id\":2");
  EXPECT_EQ(Problems(), "wal/transaction.20260122_203112.2-2.log 2 checksum\n");
}

TEST_F(WalVerifyTest, CompressedArchiveThatRottedIsNamed) {
  ASSERT_TRUE(CompressArchives(*disk, paths).ok());
  const std::string path = ListArchives(*disk, paths)->front().path;
  SetFile(path, "rotten" + *ReadFile(*disk, path));
  EXPECT_EQ(Problems(), "wal/transaction.20260122_203111.1-1.log.zst 0 archive\n");
}

TEST_F(WalVerifyTest, ArchiveThatIsMissingBetweenOthersBreaksTheChain) {
  ASSERT_TRUE(disk->Remove(ArchivePath(2)).ok());
  EXPECT_EQ(Problems(), "wal/transaction.20260122_203113.3-3.log 1 chain\n");
}

TEST_F(WalVerifyTest, ArchiveOfAnotherDatabaseBreaksTheChain) {
  LogHeader foreign = FirstHeader();
  foreign.database = std::string(32, '0');
  std::string text;
  AppendHeaderLine(foreign, &text);
  SetFile(ArchivePath(1), text);
  EXPECT_EQ(Problems(), "wal/transaction.20260122_203111.1-1.log 1 chain\n");
}

// Rows: a header's member that is wrong though its checksum fits.
TEST_F(WalVerifyTest, HeaderThatDoesNotFollowTheLogBeforeBreaksTheChain) {
  const std::string intact = *ReadFile(*disk, ArchivePath(2));
  LogHeader header;
  ASSERT_TRUE(WalReader(intact, "archive").ReadHeader(&header).ok());
  std::vector<LogHeader> wrong(3, header);
  wrong[0].epoch += 1;
  wrong[1].previous += 1;
  wrong[2].first_transaction.value += 1;
  for (const LogHeader& other : wrong) {
    std::string text;
    AppendHeaderLine(other, &text);
    SetFile(ArchivePath(2), text);
    EXPECT_THAT(Problems(),
                testing::StartsWith("wal/transaction.20260122_203112.2-2.log 1 chain\n"
                                    "wal/transaction.20260122_203112.2-2.log 1 chain\n"));
  }
}

TEST_F(WalVerifyTest, TornTailIsProblemOnlyWithoutWriter) {
  SetLogBytes(LogBytes() + "{\"lsn\":6");
  EXPECT_EQ(Problems(), "wal/transaction.log 4 torn_tail\n");
  EXPECT_EQ(Problems(/*writer_alive=*/true), "");
}

TEST_F(WalVerifyTest, DamageBelowWhatWasSyncedIsProblemBesideWriterToo) {
  Damage(paths.Log(), "\"id\":4");
  EXPECT_EQ(Problems(/*writer_alive=*/true), "wal/transaction.log 2 checksum\n");
}

TEST_F(WalVerifyTest, HeaderThatIsDamagedOrMissingIsNamed) {
  Damage(paths.Log(), "\"epoch\"");
  EXPECT_EQ(Problems(), "wal/transaction.log 1 header\n");
  ASSERT_TRUE(disk->Remove(paths.Log()).ok());
  EXPECT_EQ(Problems(), "wal/transaction.log 0 header\n");
}

TEST_F(WalVerifyTest, SecondNameOfTheLogInForceIsNoProblem) {
  ASSERT_TRUE(
      disk->Link(paths.Log(), paths.Archive(ArchiveName{"20260122_203119", Lsn{4}, Lsn{5}})).ok());
  EXPECT_EQ(Problems(), "");
}

}  // namespace
}  // namespace linedb::wal
