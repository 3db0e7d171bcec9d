// The rules of opening (cli.md 9 to 13).
//
// What they guard against: a mistyped path that becomes an empty database and an empty report; a
// look into a database that waits for, disturbs or changes it.

#include <filesystem>
#include <memory>

#include "linedb/database.h"
#include "linedb/json_table.h"
#include "tests/dbtool/dbtool_fixture.h"
#include "tests/dbtool/reading_commands.h"

namespace linedb {
namespace {

class OpeningRules : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
  }
};

// [cli-13] [engine-5.4] A damaged byte in the last transaction that was acknowledged looks like the
// tail of one that was not; the next opening for writing would go on without it.
TEST_F(OpeningRules, Rule13ADamagedEndOfALogThatWasClosedIsNoUsualTornTail) {
  Out("dbtool put data/university student '{\"id\":77,\"name\":\"Lea\"}'");
  Out("sed -i '$s/Lea/Leo/' data/university/wal/transaction.log; cp -r data/university crashed");
  const char* const note = "dbtool: the database had been closed properly: a transaction may be";
  const char* const hint =
      "\ndbtool: hint: `dbtool repair data/university --to NEWDIR`, before anything writes to "
      "data/university\n";
  Outcome outcome = Run("dbtool cat data/university student");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_TRUE(Contains(outcome.err, note)) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, hint)) << outcome.err;
  EXPECT_EQ(Run("dbtool cat data/university student -q").err, "");
  Out("dbtool repair data/university --to mended");
  EXPECT_TRUE(Contains(Out("dbtool get mended student 77"), "\"Le"));
  // After a crash it is what was to be expected.
  Out("printf '{\"pid\":999999999}' >crashed/LOCK");
  outcome = Run("dbtool cat crashed student");
  EXPECT_TRUE(Contains(outcome.err, "belong to no whole transaction")) << outcome.err;
  EXPECT_FALSE(Contains(outcome.err, "hint")) << outcome.err;
}

// Of what a crash leaves there is nothing to repair, and adopting it would make it a record.
// [cli-13]
TEST_F(OpeningRules, Rule13VerifyKnowsWhatACrashLeaves) {
  Out("echo '{\"id\":9,\"name\":\"Half\"}' >>data/university/data/student.records");
  Outcome outcome = Run("dbtool verify data/university");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(Contains(outcome.err, "dbtool adopt data/university student")) << outcome.err;
  Out("printf '{\"pid\":999999999}' >data/university/LOCK");
  outcome = Run("dbtool verify data/university");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_FALSE(Contains(outcome.err, "adopt")) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "a crash left it")) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "`dbtool checkpoint data/university`")) << outcome.err;
  Out("dbtool checkpoint data/university -q");
  Out("dbtool verify data/university -q");
}

// [cli-9]
TEST_F(OpeningRules, Rule09MissingPathIsAnErrorAndCreatesNothing) {
  const std::string before = Out("ls -A");
  for (const char* command :
       {"inspect nowhere", "schema nowhere t", "get nowhere t 1", "cat nowhere t", "grep nowhere x",
        "export nowhere t", "dump nowhere", "diff nowhere data/university", "diff nowhere --from 1",
        "wal nowhere", "log nowhere t 1", "tail nowhere", "verify nowhere", "stats nowhere",
        "checkpoint nowhere", "import nowhere t more.jsonl", "import nowhere t more.jsonl --create",
        "create nowhere t --column a:int"}) {
    const Outcome outcome = Run(std::string("dbtool ") + command);
    EXPECT_EQ(outcome.exit_code, 3) << command << '\n' << outcome.err;
    EXPECT_TRUE(Contains(outcome.err, "nowhere")) << command << '\n' << outcome.err;
    EXPECT_EQ(Out("ls -A"), before) << command;
  }
}

// [cli-10]
TEST_F(OpeningRules, Rule10ReadingWorksBesideAWriterAndChangesNothing) {
  auto writer = Database::Open("data/university");
  ASSERT_TRUE(writer.ok()) << writer.status();
  auto students = JsonTable::Open(**writer, "student");
  ASSERT_TRUE(students.ok());
  ASSERT_TRUE(students->Insert({{"id", 10}, {"name", "Written meanwhile"}}).ok());
  const std::string before = TreeOf("data/university");
  for (const char* command : kReading) {
    const Outcome outcome = Run(std::string("dbtool ") + command);
    EXPECT_EQ(outcome.exit_code, 0) << command << '\n' << outcome.err;
    EXPECT_EQ(TreeOf("data/university"), before) << command;
  }
  EXPECT_TRUE(Contains(Out("dbtool cat data/university student"), "Written meanwhile"));
}

// [cli-10]
TEST_F(OpeningRules, Rule10ReadingNeedsNoLockFile) {
  std::filesystem::remove("data/university/LOCK");
  for (const char* command : kReading) Out(std::string("dbtool ") + command);
  EXPECT_FALSE(Exists("data/university/LOCK"));
}

// [cli-11]
TEST_F(OpeningRules, Rule11LockConflictNamesTheHolderAndWhatStillWorks) {
  auto writer = Database::Open("data/university");
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (const char* command :
       {"import data/university student more.jsonl", "create data/university t --column a:int",
        "checkpoint data/university"}) {
    const Outcome outcome = Run(std::string("dbtool ") + command);
    EXPECT_EQ(outcome.exit_code, 4) << command << '\n' << outcome.err;
    for (const std::string& part :
         {"pid " + std::to_string(::getpid()), std::string("since 20"), std::string("dbtool_tests"),
          std::string("cat diff dump export get grep")}) {
      EXPECT_TRUE(Contains(outcome.err, part)) << command << '\n' << outcome.err;
    }
  }
}

// [cli-12]
TEST_F(OpeningRules, Rule12NewerFormatNamesBothVersions) {
  std::string schema = Read("data/university/schema/student.schema.json");
  const std::string ours = "\"format\": 1";
  ASSERT_TRUE(Contains(schema, ours));
  schema.replace(schema.find(ours), ours.size(), "\"format\": 99");
  Write("data/university/schema/student.schema.json", schema);
  const Outcome outcome = Run("dbtool cat data/university student");
  EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "99")) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "1")) << outcome.err;
}

// [cli-13]
TEST_F(OpeningRules, Rule13ReplayIsToldAndReadingDoesNotDoIt) {
  MakeCrashed("crashed");
  const std::string before = TreeOf("crashed");
  const Outcome inspect = Run("dbtool inspect crashed --json");
  EXPECT_TRUE(Contains(inspect.out, "\"needed\":true")) << inspect.out;
  const Outcome cat = Run("dbtool cat crashed student");
  EXPECT_TRUE(Contains(cat.out, "Hal")) << cat.out;
  EXPECT_TRUE(Contains(cat.err, "replayed")) << cat.err;
  EXPECT_EQ(TreeOf("crashed"), before);
  const Outcome import = Run("dbtool import crashed student more.jsonl");
  EXPECT_EQ(import.exit_code, 0);
  EXPECT_TRUE(Contains(import.err, "replayed")) << import.err;
  EXPECT_FALSE(Contains(Run("dbtool cat crashed student").err, "replayed"));
}

// [cli-13] The original numbers no transactions: "0 transactions" was what opening one used to
// tell.
TEST_F(OpeningRules, Rule13TakingOverAnOriginalIsToldAsThat) {
  MakeOriginal("original");
  const std::string before = TreeOf("original");
  const Outcome cat = Run("dbtool cat original student");
  EXPECT_EQ(cat.out, "{\"id\":1,\"name\":\"Alice\"}\n{\"id\":2,\"name\":\"Bob\"}\n");
  EXPECT_EQ(cat.err,
            "dbtool: original: in the Python original's format: applied 1 operation of its log, in "
            "memory: nothing on disk was changed\n");
  const std::string inspect = Out("dbtool inspect original --format table");
  EXPECT_TRUE(Contains(inspect, "1 operation of the original's log: applied on reading, converted"))
      << inspect;
  EXPECT_TRUE(Contains(Out("dbtool inspect original --json"), "\"needed\":true"));
  EXPECT_EQ(TreeOf("original"), before);
  Write("eve.jsonl", "{\"id\":3,\"name\":\"Eve\"}\n");
  const Outcome import = Run("dbtool import original student eve.jsonl");
  EXPECT_EQ(import.exit_code, 0);
  EXPECT_TRUE(Contains(import.err,
                       "dbtool: original: taken over from the Python original's format, with 1 "
                       "operation of its log\n"))
      << import.err;
}

// [cli-13]
TEST_F(OpeningRules, Rule13NothingReplayedIsNotToldAsARecovery) {
  Out("dbtool checkpoint data/university -q");
  Out("printf '{\"torn' >>data/university/wal/transaction.log");
  const Outcome put = Run("dbtool put data/university student '{\"name\":\"Eve\"}'");
  EXPECT_EQ(put.exit_code, 0) << put.err;
  EXPECT_EQ(put.err.rfind("dbtool: wal/transaction.log line ", 0), 0u) << put.err;
  EXPECT_FALSE(Contains(put.err, "replayed")) << put.err;
}

// [cli-13]
TEST_F(OpeningRules, Rule13AProperlyClosedDatabaseIsNotCalledCrashed) {
  Out("printf '{\"torn' >>data/university/wal/transaction.log");
  const Outcome import = Run("dbtool import data/university student more.jsonl");
  EXPECT_EQ(import.exit_code, 0) << import.err;
  EXPECT_FALSE(Contains(import.err, "not closed properly")) << import.err;
  EXPECT_EQ(import.err.rfind("dbtool: data/university: recovered: ", 0), 0u) << import.err;
  EXPECT_TRUE(Contains(import.err, "replayed from the log\ndbtool: wal/transaction.log line "))
      << import.err;
}

}  // namespace
}  // namespace linedb
