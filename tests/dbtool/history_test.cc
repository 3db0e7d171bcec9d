// backup and restore, as a person or a script meets them.

#include <string>

#include "nlohmann/json.hpp"
#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {
namespace {

using nlohmann::json;

class HistoryTest : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
  }
};

TEST_F(HistoryTest, BackupIsADatabaseAndASecondOneCopiesWhatIsNew) {
  const json first = json::parse(Out("dbtool backup data/university backup --json"));
  EXPECT_EQ(first["incremental"], false);
  EXPECT_GT(first["bytes_copied"], 500);
  EXPECT_EQ(Out("dbtool cat backup student"), Out("dbtool cat data/university student"));
  EXPECT_EQ(Run("dbtool verify backup").exit_code, 0);
  EXPECT_EQ(json::parse(Out("dbtool backup data/university backup --json"))["bytes_copied"], 0);
  Out("dbtool import data/university student more.jsonl -q");
  const json second = json::parse(Out("dbtool backup data/university backup"));
  EXPECT_EQ(second["incremental"], true);
  EXPECT_EQ(second["lsn"], first["lsn"].get<int>() + 1);
  EXPECT_GT(second["bytes_shared"], 0);
  EXPECT_EQ(Out("dbtool cat backup student"), Out("dbtool cat data/university student"));
  const std::string told = Out("dbtool backup data/university backup --format table");
  EXPECT_NE(told.find("backup, brought up to date"), told.npos) << told;
}

// [cli-10]
TEST_F(HistoryTest, Rule10BackupChangesNothing) {
  const std::string before = TreeOf("data/university");
  Out("dbtool backup data/university backup");
  EXPECT_EQ(TreeOf("data/university"), before);
}

TEST_F(HistoryTest, BackupRefusesWhatIsNoPlaceForIt) {
  ExpectFailure("dbtool backup data/univrsity backup", 3, "no linedb database");
  ExpectFailure("dbtool backup data/university data/university", 2, "itself, or lies in it");
  ExpectFailure("dbtool backup data/university data/university/backup", 2, "lies in it");
  ExpectFailure("cd data && dbtool backup university ./university/../university/b", 2,
                "lies in it");
  ExpectFailure("dbtool backup data/university .", 2, "not empty, and holds no backup");
  ExpectFailure("dbtool backup data/university student.jsonl", 2, "not a directory");
  Out("dbtool init other -q");
  ExpectFailure("dbtool backup data/university other", 2, "another database");
  ExpectFailure("dbtool backup data/university", 2, "DEST");
  MakeOriginal("original");
  ExpectFailure("dbtool backup original backup", 2, "Python original's format");
  EXPECT_FALSE(Exists("backup"));
}

TEST_F(HistoryTest, RestoreGoesBackToAnLsnAndToATime) {
  const std::string before = Out("dbtool cat data/university student");
  const json backed = json::parse(Out("dbtool backup data/university backup"));
  Out("dbtool import data/university student more.jsonl -q");
  Out("dbtool checkpoint data/university -q");
  const std::string lsn = std::to_string(backed["lsn"].get<int>());
  const std::string time = backed["timestamp"].get<std::string>();
  Out("dbtool restore data/university by_lsn --at " + lsn);
  EXPECT_EQ(Out("dbtool cat by_lsn student"), before);
  EXPECT_EQ(Run("dbtool verify by_lsn").exit_code, 0);
  const json report =
      json::parse(Out("dbtool restore data/university by_time --json --at " + time));
  EXPECT_EQ(report["lsn"], backed["lsn"]);
  EXPECT_NE(report["database"], backed["database"]);
  EXPECT_EQ(Out("dbtool cat by_time student"), before);
  Out("dbtool restore backup now --archives data/university");
  EXPECT_EQ(Out("dbtool cat now student"), Out("dbtool cat data/university student"));
  Out("dbtool restore data/university empty --at 0");
  EXPECT_EQ(Run("dbtool cat empty student").exit_code, 3);
}

// An empty database came, and nothing said why.
TEST_F(HistoryTest, RestoreOfAMomentBeforeTheFirstOperationSaysThatItIsEmpty) {
  const std::string told = "the database was empty at that moment";
  for (const char* moment : {"0", "2020-01-22T20:31:17Z"}) {
    const std::string at = std::string(" --at ") + moment;
    EXPECT_TRUE(Contains(Run("dbtool restore data/university d --dry-run" + at).err, told)) << at;
    const Outcome restored = Run("dbtool restore data/university empty" + at);
    EXPECT_EQ(restored.exit_code, 0) << restored.err;
    EXPECT_TRUE(Contains(restored.err, told)) << restored.err;
    Out("rm -rf empty");
  }
  EXPECT_FALSE(Contains(Run("dbtool restore data/university d --at 1").err, told));
}

TEST_F(HistoryTest, RestoreDryRunPrintsThePlanAndWritesNothing) {
  const std::string told =
      Out("dbtool restore data/university back --at 2 --dry-run --format table");
  EXPECT_NE(told.find("would restore  lsn "), told.npos) << told;
  EXPECT_NE(told.find("possible       lsn 0 to "), told.npos) << told;
  const json plan = json::parse(Out("dbtool restore data/university back --at 2 --dry-run"));
  EXPECT_EQ(plan["dry_run"], true);
  EXPECT_EQ(plan["database"], nullptr);
  EXPECT_FALSE(Exists("back"));
}

// [cli-23]
TEST_F(HistoryTest, Rule23RestoreWritesToANewDirectoryOnly) {
  const std::string before = TreeOf("data/university");
  ExpectFailure("dbtool restore data/university data/university", 2, "itself, or lies in it");
  ExpectFailure("dbtool restore data/university .", 2, "is not empty");
  ExpectFailure("dbtool restore data/university new --at 9999", 3, "there is no lsn 9999 yet");
  ExpectFailure("dbtool restore data/university new --at noon", 2, "is no time");
  ExpectFailure("dbtool restore data/university new --at '2099-11-27 9:11'", 2, "is no time");
  for (const char* time : {"2099-11-27 09:11", "2099-11-27T09:11", "2099-11-27 09:11Z",
                           "2099-11-27T09:11+01:00", "2099-11-27 09:11:12"}) {
    EXPECT_EQ(Out(std::string("dbtool restore data/university new --dry-run --at '") + time +
                  "' | jq .dry_run"),
              "true\n");
  }
  ExpectFailure("dbtool restore data/university new --archives nowhere", 3, "no linedb database");
  EXPECT_FALSE(Exists("new"));
  EXPECT_EQ(TreeOf("data/university"), before);
}

// lsn 1: student, 2 to 4: its records, 5: enrollment, 6 and 7.
TEST_F(HistoryTest, BisectNamesTheTransactionAfterWhichATestFails) {
  const std::string before = TreeOf("data/university");
  const Outcome found = Run(
      R"(dbtool bisect data/university --test 'echo tried "$DB"; ! dbtool get "$DB" student 3')");
  EXPECT_EQ(found.exit_code, 0) << found.err;
  const json report = json::parse(found.out);
  EXPECT_EQ(report["first_lsn"], 2);
  EXPECT_EQ(report["last_lsn"], 4);
  EXPECT_EQ(report["holds_lsn"], 1);
  EXPECT_NE(found.err.find("run 1, at most"), found.err.npos) << found.err;
  EXPECT_NE(found.err.find("tried /"), found.err.npos) << found.err;  // what the test prints
  EXPECT_EQ(TreeOf("data/university"), before);
}

TEST_F(HistoryTest, BisectTellsWhyItCannotSay) {
  struct Row {
    const char* test;
    int exit_code;
    const char* message;
  };
  for (const Row& row :
       {Row{"true", 3, "holds in the newest state"},
        Row{"false", 3, "fails already in the oldest state"}, Row{"kill -9 $$", 3, "fails already"},
        Row{"exit 125", 3, "was skipped for"},
        Row{"no-such-program", 2, "the shell cannot run it (exit code 127)"},
        Row{"kill -INT $PPID; sleep 9", 130, "interrupted"}}) {
    ExpectFailure(std::string("mkdir -p own && TMPDIR=own dbtool bisect data/university --test '") +
                      row.test + "'",
                  row.exit_code, row.message);
    EXPECT_EQ(Out("ls -A own"), "") << row.test;
  }
}

}  // namespace
}  // namespace linedb
