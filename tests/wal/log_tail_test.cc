// Who follows a log sees it grow, in the middle of a line too. Guards against lines that are passed
// over or given twice, against half a transaction, and against going on in a log that is another.

#include "wal/log_tail.h"

#include "tests/wal/wal_fixture.h"

namespace linedb::wal {
namespace {

class LogTailTest : public WalTest {
 protected:
  LogTailTest() {
    Create();
    Commit({1});
    tail = TailOf(paths.Log());
  }
  std::unique_ptr<LogTail> TailOf(const std::string& path) {
    const absl::StatusOr<RecoveredLog> log = RecoverLog(*disk, paths, false);
    EXPECT_TRUE(log.ok()) << log.status();
    absl::StatusOr<std::unique_ptr<File>> file = disk->Open(path, OpenMode::kRead);
    EXPECT_TRUE(file.ok()) << file.status();
    return std::make_unique<LogTail>(*std::move(file), "log", log->position);
  }
  std::string Read() {
    std::vector<LogEntry> entries;
    const absl::Status read = tail->Read(&entries);
    return read.ok() ? Describe(entries) : std::string(read.message());
  }

  std::unique_ptr<LogTail> tail;
};

TEST_F(LogTailTest, EachTransactionIsReadOnceAndWhole) {
  EXPECT_EQ(Read(), "");
  Commit({2});
  Commit({3, 4});
  EXPECT_EQ(Read(), R"(2:INSERT {"id":2} 3:INSERT {"id":3} 3:INSERT {"id":4})");
  EXPECT_EQ(Read(), "");
  Commit({5});
  EXPECT_EQ(Read(), R"(4:INSERT {"id":5})");
  EXPECT_EQ(tail->position().next_lsn, Lsn{6});
}

TEST_F(LogTailTest, LinesAndNumbersAreThoseOfAReaderFromTheStart) {
  Commit({2});
  Commit({3, 4});
  std::vector<LogEntry> entries;
  ASSERT_TRUE(tail->Read(&entries).ok());
  const absl::StatusOr<RecoveredLog> log = RecoverLog(*disk, paths, false);
  ASSERT_TRUE(log.ok());
  ASSERT_EQ(entries.size() + 1, log->entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].line, log->entries[i + 1].line);
    EXPECT_EQ(entries[i].byte, log->entries[i + 1].byte);
  }
  EXPECT_EQ(tail->position().bytes, log->position.bytes);
  EXPECT_EQ(tail->position().checksum, log->position.checksum);
}

TEST_F(LogTailTest, WhatIsBegunWaitsForItsEnd) {
  const absl::StatusOr<std::string> before = ReadFile(*disk, paths.Log());
  Commit({2, 3});
  const absl::StatusOr<std::string> after = ReadFile(*disk, paths.Log());
  const std::string added = after->substr(before->size());
  absl::StatusOr<std::unique_ptr<File>> file = disk->Open(paths.Log(), OpenMode::kAppend);
  ASSERT_TRUE(file.ok());
  for (std::size_t bytes = 0; bytes < added.size(); ++bytes) {
    ASSERT_TRUE((*file)->Truncate(before->size()).ok());
    ASSERT_TRUE((*file)->Append(added.substr(0, bytes)).ok());
    ASSERT_EQ(Read(), "") << bytes;
  }
  ASSERT_TRUE((*file)->Append(added.substr(added.size() - 1)).ok());
  EXPECT_EQ(Read(), R"(2:INSERT {"id":2} 2:INSERT {"id":3})");
}

TEST_F(LogTailTest, AnotherLogUnderTheReadersFeetIsNoticed) {
  const absl::StatusOr<std::string> before = ReadFile(*disk, paths.Log());
  absl::StatusOr<std::unique_ptr<File>> file = disk->Open(paths.Log(), OpenMode::kAppend);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Truncate(before->size() - 30).ok());
  EXPECT_THAT(Read(), ::testing::HasSubstr("not the line that was read here"));
  ASSERT_TRUE((*file)->Append(std::string(60, 'x')).ok());
  EXPECT_THAT(Read(), ::testing::HasSubstr("not the line that was read here"));
}

}  // namespace
}  // namespace linedb::wal
