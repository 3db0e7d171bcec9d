// What is asked before something is destroyed, and of whom.
//
// What they guard against: a script that waits for ever for an answer, and a hand that slipped. An
// import with `--rejects` named a file that was there, and nobody was asked.

#include <string>

#include "tests/dbtool/every_command.h"
#include "tests/dbtool/terminal.h"

namespace linedb {
namespace {

// A call that destroys something.
struct Destruction {
  const char* words;
  const char* question;  // on a terminal
  const char* before = "";
};

constexpr Destruction kDestructions[] = {
    {"delete $D student 3", "Delete 1 record? [y/N] "},
    {"drop $D student", "Drop the table student with 4 records? [y/N] "},
    {"purge $D student 3", "Remove for good "},
    {"edit $D student", "Delete 1 row, and change the others? [y/N] ", "EDITOR='sed -i /Bob/d' "},
    {"adopt $D student", "Delete 1 row, and change the others? [y/N] ",
     "sed -i /Bob/d $D/data/student.records; "},
    {"alter $D student --drop-column gpa",
     "drop column gpa and its values  (--allow-drop)\nGo on?"},
    {"export $D student there", "there exists. Replace it? [y/N] "},
    {"dump $D -o there", "there exists. Replace it? [y/N] "},
    {"report $D -o there", "there exists. Replace it? [y/N] "},
    {"import $D student mixed.jsonl --rejects there",
     "there exists, or the reasons beside it. Replace them? [y/N] "},
};

class QuestionRules : public EveryCommandTest {
 protected:
  void Begin() {
    Restore();
    Write("there", "precious\n");
  }
  static std::string ScriptOf(const Destruction& call, const std::string& flags = "") {
    return std::string(call.before) + "dbtool " + call.words + flags;
  }
  // What would be destroyed.
  std::string Precious() {
    return Read("there") + Run("dbtool cat $D student").out +
           Read("data/university/wal/transaction.log");
  }
};

// [cli-22]
TEST_F(QuestionRules, Rule22InAScriptNothingIsDestroyedWithoutYes) {
  for (const Destruction& call : kDestructions) {
    Begin();
    if (Contains(call.before, "sed -i /Bob/d $D")) Out("dbtool checkpoint $D -q");
    const std::string before = Precious();
    const Outcome outcome = Run(ScriptOf(call));
    EXPECT_EQ(outcome.exit_code, 2) << call.words << '\n' << outcome.err;
    EXPECT_TRUE(Contains(outcome.err, "--yes")) << call.words << '\n' << outcome.err;
    if (!Contains(call.before, "$D/data")) {
      EXPECT_EQ(Precious(), before) << call.words;
    }
    Begin();
    const Outcome meant = Run(ScriptOf(call, " --yes"));
    EXPECT_EQ(meant.exit_code, Contains(call.words, "mixed") ? 1 : 0) << call.words << '\n'
                                                                      << meant.err;
    EXPECT_NE(Precious(), before) << call.words;
  }
}

// [cli-22]
TEST_F(QuestionRules, Rule22OnATerminalItIsAskedAndYesIsMeant) {
  for (const Destruction& call : kDestructions) {
    Begin();
    const std::string before = Precious();
    for (const char* answer : {"n\n", "\n", "perhaps\n"}) {
      Begin();
      const testing::Screen refused =
          testing::ShowOn({.columns = 200, .typed = answer}, ScriptOf(call));
      EXPECT_EQ(refused.exit_code, 2) << call.words << '\n' << refused.text;
      EXPECT_TRUE(Contains(refused.text, call.question)) << call.words << '\n' << refused.text;
      if (!Contains(call.before, "$D/data")) {
        EXPECT_EQ(Precious(), before) << call.words;
      }
    }
    Begin();
    const testing::Screen meant = testing::ShowOn({.columns = 200, .typed = "y\n"}, ScriptOf(call));
    EXPECT_EQ(meant.exit_code, Contains(call.words, "mixed") ? 1 : 0) << call.words << '\n'
                                                                      << meant.text;
    EXPECT_NE(Precious(), before) << call.words;
  }
}

// [cli-22] With --yes nobody is asked on a terminal either, and what destroys nothing asks nothing.
TEST_F(QuestionRules, Rule22WhatDestroysNothingAsksNothing) {
  for (const CommandCall& call : Calls()) {
    Restore();
    const testing::Screen screen = testing::ShowOn({}, EveryCommandTest::ScriptOf(call));
    EXPECT_FALSE(Contains(screen.text, "[y/N]")) << call.command() << '\n' << screen.text;
    EXPECT_EQ(screen.exit_code, call.exit_code) << call.command() << '\n' << screen.text;
  }
}

// [cli-23]
TEST_F(QuestionRules, Rule23WhatMakesADatabaseNeverWritesOverOne) {
  Out("dbtool init other -q");
  const std::string before = TreeOf("other") + TreeOf("data");
  for (const char* words :
       {"restore $D other", "restore $D $D", "repair $D --to other", "repair $D --to $D",
        "slice $D --to other --from 2", "slice $D --to $D --from 2", "load other university.dump",
        "load $D university.dump", "backup $D other", "backup $D $D"}) {
    for (const char* flags : {"", " --yes"}) {
      const Outcome outcome = Run(std::string("dbtool ") + words + flags);
      EXPECT_EQ(outcome.exit_code, 2) << words << '\n' << outcome.err;
      EXPECT_EQ(TreeOf("other") + TreeOf("data"), before) << words;
    }
  }
}

}  // namespace
}  // namespace linedb
