// export --canonical, dump, load, diff and slice as scripts use them: what goes through a pipe must
// be whole or be told, and an exit code must say which.

#include <string>

#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {
namespace {

class InterchangeTest : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();  // up to lsn 7
  }
};

TEST_F(InterchangeTest, RecordsOfSeveralLinesAreToldHowToBecomeOne) {
  Out("jq . more.jsonl >laid_out.json");
  const std::string hint = "hint: `jq -c . FILE` makes one line of each record";
  for (const char* call : {"student laid_out.json", "student - <laid_out.json",
                           "student laid_out.json --max-errors 0", "t laid_out.json --create"}) {
    const Outcome outcome = Run(std::string("dbtool import data/university ") + call);
    EXPECT_NE(outcome.exit_code, 0) << call;
    EXPECT_TRUE(Contains(outcome.err, hint)) << call << '\n' << outcome.err;
  }
  Write("torn.jsonl", "{\n{\"id\":1\n{bad\n");
  EXPECT_FALSE(Contains(Run("dbtool import data/university student torn.jsonl").err, "jq"));
}

TEST_F(InterchangeTest, CanonicalExportIsTheSameAfterAnotherHistory) {
  Out("dbtool export data/university student a.jsonl --canonical -q");
  Write("again.jsonl",
        "{\"id\":1,\"name\":\"Alice\",\"email\":\"alice@university.edu\",\"gpa\":3.8}\n");
  Out("dbtool import data/university student again.jsonl --on-conflict replace -q");
  EXPECT_TRUE(Out("dbtool export data/university student").rfind("{\"id\":2", 0) == 0);
  Out("dbtool export data/university student b.jsonl --canonical -q");
  EXPECT_EQ(Read("a.jsonl"), Read("b.jsonl"));
  EXPECT_EQ(Run("dbtool export data/university student --canonical --format json").exit_code, 2);
}

TEST_F(InterchangeTest, DumpLoadedAndDumpedIsTheSameBytes) {
  const Outcome dumped = Run("dbtool dump data/university");
  EXPECT_EQ(dumped.exit_code, 0);
  EXPECT_EQ(dumped.err, "dbtool: dumped 2 tables with 5 records at lsn 7\n");
  EXPECT_EQ(Out("dbtool dump data/university -o university.dump | jq -c"
                " '[.lsn,.tables,.records,.bytes]'"),
            "[7,2,5," + std::to_string(dumped.out.size()) + "]\n");
  EXPECT_EQ(Read("university.dump"), dumped.out);
  EXPECT_EQ(Out("dbtool load copy university.dump --json | jq -c"
                " '[.lsn,.tables,.records,.loaded,.problems]'"),
            "[7,2,5,true,[]]\n");
  EXPECT_EQ(Out("dbtool dump copy"), dumped.out);
  Out("dbtool verify copy -q");
  Out("dbtool dump copy | dbtool load piped -");
  EXPECT_EQ(Out("dbtool dump piped"), dumped.out);
  EXPECT_EQ(Run("dbtool diff data/university piped").exit_code, 0);
}

TEST_F(InterchangeTest, DumpReplacesNoFileUnlessItIsToldTo) {
  Write("mine.txt", "mine");
  const Outcome refused = Run("dbtool dump data/university -o mine.txt");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(Read("mine.txt"), "mine");
  Out("dbtool dump data/university -o mine.txt --yes");
  EXPECT_TRUE(Contains(Read("mine.txt"), "linedb-dump"));
  EXPECT_EQ(Run("dbtool dump data/university -o data/university/dump").exit_code, 2);
}

TEST_F(InterchangeTest, LoadThatFailsSaysWhereAndLeavesNothing) {
  Out("dbtool dump data/university -o whole -q");
  Out("head -c 700 whole > cut; head -n 3 whole > short");
  Out("sed 's/\"version\":1,\"lsn\"/\"version\":2,\"lsn\"/' whole > newer");
  Out("sed 's/Alice/Alive/' whole > changed; sed 's/3\\.8}/\"much\"}/' whole > wrong; echo hello > "
      "text");
  Out("cat whole whole > twice");
  struct Row {
    const char* file;
    int exit_code;
    const char* message;
  };
  for (const Row& row :
       {Row{"cut", 5, "the dump was cut: it ends within a line"},
        Row{"short", 5, "short:4:1: the dump was cut: it ends before its last line"},
        Row{"newer", 2, "newer:1:1: dump version 2 is newer than this program"},
        Row{"changed", 5, "changed since it was written: checksum"},
        Row{"wrong", 7, "student.gpa: expected float, found \"much\""},
        Row{"text", 1, "text:1:1: this is no dump"},
        Row{"twice", 5, "there is something behind the end of the dump"},
        Row{"nowhere", 3, "nowhere"}}) {
    ExpectFailure(std::string("dbtool load copy ") + row.file, row.exit_code, row.message);
    EXPECT_FALSE(Exists("copy")) << row.file;
  }
  const Outcome taken = Run("dbtool load data/university whole");
  EXPECT_EQ(taken.exit_code, 2);
  EXPECT_TRUE(Contains(taken.err, "data/university: it is not empty")) << taken.err;
}

TEST_F(InterchangeTest, InterruptedLoadLeavesNothing) {
  // The pipe opens once load reads it: the signal reaches it while it waits for the rest.
  Write("interrupt",
        "mkfifo pipe; dbtool load copy pipe & load=$!\n"
        "exec 3>pipe; dbtool dump data/university -q | head -c 600 >&3\n"
        "kill -INT $load; wait $load; echo $?\n");
  const Outcome outcome = Run("bash -m interrupt");
  EXPECT_EQ(outcome.out, "130\n") << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "interrupted")) << outcome.err;
  EXPECT_FALSE(Exists("copy"));
}

TEST_F(InterchangeTest, DiffShowsRowsByKeyAndSaysItByItsExitCode) {
  Out("dbtool backup data/university before -q");
  Out("dbtool import data/university student more.jsonl -q");
  Write("alice.jsonl",
        "{\"id\":1,\"name\":\"Alice\",\"email\":\"alice@university.edu\",\"gpa\":3.9}\n");
  Out("dbtool import data/university student alice.jsonl --on-conflict replace -q");
  const std::string by_jq = " | jq -c '[.table,.change,.key,.before.gpa,.after.gpa,.columns]'";
  const std::string expected =
      "[\"student\",\"update\",1,3.8,3.9,[\"gpa\"]]\n"
      "[\"student\",\"insert\",4,null,2.5,[]]\n";
  EXPECT_EQ(Out("dbtool diff before data/university" + by_jq), expected);
  EXPECT_EQ(Out("dbtool diff data/university --from 7" + by_jq), expected);
  const Outcome people = Run("dbtool diff before data/university --format table --color never");
  EXPECT_EQ(people.exit_code, 1);
  EXPECT_EQ(
      people.out,
      "~ student 1  gpa: 3.8 -> 3.9\n"
      "+ student 4  {\"id\":4,\"name\":\"Dan\",\"email\":\"dan@university.edu\",\"gpa\":2.5}\n");
  EXPECT_EQ(people.err, "dbtool: 1 table differs: inserted 1, updated 1, deleted 0\n");
  EXPECT_TRUE(Contains(Run("dbtool diff before data/university --format table --color always").out,
                       "\033[32m+ student 4"));
  EXPECT_EQ(
      Run("dbtool diff before data/university --summary").out,
      "{\"table\":\"student\",\"schema\":false,\"inserted\":1,\"updated\":1,\"deleted\":0}\n");
  const Outcome quiet = Run("dbtool diff before data/university -q");
  EXPECT_EQ(quiet.exit_code, 1);
  EXPECT_EQ(quiet.out + quiet.err, "");
  EXPECT_EQ(Run("dbtool diff before data/university --table enrollment").exit_code, 0);
  EXPECT_EQ(Out("dbtool diff data/university data/university --json"),
            "{\"differences\":[],\"count\":0}\n");
}

TEST_F(InterchangeTest, DiffThatCannotBeMadeSaysWhy) {
  struct Row {
    const char* words;
    int exit_code;
    const char* message;
  };
  for (const Row& row :
       {Row{"data/university", 2, "two databases, or one and --from"},
        Row{"data/university data/university --from 1", 2, "two databases, or one and --from"},
        Row{"data/university --to 1", 2, "two databases, or one and --from"},
        Row{"data/university --from 99", 3, "there is no lsn 99 yet"},
        Row{"data/university --from 5 --to 3", 2, "is later than the second"},
        Row{"data/university --from soon", 2, "\"soon\" is no time"},
        Row{"data/university nowhere", 3, "nowhere"},
        Row{"data/university data/university --table studnet", 3, "did you mean \"student\""}}) {
    ExpectFailure(std::string("dbtool diff ") + row.words, row.exit_code, row.message);
  }
}

TEST_F(InterchangeTest, DiffTellsAlteredTablesInWords) {
  Out("dbtool create data/university room -q --column number:int:primary_key");
  EXPECT_EQ(Run("dbtool diff data/university --from 7 --format table").out.substr(0, 16),
            "+ room (table)  ");
  Out("dbtool init other -q");
  Out("dbtool create other student -q --column id:int:primary_key:nullable --column name:str "
      "--column email:str:nullable --column gpa:float:nullable");
  const Outcome outcome = Run("dbtool diff data/university other --table student --format table");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(Contains(outcome.out, "~ student (table)  ")) << outcome.out;
  EXPECT_TRUE(Contains(outcome.out, "- student 3  ")) << outcome.out;
}

TEST_F(InterchangeTest, SliceOfTwoTransactionsVerifiesAndIsMasked) {
  EXPECT_EQ(
      Out("dbtool slice data/university --to cut --from 2 --through 5 --mask all --json | jq -c"
          " '[.dry_run,.lsn_first,.lsn_last,.transactions,.operations,.records_before]'"),
      "[false,2,5,2,4,0]\n");
  Out("dbtool verify cut -q");
  EXPECT_EQ(Run("grep -rE 'Alice|Bob|Zo|alice|bob' cut").exit_code, 1);
  EXPECT_EQ(Out("dbtool cat cut student | wc -l"), "3\n");
  EXPECT_EQ(
      Out("dbtool wal cut | jq -c '[.lsn,.operation]'"),
      Out("dbtool wal data/university | jq -c 'select(.lsn>1 and .lsn<6)|[.lsn,.operation]'"));
  Out("dbtool slice data/university --to plan --from 2 --dry-run");
  EXPECT_FALSE(Exists("plan"));
  EXPECT_EQ(Run("dbtool slice data/university --to cut --from 2").exit_code, 2);
  EXPECT_EQ(Run("dbtool slice data/university --to none --from 99").exit_code, 3);
  EXPECT_EQ(Run("dbtool slice data/university --to none --from 2 --mask nmae").exit_code, 2);
  EXPECT_FALSE(Exists("none"));
}

}  // namespace
}  // namespace linedb
