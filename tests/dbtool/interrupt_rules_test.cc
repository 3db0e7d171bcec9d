// Imports that are ended from outside, and openings that take long.
//
// What they guard against: half a file in a table, which nobody can tell from a whole one; a table
// that `--create` made and left; a terminal that stays silent for a minute after a crash.

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "linedb/database.h"
#include "linedb/exchange.h"
#include "nlohmann/json.hpp"
#include "tests/dbtool/dbtool_fixture.h"
#include "tests/dbtool/terminal.h"

namespace linedb {
namespace {

using nlohmann::json;

struct Ending {
  const char* signal;
  int exit_code;
};
constexpr Ending kEndings[] = {{"INT", 130}, {"TERM", 130}, {"KILL", 137}};

struct Input {
  const char* name;
  const char* make;  // prints many records
};
constexpr Input kInputs[] = {
    {"JSON Lines", R"(seq 10 20000 | sed 's/.*/{"id":&,"name":"somebody"}/')"},
    {"CSV", R"({ echo id,name; seq 10 20000 | sed 's/.*/&,somebody/'; })"},
    {"JSON",
     R"({ printf '[{"id":9,"name":"x"}'; seq 10 20000 | sed 's/.*/,{"id":&,"name":"y"}/'; })"},
};

class InterruptRules : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
  }

  // Sends the signal once dbtool has taken more of its input than a pipe holds, and waits for more:
  // what was written into the pipe would not have gone in otherwise. Its exit code.
  Outcome EndImport(const std::string& flags, const Input& input, const Ending& ending) {
    return Run(std::string("rm -f pipe pid; mkfifo pipe\n"
                           "sh -c 'echo $$ >pid; exec dbtool import data/university ") +
               flags + "' & import=$!\n{ " + input.make + "; kill -" + ending.signal +
               " $(cat pid); wait $import; code=$?; } >pipe\nrm -f pipe pid; exit $code");
  }
  std::string Names() { return Out("find data/university -type f | sort"); }
};

// [cli-6] [cli-14]
TEST_F(InterruptRules, Rule06AnImportThatIsEndedHasImportedNothing) {
  const std::string students = Out("dbtool cat data/university student");
  const std::string names = Names();
  for (const Input& input : kInputs) {
    for (const Ending& ending : kEndings) {
      const std::string what = std::string(input.name) + " " + ending.signal;
      const Outcome ended = EndImport("student pipe", input, ending);
      EXPECT_EQ(ended.exit_code, ending.exit_code) << what << '\n' << ended.err;
      if (ending.exit_code == 130) {
        EXPECT_TRUE(Contains(ended.err, "nothing of it is in the table")) << what << ended.err;
      }
      EXPECT_EQ(Run("dbtool cat data/university student").out, students) << what;
      Out("dbtool verify data/university -q");
      // Whoever writes next finds nothing of it, and has the same files.
      Out("dbtool put data/university student '{\"id\":3,\"name\":\"Zoë\"}' --replace -q");
      EXPECT_EQ(Out("dbtool cat data/university student"), students) << what;
      Out("dbtool checkpoint data/university -q; rm data/university/wal/transaction.2*");
      Out("rm -rf data/university/index");
      EXPECT_EQ(Names(), names) << what;
    }
  }
}

// [cli-6] [cli-20]
TEST_F(InterruptRules, Rule06ATableThatWasToBeCreatedIsNotThere) {
  for (const Ending& ending : kEndings) {
    for (const Input& input : kInputs) {
      const Outcome ended = EndImport("made pipe --create", input, ending);
      EXPECT_EQ(ended.exit_code, ending.exit_code) << input.name << ending.signal << ended.err;
      EXPECT_EQ(Run("dbtool cat data/university made").exit_code, 3) << input.name << ending.signal;
      Out("dbtool verify data/university -q");
    }
  }
}

// [cli-6] [cli-14]
TEST_F(InterruptRules, Rule06AnImportInBatchesKeepsWholeOnes) {
  for (const Ending& ending : kEndings) {
    Out("dbtool create data/university number -q --column id:int:primary_key --column name:str");
    const Outcome ended = EndImport("number pipe --batch 100", kInputs[1], ending);
    EXPECT_EQ(ended.exit_code, ending.exit_code) << ended.err;
    if (ending.exit_code == 130) {
      EXPECT_TRUE(Contains(ended.err, "the batches committed before are in the table"))
          << ended.err;
    }
    const int count = std::stoi(Out("dbtool cat data/university number -q | wc -l"));
    EXPECT_GT(count, 0) << ending.signal;
    EXPECT_EQ(count % 100, 0) << ending.signal;
    Out("dbtool checkpoint data/university -q");  // a batch may have been on its way to the log
    Out("dbtool verify data/university -q");
    Out("dbtool init other -q; rm -rf data/university; mv other data/university");
  }
}

// [cli-5]
TEST_F(InterruptRules, Rule05AnInterruptIsAnErrorInJsonToo) {
  const Outcome ended = EndImport("student pipe --json", kInputs[1], kEndings[0]);
  EXPECT_EQ(ended.exit_code, 130);
  EXPECT_EQ(ended.out, "");
  const json told = json::parse(ended.err, nullptr, false);
  ASSERT_TRUE(told.is_object()) << ended.err;
  EXPECT_EQ(told["error"]["code"], "CANCELLED");
  EXPECT_EQ(told["error"]["hint"], "nothing of it is in the table");
}

class ProgressRules : public InterruptRules {
 protected:
  // A log of some 15 MiB in "crashed", whose writer was killed.
  void MakeLongLog() {
    Options options;
    options.maintenance = Maintenance::kManual;
    auto writer = Database::Open("data/university", options);
    ASSERT_TRUE(writer.ok()) << writer.status();
    const std::string name(1000, 'n');
    std::stringstream lines;
    for (int id = 10; id < 12'000; ++id) {
      lines << "{\"id\":" << id << ",\"name\":\"" << name << "\"}\n";
    }
    const auto imported = Import(**writer, "student", lines, {});
    ASSERT_TRUE(imported.ok()) << imported.status();
    Out("cp -r data/university crashed");
    Out("sed -i 's/\"pid\":[0-9]*/\"pid\":999999999/' crashed/LOCK");
  }
  // dbtool with a wait in its first opening of the log, so that the rest takes long.
  static std::string Slowly(const std::string& command, int opening) {
    return "strace -qq -o ../trace -e trace=openat -e inject=openat:delay_exit=1200000:when=" +
           std::to_string(opening) + " dbtool " + command;
  }
  // Which of the command's openings is that of the log.
  int OpeningOfLog(const std::string& command) {
    Run("strace -qq -o ../trace -e trace=openat dbtool " + command + " >/dev/null");
    return std::stoi(Out("grep -n wal/transaction.log ../trace | head -n 1 | cut -d: -f1"));
  }
};

// [cli-3] [cli-13]
TEST_F(ProgressRules, Rule13ALongReplayShowsProgressOnATerminalAndNowhereElse) {
  if (Run("command -v strace").exit_code != 0) GTEST_SKIP() << "strace is not installed";
  MakeLongLog();
  const std::string command = "get crashed student 1 --color never";
  const std::string slowly = Slowly(command, OpeningOfLog(command));
  const testing::Screen screen = testing::ShowOn({}, slowly);
  EXPECT_EQ(screen.exit_code, 0) << screen.text;
  const std::size_t shown = screen.text.find("\r\033[Kreplaying wal/transaction.log ");
  ASSERT_NE(shown, std::string::npos) << screen.text;
  EXPECT_TRUE(Contains(screen.text.substr(shown), "%")) << screen.text;
  // It is taken away again, and what was asked for stands on the line.
  EXPECT_TRUE(Contains(screen.text, "%\r\033[Kdbtool: crashed: recovered: ")) << screen.text;
  for (const char* flag : {" -q", " --json"}) {
    EXPECT_FALSE(Contains(testing::ShowOn({}, slowly + flag).text, "replaying")) << flag;
  }
  const Outcome piped = Run(slowly);
  EXPECT_EQ(
      piped.err,
      "dbtool: crashed: recovered: 11,997 operations of 5 transactions replayed from the log, "
      "in memory: nothing on disk was changed\n");
  EXPECT_TRUE(Contains(piped.out, "Alice")) << piped.out;
  // Stderr is what counts: data may go into a pipe.
  EXPECT_TRUE(Contains(testing::ShowOn({}, slowly + " | cat").text, "replaying"));
}

// [cli-3]
TEST_F(ProgressRules, Rule03AnImportThatTakesLongTellsThatItCommits) {
  if (Run("command -v strace").exit_code != 0) GTEST_SKIP() << "strace is not installed";
  Write("many.jsonl", Out(kInputs[0].make));
  const std::string command = "import data/university student many.jsonl --color never";
  const std::string dry = command + " --dry-run";
  const testing::Screen tried = testing::ShowOn({}, Slowly(dry, OpeningOfLog(dry)));
  EXPECT_TRUE(Contains(tried.text, "\r\033[Kimporting ")) << tried.text;
  EXPECT_FALSE(Contains(tried.text, "committing")) << tried.text;
  const testing::Screen screen = testing::ShowOn({}, Slowly(command, OpeningOfLog(dry)));
  EXPECT_EQ(screen.exit_code, 0) << screen.text;
  const std::size_t importing = screen.text.find("\r\033[Kimporting ");
  ASSERT_NE(importing, std::string::npos) << screen.text;
  EXPECT_TRUE(Contains(screen.text.substr(importing), "/s\r\033[Kcommitting\r\033[K"))
      << screen.text;
}

// [cli-13]
TEST_F(ProgressRules, Rule13AQuickReplayShowsNoProgress) {
  const testing::Screen screen = testing::ShowOn({}, "dbtool get data/university student 1");
  EXPECT_FALSE(Contains(screen.text, "replaying")) << screen.text;
}

// [cli-13] "closed properly" stood beside bytes that belong to no transaction.
TEST_F(ProgressRules, Rule13InspectTellsOfATornTailOfWhatWasClosedProperly) {
  const std::string whole = Out("dbtool inspect data/university --format table");
  EXPECT_TRUE(Contains(whole, "to be replayed   nothing: it was closed properly\n")) << whole;
  Out("printf '{\"torn' >>data/university/wal/transaction.log");
  const std::string before = TreeOf("data/university");
  const std::string torn = Out("dbtool inspect data/university --format table");
  EXPECT_FALSE(Contains(torn, "closed properly")) << torn;
  EXPECT_TRUE(
      Contains(torn, "it did not stay as it was closed: 6 bytes behind the last transaction"))
      << torn;
  EXPECT_EQ(Out("dbtool inspect data/university --json | jq -c '[.replay.needed, "
                ".replay.torn_bytes]'"),
            "[true,6]\n");
  EXPECT_EQ(TreeOf("data/university"), before);
}

// [cli-13]
TEST_F(ProgressRules, Rule13InspectShowsWhatIsToBeReplayedAndLeavesIt) {
  MakeCrashed("crashed");
  const std::string before = TreeOf("crashed");
  for (int times = 0; times < 2; ++times) {
    const Outcome inspect = Run("dbtool inspect crashed --format table");
    EXPECT_TRUE(Contains(inspect.out,
                         "to be replayed   8 operations of 5 transactions, by the next "
                         "command that writes\n"))
        << inspect.out;
    EXPECT_TRUE(Contains(inspect.err,
                         "recovered: 8 operations of 5 transactions replayed from the "
                         "log, in memory: nothing on disk was changed\n"))
        << inspect.err;
  }
  EXPECT_EQ(TreeOf("crashed"), before);
}

// [cli-12]
TEST_F(ProgressRules, Rule12AnotherFormatIsToldWithBothVersionsAndAWayOut) {
  Out("cp -r data/university made_newer; cp -r data/university log_newer");
  Out("sed -i 's/\"format\": 1/\"format\": 99/' made_newer/schema/student.schema.json");
  Out("sed -i '1s/\"version\":1/\"version\":99/' log_newer/wal/transaction.log");
  for (const std::string directory : {"made_newer", "log_newer"}) {
    const std::string before = TreeOf(directory);
    for (const char* words : {"inspect $D", "cat $D student", "verify $D --quick", "dump $D",
                              "backup $D copied", "import $D student more.jsonl", "checkpoint $D",
                              "put $D student '{\"name\":\"Eve\"}'", "restore $D restored"}) {
      const std::string call = "D=" + directory + "; dbtool " + words;
      const Outcome outcome = Run(call);
      EXPECT_EQ(outcome.exit_code, 2) << call << '\n' << outcome.out << outcome.err;
      EXPECT_TRUE(Contains(outcome.err, "99")) << call << '\n' << outcome.err;
      const char* ours = directory == "log_newer" ? "up to 1\n" : "up to format 2\n";
      EXPECT_TRUE(Contains(outcome.err, ours)) << call << '\n' << outcome.err;
      EXPECT_TRUE(Contains(outcome.err, "dbtool: hint: a newer dbtool reads it")) << outcome.err;
      EXPECT_EQ(TreeOf(directory), before) << call;
      EXPECT_FALSE(Exists("copied") || Exists("restored")) << call;
    }
  }
}

}  // namespace
}  // namespace linedb
