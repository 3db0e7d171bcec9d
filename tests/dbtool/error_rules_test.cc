// What an error tells scripts and people: the place, the exit code, and a way out that is one.

#include <unistd.h>

#include <cstdlib>
#include <iterator>
#include <memory>
#include <set>
#include <sstream>
#include <string>

#include "linedb/database.h"
#include "nlohmann/json.hpp"
#include "tests/dbtool/dbtool_fixture.h"
#include "tests/dbtool/reading_commands.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

using nlohmann::json;

class ErrorRules : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
  }

  // The error that the command tells with --json.
  json ErrorOf(const std::string& command) {
    const Outcome outcome = Run("dbtool " + command + " --json");
    EXPECT_NE(outcome.exit_code, 0) << command;
    const json told = json::parse(outcome.err.substr(0, outcome.err.find('\n')), nullptr, false);
    EXPECT_TRUE(told.is_object() && told.contains("error")) << command << '\n' << outcome.err;
    return told.is_object() ? told.value("error", json::object()) : json::object();
  }
  // Which of the command's openings is the first of that file.
  int OpeningOf(const std::string& command, const std::string& file) {
    Run("strace -qq -o ../trace -e trace=openat dbtool " + command);
    Out("rm -rf new");
    std::istringstream trace(Read("../trace"));
    int count = 0;
    for (std::string call; std::getline(trace, call);) {
      count += call.find("openat(") != call.npos ? 1 : 0;
      if (call.find(file) != call.npos) return count;
    }
    ADD_FAILURE() << command << " does not open " << file;
    return 1;
  }
  static bool CanTrace() {
    return !testing::kSanitized && ::system("command -v strace >/dev/null") == 0;
  }
};

// [cli-5]
TEST_F(ErrorRules, Rule05WhatWasTypedIsNoPlace) {
  Out("dbtool create data/university word -q --column word:str:primary_key");
  Write("7", "");
  for (const char* command :
       {"restore data/university x --at abc", "restore data/university x --at a/b:3:4:",
        "diff data/university --from 'wal/transaction.log line 3 byte 4: x'",
        "get data/university word 'x line 7'", "get data/university word 'a/b line 7: c'",
        "log data/university word a:9", "log data/university word 'a/b line 7 byte 3: c'",
        "log data/university word '7:1:1: x'", "cat data/university 'a/b line 7: c'",
        "get data/university student x:7"}) {
    const json error = ErrorOf(command);
    EXPECT_EQ(error["file"], nullptr) << command << '\n' << error;
    EXPECT_EQ(error["line"], nullptr) << command << '\n' << error;
  }
}

// [cli-5]
TEST_F(ErrorRules, Rule05PlacesAreThoseOfTheFiles) {
  Write("my dump", "no dump\n");
  Write("bad.json", "{\"table_name\":\n\n x");
  std::string log = Read("data/university/wal/transaction.log");
  Out("cp -r data/university damaged");
  log[log.find("Bob")] = 'R';
  Write("damaged/wal/transaction.log", log);
  struct Row {
    const char* command;
    const char* file;
    json line;
  };
  for (const Row& row :
       {Row{"load l9 'my dump'", "my dump", 1}, Row{"load l9 - <'my dump'", "<stdin>", 1},
        Row{"create data/university t --schema bad.json", "bad.json", 3},
        Row{"cat damaged student", "wal/transaction.log", 4},
        Row{"import data/university student 'no such.jsonl'", "no such.jsonl", nullptr},
        Row{"export data/university student /dev/full", "/dev/full", nullptr},
        Row{"dump data/university -o nowhere/x", "nowhere/x", nullptr}}) {
    const json error = ErrorOf(row.command);
    EXPECT_EQ(error["file"], row.file) << row.command << '\n' << error;
    EXPECT_EQ(error["line"], row.line) << row.command << '\n' << error;
  }
}

// [cli-2]
TEST_F(ErrorRules, Rule02WhatIsInTheWayIsAMistakeOfTheCall) {
  Out("dbtool init other -q");
  Out("dbtool dump data/university -o whole.dump -q");
  for (const char* command :
       {"backup data/university .", "backup data/university other",
        "backup data/university more.jsonl", "restore data/university .",
        "restore data/university other", "restore data/university more.jsonl",
        "load other whole.dump", "load . whole.dump", "slice data/university --to other --from 2",
        "slice data/university --to . --from 2", "repair data/university --to other",
        "repair data/university --to .", "edit data/university student --file more.jsonl",
        "export data/university student more.jsonl"}) {
    const Outcome outcome = Run(std::string("EDITOR=true dbtool ") + command);
    EXPECT_EQ(outcome.exit_code, 2) << command << '\n' << outcome.err;
  }
}

// [cli-2]
TEST_F(ErrorRules, Rule02ADiskThatFailsUnderASliceExitsWithSix) {
  if (!CanTrace()) GTEST_SKIP() << "strace is not installed, or cannot trace this";
  int failed = 0;
  for (int call = 1; call < 20; ++call) {
    Out("rm -rf cut");
    const Outcome outcome =
        Run("strace -f -qq -o ../trace -e trace=fdatasync -e inject=fdatasync:error=EIO:when=" +
            std::to_string(call) + " dbtool slice data/university --to cut --from 6 --through 7");
    if (outcome.exit_code == 0) continue;  // an archive that is left uncompressed, or no such call
    ++failed;
    EXPECT_EQ(outcome.exit_code, 6) << call << '\n' << outcome.err;
    EXPECT_TRUE(Contains(outcome.err, "Input/output error")) << call << '\n' << outcome.err;
  }
  EXPECT_GT(failed, 3);
}

TEST_F(ErrorRules, TailOfWhatIsStillToComeSaysSo) {
  ExpectFailure("dbtool tail data/university --from 9", 3,
                "there is no lsn 9 yet: the log ends with lsn 7");
  EXPECT_EQ(Out("dbtool tail data/university --from 8"), "");
}

// [cli-2] It printed nothing and ended with 0.
TEST_F(ErrorRules, Rule02TheLogOfWhatIsStillToComeIsNotFound) {
  const std::string last = Out("dbtool wal data/university | tail -n 1 | jq -j .lsn");
  const std::string next = std::to_string(std::stoul(last) + 1);
  ExpectFailure("dbtool wal data/university --from 99999999", 3,
                "there is no lsn 99999999 yet: the log ends with lsn " + last);
  ExpectFailure("dbtool wal data/university --from 99 --table student --json", 3,
                "there is no lsn 99 yet");
  ExpectFailure("dbtool wal data/university --from 5 --to 2", 2,
                "--from, lsn 5, is later than --to, lsn 2");
  EXPECT_EQ(Out("dbtool wal data/university --from " + next), "");
  EXPECT_NE(Out("dbtool wal data/university --from " + last + " --to 99"), "");
  // The same of a log that has been archived.
  Out("dbtool checkpoint data/university -q");
  EXPECT_EQ(Out("dbtool wal data/university --from " + next), "");
  ExpectFailure("dbtool wal data/university --from 99", 3, "the log ends with lsn " + last);
}

// [cli-2] It was told as a disk that is full.
TEST_F(ErrorRules, Rule02KeysThatAreUsedUpAreAConstraint) {
  Out("dbtool create data/university k -q --column id:int:primary_key:nullable --column n:str");
  Out("dbtool put data/university k '{\"id\":9223372036854775807,\"n\":\"x\"}' -q");
  Write("k.jsonl", "{\"n\":\"y\"}\n");
  for (const char* command :
       {"put data/university k '{\"n\":\"y\"}'", "import data/university k k.jsonl"}) {
    const json error = ErrorOf(command);
    EXPECT_EQ(error["code"], "INVALID_ARGUMENT") << command;
    EXPECT_EQ(error["hint"], "a record that has a key of its own, one that is free, goes in");
    ExpectFailure(std::string("dbtool ") + command, 7,
                  "the largest 64-bit key is in use, so none can be assigned");
  }
  Out("dbtool put data/university k '{\"id\":3,\"n\":\"y\"}' -q");
}

TEST_F(ErrorRules, ATableThatIsThereIsNamedAsItIsSpelled) {
  for (const char* name : {"student", "Student", "STUDENT"}) {
    ExpectFailure(std::string("dbtool create data/university ") + name + " --column a:int", 7,
                  "hint: `dbtool alter data/university student` changes it");
  }
}

TEST_F(ErrorRules, TailAtAGapHintsWhatIsBehindIt) {
  Out("dbtool checkpoint data/university -q");
  Out("dbtool import data/university student more.jsonl -q");
  Out("dbtool checkpoint data/university -q");
  Out("dbtool import data/university student more.jsonl --on-conflict replace -q");
  Out("rm $(ls -d data/university/wal/transaction.2* | tail -n 1)");
  const Outcome gap = Run("dbtool tail data/university --from 0");
  EXPECT_EQ(gap.exit_code, 3);
  EXPECT_TRUE(Contains(gap.err, "`dbtool tail data/university --from 9` begins behind the gap"))
      << gap.err;
  EXPECT_EQ(Out("dbtool tail data/university --from 9 | jq .lsn"), "9\n");
}

// [cli-6]
TEST_F(ErrorRules, Rule06AClosedPipeLeavesNoCountOfADiff) {
  Out("seq 100000 | sed 's/.*/{\"n\":&}/' | dbtool import data/university number - --create -q");
  const Outcome outcome =
      Run("{ dbtool diff data/university --from 7; echo exit $? >&2; } | head -n 1");
  EXPECT_EQ(outcome.err, "exit 1\n");
}

// [cli-7]
TEST_F(ErrorRules, Rule07PurgeOfAMistypedTableGetsASuggestion) {
  for (const char* flag : {"--yes", "--dry-run"}) {
    ExpectFailure(std::string("dbtool purge data/university studen 1 ") + flag, 3,
                  "did you mean \"student\"?");
  }
}

// [cli-8]
TEST_F(ErrorRules, Rule08EditedFilesStandOutsideTheDatabase) {
  const std::string before = TreeOf("data");
  for (const char* file : {"data/university/data/foo.jsonl", "data/university/x"}) {
    ExpectFailure(std::string("EDITOR=true dbtool edit data/university student --file ") + file, 2,
                  "is inside the database");
  }
  EXPECT_EQ(TreeOf("data"), before);
}

// [cli-11]
TEST_F(ErrorRules, Rule11EveryCommandThatWorksBesideAWriterIsNamed) {
  auto writer = Database::Open("data/university");
  ASSERT_TRUE(writer.ok()) << writer.status();
  std::set<std::string> work;
  const auto run = [&](const std::string& command) {
    Out("dbtool " + command);
    work.insert(command.substr(0, command.find(' ')));
  };
  for (const char* command : kReading) run(command);
  for (const char* command : kReadingFrom) run(command);
  work.erase("checkpoint");  // only its --dry-run
  // The page is served until somebody ends it.
  if (Run(std::string(kInterrupted) + "dbtool ui data/university").exit_code == 130) {
    work.insert("ui");
  }
  const std::string hint = ErrorOf("checkpoint data/university")["hint"];
  const std::string begin = "meanwhile these work: ";
  ASSERT_EQ(hint.rfind(begin, 0), 0U) << hint;
  std::istringstream words(hint.substr(begin.size()));
  const std::set<std::string> named{std::istream_iterator<std::string>(words), {}};
  EXPECT_EQ(named, work);
}

// [cli-11]
TEST_F(ErrorRules, Rule11WhoHoldsTheTargetIsToldInWords) {
  Out("dbtool backup data/university copy -q");
  auto writer = Database::Open("copy");
  ASSERT_TRUE(writer.ok()) << writer.status();
  const Outcome outcome = Run("dbtool backup data/university copy");
  EXPECT_EQ(outcome.exit_code, 4) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "by dbtool_tests (pid " + std::to_string(::getpid())))
      << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "name another directory, or wait")) << outcome.err;
  EXPECT_FALSE(Contains(outcome.err, "{\"pid\"")) << outcome.err;
}

TEST_F(ErrorRules, InterruptedRestoreDoesNotPromiseToGoOn) {
  if (!CanTrace()) GTEST_SKIP() << "strace is not installed, or cannot trace this";
  for (const char* command : {"restore data/university new", "repair data/university --to new"}) {
    Out("rm -rf new");
    const std::string name = std::string(command).substr(0, std::string(command).find(' '));
    const Outcome outcome =
        Run("strace -qq -o ../trace -e trace=openat -e inject=openat:signal=SIGINT:when=" +
            std::to_string(OpeningOf(command, "data/university/wal/transaction.log")) + " dbtool " +
            command);
    EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
    EXPECT_TRUE(Contains(outcome.err, "the " + name + " was interrupted")) << outcome.err;
    EXPECT_TRUE(Contains(outcome.err, "nothing was made in new")) << outcome.err;
    EXPECT_FALSE(Contains(outcome.err, "goes on with it")) << outcome.err;
    EXPECT_NE(Run("test -e new").exit_code, 0) << name;
  }
}

TEST_F(ErrorRules, DamageIsSaidToBeRepairable) {
  Out("dbtool checkpoint data/university -q");
  Out("sed -i s/Bob/Rob/ data/university/data/student.records");
  ExpectFailure("dbtool get data/university student 1", 5,
                "dbtool repair data/university --to NEWDIR");
}

// It named the table that was asked for, and came with damage of logs and schemas, too.
TEST_F(ErrorRules, OnlyDamageOfATablesFileIsSaidToBeAdoptable) {
  Out("dbtool checkpoint data/university -q");
  struct Row {
    const char* damaging;
    const char* adoption;  // empty: none is offered
  };
  for (const Row& row : {Row{": > copy/data/student.records", "`dbtool adopt copy student`"},
                         Row{"sed -i 's/\"str\"/\"stx\"/' copy/schema/student.schema.json", ""},
                         Row{"sed -i 's/CHECKPOINT/CHICKPOINT/' copy/wal/transaction.log", ""}}) {
    Out("rm -rf copy && cp -r data/university copy");
    Out(row.damaging);
    const Outcome outcome = Run("dbtool cat copy enrollment");
    EXPECT_EQ(outcome.exit_code, 5) << row.damaging << '\n' << outcome.err;
    EXPECT_TRUE(Contains(outcome.err, "`dbtool repair copy --to NEWDIR`")) << outcome.err;
    const std::string adoption = row.adoption;
    EXPECT_EQ(Contains(outcome.err, "dbtool adopt"), !adoption.empty()) << outcome.err;
    EXPECT_TRUE(Contains(outcome.err, adoption)) << outcome.err;
  }
}

// It began with the log's name, and was taken for damage of the log.
TEST_F(ErrorRules, DamageFoundWhileALogIsReplayedIsToldOfTheDamagedFile) {
  Out("dbtool init shop -q");
  Write("note.awk", "{print \"{\\\"id\\\":\" $1 \",\\\"text\\\":\\\"a note of some length\\\"}\"}");
  // Of a table that opening need not read.
  Out("seq 20000 | awk -f note.awk | "
      "dbtool import shop note - -q --create --primary-key id");
  Out("dbtool checkpoint shop -q");
  Out("dbtool put shop note -q --replace '{\"id\":1,\"text\":\"another one\"}'");
  Out("sed -i '1s/note/nose/' shop/data/note.records");
  const Outcome outcome = Run("dbtool cat shop note --json");
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_TRUE(Contains(outcome.err, "\"message\":\"data/note.records line 1 ")) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, ", while replaying wal/transaction.log line ")) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "\"file\":\"data/note.records\"")) << outcome.err;
}

}  // namespace
}  // namespace linedb
