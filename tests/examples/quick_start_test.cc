// README.md shows a program and what it prints. Both are held against the real ones.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/examples/program.h"

namespace linedb {
namespace {

// The part of the source between its two marks.
std::string MarkedPart(const std::string& source) {
  const std::string mark = "// [readme]\n";
  const std::size_t begin = source.find(mark);
  const std::size_t end = source.rfind(mark);
  if (begin == std::string::npos || begin == end) return "";
  return source.substr(begin + mark.size(), end - begin - mark.size());
}

TEST(QuickStartTest, ReadmeShowsTheProgramWordForWord) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "cpp");
  ASSERT_FALSE(blocks.empty());
  EXPECT_EQ(blocks[0],
            MarkedPart(ReadText(LINEDB_SOURCE_DIR "/examples/quick_start/quick_start.cc")));
}

TEST(QuickStartTest, PrintsWhatReadmeSaysAtEveryRun) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "text");
  const ScratchDirectory scratch;
  const ProgramResult first = RunIn(scratch.path(), LINEDB_QUICK_START);
  EXPECT_EQ(first.exit_code, 0);
  EXPECT_THAT(blocks, testing::Contains(first.output));
  const ProgramResult second = RunIn(scratch.path(), LINEDB_QUICK_START);
  EXPECT_EQ(second.exit_code, 0);
  EXPECT_EQ(second.output, first.output);
}

TEST(QuickStartTest, LeavesTheRecordsThatReadmeShows) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "json");
  const ScratchDirectory scratch;
  ASSERT_EQ(RunIn(scratch.path(), LINEDB_QUICK_START).exit_code, 0);
  EXPECT_THAT(blocks,
              testing::Contains(ReadText(scratch.path() / "university/data/student.records")));
}

}  // namespace
}  // namespace linedb
