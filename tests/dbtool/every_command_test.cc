// The rules that hold for every command, shown with every command.
//
// What they guard against: a new command that forgets one. `--json` of one of them printed text, a
// second one wrote into the directory it was called from, a third took a lock to look.

#include "tests/dbtool/every_command.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "linedb/database.h"
#include "nlohmann/json.hpp"
#include "tests/dbtool/terminal.h"

namespace linedb {
namespace {

using nlohmann::json;

using EveryCommand = EveryCommandTest;

// The text with everything that no two runs have in common under one name.
std::string WithoutChance(const std::string& text) {
  static const std::regex* const kNumber = new std::regex("[0-9a-f]{16,}|[0-9][0-9.,:TZ_-]*");
  return std::regex_replace(text, *kNumber, "N");
}

// What README.md's table says of a report: the members it always has, and those it may have.
struct Documented {
  std::set<std::string> always;
  std::set<std::string> ever;
};

// The words in code style, without those in parentheses, which are members of members.
std::set<std::string> WordsInCode(const std::string& text) {
  static const std::regex* const kCode = new std::regex("`([^`]*)`");
  std::set<std::string> words;
  const std::string plain = std::regex_replace(text, std::regex("\\([^)]*\\)"), "");
  for (std::sregex_iterator at(plain.begin(), plain.end(), *kCode), end; at != end; ++at) {
    words.merge(WordsOf((*at)[1]));
  }
  return words;
}

std::map<std::string, Documented> ReadShapes() {
  std::map<std::string, Documented> shapes;
  std::ifstream readme(std::string(LINEDB_SOURCE_DIR) + "/tools/dbtool/README.md");
  for (std::string line; std::getline(readme, line);) {
    if (line.rfind("| `", 0) != 0) continue;
    const std::size_t middle = line.find(" | ", 2);
    const std::string names = line.substr(0, middle);
    const std::string members = line.substr(middle + 3);
    const std::string always = members.substr(
        0, std::min({members.find("; "), members.find(", and "), members.find(" of a dry run")}));
    static const std::regex* const kName = new std::regex("`([^`]*)`");
    for (std::sregex_iterator at(names.begin(), names.end(), *kName), end; at != end; ++at) {
      shapes[(*at)[1]] = {WordsInCode(always), WordsInCode(members)};
    }
  }
  return shapes;
}

TEST_F(EveryCommand, IsInTheListThatTheRulesAreShownWith) {
  const std::vector<std::string> names = Names();
  EXPECT_GT(names.size(), 30u);
  std::set<std::string> missing(names.begin(), names.end());
  for (const CommandCall& call : Calls()) missing.erase(call.name);
  EXPECT_EQ(missing, std::set<std::string>()) << "add calls of them to every_command.cc";
}

// [cli-2]
TEST_F(EveryCommand, Rule02ExitCodeIsTheOneThatIsToldForTheCall) {
  for (const CommandCall& call : Calls()) {
    const Outcome outcome = Call(call);
    EXPECT_EQ(outcome.exit_code, call.exit_code) << call.command() << '\n' << outcome.err;
    const std::set<std::string> makes = WordsOf(call.makes);
    for (const std::string& made : makes) EXPECT_TRUE(Exists(made)) << call.command();
  }
}

// [cli-1] [cli-3]
TEST_F(EveryCommand, Rule03QuietLeavesStderrEmptyAndStdoutAsItIs) {
  for (const CommandCall& call : Calls()) {
    const Outcome told = Call(call);
    const Outcome quiet = Call(call, "--quiet");
    EXPECT_EQ(quiet.exit_code, told.exit_code) << call.command();
    const bool has_errors = told.exit_code == 1 && call.name == std::string("import");
    if (!has_errors) {
      EXPECT_EQ(quiet.err, "") << call.command();
    }
    // Whether there is a difference is all that a quiet diff is asked.
    const bool is_silent = call.name == std::string("diff") && told.exit_code == 1;
    if (!is_silent) {
      EXPECT_EQ(WithoutChance(quiet.out), WithoutChance(told.out)) << call.command();
    }
  }
}

// [cli-1] [cli-3]
TEST_F(EveryCommand, Rule03VerboseSaysMoreOnStderrAndNothingElseOnStdout) {
  for (const CommandCall& call : Calls()) {
    const Outcome told = Call(call);
    const Outcome verbose = Call(call, "--verbose");
    EXPECT_EQ(verbose.exit_code, told.exit_code) << call.command();
    EXPECT_GT(verbose.err.size(), told.err.size()) << call.command() << '\n' << verbose.err;
    EXPECT_EQ(WithoutChance(verbose.out), WithoutChance(told.out)) << call.command();
  }
}

// [cli-3]
TEST_F(EveryCommand, Rule03ColourAndProgressStayOffWhatIsNoTerminal) {
  for (const CommandCall& call : Calls()) {
    for (const char* flags : {"", "--format table"}) {
      const bool has_own_format = std::string(call.words).find("--format") != std::string::npos ||
                                  call.name == std::string("import") ||
                                  call.name == std::string("export");
      if (*flags != '\0' && has_own_format) continue;
      const Outcome outcome = Call(call, flags);
      EXPECT_FALSE(Contains(outcome.out + outcome.err, "\033[")) << call.command();
      EXPECT_FALSE(Contains(outcome.err, "\r")) << call.command();
    }
  }
}

// [cli-3]
TEST_F(EveryCommand, Rule03NoColorAndColorNeverHoldOnATerminalToo) {
  std::set<std::string> coloured;
  for (const CommandCall& call : Calls()) {
    Restore();
    const testing::Screen plain = testing::ShowOn({}, ScriptOf(call));
    if (Contains(plain.text, "\033[")) coloured.insert(call.name);
    Restore();
    const testing::Screen never = testing::ShowOn({}, ScriptOf(call, "--color never"));
    EXPECT_FALSE(Contains(never.text, "\033[")) << call.command() << '\n' << never.text;
    Restore();
    const testing::Screen asked = testing::ShowOn({}, "export NO_COLOR=1; " + ScriptOf(call));
    EXPECT_FALSE(Contains(asked.text, "\033[")) << call.command() << '\n' << asked.text;
    EXPECT_EQ(asked.exit_code, call.exit_code) << call.command() << '\n' << asked.text;
  }
  for (const char* name : {"inspect", "cat", "wal", "log", "diff"}) {
    EXPECT_TRUE(coloured.contains(name)) << name;
  }
}

// [cli-5]
TEST_F(EveryCommand, Rule05WhatReportsIsOneObjectOfTheDocumentedShape) {
  const std::map<std::string, Documented> shapes = ReadShapes();
  for (const CommandCall& call : Calls()) {
    if (*call.report == '\0') continue;
    const Outcome outcome = Call(call, "--json");
    EXPECT_EQ(outcome.exit_code, call.exit_code) << call.command() << '\n' << outcome.err;
    const json report = json::parse(outcome.out, nullptr, false);
    ASSERT_TRUE(report.is_object()) << call.command() << '\n' << outcome.out;
    const auto shape = shapes.find(call.report);
    ASSERT_NE(shape, shapes.end()) << "README.md has no row " << call.report;
    for (const std::string& member : shape->second.always) {
      EXPECT_TRUE(report.contains(member)) << call.command() << ": " << member << '\n' << report;
    }
    for (const auto& member : report.items()) {
      EXPECT_TRUE(shape->second.ever.contains(member.key()))
          << call.command() << ": README.md does not tell of " << member.key();
    }
  }
}

// [cli-5] What is asked of what reports, and a command that reports nothing, is a short list.
TEST_F(EveryCommand, Rule05OnlyDataAndTextAreNoReports) {
  std::set<std::string> without;
  for (const CommandCall& call : Calls()) without.insert(call.name);
  for (const CommandCall& call : Calls()) {
    if (*call.report != '\0') without.erase(call.name);
  }
  EXPECT_EQ(without, (std::set<std::string>{"schema", "help", "completion", "man"}));
}

// [cli-5] [cli-9]
TEST_F(EveryCommand, Rule09WhereThereIsNoDatabaseIsAnErrorAndNothingIsMade) {
  ::setenv("D", "nowhere", 1);
  for (const CommandCall& call : Calls()) {
    if (call.does == Does::kMake || call.does == Does::kTell) continue;
    Restore();
    const std::string before = TreeOf(".");
    const Outcome outcome = Run(ScriptOf(call, "--json"));
    EXPECT_EQ(outcome.exit_code, 3) << call.command() << '\n' << outcome.err;
    EXPECT_EQ(outcome.out, "") << call.command();
    const json told = json::parse(outcome.err, nullptr, false);
    ASSERT_TRUE(told.is_object()) << call.command() << '\n' << outcome.err;
    EXPECT_EQ(told["error"]["code"], "NOT_FOUND") << call.command();
    EXPECT_TRUE(Contains(told["error"]["message"], "nowhere")) << call.command() << '\n' << told;
    Run(call.before);
    if (*call.before == '\0' || call.name == std::string("edit")) {
      EXPECT_EQ(TreeOf("."), before) << call.command();
    }
    EXPECT_FALSE(Exists("nowhere")) << call.command();
  }
}

// [cli-2] [cli-5] Those of a lock and of an interrupt stand with the tests of these.
TEST_F(EveryCommand, Rule05ErrorsOfEachKindAreJsonWithTheirCode) {
  struct Row {
    const char* script;
    int exit_code;
    const char* code;
    json file = nullptr;
    json line = nullptr;
  };
  for (const Row& row :
       {Row{"dbtool cat $D", 2, "USAGE"}, Row{"dbtool catt $D", 2, "USAGE"},
        Row{"dbtool cat $D student --where 'x'", 2, "USAGE"},
        Row{"dbtool delete $D student 1", 2, "USAGE"}, Row{"dbtool cat $D nothing", 3, "NOT_FOUND"},
        Row{"dbtool get $D student 99", 3, "NOT_FOUND"},
        Row{"dbtool import $D student none.jsonl", 3, "NOT_FOUND", "none.jsonl"},
        Row{"sed -i s/Bob/Rob/ $D/wal/transaction.log; dbtool cat $D student", 5, "DATA_LOSS",
            "wal/transaction.log", 4},
        Row{"dbtool export $D student /dev/full", 6, "RESOURCE_EXHAUSTED", "/dev/full"},
        Row{"dbtool import $D student data", 6, "INTERNAL", "data"},
        Row{"dbtool create $D student --column a:int", 7, "ALREADY_EXISTS"},
        Row{"dbtool put $D student '{\"id\":\"x\"}'", 7, "INVALID_ARGUMENT"},
        Row{"sed -i 's/\"format\": 1/\"format\": 99/' $D/schema/*; dbtool cat $D student", 2,
            "FAILED_PRECONDITION", "schema/enrollment.schema.json", 2},
        Row{"dbtool create $D seat -q --column id:int:primary_key "
            "--column student:int:references=student; dbtool put $D seat -q "
            "'{\"id\":1,\"student\":1}'; dbtool delete $D student 1 --yes",
            7, "FAILED_PRECONDITION"}}) {
    Restore();
    const Outcome outcome = Run(std::string(row.script) + " --json");
    EXPECT_EQ(outcome.exit_code, row.exit_code) << row.script << '\n' << outcome.err;
    EXPECT_EQ(outcome.out, "") << row.script;
    const json told = json::parse(outcome.err, nullptr, false);
    ASSERT_TRUE(told.is_object() && told.contains("error")) << row.script << '\n' << outcome.err;
    const json& error = told["error"];
    EXPECT_EQ(error.size(), 5u) << row.script << '\n' << error;
    EXPECT_EQ(error["code"], row.code) << row.script << '\n' << error;
    EXPECT_TRUE(error["message"].is_string() && error["message"] != "") << row.script;
    EXPECT_EQ(error["file"], row.file) << row.script << '\n' << error;
    EXPECT_EQ(error["line"], row.line) << row.script << '\n' << error;
    EXPECT_TRUE(error["hint"].is_string() || error["hint"].is_null()) << row.script;
  }
}

// [cli-6]
TEST_F(EveryCommand, Rule06FlagsWorkInAnyPosition) {
  for (const CommandCall& call : Calls()) {
    const Outcome behind = Call(call, "--json -q");
    Restore();
    std::string script = ScriptOf(call);
    const std::string begin = std::string("dbtool ") + call.name + " ";
    const std::size_t at = script.find(begin);
    ASSERT_NE(at, script.npos) << script;
    const std::string words = script.substr(at + begin.size());
    const std::string before = script.substr(0, at);
    const Outcome front = Run(before + "dbtool -q --json " + call.name + " " + words);
    Restore();
    const Outcome between = Run(before + "dbtool --json " + call.name + " -q " + words);
    for (const Outcome& outcome : {front, between}) {
      EXPECT_EQ(outcome.exit_code, behind.exit_code) << script << '\n' << outcome.err;
      EXPECT_EQ(WithoutChance(outcome.out), WithoutChance(behind.out)) << script;
      EXPECT_EQ(WithoutChance(outcome.err), WithoutChance(behind.err)) << script;
    }
  }
}

// Runs a command whose stdout is a pipe that nobody reads any more.
int RunUnread(const std::string& command) {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execlp("sh", "sh", "-c", (command + " 2>../err").c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// [cli-6]
TEST_F(EveryCommand, Rule06AClosedPipeEndsItSilently) {
  for (const CommandCall& call : Calls()) {
    for (const char* flags : {"-q", "-q --json"}) {
      const Outcome read = Call(call, flags);
      Restore();
      EXPECT_EQ(RunUnread(ScriptOf(call, flags)), call.exit_code) << call.command();
      EXPECT_EQ(WithoutChance(Read("../err")), WithoutChance(read.err)) << call.command();
    }
  }
}

// [cli-7]
TEST_F(EveryCommand, Rule07AMistypedTableGetsASuggestion) {
  int mistyped = 0;
  for (CommandCall call : Calls()) {
    const std::string words = std::string(call.words) + " ";
    const std::size_t at = words.find("$D student ");
    if (at == words.npos) continue;
    const std::string wrong = "$D studnet " + words.substr(at + 11);
    call.words = wrong.c_str();
    const Outcome outcome = Call(call);
    EXPECT_NE(outcome.exit_code, 0) << call.command();
    EXPECT_TRUE(Contains(outcome.err, "did you mean \"student\"?")) << call.command() << '\n'
                                                                    << outcome.err;
    ++mistyped;
  }
  EXPECT_GT(mistyped, 15);
}

// [cli-8] The calls that make or change a file, by what is opened for that, renamed or linked.
TEST_F(EveryCommand, Rule08NeedsNoHomeAndWritesOnlyWhatIsNamed) {
  if (Run("command -v strace").exit_code != 0) GTEST_SKIP() << "strace is not installed";
  ::setenv("TMPDIR", (std::filesystem::current_path().parent_path() / "temporary").c_str(), 1);
  std::filesystem::create_directory("../temporary");
  const std::string here = std::filesystem::current_path();
  for (const CommandCall& call : Calls()) {
    const Outcome outcome =
        Call(call, "-q",
             "env -u HOME -u XDG_CONFIG_HOME -u XDG_CACHE_HOME -u XDG_STATE_HOME strace -f -qq -y "
             "-o ../trace -e trace=openat,?open,?creat,?mkdir,mkdirat,?rename,renameat2,?link,"
             "linkat,?symlink,symlinkat ");
    EXPECT_EQ(outcome.exit_code, call.exit_code) << call.command() << '\n' << outcome.err;
    std::istringstream trace(Read("../trace"));
    const std::set<std::string> makes = WordsOf(call.makes);
    for (std::string line; std::getline(trace, line);) {
      if (Contains(line, " --- ") || Contains(line, " +++ ")) continue;  // signals, and ends
      const bool opens = Contains(line, "open");
      const bool writes = !opens || Contains(line, "O_WRONLY") || Contains(line, "O_RDWR") ||
                          Contains(line, "O_CREAT");
      if (!writes || Contains(line, ") = -1 ") || Contains(line, "\"/dev/")) continue;
      // The words of the call, or what stands below them; a person's temporary files are theirs.
      bool named = Contains(line, "/temporary/") || Contains(line, "/temporary\"") ||
                   Contains(line, "O_TMPFILE") || Contains(line, "data/university") ||
                   Contains(line, "\"wal/");
      for (const std::string& made : makes) named = named || Contains(line, made);
      const bool is_sed = call.before[0] != '\0' && Contains(line, "/sed");
      EXPECT_TRUE(named || is_sed) << call.command() << '\n' << line;
    }
    EXPECT_TRUE(std::filesystem::is_empty("../temporary")) << call.command();
    const std::set<std::string> there = WordsOf(Out("ls -A"));
    std::set<std::string> expected = WordsOf(Out("ls -A ../as_made"));
    expected.insert(makes.begin(), makes.end());
    EXPECT_EQ(there, expected) << call.command();
  }
}

}  // namespace
}  // namespace linedb
