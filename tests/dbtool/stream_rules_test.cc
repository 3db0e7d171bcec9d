// The rules of streams and exit codes (cli.md 1 to 8), one or more tests each.
//
// What they guard against: a script that pipes dbtool into jq and finds a progress line in its
// data; one that tests $? and takes a failed import for a good one.

#include <cstdlib>
#include <memory>

#include "linedb/database.h"
#include "nlohmann/json.hpp"
#include "tests/dbtool/dbtool_fixture.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

using nlohmann::json;

class StreamRules : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
  }
};

// [cli-1]
TEST_F(StreamRules, Rule01DataGoesToStdoutAndTheRestToStderr) {
  const Outcome cat = Run("dbtool cat data/university student --columns id");
  EXPECT_EQ(cat.out, "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
  EXPECT_EQ(cat.err, "");
  const Outcome import = Run("dbtool import data/university student more.jsonl");
  EXPECT_EQ(import.out, "");
  EXPECT_EQ(import.err, "dbtool: read 1, inserted 1, replaced 0, skipped 0, rejected 0\n");
}

// [cli-2]
TEST_F(StreamRules, Rule02ExitCodesTellWhatHappened) {
  Write("bad.jsonl", "{\"id\":7}\n{\"id\":8,\"name\":\"Hal\"}\n");
  Write("torn.jsonl", "{\"id\":\n");
  struct Row {
    const char* command;
    int exit_code;
  };
  const Row rows[] = {
      {"dbtool cat data/university student", 0},
      {"dbtool verify data/university", 0},
      {"dbtool import data/university student torn.jsonl", 1},
      {"dbtool import data/university student bad.jsonl --rejects rejects.jsonl", 1},
      {"dbtool", 2},
      {"dbtool cat data/university", 2},
      {"dbtool cat data/university student --where 'nonsense = 1'", 2},
      {"dbtool cat data/university student --limit -1", 2},
      {"dbtool cat data/university student --limit=-1", 2},
      {"dbtool import data/university student bad.jsonl --batch -1", 2},
      {"dbtool import data/university student bad.jsonl --max-errors -1", 2},
      {"dbtool wal data/university --from -3", 2},
      {"dbtool wal data/university --to=-3", 2},
      {"dbtool cat nowhere student", 3},
      {"dbtool cat data/university nothing", 3},
      {"dbtool get data/university student 99", 3},
      {"dbtool import data/university student nofile.jsonl", 3},
      {"dbtool cat data/university student >/dev/full", 6},
      {"dbtool import data/university student data", 6},
      {"dbtool import data/university student student.jsonl", 7},
      {"dbtool create data/university student --column id:int", 7},
      {"dbtool init data/university", 7},
  };
  for (const Row& row : rows) EXPECT_EQ(Run(row.command).exit_code, row.exit_code) << row.command;
}

// [cli-2]
TEST_F(StreamRules, Rule02DamagedFilesExitWithFive) {
  std::string log = Read("data/university/wal/transaction.log");
  log[40] = static_cast<char>(log[40] ^ 1);
  Write("data/university/wal/transaction.log", log);
  EXPECT_EQ(Run("dbtool cat data/university student").exit_code, 5);
  EXPECT_EQ(Run("dbtool import data/university student more.jsonl").exit_code, 5);
  const Outcome verify = Run("dbtool verify data/university");
  EXPECT_EQ(verify.exit_code, 1) << verify.err;
  EXPECT_TRUE(Contains(verify.out, "wal/transaction.log")) << verify.out;
}

// [cli-3]
TEST_F(StreamRules, Rule03ColourOnlyOnATerminalOrWhenAsked) {
  const std::string command = "dbtool cat data/university student --format table";
  EXPECT_FALSE(Contains(Out(command), "\033["));
  EXPECT_TRUE(Contains(Out(command + " --color always"), "\033["));
  EXPECT_TRUE(Contains(RunOnTerminal(command).out, "\033["));
  EXPECT_FALSE(Contains(RunOnTerminal("NO_COLOR=1 " + command).out, "\033["));
  EXPECT_FALSE(Contains(RunOnTerminal(command + " --color never").out, "\033["));
}

// [cli-3]
TEST_F(StreamRules, Rule03QuietLeavesOnlyErrors) {
  EXPECT_EQ(Run("dbtool import data/university student more.jsonl --quiet").err, "");
  EXPECT_NE(Run("dbtool import data/university student more.jsonl --quiet").err, "");
}

// [cli-4]
TEST_F(StreamRules, Rule04TableOnATerminalAndJsonLinesInAPipe) {
  const std::string command = "dbtool cat data/university student --columns id,name";
  EXPECT_EQ(Out(command),
            "{\"id\":1,\"name\":\"Alice\"}\n{\"id\":2,\"name\":\"Bob\"}\n"
            "{\"id\":3,\"name\":\"Zoë\"}\n");
  EXPECT_EQ(RunOnTerminal(command + " --color never").out,
            "id  name\r\n 1  Alice\r\n 2  Bob\r\n 3  Zoë\r\n");
  EXPECT_EQ(Out(command + " --format csv"), "id,name\r\n1,Alice\r\n2,Bob\r\n3,Zoë\r\n");
  EXPECT_EQ(json::parse(Out(command + " --format json")).size(), 3u);
}

// [cli-4]
TEST_F(StreamRules, Rule04NothingIsCutInAPipe) {
  const std::string name(5000, 'n');
  Write("long.jsonl", "{\"id\":50,\"name\":\"" + name + "\"}\n");
  Out("dbtool import data/university student long.jsonl");
  EXPECT_TRUE(Contains(Out("dbtool cat data/university student --format table"), name));
  EXPECT_FALSE(Contains(RunOnTerminal("dbtool cat data/university student").out, name));
}

// [cli-5]
TEST_F(StreamRules, Rule05ReportsAreOneJsonObject) {
  struct Row {
    const char* command;
    const char* member;
  };
  const Row rows[] = {{"init data/new", "created"},
                      {"create data/university t --column a:int", "table"},
                      {"inspect data/university", "tables"},
                      {"inspect data/university student", "columns"},
                      {"stats data/university", "last_lsn"},
                      {"import data/university student more.jsonl", "inserted"},
                      {"cat data/university student", "records"},
                      {"get data/university student 1", "records"},
                      {"grep data/university Alice", "matches"},
                      {"wal data/university", "operations"},
                      {"verify data/university", "problems"},
                      {"verify data/university --quick", "ok"},
                      {"checkpoint data/university --dry-run", "needed"},
                      {"checkpoint data/university", "log_bytes_after"}};
  for (const Row& row : rows) {
    const json report =
        json::parse(Out(std::string("dbtool --json ") + row.command), nullptr, false);
    ASSERT_TRUE(report.is_object()) << row.command;
    EXPECT_TRUE(report.contains(row.member)) << row.command << '\n' << report;
  }
}

// [cli-5]
TEST_F(StreamRules, Rule05ErrorsAreJsonOnStderr) {
  for (const char* command : {"cat nowhere student", "cat data/university studnt", "nonsense",
                              "cat data/university", "import data/university student no.jsonl"}) {
    const Outcome outcome = Run(std::string("dbtool ") + command + " --json");
    EXPECT_EQ(outcome.out, "") << command;
    const json error = json::parse(outcome.err, nullptr, false);
    ASSERT_TRUE(error.is_object() && error.contains("error")) << command << '\n' << outcome.err;
    for (const char* member : {"code", "message", "file", "line", "hint"}) {
      EXPECT_TRUE(error["error"].contains(member)) << command << ": " << member;
    }
  }
}

// [cli-6]
TEST_F(StreamRules, Rule06DashIsStdinAndStdout) {
  Out("dbtool export data/university student - | dbtool import data/university copy - --create -q");
  EXPECT_EQ(Out("dbtool export data/university copy"),
            Out("dbtool export data/university student"));
}

// [cli-6]
TEST_F(StreamRules, Rule06FlagsWorkInAnyPosition) {
  const std::string expected = "[\n{\"id\":1}\n]\n";
  for (const char* command :
       {"dbtool --format json cat data/university student --limit 1 --columns id",
        "dbtool cat --limit 1 data/university --format json --columns id student",
        "dbtool cat --columns=id data/university student --limit=1 --format=json"}) {
    EXPECT_EQ(Out(command), expected) << command;
  }
}

// [cli-6]
TEST_F(StreamRules, Rule06ClosedPipeEndsItSilently) {
  Out("seq 100000 | sed 's/.*/{\"n\":&}/' | dbtool import data/university number - --create -q");
  for (const char* command : {"cat", "export"}) {
    const Outcome outcome = Run(std::string("{ dbtool ") + command +
                                " data/university number -q; echo exit $? >&2; } | head -1");
    EXPECT_EQ(outcome.out, "{\"n\":1}\n");
    EXPECT_EQ(outcome.err, "exit 0\n") << command;
  }
}

// [cli-8]
TEST_F(StreamRules, Rule08NeedsNoHomeAndWritesOnlyWhatIsNamed) {
  const std::string tool = std::string(DBTOOL_DIRECTORY) + "/dbtool";
  const std::string before = Out("ls -A");
  Out("env -i " + tool + " cat data/university student");
  Out("env -i " + tool + " import data/university student more.jsonl");
  EXPECT_EQ(Out("ls -A"), before);
}

// [cli-22]
TEST_F(StreamRules, Rule22ExportReplacesAFileOnlyWithYes) {
  Write("there.jsonl", "precious\n");
  EXPECT_EQ(Run("dbtool export data/university student there.jsonl").exit_code, 2);
  EXPECT_EQ(Read("there.jsonl"), "precious\n");
  Out("dbtool export data/university student there.jsonl --yes");
  EXPECT_EQ(Read("there.jsonl"), Read("student.jsonl"));
}

// [cli-22] `export DIR T DIR/data/T.records --yes` replaced the table's own file.
TEST_F(StreamRules, Rule22ExportReplacesNothingOfTheDatabase) {
  Out("ln -s . there; ln -s data/university/wal/transaction.log link; mkdir beside "
      "data/university2");
  const std::string before = TreeOf("data/university");
  for (const char* file : {"data/university/data/student.records", "data/university/new.jsonl",
                           "there/beside/../data/university/LOCK", "link", "data/university"}) {
    const Outcome outcome =
        Run(std::string("dbtool export data/university/ student --yes ") + file);
    EXPECT_EQ(outcome.exit_code, 2) << file << '\n' << outcome.err;
    EXPECT_EQ(TreeOf("data/university"), before) << file;
  }
  Out("dbtool export data/university student data/university2/student.jsonl");
}

// After a power cut a file that was reported as written could be gone: its name was in no directory
// that had been synced.
TEST_F(StreamRules, ExportedAndDumpedFilesHaveDurableNames) {
  if (testing::kSanitized) GTEST_SKIP() << "what searches for leaks cannot be traced";
  if (::system("command -v strace >/dev/null") != 0) GTEST_SKIP() << "strace is not installed";
  Out("mkdir to; touch to/there.jsonl");
  for (const char* command :
       {"export data/university student to/new.jsonl", "dump data/university -o to/new.dump",
        "export data/university student to/there.jsonl --yes"}) {
    Out(std::string(
            "strace -y -qq -o ../trace -e trace=fsync,?link,linkat,?rename,renameat2 dbtool ") +
        command);
    const std::string trace = Read("../trace");
    std::size_t named = trace.rfind("link");
    if (named == trace.npos) named = trace.rfind("rename");
    ASSERT_NE(named, trace.npos) << trace;
    EXPECT_NE(trace.find("/here/to>) = 0", named), trace.npos) << command << '\n' << trace;
  }
}

TEST_F(StreamRules, FailedExportLeavesNoFile) {
  const Outcome outcome =
      Run("ulimit -f 1; seq 1000 >/dev/null; dbtool cat data/university student >/dev/null; "
          "dbtool export data/university student /dev/full");
  EXPECT_EQ(outcome.exit_code, 6) << outcome.err;
  Out("seq 5000 | sed 's/.*/{\"n\":&}/' | dbtool import data/university number - --create -q");
  EXPECT_EQ(Run("ulimit -f 1; dbtool export data/university number out.jsonl").exit_code, 6);
  EXPECT_EQ(Out("ls | grep -c '^out' || true"), "0\n");
}

}  // namespace
}  // namespace linedb
