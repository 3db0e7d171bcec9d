// README.md and the guide show programs and what they print. All is held against the real ones.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "tests/examples/program.h"

namespace linedb {
namespace {

struct ShownProgram {
  const char* name;  // examples/NAME/NAME.cc
  const char* program;
  const char* document;
};

constexpr ShownProgram kPrograms[] = {
    {"quick_start", LINEDB_QUICK_START, "README.md"},
    {"transactions", LINEDB_TRANSACTIONS, "examples/guide/store.md"},
    {"several_tables", LINEDB_SEVERAL_TABLES, "examples/guide/store.md"},
    {"expiring_records", LINEDB_EXPIRING_RECORDS, "examples/guide/store.md"},
    {"typed_queries", LINEDB_TYPED_QUERIES, "examples/guide/query.md"},
    {"watching", LINEDB_WATCHING, "examples/guide/watch.md"},
    {"many_rows", LINEDB_MANY_ROWS, "examples/guide/many_rows.md"},
    {"schema_evolution", LINEDB_SCHEMA_EVOLUTION, "examples/guide/change_schema.md"},
};

std::vector<std::string> BlocksOf(const ShownProgram& shown, std::string_view language) {
  return MarkdownBlocks(ReadText(std::string(LINEDB_SOURCE_DIR "/") + shown.document), language);
}

// The part of the source between its two marks, as it would stand outside a function.
std::string MarkedPart(const std::string& source) {
  const std::string mark = "// [shown]\n";
  const std::size_t begin = source.find(mark);
  const std::size_t end = source.rfind(mark);
  if (begin == std::string::npos || begin == end) return "";
  const bool inside = begin > 1 && source.compare(begin - 2, 2, "  ") == 0;
  std::istringstream input(source.substr(begin + mark.size(), end - begin - mark.size()));
  std::string lines;
  for (std::string line; std::getline(input, line) && !input.eof();) {
    lines += (inside && line.starts_with("  ") ? line.substr(2) : line) + "\n";
  }
  return lines;
}

class ShownProgramTest : public testing::TestWithParam<ShownProgram> {};

TEST_P(ShownProgramTest, DocumentShowsItWordForWord) {
  const std::string name = GetParam().name;
  const std::string source = ReadText(LINEDB_SOURCE_DIR "/examples/" + name + "/" + name + ".cc");
  ASSERT_NE(MarkedPart(source), "");
  EXPECT_THAT(BlocksOf(GetParam(), "cpp"), testing::Contains(MarkedPart(source)));
}

TEST_P(ShownProgramTest, PrintsWhatTheDocumentSays) {
  const ScratchDirectory scratch;
  const ProgramResult ran = RunIn(scratch.path(), GetParam().program);
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(BlocksOf(GetParam(), "text"), testing::Contains(ran.output));
}

INSTANTIATE_TEST_SUITE_P(Documents, ShownProgramTest, testing::ValuesIn(kPrograms),
                         [](const auto& of) { return std::string(of.param.name); });

TEST(QuickStartTest, PrintsTheSameAtEveryRun) {
  const ScratchDirectory scratch;
  const ProgramResult first = RunIn(scratch.path(), LINEDB_QUICK_START);
  const ProgramResult second = RunIn(scratch.path(), LINEDB_QUICK_START);
  EXPECT_EQ(second.exit_code, 0);
  EXPECT_EQ(second.output, first.output);
}

TEST(QuickStartTest, LeavesTheRecordsThatReadmeShows) {
  const ScratchDirectory scratch;
  ASSERT_EQ(RunIn(scratch.path(), LINEDB_QUICK_START).exit_code, 0);
  EXPECT_THAT(BlocksOf(kPrograms[0], "json"),
              testing::Contains(ReadText(scratch.path() / "university/data/student.records")));
}

TEST(SeveralTablesTest, CanBeRunTwiceOnOneDatabase) {
  const ScratchDirectory scratch;
  EXPECT_EQ(RunIn(scratch.path(), LINEDB_SEVERAL_TABLES).exit_code, 0);
  EXPECT_EQ(RunIn(scratch.path(), LINEDB_SEVERAL_TABLES).exit_code, 0);
}

}  // namespace
}  // namespace linedb
