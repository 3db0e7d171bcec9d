// A guide that was right once is worse than none: its reader believes it. Every command of every
// page is typed at a terminal here, in a directory with the demo's database, and prints what the
// page shows.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/examples/program.h"
#include "tests/examples/shown_session.h"

namespace linedb {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = LINEDB_SOURCE_DIR;

// A directory with demo/, as `./dev demo` makes it, of a machine with twelve packages.
class Desk {
 public:
  Desk() {
    const ProgramResult made =
        RunIn(scratch_.path(), "DPKG_ADMINDIR='" + (kSource / "examples/guide/machine").string() +
                                   "' " LINEDB_PACKAGE_INVENTORY " demo --kills 0");
    EXPECT_EQ(made.exit_code, 0) << made.output;
  }

  void ExpectAsShown(const std::string& document) const {
    const std::vector<ShownCommand> commands = ShownCommands(ReadText(kSource / document));
    ASSERT_FALSE(commands.empty());
    const std::vector<std::string> outputs =
        TypeCommands(scratch_.path(), fs::path(LINEDB_DBTOOL).parent_path(), commands);
    ASSERT_EQ(outputs.size(), commands.size()) << "the shell has not come to the end";
    for (std::size_t i = 0; i < commands.size(); ++i) {
      EXPECT_TRUE(IsAsShown(commands[i].output, outputs[i]))
          << document << ": $ " << commands[i].text << "\nshown:\n"
          << commands[i].output << "printed:\n"
          << outputs[i];
    }
  }

 private:
  ScratchDirectory scratch_;
};

class GuideTest : public testing::TestWithParam<const char*> {};

TEST_P(GuideTest, EveryCommandPrintsWhatThePageShows) {
  Desk().ExpectAsShown(std::string("examples/guide/") + GetParam() + ".md");
}

constexpr const char* kPagesWithCommands[] = {
    "look_inside", "change_by_hand", "go_back", "damage", "exchange", "backup", "change_schema"};
constexpr const char* kOtherPages[] = {"store",     "query",     "watch",
                                       "many_rows", "languages", "when_not"};

INSTANTIATE_TEST_SUITE_P(Pages, GuideTest, testing::ValuesIn(kPagesWithCommands),
                         [](const auto& of) { return std::string(of.param); });

TEST(GuidePagesTest, EveryPageWithACommandIsTyped) {
  std::vector<std::string> with_commands, others;
  for (const auto& entry : fs::directory_iterator(kSource / "examples/guide")) {
    if (entry.path().extension() != ".md") continue;
    const bool has = !ShownCommands(ReadText(entry.path())).empty();
    (has ? with_commands : others).push_back(entry.path().stem().string());
  }
  EXPECT_THAT(with_commands, testing::UnorderedElementsAreArray(kPagesWithCommands));
  EXPECT_THAT(others, testing::UnorderedElementsAreArray(kOtherPages));
}

TEST(GuidePagesTest, EveryPageIsInTheGuidesTableOfContents) {
  const std::string contents = ReadText(kSource / "examples/GUIDE.md");
  for (const auto& entry : fs::directory_iterator(kSource / "examples/guide")) {
    if (entry.path().extension() != ".md") continue;
    EXPECT_THAT(contents, testing::HasSubstr("(guide/" + entry.path().filename().string() + ")"));
  }
}

TEST(GuidePagesTest, NoPageHidesADbtoolCommandFromThisTest) {
  for (const auto& entry : fs::directory_iterator(kSource / "examples/guide")) {
    if (entry.path().extension() != ".md") continue;
    for (const std::string& block : MarkdownBlocks(ReadText(entry.path()), "sh")) {
      EXPECT_THAT(block, testing::Not(testing::HasSubstr("dbtool "))) << entry.path();
    }
  }
}

TEST(ReadmeTest, ItsScreenIsWhatATerminalShows) { Desk().ExpectAsShown("README.md"); }

TEST(ShownSessionTest, TellsWhatIsShownFromWhatIsNot) {
  struct Row {
    const char* shown;
    const char* printed;
    bool as_shown;
  };
  const Row rows[] = {
      {"", "", true},
      {"a\n", "a\n", true},
      {"a\n", "b\n", false},
      {"a\n", "", false},
      {"", "a\n", false},
      {"a\n…\nd\n", "a\nb\nc\nd\n", true},
      {"a\n…\nd\n", "a\nd\n", true},
      {"a\n…\nd\n", "a\nb\n", false},
      {"…\nb\n…\nb\n", "a\nb\nb\n", true},
      {"…\nb\n…\nb\n", "a\nb\nc\n", false},
      {"took … s\n", "took 3.5 s\n", true},
      {"took … s\n", "took 3.5 ms, or\n", false},
      {"{…\"lsn\":4,…}\n", "{\"a\":1,\"lsn\":4,\"b\":2}\n", true},
      {"{…\"lsn\":4,…}\n", "{\"a\":1,\"lsn\":5,\"b\":2}\n", false},
      {"2026-01-22T20:31:17.5Z\n", "2027-11-30T00:00:00.123456Z\n", true},
      {"2026-01-22T20:31:17Z\n", "2026-01-22\n", false},
      {"0123456789abcdef\n", "fedcba9876543210\n", true},
      {"0123456789abcdef\n", "fedcba987654321\n", false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(IsAsShown(row.shown, row.printed), row.as_shown) << row.shown << "|" << row.printed;
  }
}

TEST(ShownSessionTest, FindsEveryCommandWithItsFurtherLines) {
  const auto commands = ShownCommands(
      "x\n```console\n$ one\n1\n$ two <<END\n> > 2\n> END\n> 2\n```\n```sh\n$ no\n```\n"
      "```console\n$ three\n```\n");
  ASSERT_EQ(commands.size(), 3u);
  EXPECT_EQ(commands[0].text + "|" + commands[0].output, "one|1\n");
  EXPECT_EQ(commands[1].text, "two <<END\n> 2\nEND\n2");
  EXPECT_EQ(commands[2].text + "|" + commands[2].output, "three|");
}

}  // namespace
}  // namespace linedb
