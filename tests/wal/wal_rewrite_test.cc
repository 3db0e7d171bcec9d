// A rewritten log that is not a log any more is a past lost for everybody, for the sake of one.

#include "wal/wal_rewrite.h"

#include <gtest/gtest.h>

#include "tests/wal/faulty_file_system.h"
#include "tests/wal/wal_fixture.h"

namespace linedb::wal {
namespace {

class WalRewriteTest : public WalTest {
 protected:
  // Purges what has the text in it.
  absl::StatusOr<RewrittenLog> Rewrite(std::string_view log, const std::string& text,
                                       std::uint64_t previous = 0) {
    const auto edit = [previous](LogHeader* header) {
      header->previous = previous;
      return absl::OkStatus();
    };
    const auto is_purged = [&text](const LogEntry& entry) -> absl::StatusOr<bool> {
      return entry.record.find(text) != entry.record.npos ||
             entry.old_record.find(text) != entry.old_record.npos;
    };
    return RewriteLog(log, "log", {edit, is_purged});
  }
};

// [wal-8.9]
TEST_F(WalRewriteTest, PurgedOperationsLeaveTheirNumbersAndNothingElse) {
  Create();
  CommitEveryKind();
  Commit({2, 3});
  const std::string before = LogBytes();
  const absl::StatusOr<RewrittenLog> log = Rewrite(before, "\"id\":1");
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(log->purged, 3U);
  EXPECT_TRUE(log->changed);
  EXPECT_EQ(log->text.find("\"id\":1"), std::string::npos);
  EXPECT_EQ(log->old_checksum, writer->position().checksum);
  EXPECT_EQ(log->end.next_lsn, writer->position().next_lsn);
  EXPECT_EQ(log->end.next_transaction, writer->position().next_transaction);
  SetLogBytes(log->text);
  EXPECT_EQ(Recovered(),
            "1:CREATE_TABLE {\"table_name\":\"student\"} 1:PURGED  1:PURGED  1:PURGED  "
            "1:DROP_TABLE  2:INSERT {\"id\":2} 2:INSERT {\"id\":3}");
  const absl::StatusOr<std::vector<LogProblem>> problems = VerifyLogs(*disk, paths, false);
  ASSERT_TRUE(problems.ok());
  EXPECT_TRUE(problems->empty());
}

TEST_F(WalRewriteTest, ALogOfWhichNothingIsPurgedKeepsItsBytes) {
  Create();
  CommitEveryKind();
  const absl::StatusOr<RewrittenLog> same = Rewrite(LogBytes(), "nothing");
  EXPECT_FALSE(same->changed);
  EXPECT_EQ(same->text, LogBytes());
  const absl::StatusOr<RewrittenLog> tied = Rewrite(LogBytes(), "nothing", 5);
  EXPECT_TRUE(tied->changed);
  EXPECT_EQ(tied->header.previous, 5U);
  EXPECT_EQ(tied->text.size(), LogBytes().size());
}

TEST_F(WalRewriteTest, DamagedAndTornLogsAreNotRewritten) {
  Create();
  CommitEveryKind();
  const std::string log = LogBytes();
  EXPECT_TRUE(absl::IsDataLoss(Rewrite(log.substr(0, log.size() - 1), "x").status()));
  std::string without_end = log;
  without_end.resize(log.rfind('\n', log.size() - 2) + 1);
  EXPECT_TRUE(absl::IsDataLoss(Rewrite(without_end, "x").status()));
  for (std::size_t byte = 0; byte < log.size(); byte += 7) {
    std::string damaged = log;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 1);
    EXPECT_FALSE(Rewrite(damaged, "x").ok()) << byte;
  }
}

TEST_F(WalRewriteTest, ReplacementStoppedAtEachStepLeavesOldOrNewArchive) {
  for (const bool compressed : {false, true}) {
    for (int at = 1;; ++at) {
      disk = NewMemoryFileSystem();
      for (const std::string& path : {paths.directory(), paths.WalDirectory()}) {
        ASSERT_TRUE(disk->CreateDirectory(path).ok());
      }
      Create();
      Commit({1});
      const std::string before = LogBytes();
      Rotate("20260122_203117");
      if (compressed) {
        ASSERT_TRUE(CompressArchives(*disk, paths).ok());
      }
      const Archive archive = ListArchives(*disk, paths)->front();
      ASSERT_EQ(archive.name.compressed, compressed);
      Fault fault;
      fault.at = at;
      fault.for_ever = true;
      FaultyFileSystem faulty(*disk, &fault);
      const absl::Status replaced = ReplaceArchive(faulty, paths, archive, "new\n");
      const std::string after = *ReadArchive(*disk, archive);
      if (fault.calls < at) {
        EXPECT_TRUE(replaced.ok()) << replaced;
        EXPECT_EQ(after, "new\n");
        EXPECT_EQ(disk->List(paths.WalDirectory())->size(), 2U);
        break;
      }
      EXPECT_FALSE(replaced.ok());
      EXPECT_TRUE(after == before || after == "new\n") << at;
    }
  }
}

}  // namespace
}  // namespace linedb::wal
