// log and tail: what is shown of a database's past is what scripts and people act on.

#include <algorithm>
#include <memory>
#include <string>

#include "linedb/database.h"
#include "linedb/json_table.h"
#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {
namespace {

class HistoryCommands : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();  // lsn 1: student, 2 to 4: its records, 5: enrollment, 6 and 7
  }

  // Alice's grade point average, in a transaction of its own: lsn 8 and on.
  void Grade(const std::string& gpa) {
    Write("alice.jsonl",
          R"({"id":1,"name":"Alice","email":"alice@university.edu","gpa":)" + gpa + "}\n");
    Out("dbtool import data/university student alice.jsonl --on-conflict replace -q");
  }
  void Checkpoint() { Out("dbtool checkpoint data/university -q"); }
};

TEST_F(HistoryCommands, LogShowsEachVersionAndWhatChanged) {
  Grade("3.9");
  Checkpoint();
  EXPECT_EQ(Out("dbtool log data/university student 1 |"
                " jq -c '[.lsn,.txn,.operation,.changed,.record.gpa,.old_record.gpa]'"),
            "[2,2,\"INSERT\",[],3.8,null]\n[8,5,\"UPDATE\",[\"gpa\"],3.9,3.8]\n");
  EXPECT_TRUE(Contains(Out("dbtool log data/university student 1 --format table"),
                       "UPDATE     gpa: 3.8 -> 3.9\n"));
  EXPECT_EQ(Out("dbtool log data/university enrollment '[2,101]' --json | jq -c"
                " '[.table,.count,.versions[0].lsn]'"),
            "[\"enrollment\",1,7]\n");
}

TEST_F(HistoryCommands, LogTellsWhyThereIsNothing) {
  struct Row {
    const char* words;
    int exit_code;
    const char* message;
  };
  for (const Row& row :
       {Row{"student 99", 3, "no version of record 99"},
        Row{"studnet 1", 3, "did you mean \"student\""}, Row{"student x", 2, "key (id)"},
        Row{"enrollment 1", 2, "key (student_id,course_id)"}}) {
    ExpectFailure(std::string("dbtool log data/university ") + row.words, row.exit_code,
                  row.message);
  }
}

TEST_F(HistoryCommands, LogOfAnOriginalsRecordHasNoNumbers) {
  MakeOriginal("old");
  EXPECT_EQ(Out("dbtool log old student 2 | jq -c '[.lsn,.operation,.record]'"),
            "[null,\"INSERT\",{\"id\":2,\"name\":\"Bob\"}]\n");
}

TEST_F(HistoryCommands, TailPrintsTheLogsOwnLines) {
  const std::string log = Read("data/university/wal/transaction.log");
  const std::string lines = log.substr(log.find('\n') + 1);
  EXPECT_EQ(Out("dbtool tail data/university --from 1"), lines);
  EXPECT_EQ(Out("dbtool tail data/university"), lines);  // no more than ten
  EXPECT_EQ(Out("dbtool tail data/university --from 3 | head -n 1 | jq .lsn"), "3\n");
  EXPECT_EQ(Out("dbtool tail data/university --json | jq '.count'"), "7\n");
  for (int i = 0; i < 5; ++i) Grade("3." + std::to_string(i));
  EXPECT_EQ(Out("dbtool tail data/university | jq .lsn | tr '\\n' ' '"), "3 4 5 6 7 8 9 10 11 12 ");
}

TEST_F(HistoryCommands, TailGoesOnBehindLineAndNoticesThatItIsAnother) {
  Grade("3.9");
  Checkpoint();
  const std::string after =
      Out("dbtool tail data/university --from 8 | jq -j '\"\\(.lsn):\\(.checksum)\"'");
  EXPECT_EQ(Out("dbtool tail data/university --after " + after), "");
  Grade("4.0");
  EXPECT_EQ(Out("dbtool tail data/university --after " + after + " | jq .record.gpa"), "4\n");
  const Outcome changed = Run("dbtool tail data/university --after 8:0123456789abcdef");
  EXPECT_EQ(changed.exit_code, 1);
  EXPECT_TRUE(Contains(changed.err, "history has changed at lsn 8")) << changed.err;
  const Outcome ahead = Run("dbtool tail data/university --after 100");
  EXPECT_EQ(ahead.exit_code, 1);
  EXPECT_TRUE(Contains(ahead.err, "the log ends with lsn 9")) << ahead.err;
  EXPECT_EQ(Run("dbtool tail data/university --after 8:x").exit_code, 2);
  EXPECT_EQ(Run("dbtool tail data/university --after 8 --from 1").exit_code, 2);
}

TEST_F(HistoryCommands, TailSaysFromWhichLsnChangesAreLeft) {
  Checkpoint();
  Out("rm data/university/wal/transaction.2*");
  Grade("3.9");
  const Outcome gone = Run("dbtool tail data/university --from 1");
  EXPECT_EQ(gone.exit_code, 3);
  EXPECT_TRUE(Contains(gone.err, "there are changes from lsn 8 on")) << gone.err;
  EXPECT_EQ(Out("dbtool tail data/university --from 0 | jq .lsn"), "8\n");
  EXPECT_EQ(Out("dbtool tail data/university | jq .lsn"), "8\n");
}

// Beside the writer, across a checkpoint, until it is interrupted or its reader has gone away.
TEST_F(HistoryCommands, FollowingTailGoesOnAcrossCheckpoints) {
  Write("follow",
        "dbtool tail data/university --from 8 --follow > seen & tail=$!\n"
        "grade() { printf '{\"id\":1,\"name\":\"A\",\"email\":null,\"gpa\":%s}\\n' $1 |"
        " dbtool import data/university student - --on-conflict replace -q; }\n"
        "grade 1.5; dbtool checkpoint data/university -q > /dev/null; grade 2.5\n"
        "dbtool checkpoint data/university -q > /dev/null; grade 3.5\n"
        "until [ $(wc -l < seen) -ge 3 ]; do sleep 0.01; done\n"
        "kill -INT $tail; wait $tail; echo $?\n");
  EXPECT_EQ(Out("bash -m follow"), "130\n");
  EXPECT_EQ(Out("jq .record.gpa seen | tr '\\n' ' '"), "1.5 2.5 3.5 ");
  EXPECT_EQ(Out("dbtool tail data/university --from 8 --follow | head -n 1 | jq .lsn"), "8\n");
}

TEST_F(HistoryCommands, DurableTailHoldsBackWhatMayBeTakenBack) {
  auto writer = Database::Open("data/university");
  ASSERT_TRUE(writer.ok()) << writer.status();
  auto students = JsonTable::Open(**writer, "student");
  ASSERT_TRUE(students->Insert({{"id", 10}, {"name", "Hal"}}).ok());
  EXPECT_EQ(Out("dbtool tail data/university --from 8 | jq .lsn"), "8\n");
  EXPECT_EQ(Out("dbtool tail data/university --from 8 --durable"), "");
  ASSERT_TRUE(students->Insert({{"id", 11}, {"name", "Ida"}}).ok());
  EXPECT_EQ(Out("dbtool tail data/university --from 8 --durable | jq .lsn"), "8\n");
}

}  // namespace
}  // namespace linedb
