// Every word arrives as it was typed. What this guards against: `purge` removed the record "[a"
// when " [a" was named, and two records when "[p,q]" was; and `restore --at "$LSN"` of a script
// whose variable was empty restored the newest state.

#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {
namespace {

// Words that are something else to a shell's eye, a parser's or a JSON reader's.
const std::vector<std::string> kWords = {"[a",    " [a",    "-1", " -1", "p",      "q", "[p,q]",
                                         "1",     "3",      "++", "{}",  "--json", "",  "\x01x",
                                         "\x01[", "x line", "[]", "-",   "%%",     "x"};

// For the shell, unchanged.
std::string Quoted(const std::string& word) { return "'" + word + "'"; }

// As JSON.
std::string Escaped(const std::string& word) {
  return word.rfind('\x01', 0) == 0 ? "\\u0001" + word.substr(1) : word;
}

class ArgumentRules : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
  }

  void MakeWords() {
    Out("dbtool create data/university word -q --column word:str:primary_key");
    std::string lines;
    for (const std::string& word : kWords) lines += "{\"word\":\"" + Escaped(word) + "\"}\n";
    Write("words.jsonl", lines);
    Out("dbtool import data/university word words.jsonl -q");
  }
  // The records of the table, without those words.
  static std::string Without(const std::set<std::string>& gone) {
    std::string lines;
    for (const std::string& word : kWords) {
      if (gone.count(word) == 0) lines += "{\"word\":\"" + Escaped(word) + "\"}\n";
    }
    return lines;
  }
};

// It was refused as qx, "did you mean q"x?".
TEST_F(ArgumentRules, AQuoteInAColumnsNameIsTypedAsItIsOrDoubledInQuotes) {
  struct Row {
    const char* name;  // as JSON
    std::vector<const char*> spellings;
  };
  for (const Row& row :
       {Row{R"(q\"x)", {R"(q"x)", R"("q""x")"}}, Row{R"(\"q\")", {R"("""q""")"}},
        Row{R"(a,b)", {R"("a,b")"}}, Row{R"(a\"b\"c)", {R"(a"b"c)", R"("a""b""c")"}}}) {
    for (const std::string spelling : row.spellings) {
      const std::string list = Quoted(spelling);
      Out("dbtool create data/university m -q --column id:int --column " +
          Quoted(R"(")" + std::regex_replace(std::string(row.name), std::regex(R"(\\")"), R"("")") +
                 R"(":str)") +
          " --primary-key " + list + " --unique " + Quoted("id," + spelling));
      Out("dbtool put data/university m -q " +
          Quoted("{\"id\":1,\"" + std::string(row.name) + "\":\"v\"}"));
      EXPECT_EQ(Out("dbtool cat data/university m --columns " + list),
                "{\"" + std::string(row.name) + "\":\"v\"}\n");
      EXPECT_EQ(Out("dbtool cat data/university m --columns " + Quoted(spelling + ",id")),
                "{\"" + std::string(row.name) + "\":\"v\",\"id\":1}\n");
      Out("dbtool drop data/university m --yes -q");
    }
  }
  ExpectFailure("dbtool cat data/university student --columns '\"id'", 2,
                "student has no column \"id");
}

// The JSON of a record had the member twice.
TEST_F(ArgumentRules, AColumnThatIsNamedTwiceIsRefused) {
  for (const char* columns : {"id,id", "id,name,\"id\""}) {
    ExpectFailure("dbtool cat data/university student --columns " + Quoted(columns), 2,
                  "the column id is named twice");
  }
}

TEST_F(ArgumentRules, PurgeRemovesExactlyTheKeysTyped) {
  MakeWords();
  for (const std::string& word : kWords) {
    for (const std::string before : {"", "-- ", "x "}) {
      if (before.empty() && word == "--json") continue;  // a flag
      if (before == "x " && word == "x") continue;
      Out("rm -rf copy && cp -r data/university copy");
      const std::string words = before + Quoted(word);
      const Outcome purged = Run("dbtool purge copy word --yes -q " +
                                 (word == "--json" && before == "x " ? "x -- --json" : words));
      EXPECT_EQ(purged.exit_code, 0) << words << '\n' << purged.err;
      const std::set<std::string> gone =
          before == "x " ? std::set<std::string>{word, "x"} : std::set<std::string>{word};
      EXPECT_EQ(Out("dbtool cat copy word"), Without(gone)) << words;
    }
  }
}

TEST_F(ArgumentRules, KeysArriveAsTyped) {
  MakeWords();
  for (const std::string& word : kWords) {
    const std::string record = "{\"word\":\"" + Escaped(word) + "\"}\n";
    EXPECT_EQ(Out("dbtool get data/university word -- " + Quoted(word)), record) << word;
    EXPECT_EQ(Out("dbtool log data/university word -- " + Quoted(word) + " | jq -c .record"),
              record)
        << word;
  }
  EXPECT_EQ(Out("dbtool get data/university word -1"), "{\"word\":\"-1\"}\n");
  EXPECT_EQ(Out("dbtool get data/university word ' -1'"), "{\"word\":\" -1\"}\n");
  EXPECT_EQ(Out("dbtool log data/university word ' -1' | jq -c .record"), "{\"word\":\" -1\"}\n");
  EXPECT_EQ(Out("dbtool grep data/university -- -1 word | wc -l"), "2\n");
  EXPECT_EQ(Out("dbtool grep data/university '\" -1' word | wc -l"), "1\n");
}

TEST_F(ArgumentRules, KeysOfSeveralColumnsAreOneWordEach) {
  Out("dbtool create data/university enroll -q --column student:int --column course:str "
      "--column mark:int:nullable --primary-key student,course");
  Write("enroll.jsonl", R"({"student":1,"course":"m\"aé"})"
                        "\n"
                        R"({"student":2,"course":"[x,y]"})"
                        "\n"
                        R"({"student":3,"course":"z"})"
                        "\n");
  Out("dbtool import data/university enroll enroll.jsonl -q");
  for (const char* words :
       {R"('[1,"m\"aé"]' '[2,"[x,y]"]')", R"(-- '[1,"m\"aé"]' '[2,"[x,y]"]')"}) {
    const Outcome edited =
        Run(std::string("EDITOR='sed -i s/null/5/' dbtool edit data/university enroll --dry-run ") +
            words);
    EXPECT_EQ(edited.exit_code, 0) << edited.err;
    EXPECT_TRUE(Contains(edited.err, "2 updated")) << edited.err;
  }
  Out(R"(dbtool purge data/university enroll '[1,"m\"aé"]' '[2,"[x,y]"]' --yes -q)");
  EXPECT_EQ(Out("dbtool cat data/university enroll --columns student"), "{\"student\":3}\n");
}

TEST_F(ArgumentRules, MasksAndTablesArriveAsTyped) {
  ExpectFailure("dbtool slice data/university --to cut --from 2 --mask '{}'", 2, "{}");
  EXPECT_FALSE(Exists("cut"));
  ExpectFailure("dbtool adopt data/university '{}' --dry-run", 3, "{}");
  ExpectFailure("dbtool adopt data/university '[student,enrollment]' --dry-run", 3,
                "[student,enrollment]");
}

TEST_F(ArgumentRules, MessagesHaveTheWordsAsTyped) {
  ExpectFailure("dbtool get data/university student 1 '[2]'", 2, " [2]");
  const Outcome outcome = Run("dbtool get data/university student 1 '[2]'");
  EXPECT_FALSE(Contains(outcome.err, "\x01")) << outcome.err;
}

TEST_F(ArgumentRules, AnEmptyWordIsNotTheSameAsNone) {
  const std::string before = TreeOf(".");
  for (const char* command : {"restore data/university x --at ''",
                              "restore data/university x --archives ''",
                              "restore data/university ''",
                              "restore '' x",
                              "backup data/university ''",
                              "tail data/university --after ''",
                              "tail data/university --from ''",
                              "diff data/university --from ''",
                              "diff data/university --from 1 --to ''",
                              "diff data/university ''",
                              "load ''",
                              "load '' more.jsonl",
                              "load x ''",
                              "repair data/university --to ''",
                              "repair data/university --to x --rejects ''",
                              "slice data/university --from 2 --to ''",
                              "dump data/university -o ''",
                              "export data/university student ''",
                              "import data/university student ''",
                              "import data/university student more.jsonl --rejects ''",
                              "edit data/university student --file ''",
                              "verify ''",
                              "wal data/university --table ''",
                              "cat data/university student --where ''",
                              "adopt data/university ''",
                              "bisect data/university --test true --archives ''",
                              "bisect data/university --test true --scratch ''",
                              "create data/university t --schema ''",
                              "restore data/university x --at=",
                              "repair data/university --to x --rejects= --dry-run",
                              "dump data/university --output= more.jsonl --yes"}) {
    ExpectFailure(std::string("dbtool ") + command, 2,
                  std::string(command) == "load ''" ? "DIR" : "expected a value, found an empty");
  }
  EXPECT_EQ(TreeOf("."), before);
}

TEST_F(ArgumentRules, ANumberTooLargeIsNotCutToTheLargest) {
  for (const char* command :
       {"tail data/university --from 18446744073709551616",
        "wal data/university --from 99999999999999999999", "wal data/university --to=1x",
        "cat data/university student --limit 18446744073709551616",
        "slice data/university --to cut --from 18446744073709551618"}) {
    ExpectFailure(std::string("dbtool ") + command, 2, "expected");
  }
  Out("dbtool wal data/university --to 18446744073709551615");
}

// [cli-19]
TEST_F(ArgumentRules, Rule19FlagsOfCsvAreRefusedWhereNoneIsWritten) {
  const Outcome outcome = Run("dbtool export data/university student out.jsonl --delimiter ';'");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(Contains(outcome.err, "--delimiter, --null and --no-header are of CSV"))
      << outcome.err;
  EXPECT_FALSE(Exists("out.jsonl"));
  Out("dbtool export data/university student out.csv --delimiter ';' -q");
}

TEST_F(ArgumentRules, AColumnOfTheKeyIsNamedOnce) {
  const Outcome outcome =
      Run("dbtool create data/university twice --column a:int --primary-key a,a");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(Contains(outcome.err, "the column a is named twice")) << outcome.err;
  EXPECT_EQ(Run("dbtool cat data/university twice").exit_code, 3);
}

}  // namespace
}  // namespace linedb
