// put, delete and compact: what they change, what they say, and what they ask before.

#include "nlohmann/json.hpp"
#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {
namespace {

using nlohmann::json;

class RecordCommands : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
  }
  std::string Student(const std::string& key) {
    return Out("dbtool get data/university student " + key);
  }
};

// [cli-5]
TEST_F(RecordCommands, PutTellsTheKeyThatWasAssigned) {
  const Outcome put = Run(R"(dbtool put data/university student '{"name":"Dan","gpa":3}')");
  EXPECT_EQ(put.exit_code, 0);
  EXPECT_EQ(put.out, "");
  EXPECT_EQ(put.err, "dbtool: student 4 inserted\n");
  EXPECT_EQ(Student("4"), "{\"id\":4,\"name\":\"Dan\",\"email\":null,\"gpa\":3.0}\n");
  const json told =
      json::parse(Out(R"(dbtool put data/university student '{"name":"Eve"}' --json)"));
  EXPECT_EQ(told["key"], 5);
  EXPECT_EQ(told["change"], "insert");
  EXPECT_EQ(told["record"]["name"], "Eve");
  EXPECT_TRUE(told["old_record"].is_null());
}

TEST_F(RecordCommands, PutReplacesOnlyIfItIsToldTo) {
  const std::string alice = Student("1");
  ExpectFailure(R"(dbtool put data/university student '{"id":1,"name":"X"}')", 7, "--replace");
  EXPECT_EQ(Student("1"), alice);
  const json told = json::parse(
      Out(R"(dbtool put data/university student '{"id":1,"name":"X"}' --replace --json)"));
  EXPECT_EQ(told["change"], "replace");
  EXPECT_EQ(told["old_record"], json::parse(alice));
  EXPECT_EQ(json::parse(Student("1")), told["record"]);
  // Another record's unique value is not what --replace is about.
  ExpectFailure(
      R"(dbtool put data/university student --replace '{"id":9,"name":"Z","email":"bob@university.edu"}')",
      7, "\"bob@university.edu\" is taken");
}

// [cli-6]
TEST_F(RecordCommands, PutReadsTheRecordFromStdin) {
  Out("head -1 more.jsonl | dbtool put data/university student - -q");
  EXPECT_TRUE(Contains(Student("4"), "Dan"));
}

// [cli-2]
TEST_F(RecordCommands, PutRefusesWhatIsNoRecordOfTheTable) {
  struct Row {
    const char* record;
    int exit_code;
    const char* told;
  };
  const Row rows[] = {{"{\"id\":", 2, "no JSON: line 1 column 7: "},
                      {"{\"id\":1,}", 2, "line 1 column 9: expected a member"},
                      {"{\n\"id\":1} x", 2, "no JSON: line 2 column 9: "},
                      {"[1]", 2, "no JSON object"},
                      {"{\"id\":7}", 7, "student.name"},
                      {"{\"id\":7,\"nmae\":\"X\"}", 7, "nmae"},
                      {"{\"id\":\"7\",\"name\":\"X\"}", 7, "student.id"},
                      {"{\"id\":7,\"name\":\"X\",\"name\":\"Y\"}", 7, "name"}};
  const std::string before = TreeOf("data/university/data");
  for (const Row& row : rows) {
    ExpectFailure("dbtool put data/university student '" + std::string(row.record) + "'",
                  row.exit_code, row.told);
  }
  EXPECT_EQ(TreeOf("data/university/data"), before);
}

TEST_F(RecordCommands, PutIntoATableWithoutKeySaysNone) {
  Out("dbtool create data/university note -q --column text:str");
  const Outcome put = Run(R"(dbtool put data/university note '{"text":"a"}' --json)");
  EXPECT_EQ(put.err, "dbtool: note inserted\n");
  EXPECT_TRUE(json::parse(put.out)["key"].is_null());
}

// The help said of every table that a key that is left out is assigned.
TEST_F(RecordCommands, AMissingKeyIsToldWhichOnesAreAssigned) {
  Out("dbtool create data/university given -q --column id:int:primary_key");
  Out("dbtool create data/university code -q --column id:str:primary_key");
  const std::string hint = "a key is assigned to a column made with id:int:primary_key:nullable";
  ExpectFailure("dbtool put data/university given '{}'", 7, hint);
  EXPECT_FALSE(Contains(Run("dbtool put data/university code '{}'").err, hint));
  for (const char* command : {"put", "create"}) {
    const std::string help = Out(std::string("dbtool help ") + command + " | tr -s ' \\n' ' '");
    EXPECT_TRUE(Contains(help, "id:int:primary_key:nullable")) << help;
    EXPECT_FALSE(Contains(help, "a key that is left out is assigned")) << help;
  }
}

// [cli-22]
TEST_F(RecordCommands, DeleteNeedsYesInScriptsAndAsksOnATerminal) {
  const std::string command = "dbtool delete data/university student 3";
  ExpectFailure(command, 2, "--yes");
  EXPECT_TRUE(Contains(Student("3"), "Zoë"));
  const Outcome refused = RunOnTerminal("echo n | " + command);
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_TRUE(Contains(Student("3"), "Zoë"));
  Out(command + " --yes");
  EXPECT_EQ(Run("dbtool get data/university student 3").exit_code, 3);
  EXPECT_TRUE(Contains(Out("dbtool log data/university student 3"), "DELETE"));
}

TEST_F(RecordCommands, DeleteIsAllOfTheKeysOrNone) {
  ExpectFailure("dbtool delete data/university student 1 99 --yes", 3, "99");
  EXPECT_TRUE(Contains(Student("1"), "Alice"));
  ExpectFailure("dbtool delete data/university student abc --yes", 2, "abc");
  const json told = json::parse(
      Out("dbtool delete data/university enrollment '[1,101]' '[2, 101]' '[1,101]' --yes --json"));
  EXPECT_EQ(told["deleted"], 2);
  EXPECT_EQ(told["records"][0]["grade"], "A");
  EXPECT_EQ(Out("dbtool cat data/university enrollment"), "");
  const json log = json::parse(Out("dbtool wal data/university --json"))["operations"];
  EXPECT_EQ(log[log.size() - 1]["txn"], log[log.size() - 2]["txn"]);
}

TEST_F(RecordCommands, DeleteTellsWhatWentAlong) {
  Out("dbtool create data/university seat -q --column id:int:primary_key:nullable "
      "--column student:int:references=student:on_delete=cascade");
  for (const char* student : {"1", "1", "2"}) {
    Out(std::string("dbtool put data/university seat -q '{\"student\":") + student + "}'");
  }
  const Outcome deleted = Run("dbtool delete data/university student 1 --yes --json");
  EXPECT_TRUE(Contains(deleted.err, "with 2 records of seat that referenced it")) << deleted.err;
  EXPECT_EQ(json::parse(deleted.out)["along"]["seat"], 2);
  Out("dbtool create data/university desk -q --column id:int:primary_key "
      "--column student:int:references=student");
  Out("dbtool put data/university desk '{\"id\":1,\"student\":2}' -q");
  ExpectFailure("dbtool delete data/university student 2 --yes", 7, "desk");
}

TEST_F(RecordCommands, CompactDropsWhatWasSupersededAndSaysHowMuch) {
  Out("dbtool put data/university student '{\"id\":1,\"name\":\"Al\"}' --replace -q");
  Out("dbtool checkpoint data/university -q");
  Out("dbtool put data/university student '{\"id\":1,\"name\":\"Alan\"}' --replace -q");
  const std::string before = TreeOf("data/university");
  const json plan = json::parse(Out("dbtool compact data/university --dry-run --json"));
  EXPECT_EQ(TreeOf("data/university"), before);
  EXPECT_EQ(plan["lines_dropped"], 1);
  const json done = json::parse(Out("dbtool compact data/university --json"));
  EXPECT_EQ(done["tables"], plan["tables"]) << "the plan has the figures of afterwards";
  EXPECT_EQ(done["bytes_dropped"], plan["bytes_dropped"]);
  EXPECT_EQ(Out("wc -l < data/university/data/student.records"), "3\n");
  EXPECT_EQ(Out("cat data/university/data/student.records | wc -c"),
            plan["tables"][1]["bytes_after"].dump() + "\n");
  EXPECT_TRUE(Contains(Out("dbtool log data/university student 1"), "Alice"));
}

TEST_F(RecordCommands, CompactTakesTheTablesThatAreNamed) {
  for (const char* table : {"student", "enrollment"}) {
    Out(std::string("dbtool export data/university ") + table +
        " | dbtool import data/university " + table + " - --on-conflict replace -q");
  }
  const json done = json::parse(Out("dbtool compact data/university enrollment --json"));
  ASSERT_EQ(done["tables"].size(), 1u);
  EXPECT_EQ(done["tables"][0]["table"], "enrollment");
  ExpectFailure("dbtool compact data/university nothing", 3, "nothing");
}

}  // namespace
}  // namespace linedb
