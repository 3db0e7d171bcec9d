// repair, as a person or a script meets it: somebody who has lost data, and must not lose more by a
// report that is not true or a file that is overwritten.

#include <unistd.h>

#include <algorithm>
#include <string>

#include "nlohmann/json.hpp"
#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {
namespace {

using nlohmann::json;

class RepairRules : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
    Out("dbtool checkpoint data/university -q");
  }

  // Alice can be read elsewhere.
  void DamageWhatTheLogsHave() {
    Out("sed -i s/Alice/Alicf/ data/university/data/student.records");
  }
  // Bob is lost, and his line is no record.
  void DamageForGood() {
    Out("rm data/university/wal/transaction.2*");
    Out("sed -i 's/\"Bob\"/\"Bob/' data/university/data/student.records");
  }
};

TEST_F(RepairRules, NothingDamagedExitsWithZeroAndListsNothing) {
  const std::string before = TreeOf("data");
  const Outcome done = Run("dbtool repair data/university --to new --format table");
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(done.err, "");
  EXPECT_EQ(done.out,
            "repaired  new\n"
            "records   5\n"
            "damage    none was found\n");
  EXPECT_FALSE(Exists("new/rejects.jsonl"));
  EXPECT_EQ(Out("dbtool cat new student"), Out("dbtool cat data/university student"));
  EXPECT_EQ(TreeOf("data"), before);
}

TEST_F(RepairRules, WhatTheLogsHaveIsMadeGoodAndExitsWithZero) {
  const std::string students = Out("dbtool cat data/university student");
  DamageWhatTheLogsHave();
  const Outcome done = Run("dbtool repair data/university --to new --format table");
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_TRUE(Contains(done.out, "student: 3 records, 1 of them from elsewhere, 0 lost\n"))
      << done.out;
  EXPECT_TRUE(Contains(done.out, "each of them is listed in new/rejects.jsonl\n")) << done.out;
  EXPECT_EQ(Out("dbtool cat new student"), students);
  Out("dbtool verify new");
}

TEST_F(RepairRules, WhatIsLostIsListedAndExitsWithOne) {
  DamageForGood();
  const std::string before = TreeOf("data");
  const Outcome done = Run("dbtool repair data/university --to new --rejects lost.jsonl --json");
  EXPECT_EQ(done.exit_code, 1) << done.err;
  EXPECT_TRUE(Contains(done.err, "not all is as it was: see lost.jsonl")) << done.err;
  const json report = json::parse(done.out);
  for (const char* member : {"directory", "target", "dry_run", "complete", "database", "lsn",
                             "records", "lines_recovered", "lines_kept", "lines_previous",
                             "lines_lost", "lines_not_counted", "rejects", "tables"}) {
    EXPECT_TRUE(report.contains(member)) << member << '\n' << report;
  }
  EXPECT_EQ(report["complete"], false);
  EXPECT_EQ(report["rejects"], "lost.jsonl");
  EXPECT_GT(report["lines_lost"], 0) << report;
  EXPECT_TRUE(Contains(Read("lost.jsonl"), R"(\"Bob,)")) << Read("lost.jsonl");
  EXPECT_FALSE(Exists("new/rejects.jsonl"));
  EXPECT_FALSE(Contains(Out("dbtool cat new student"), "Bob"));
  EXPECT_EQ(TreeOf("data"), before);
  Out("dbtool verify new");
}

TEST_F(RepairRules, ItWritesWhereItIsToldAndNowhereElse) {
  DamageForGood();
  Out("mkdir full && touch full/x && touch taken.jsonl");
  const std::string before = TreeOf(".");
  struct Row {
    const char* words;
    int exit_code;
    const char* message;
  };
  for (const Row& row :
       {Row{"data/university", 2, "--to"},
        Row{"nowhere --to new", 3, "there is no linedb database"},
        Row{"full --to new", 3, "there is no linedb database"},
        Row{"data/university --to full", 2, "it is not empty"},
        Row{"data/university --to taken.jsonl", 2, "taken.jsonl"},
        Row{"data/university --to data/university", 2, "itself, or lies in it"},
        Row{"data/university --to data/university/new", 2, "lies in it"},
        Row{"data/university --to new --rejects data/university/lost", 2, "lies in it"},
        Row{"data/university --to new --rejects taken.jsonl", 2, "is not replaced"},
        Row{"data/university --to new --rejects - --json", 2, "both want stdout"},
        Row{"data/university --to new --previous-versions all", 2, "list or keep"},
        Row{"data/university --to new --schema nowhere", 3, "nowhere"},
        Row{"data/university --to new --schema more.jsonl", 2, "more.jsonl: "}}) {
    ExpectFailure(std::string("dbtool repair ") + row.words, row.exit_code, row.message);
    EXPECT_EQ(TreeOf("."), before) << row.words;
  }
}

TEST_F(RepairRules, AnEarlierVersionOfWhatIsLostIsOffered) {
  Out("dbtool checkpoint data/university -q");
  Out("dbtool put data/university student '{\"id\":2,\"name\":\"Robert\"}' --replace -q");
  Out("dbtool checkpoint data/university -q; "
      "rm $(ls -d data/university/wal/transaction.2* | tail -n 1)");
  Out("sed -i 's/\"Robert\"/\"Robert/' data/university/data/student.records");
  const Outcome listed = Run("dbtool repair data/university --to listed");
  EXPECT_TRUE(Contains(listed.err,
                       "an earlier version is listed of 1 lost record; "
                       "--previous-versions keep takes it"))
      << listed.err;
  EXPECT_EQ(Run("dbtool get listed student 2").exit_code, 3);
  const Outcome kept = Run("dbtool repair data/university --to kept --previous-versions keep");
  EXPECT_FALSE(Contains(kept.err, "an earlier version")) << kept.err;
  EXPECT_TRUE(Contains(Out("dbtool get kept student 2"), "Bob"));
}

TEST_F(RepairRules, DryRunListsWhatTheRejectsFileWouldAndWritesNothing) {
  DamageForGood();
  const std::string before = TreeOf(".");
  const Outcome dry = Run("dbtool repair data/university --to new --dry-run --rejects r --json");
  EXPECT_EQ(dry.exit_code, 1) << dry.err;
  const Outcome people = Run("dbtool repair data/university --to new --dry-run --format table");
  EXPECT_EQ(people.exit_code, 1);
  EXPECT_TRUE(Contains(people.out, "data/student.records line 2 byte ")) << people.out;
  EXPECT_TRUE(Contains(people.out, "would repair  new\n")) << people.out;
  EXPECT_EQ(TreeOf("."), before);
  const json report = json::parse(dry.out);
  EXPECT_EQ(report["dry_run"], true);
  EXPECT_EQ(report["database"], nullptr);
  EXPECT_EQ(report["rejects"], nullptr);
  Write("damage", report["damage"].dump());
  EXPECT_EQ(Run("dbtool repair data/university --to new -q").exit_code, 1);
  EXPECT_EQ(Out("jq -cS '.[]' damage"), Out("jq -cS . new/rejects.jsonl"));
}

// Keys and records were texts of JSON within the JSON.
TEST_F(RepairRules, DryRunsKeysAndRecordsAreValues) {
  DamageWhatTheLogsHave();
  EXPECT_EQ(Out("dbtool repair data/university --to new --dry-run --json | jq -c"
                " '.damage[]|select(.key)|[.key,.record.name,.fate]'"),
            "[1,\"Alice\",\"recovered\"]\n");
}

// [cli-6]
TEST_F(RepairRules, Rule06DashIsStdoutForTheRejects) {
  DamageForGood();
  const Outcome dry = Run("dbtool repair data/university --to new --rejects - --dry-run");
  EXPECT_EQ(dry.exit_code, 1) << dry.err;
  EXPECT_TRUE(Contains(dry.err, "would repair  new\n")) << dry.err;
  EXPECT_FALSE(Exists("new"));
  const Outcome done = Run("dbtool repair data/university --to new --rejects -");
  EXPECT_EQ(done.exit_code, 1) << done.err;
  EXPECT_EQ(done.out, dry.out);
  EXPECT_EQ(done.out, Read("new/rejects.jsonl"));
  EXPECT_TRUE(Contains(done.err, "repaired  new\n")) << done.err;
  EXPECT_FALSE(Exists("./-"));
  EXPECT_EQ(Run("dbtool repair data/university --to quiet --rejects - -q").err, "");
}

TEST_F(RepairRules, AnEarlierVersionIsKeptWhenThatIsAskedFor) {
  Write("bob.jsonl", "{\"id\":2,\"name\":\"Robert\",\"email\":\"bob@university.edu\"}\n");
  Out("dbtool import data/university student bob.jsonl --on-conflict replace -q");
  Out("dbtool checkpoint data/university -q");
  Out("rm $(ls data/university/wal/transaction.2* | tail -n 1)");
  Out("sed -i 's/\"Robert\"/\"Robert/' data/university/data/student.records");
  const Outcome listed = Run("dbtool repair data/university --to listed --json");
  EXPECT_EQ(listed.exit_code, 1) << listed.err;
  EXPECT_FALSE(Contains(Out("dbtool cat listed student"), "Bob"));
  EXPECT_TRUE(Contains(Read("listed/rejects.jsonl"), "\"name\":\"Bob\"")) << listed.out;
  const Outcome kept =
      Run("dbtool repair data/university --to kept --previous-versions keep --json");
  EXPECT_EQ(kept.exit_code, 1) << kept.err;
  EXPECT_EQ(json::parse(kept.out)["lines_previous"], 1) << kept.out;
  EXPECT_TRUE(Contains(Out("dbtool cat kept student"), "\"name\":\"Bob\""));
}

// It was said to be line 1 byte 0, whatever the line that the message named.
TEST_F(RepairRules, AFaultInASchemaIsToldWithItsOwnPlace) {
  const std::string file = "data/university/schema/student.schema.json";
  const std::string good = Read(file);
  Out("sed -i '0,/\"str\"/s//\"stx\"/' " + file);
  const std::size_t byte = Read(file).find("\"stx\"");
  const auto line = 1 + std::count(good.begin(), good.begin() + static_cast<long>(byte), '\n');
  const Outcome verify = Run("dbtool verify data/university --json");
  EXPECT_EQ(verify.exit_code, 1) << verify.err;
  const json problem = json::parse(verify.out)["problems"][0];
  EXPECT_EQ(problem["file"], "schema/student.schema.json") << problem;
  EXPECT_EQ(problem["line"], line) << problem;
  EXPECT_EQ(problem["byte"], byte) << problem;
  EXPECT_EQ(problem["message"], "there is no type stx") << problem;
  const json quick = json::parse(Run("dbtool verify data/university --quick --json").out);
  EXPECT_EQ(quick["problems"][0]["line"], line) << quick;
  const Outcome cat = Run("dbtool cat data/university enrollment --json");
  EXPECT_EQ(json::parse(cat.err)["error"]["line"], line) << cat.err;
}

// It was said to be missing, which is a finding, with exit code 1.
TEST_F(RepairRules, AFileThatMayNotBeReadIsNoFindingOfVerify) {
  const std::string other = ::getuid() == 0 ? "setpriv --reuid 65534 --clear-groups " : "";
  if (Run(other + "dbtool verify data/university").exit_code != 0) {
    GTEST_SKIP() << "there is no other user here, or the directory is closed to others";
  }
  for (const char* file : {"data/student.records", "schema/student.schema.json", "schema"}) {
    const std::string path = std::string("data/university/") + file;
    const std::string before = Out("stat -c %a " + path);
    Out("chmod 000 " + path);
    const Outcome verify = Run(other + "dbtool verify data/university");
    Out("chmod " + before.substr(0, before.find('\n')) + " " + path);
    EXPECT_EQ(verify.exit_code, 6) << file << '\n' << verify.err;
    EXPECT_TRUE(Contains(verify.err, path + ": Permission denied")) << verify.err;
    EXPECT_EQ(verify.out, "") << file;
  }
  Out("mv data/university/data/student.records .");
  const Outcome missing = Run(other + "dbtool verify data/university");
  EXPECT_EQ(missing.exit_code, 1) << missing.err;
  EXPECT_TRUE(Contains(missing.out, "missing_file")) << missing.out;
}

}  // namespace
}  // namespace linedb
