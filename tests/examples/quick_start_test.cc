// README.md shows programs and what they print. All is held against the real ones.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
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

// Lines that stand two blanks deeper than README's, up to the last one that ends.
std::string Unindented(const std::string& text) {
  std::istringstream input(text);
  std::string lines;
  for (std::string line; std::getline(input, line) && !input.eof();) {
    lines += (line.starts_with("  ") ? line.substr(2) : line) + "\n";
  }
  return lines;
}

TEST(QuickStartTest, ReadmeShowsTransactionsWordForWord) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "cpp");
  EXPECT_THAT(blocks, testing::Contains(Unindented(MarkedPart(
                          ReadText(LINEDB_SOURCE_DIR "/examples/transactions/transactions.cc")))));
}

TEST(QuickStartTest, TransactionsPrintWhatReadmeSays) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "text");
  const ScratchDirectory scratch;
  const ProgramResult ran = RunIn(scratch.path(), LINEDB_TRANSACTIONS);
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(blocks, testing::Contains(ran.output));
}

TEST(QuickStartTest, ReadmeShowsSeveralTablesWordForWord) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "cpp");
  EXPECT_THAT(blocks, testing::Contains(Unindented(MarkedPart(ReadText(
                          LINEDB_SOURCE_DIR "/examples/several_tables/several_tables.cc")))));
}

TEST(QuickStartTest, SeveralTablesPrintWhatReadmeSays) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "text");
  const ScratchDirectory scratch;
  const ProgramResult ran = RunIn(scratch.path(), LINEDB_SEVERAL_TABLES);
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(blocks, testing::Contains(ran.output));
  EXPECT_EQ(RunIn(scratch.path(), LINEDB_SEVERAL_TABLES).exit_code, 0);
}

TEST(QuickStartTest, ReadmeShowsExpiringRecordsWordForWord) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "cpp");
  EXPECT_THAT(blocks, testing::Contains(Unindented(MarkedPart(ReadText(
                          LINEDB_SOURCE_DIR "/examples/expiring_records/expiring_records.cc")))));
}

TEST(QuickStartTest, ExpiringRecordsPrintWhatReadmeSays) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "text");
  const ScratchDirectory scratch;
  const ProgramResult ran = RunIn(scratch.path(), LINEDB_EXPIRING_RECORDS);
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(blocks, testing::Contains(ran.output)) << ran.output;
}

TEST(QuickStartTest, ReadmeShowsTypedQueriesWordForWord) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "cpp");
  EXPECT_THAT(blocks, testing::Contains(Unindented(MarkedPart(ReadText(
                          LINEDB_SOURCE_DIR "/examples/typed_queries/typed_queries.cc")))));
}

TEST(QuickStartTest, TypedQueriesPrintWhatReadmeSays) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "text");
  const ScratchDirectory scratch;
  const ProgramResult ran = RunIn(scratch.path(), LINEDB_TYPED_QUERIES);
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(blocks, testing::Contains(ran.output));
}

TEST(QuickStartTest, ReadmeShowsAWatchWordForWord) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "cpp");
  EXPECT_THAT(blocks, testing::Contains(Unindented(MarkedPart(
                          ReadText(LINEDB_SOURCE_DIR "/examples/watching/watching.cc")))));
}

TEST(QuickStartTest, WatchPrintsWhatReadmeSays) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "text");
  const ScratchDirectory scratch;
  const ProgramResult ran = RunIn(scratch.path(), LINEDB_WATCHING);
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(blocks, testing::Contains(ran.output));
}

TEST(QuickStartTest, ReadmeShowsManyRowsWordForWord) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "cpp");
  EXPECT_THAT(blocks, testing::Contains(Unindented(MarkedPart(
                          ReadText(LINEDB_SOURCE_DIR "/examples/many_rows/many_rows.cc")))));
}

TEST(QuickStartTest, ManyRowsPrintsWhatReadmeSays) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "text");
  const ScratchDirectory scratch;
  const ProgramResult ran = RunIn(scratch.path(), LINEDB_MANY_ROWS);
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(blocks, testing::Contains(ran.output));
}

TEST(QuickStartTest, ReadmeShowsSchemaEvolutionWordForWord) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "cpp");
  EXPECT_THAT(blocks, testing::Contains(Unindented(MarkedPart(ReadText(
                          LINEDB_SOURCE_DIR "/examples/schema_evolution/schema_evolution.cc")))));
}

TEST(QuickStartTest, SchemaEvolutionPrintsWhatReadmeSays) {
  const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/README.md"), "text");
  const ScratchDirectory scratch;
  const ProgramResult ran = RunIn(scratch.path(), LINEDB_SCHEMA_EVOLUTION);
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(blocks, testing::Contains(ran.output));
}

}  // namespace
}  // namespace linedb
