// edit and adopt: what somebody typed is checked, shown, and neither half applied nor lost.

#include <cstdlib>
#include <memory>
#include <string>

#include "linedb/database.h"
#include "linedb/json_table.h"
#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {
namespace {

constexpr char kRecords[] = "data/university/data/student.records";

class EditCommands : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
    Out("mkdir tmp");
    ::setenv("TMPDIR", "tmp", 1);
    ::unsetenv("VISUAL");
    ::unsetenv("EDITOR");
  }
  void TearDown() override {
    ::unsetenv("TMPDIR");
    ::unsetenv("EDITOR");
    DbtoolTest::TearDown();
  }

  // With this editor.
  Outcome Edit(const std::string& editor, const std::string& words = "") {
    ::setenv("EDITOR", editor.c_str(), 1);
    return Run("dbtool edit data/university student " + words);
  }
  std::string Students() { return Out("dbtool cat data/university student"); }
  // The names in the directory for temporary files.
  std::string Kept() { return Out("ls tmp"); }
};

// [engine-10.2]
TEST_F(EditCommands, EditAppliesWhatTheEditorChangedAsOneTransaction) {
  const Outcome edited =
      Edit("sed -i -e s/Alice/Alicia/ -e /Bob/d -e '$a{\"name\":\"Dan\"}'", "--yes --json");
  EXPECT_EQ(edited.exit_code, 0) << edited.err;
  EXPECT_TRUE(Contains(edited.err, "deleted (line 2) student: {\"id\":2,\"name\":\"Bob\""))
      << edited.err;
  EXPECT_TRUE(Contains(edited.err, "1 inserted, 1 updated, 1 deleted, 1 unchanged")) << edited.err;
  Write("report", edited.out);
  EXPECT_EQ(Out("jq -c '[.table,.inserted,.updated,.deleted,.unchanged,.committed,.file]' report"),
            "[\"student\",1,1,1,1,true,null]\n");
  EXPECT_EQ(Out("dbtool tail data/university --from 8 | jq -r '\"\\(.txn) \\(.operation)\"'"),
            "5 DELETE\n5 UPDATE\n5 INSERT\n");
  EXPECT_EQ(Kept(), "");
}

// [engine-10.1]
TEST_F(EditCommands, EditTellsMistakesWithTheirLinesAndKeepsWhatWasTyped) {
  const std::string tree = TreeOf("data");
  const Outcome edited = Edit("sed -i -e 's/3.8/good/' -e 's/,\"email\":\"bob/\"email\":\"bob/'");
  EXPECT_EQ(edited.exit_code, 1) << edited.err;
  const std::string kept = Kept();
  EXPECT_TRUE(Contains(kept, "student.") && Contains(kept, ".jsonl\n")) << kept;
  const std::string name = "tmp/" + kept.substr(0, kept.size() - 1);
  EXPECT_TRUE(Contains(edited.err, name + ":1:61: student")) << edited.err;
  EXPECT_TRUE(Contains(edited.err, name + ":2:21: student")) << edited.err;
  EXPECT_TRUE(Contains(edited.err, "nothing was changed; what was typed is in " + name))
      << edited.err;
  EXPECT_TRUE(Contains(Read(name), "\"gpa\":good}"));
  EXPECT_EQ(Out("stat -c %a " + name), "600\n");
  EXPECT_EQ(TreeOf("data"), tree);
}

// [engine-10.3]
TEST_F(EditCommands, EditIsRefusedIfARowChangedWhileTheEditorRan) {
  // No lock is held meanwhile.
  Write("alice.jsonl", R"({"id":1,"name":"Alison","gpa":1.5})"
                       "\n");
  Write("slow",
        "dbtool import data/university student alice.jsonl --on-conflict replace -q\n"
        "sed -i s/Alice/Alicia/ $1\n");
  const Outcome edited = Edit("sh slow");
  EXPECT_EQ(edited.exit_code, 1) << edited.err;
  EXPECT_TRUE(Contains(edited.err,
                       ":1:1: student.id: the row 1 was changed meanwhile: it was "
                       "{\"id\":1,\"name\":\"Alice\""))
      << edited.err;
  EXPECT_TRUE(Contains(edited.err, "and is {\"id\":1,\"name\":\"Alison\"")) << edited.err;
  EXPECT_TRUE(Contains(Students(), "Alison"));
  EXPECT_NE(Kept(), "");
}

TEST_F(EditCommands, EditAsksBeforeItDeletesAndNeedsYesInScripts) {
  const std::string students = Students();
  const Outcome edited = Edit("sed -i /Bob/d");
  EXPECT_EQ(edited.exit_code, 2) << edited.err;
  EXPECT_TRUE(Contains(edited.err, "1 deleted, 2 unchanged")) << edited.err;
  EXPECT_TRUE(Contains(edited.err, "--yes deletes them")) << edited.err;
  EXPECT_EQ(Students(), students);
  EXPECT_NE(Kept(), "");
  ::setenv("EDITOR", "sed -i /Bob/d", 1);
  const Outcome asked =
      RunOnTerminal("echo y | script -qec 'dbtool edit data/university student' /dev/null");
  EXPECT_TRUE(Contains(asked.out, "Delete 1 row")) << asked.out;
  EXPECT_FALSE(Contains(Students(), "Bob"));
}

TEST_F(EditCommands, EditStartsNoEditorWhereNobodySeesIt) {
  const Outcome outcome = Run("dbtool edit data/university student");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(Contains(outcome.err, "there is no terminal for an editor")) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "dbtool edit data/university student")) << outcome.err;
  EXPECT_EQ(Kept(), "");
}

TEST_F(EditCommands, EditOffersTheEditorAgainOnATerminal) {
  // The first time it spoils the file, the second time it mends it.
  Write("twice",
        "if grep -q good $1; then sed -i s/good/3.9/ $1; else sed -i s/3.8/good/ $1; fi\n");
  ::setenv("EDITOR", "sh twice", 1);
  const Outcome edited =
      RunOnTerminal("echo | script -qec 'dbtool edit data/university student' /dev/null");
  EXPECT_TRUE(Contains(edited.out, "Edit again?")) << edited.out;
  EXPECT_TRUE(Contains(Students(), "\"gpa\":3.9")) << edited.out;
  EXPECT_EQ(Kept(), "");
}

TEST_F(EditCommands, EditTakesSomeRowsByKeyOrCondition) {
  EXPECT_EQ(Edit("sed -i s/gpa\\\":/gpa\\\":1/", "2").exit_code, 0);
  EXPECT_TRUE(Contains(Students(), "\"gpa\":13.5}"));
  EXPECT_EQ(Edit("sed -i s/null}/2}/", "--where 'gpa is null'").exit_code, 0);
  EXPECT_TRUE(Contains(Students(), "\"Zoë\",\"email\":null,\"gpa\":2.0}"));
  struct Row {
    const char* words;
    int exit_code;
    const char* message;
  };
  for (const Row& row : {Row{"9", 3, "no record with id 9"}, Row{"x", 2, "key (id)"},
                         Row{"--where 'gpa > 99'", 3, "no row is gpa > 99"},
                         Row{"--where 'gap > 1'", 2, "did you mean gpa"},
                         Row{"1 --where 'gpa > 1'", 2, "either keys or --where"},
                         Row{"--file student.jsonl", 2, "student.jsonl"}}) {
    const Outcome outcome = Edit("false", row.words);
    EXPECT_EQ(outcome.exit_code, row.exit_code) << row.words << outcome.err;
    EXPECT_TRUE(Contains(outcome.err, row.message)) << outcome.err;
  }
}

TEST_F(EditCommands, EditorThatFailsOrChangesNothingChangesNothing) {
  const std::string tree = TreeOf("data");
  EXPECT_EQ(Edit("true").exit_code, 0);
  EXPECT_EQ(Edit("sed -i 's/,/, /g'").exit_code, 0);  // spaces are no change
  EXPECT_EQ(Kept(), "");
  Outcome edited = Edit("false");
  EXPECT_EQ(edited.exit_code, 2);
  EXPECT_TRUE(Contains(edited.err, "the editor (false \"$1\") ended with 1")) << edited.err;
  EXPECT_EQ(Kept(), "");
  edited = Edit("sh -c 'sed -i s/Bob/Rob/ $1; exit 1' x");
  EXPECT_EQ(edited.exit_code, 2);
  EXPECT_NE(Kept(), "");
  EXPECT_EQ(TreeOf("data"), tree);
}

TEST_F(EditCommands, EditBesideAWriterIsCheckedAndThenRefused) {
  auto writer = Database::Open("data/university");
  ASSERT_TRUE(writer.ok()) << writer.status();
  EXPECT_EQ(Edit("sed -i s/Bob/Rob/", "--dry-run").exit_code, 0);
  const Outcome edited = Edit("sed -i s/Bob/Rob/");
  EXPECT_EQ(edited.exit_code, 4) << edited.err;
  EXPECT_TRUE(Contains(edited.err, "what was typed is in tmp/student.")) << edited.err;
  const Outcome adopted = Run("dbtool adopt data/university student");
  EXPECT_EQ(adopted.exit_code, 4) << adopted.err;
}

// [engine-10.4]
TEST_F(EditCommands, AdoptTakesInWhatSedAndAnEditorChanged) {
  Out("dbtool checkpoint data/university -q");
  Out(std::string("sed -i -e s/Alice/Alicia/ -e /Bob/d ") + kRecords);
  const Outcome refused = Run("dbtool get data/university student 1");
  EXPECT_EQ(refused.exit_code, 5);
  EXPECT_TRUE(Contains(refused.err, "dbtool adopt data/university student")) << refused.err;
  const std::string tree = TreeOf("data");
  const Outcome dry = Run("dbtool adopt data/university student --dry-run");
  EXPECT_EQ(dry.exit_code, 0) << dry.err;
  EXPECT_TRUE(Contains(dry.err, "updated (line 1) student: {\"id\":1,\"name\":\"Alice\""))
      << dry.err;
  EXPECT_TRUE(Contains(dry.err, "0 inserted, 1 updated, 1 deleted, 1 unchanged")) << dry.err;
  EXPECT_EQ(Run("dbtool adopt data/university student").exit_code, 2);
  EXPECT_EQ(TreeOf("data"), tree);
  EXPECT_EQ(Out("dbtool adopt data/university student --yes --json | jq -c"
                " '[.tables,.updated,.deleted,.committed,.rewritten]'"),
            "[[\"student\"],1,1,true,true]\n");
  EXPECT_EQ(Out("dbtool verify data/university -q"), "");
  EXPECT_TRUE(Contains(Students(), "Alicia"));
  const Outcome again = Run("dbtool adopt data/university student");
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_TRUE(Contains(again.err, "nothing to adopt")) << again.err;
}

// [engine-10.1]
TEST_F(EditCommands, AdoptTellsMistakesWithTheirLinesAndChangesNothing) {
  Out("dbtool checkpoint data/university -q");
  Out(std::string("sed -i -e 's/$/\\r/' -e s/3.5/x/ ") + kRecords);
  const std::string tree = TreeOf("data");
  const Outcome adopted = Run("dbtool adopt data/university student --yes");
  EXPECT_EQ(adopted.exit_code, 1);
  EXPECT_TRUE(Contains(adopted.err,
                       "data/student.records:1:65: student: the line ends in CR LF, "
                       "and so do 2 others"))
      << adopted.err;
  EXPECT_TRUE(Contains(adopted.err, "data/student.records:2:57: student")) << adopted.err;
  EXPECT_EQ(TreeOf("data"), tree);
}

// [engine-10.8]
TEST_F(EditCommands, AdoptTakesACopyOfTheFileWhereLogsDoNotReach) {
  Out("dbtool checkpoint data/university -q");
  Out("rm data/university/wal/transaction.2*");
  Out(std::string("sed -i.bak s/Bob/Rob/ ") + kRecords);
  const Outcome unknown = Run("dbtool adopt data/university student");
  EXPECT_EQ(unknown.exit_code, 3);
  EXPECT_TRUE(Contains(unknown.err, "--before FILE")) << unknown.err;
  Out(std::string("dbtool adopt data/university student --before ") + kRecords + ".bak");
  EXPECT_TRUE(Contains(Students(), "Rob"));
}

}  // namespace
}  // namespace linedb
