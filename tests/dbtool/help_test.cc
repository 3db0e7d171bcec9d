// Help that lies is worse than none: every example of every command's help is run, in the database
// that the fixture makes.

#include <algorithm>
#include <cstdlib>
#include <regex>
#include <sstream>
#include <vector>

#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {
namespace {

// `diff` first: its examples compare what the others change.
constexpr const char* kCommands[] = {
    "diff",  "init",   "create",     "alter", "checkpoint", "compact", "inspect", "schema",
    "stats", "get",    "cat",        "grep",  "sql",        "import",  "put",     "export",
    "dump",  "load",   "wal",        "log",   "tail",       "verify",  "backup",  "restore",
    "slice", "bisect", "edit",       "adopt", "delete",     "repair",  "purge",   "drop",
    "ui",    "report", "completion", "man",   "help"};

std::vector<std::string> ExamplesIn(const std::string& help) {
  std::vector<std::string> examples;
  std::istringstream lines(help);
  std::string line;
  bool in_examples = false;
  while (std::getline(lines, line)) {
    if (line == "Examples:") {
      in_examples = true;
    } else if (in_examples && line.rfind("  ", 0) == 0) {
      examples.push_back(line.substr(2));
    } else {
      in_examples = false;
    }
  }
  return examples;
}

class HelpTest : public DbtoolTest {};

// [cli-7]
TEST_F(HelpTest, Rule07EveryCommandsExamplesRun) {
  MakeUniversity();
  ::setenv("EDITOR", "true", 1);  // somebody who looks, and types nothing
  for (const char* command : kCommands) {
    const std::vector<std::string> examples =
        ExamplesIn(Out(std::string("dbtool help ") + command));
    EXPECT_FALSE(examples.empty()) << command;
    for (const std::string& example : examples) {
      // The page is served until somebody ends it.
      const bool is_served = example.rfind("dbtool ui ", 0) == 0;
      const Outcome outcome = Run(is_served ? kInterrupted + example : example);
      EXPECT_EQ(outcome.exit_code, is_served ? 130 : 0) << example << '\n' << outcome.err;
    }
  }
}

// [cli-7]
TEST_F(HelpTest, Rule07EveryCommandIsListedAndHasHelp) {
  const std::string help = Out("dbtool help");
  EXPECT_EQ(Out("dbtool --help"), help);
  for (const char* command : kCommands) {
    EXPECT_NE(help.find(std::string("\n  ") + command + " "), help.npos) << command;
    EXPECT_EQ(Out(std::string("dbtool ") + command + " --help"),
              Out(std::string("dbtool help ") + command));
  }
}

// What is forgotten in the list of families stands under "Others".
TEST_F(HelpTest, CommandsStandInFamiliesOnEightyColumns) {
  const std::string help = Out("dbtool help");
  for (const char* family : {"\nLook:\n", "\nChange:\n", "\nHistory:\n", "\ndbtool itself:\n"}) {
    EXPECT_TRUE(Contains(help, family)) << family;
  }
  EXPECT_FALSE(Contains(help, "Others"));
  EXPECT_FALSE(Contains(help, "  complete ")) << "it is for the shells' scripts";
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
}

TEST_F(HelpTest, DbtoolAloneShowsWhatThereIsAndHowToBegin) {
  const Outcome outcome = Run("dbtool");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_LE(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 24) << "one screen";
  for (const char* command : kCommands) {
    EXPECT_TRUE(Contains(outcome.err, std::string(" ") + command)) << command;
  }
  EXPECT_TRUE(Contains(outcome.err, "dbtool import DIR TABLE FILE --create"));
}

TEST_F(HelpTest, EveryValueOfAFlagHasAName) {
  for (const char* command : kCommands) {
    const std::string help = Out(std::string("dbtool help ") + command);
    EXPECT_FALSE(std::regex_search(help, std::regex("--[a-z-]+ VALUE"))) << help;
    EXPECT_FALSE(Contains(help, "Excludes")) << command << '\n' << help;
  }
  EXPECT_TRUE(Contains(Out("dbtool help cat"), "--columns COLUMNS "));
  EXPECT_TRUE(Contains(Out("dbtool help schema"), "; not with --cpp\n"));
}

// [cli-7]
TEST_F(HelpTest, Rule07MistypedNamesGetASuggestion) {
  MakeUniversity();
  struct Row {
    const char* command;
    const char* meant;
  };
  const Row rows[] = {
      {"dbtool inspct data/university", "`inspect`"},
      {"dbtool hepl", "`help`"},
      {"dbtool delte", "`delete`"},
      {"dbtool select", "`sql` or `cat`?"},
      {"dbtool tables", "`inspect`"},
      {"dbtool rm", "`drop` or `delete`?"},
      {"dbtool rename", "`alter`"},
      {"dbtool rollback", "`restore`"},
      {"dbtool insert", "`put`"},
      {"dbtool update", "`edit`"},
      {"dbtool help version", "`--version`"},
      {"dbtool help improt", "`import`"},
      {"dbtool cat data/university studnet", "\"student\""},
      {"dbtool cat data/university student --columns nmae", "name"},
      {"dbtool cat data/university student --where 'emial is null'", "email"},
      {"dbtool cat data/university student --order-by nmae", "name"},
      {"dbtool compact data/university studnet", "\"student\""},
      {"dbtool cat data/university student --limt 3", "`--limit`"},
      {"dbtool create data/university t --column name:str --primary-key nmae", "name?"},
      {"dbtool import data/university t student.jsonl --create --primary-key di", "id?"},
      {"dbtool import data/university t student.jsonl --create --unique emial", "email?"},
      {"dbtool import data/university t student.jsonl --create --type gap=float", "gpa?"},
      {"dbtool put data/university student '{\"Nmae\":\"Eve\"}'", "name?"},
      {"dbtool alter data/university student --reference id:enrolment", "\"enrollment\"?"},
      {"dbtool create data/university t --column a:int:uniqe", "unique"}};
  for (const Row& row : rows) {
    const Outcome outcome = Run(row.command);
    EXPECT_NE(outcome.exit_code, 0) << row.command;
    EXPECT_NE(outcome.err.find(std::string("did you mean ") + row.meant), outcome.err.npos)
        << row.command << '\n'
        << outcome.err;
  }
}

// `select` was told "did you mean `delete`?".
TEST_F(HelpTest, Rule07NoOtherWordIsTakenForASlip) {
  for (const char* word : {"dlte", "dleet", "pruned", "dropped", "grok", "detele1", "x"}) {
    const Outcome outcome = Run(std::string("dbtool ") + word);
    EXPECT_EQ(outcome.exit_code, 2) << word;
    EXPECT_FALSE(Contains(outcome.err, "did you mean")) << word << '\n' << outcome.err;
  }
}

TEST_F(HelpTest, AMistypedWordIsToldWhatWasExpected) {
  struct Row {
    const char* flags;
    const char* told;
  };
  const Row rows[] = {{"cat d t --format xml", "expected table, jsonl, json or csv, found xml"},
                      {"cat d t --color", "--color needs a value: --color WHEN"},
                      {"cat d t --color pink", "expected auto, always or never, found pink"},
                      {"cat d t --limit -1", "expected a whole number, 0 or more, found -1"},
                      {"import d t f --format xml", "expected auto, jsonl, json or csv, found xml"},
                      {"import d t f --on-conflict x", "expected fail, skip or replace, found x"}};
  for (const Row& row : rows) {
    const Outcome outcome = Run(std::string("dbtool ") + row.flags);
    EXPECT_EQ(outcome.exit_code, 2) << row.flags;
    EXPECT_NE(outcome.err.find(row.told), outcome.err.npos) << row.flags << '\n' << outcome.err;
  }
}

TEST_F(HelpTest, ImportSaysWhatTakesMemoryAndRoom) {
  const std::string help = Out("dbtool help import | tr -s ' \\n' ' '");
  for (const char* part : {"room for the records once more", "the table is copied to memory"}) {
    EXPECT_NE(help.find(part), help.npos) << part << '\n' << help;
  }
}

TEST_F(HelpTest, VersionIsTheProjects) {
  EXPECT_EQ(Out("dbtool --version"), "dbtool " LINEDB_VERSION "\n");
}

}  // namespace
}  // namespace linedb
