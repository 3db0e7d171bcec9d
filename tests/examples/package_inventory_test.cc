// The main job, `./dev demo`, on a small machine that is always the same.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/examples/program.h"

namespace linedb {
namespace {

using testing::HasSubstr;
using testing::Not;

class PackageInventoryTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(Tools());
    WriteSmallMachine(Tools());
  }

  std::filesystem::path Tools() const { return scratch_.path() / "tools"; }
  std::filesystem::path Database() const { return scratch_.path() / "inventory"; }

  ProgramResult Run(const std::string& arguments) const {
    return RunIn(scratch_.path(),
                 "PATH=\"$PWD/tools:$PATH\" " LINEDB_PACKAGE_INVENTORY " " + arguments);
  }

  ScratchDirectory scratch_;
};

TEST_F(PackageInventoryTest, AnswersFromTheTablesAndSurvivesEveryKill) {
  const ProgramResult run = Run("inventory");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("told of 8 installed packages"));
  EXPECT_THAT(run.output,
              testing::ContainsRegex("All [0-9,]+ acknowledged batches are there, whole"));
  EXPECT_THAT(run.output, HasSubstr("Done in "));
  EXPECT_THAT(run.output, Not(HasSubstr("WRONG")));
  EXPECT_THAT(run.output, Not(HasSubstr("\033"))) << "colour in a pipe";
}

TEST_F(PackageInventoryTest, CountsAsAPersonWouldByHand) {
  const ProgramResult run = Run("inventory --kills 0");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  // The maintainer with two spellings is one; the largest is the editor; awk-one and awk-two each
  // satisfy "awk", so that the loss of one breaks nothing; base is needed by 3 of 8.
  EXPECT_THAT(run.output, testing::ContainsRegex("maintainer +4 +data/maintainer"));
  EXPECT_THAT(run.output, testing::ContainsRegex("4\\.9 MiB +editor +- +edits \"text\""));
  EXPECT_THAT(run.output, testing::ContainsRegex("3 +37\\.5 % +base +everyone needs it"));
  EXPECT_THAT(run.output, testing::ContainsRegex("3 +9\\.9 MiB +Ada Łovelace +ada@example"));
  EXPECT_THAT(run.output, testing::ContainsRegex("1 +12\\.5 % +awk +\\(a name that other"));
  EXPECT_THAT(run.output, testing::ContainsRegex("1 +12\\.5 % +perl +\\(not installed\\)"));
  EXPECT_THAT(run.output, HasSubstr("6 of all 8 could each go without breaking another"));
  EXPECT_THAT(run.output, HasSubstr("What would break if shell went?"));
  EXPECT_THAT(run.output, testing::ContainsRegex("plugin +2 +editor"));
  EXPECT_THAT(run.output, testing::ContainsRegex("libs +2 +7\\.9 MiB +49\\.1 %"));
}

TEST_F(PackageInventoryTest, MakesItsOwnDirectoryAnew) {
  ASSERT_EQ(Run("inventory --kills 1").exit_code, 0);
  const ProgramResult again = Run("inventory --kills 1");
  EXPECT_EQ(again.exit_code, 0) << again.output;
}

TEST_F(PackageInventoryTest, LeavesADirectoryOfOthersAlone) {
  std::filesystem::create_directory(Database());
  WriteText(Database() / "thesis.txt", "years of work\n");
  const ProgramResult run = Run("inventory");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("inventory holds thesis.txt"));
  EXPECT_EQ(ReadText(Database() / "thesis.txt"), "years of work\n");
}

TEST_F(PackageInventoryTest, LeavesWhatOthersPutIntoItsDirectoryAlone) {
  ASSERT_EQ(Run("inventory --kills 0").exit_code, 0);
  WriteText(Database() / "thesis.txt", "years of work\n");
  const std::string packages = ReadText(Database() / "data/package.records");
  EXPECT_EQ(Run("inventory --kills 0").exit_code, 1);
  EXPECT_EQ(ReadText(Database() / "data/package.records"), packages);
}

TEST_F(PackageInventoryTest, LeavesTheSameRecordsAtEveryRunWithoutKills) {
  ASSERT_EQ(Run("inventory --kills 0").exit_code, 0);
  const std::string packages = ReadText(Database() / "data/package.records");
  const std::string dependencies = ReadText(Database() / "data/dependency.records");
  const ProgramResult again = Run("inventory --kills 0");
  EXPECT_THAT(again.output, Not(HasSubstr("Killing")));
  EXPECT_EQ(ReadText(Database() / "data/package.records"), packages);
  EXPECT_EQ(ReadText(Database() / "data/dependency.records"), dependencies);
}

TEST_F(PackageInventoryTest, SaysThatThereIsNoPackageDatabase) {
  const ProgramResult run = RunIn(scratch_.path(), "PATH=\"$PWD\" " LINEDB_PACKAGE_INVENTORY " x");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("dpkg-query is not installed"));
  EXPECT_FALSE(std::filesystem::exists(scratch_.path() / "x"));
}

TEST_F(PackageInventoryTest, ExplainsItselfWhenCalledWrongly) {
  const ProgramResult run = Run("one two");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, HasSubstr("usage: package_inventory"));
}

}  // namespace
}  // namespace linedb
