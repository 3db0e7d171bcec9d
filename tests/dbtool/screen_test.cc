// What a person sees: on terminals of 80 and of 120 columns.
//
// What they guard against: cells that end after 48 characters on a screen with room for 200, lines
// that wrap over half a page, "1 problems", and a number of which the last digits are cut away.

#include <algorithm>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/dbtool/every_command.h"
#include "tests/dbtool/terminal.h"

namespace linedb {
namespace {

using testing::CharactersIn;
using testing::Screen;
using testing::ShowOn;

class ScreenTest : public EveryCommandTest {
 protected:
  void MakeNotes() {
    Write("notes.jsonl",
          "{\"id\":1,\"population_of_the_city\":1234567890,\"title\":\"Short\",\"text\":\"" +
              std::string(300, 'x') +
              "\"}\n{\"id\":2,\"population_of_the_city\":7,\"title\":\"Zoë\",\"text\":\"y\"}\n");
    Out("dbtool import $D note notes.jsonl --create --primary-key id -q");
  }
  static std::size_t Widest(const Screen& screen) {
    std::size_t width = 0;
    for (const std::string& line : screen.Lines()) width = std::max(width, CharactersIn(line));
    return width;
  }
};

// [cli-4] Text that is written to be read by programs is not touched: schemas, dumps, exports.
TEST_F(ScreenTest, Rule04NoLineIsWiderThanTheTerminal) {
  const std::set<std::string> texts = {"schema", "export", "dump", "report", "completion",
                                       "man",    "edit",   "help", "ui"};
  for (const CommandCall& call : Calls()) {
    if (texts.contains(call.name)) continue;
    for (const int columns : {80, 120}) {
      Restore();
      const Screen screen = ShowOn({.columns = columns}, ScriptOf(call, "2>/dev/null"));
      EXPECT_EQ(screen.exit_code, call.exit_code) << call.command() << '\n' << screen.text;
      EXPECT_LE(Widest(screen), static_cast<std::size_t>(columns)) << call.command() << '\n'
                                                                   << screen.text;
    }
  }
}

// [cli-4]
TEST_F(ScreenTest, Rule04LongTextHasTheWidthThereIs) {
  MakeNotes();
  for (const int columns : {80, 120, 200}) {
    const Screen screen = ShowOn({.columns = columns}, "dbtool cat $D note");
    EXPECT_EQ(Widest(screen), static_cast<std::size_t>(columns)) << screen.text;
    EXPECT_TRUE(Contains(screen.text, "x…\n")) << screen.text;
    EXPECT_TRUE(Contains(screen.text, "1234567890")) << "numbers are never cut\n" << screen.text;
    EXPECT_TRUE(Contains(screen.text, "Short")) << screen.text;
  }
  EXPECT_TRUE(Contains(ShowOn({.columns = 400}, "dbtool cat $D note").text, std::string(300, 'x')));
  const std::string all = ShowOn({}, "dbtool cat $D note --verbose 2>/dev/null").text;
  EXPECT_TRUE(Contains(all, std::string(300, 'x'))) << all;
}

// [cli-4]
TEST_F(ScreenTest, Rule04LongNamesOfColumnsWrapBeforeTextIsLost) {
  MakeNotes();
  const Screen screen = ShowOn({.columns = 80}, "dbtool cat $D note --color never");
  const std::vector<std::string> lines = screen.Lines();
  ASSERT_EQ(lines.size(), 4u) << screen.text;
  EXPECT_EQ(lines[0], "    population_");
  EXPECT_EQ(lines[1].substr(0, 24), "id  of_the_city  title  ");
  EXPECT_EQ(lines[2].substr(0, 24), " 1   1234567890  Short  ");
}

// [cli-4]
TEST_F(ScreenTest, Rule04RecordsOfManyColumnsStandUpright) {
  std::string record = "{\"id\":1";
  for (int i = 10; i < 30; ++i) {
    record += ",\"column" + std::to_string(i) + "\":\"some words " + std::to_string(i) + "\"";
  }
  Write("wide.jsonl", record + "}\n");
  Out("dbtool import $D wide wide.jsonl --create --primary-key id -q");
  const Screen screen = ShowOn({}, "dbtool cat $D wide --color never");
  EXPECT_TRUE(Contains(screen.text, "record 1\nid        1\ncolumn10  some words 10\n"))
      << screen.text;
  const Screen wide = ShowOn({.columns = 400}, "dbtool cat $D wide --color never");
  EXPECT_EQ(wide.Lines().size(), 2u) << wide.text;
}

TEST_F(ScreenTest, CountsHaveThousandsAndTheSameRightEdge) {
  Out("seq 12345 | sed 's/.*/{\"n\":&}/' | dbtool import $D number - --create -q");
  const std::string text = ShowOn({.columns = 120}, "dbtool inspect $D --color never").text;
  EXPECT_TRUE(Contains(text, "\nnumber       12,345  12,345 ")) << text;
  EXPECT_TRUE(Contains(text, "\nenrollment        2       2 ")) << text;
}

// The names of several lines, and the colour, end with the line.
TEST_F(ScreenTest, NothingOfTheHeadsColourReachesTheRows) {
  const std::string text = ShowOn({}, "dbtool cat $D student").text;
  EXPECT_TRUE(Contains(text, "\033[0m\n")) << text;
  EXPECT_FALSE(Contains(text, "\n\033[0m")) << text;
}

TEST_F(ScreenTest, ARecordShownAloneIsAlignedLeft) {
  const std::string text = ShowOn({}, "dbtool get $D enrollment '[1,101]'").text;
  EXPECT_EQ(text, "student_id  1\ncourse_id   101\ngrade       A\n");
}

// What stderr says of it stands below what stdout shows.
TEST_F(ScreenTest, TheCountsOfAReportComeBelowIt) {
  Out("dbtool checkpoint $D -q");
  Out("sed -i s/Zo/Ro/ $D/data/student.records");
  const std::vector<std::string> lines = ShowOn({}, "dbtool verify $D").Lines();
  ASSERT_GE(lines.size(), 2u);
  EXPECT_EQ(lines.back().rfind("dbtool: ", 0), 0u) << lines.back();
  EXPECT_EQ(lines[1].rfind("dbtool: 1 problem", 0), 0u) << lines[1];
  EXPECT_EQ(lines.front().rfind("data/student.records line ", 0), 0u) << lines.front();
}

TEST_F(ScreenTest, WalMarksWhatIsNotYetCheckpointed) {
  Out("dbtool checkpoint $D -q");
  Out("dbtool put $D student '{\"name\":\"Eve\"}' -q");
  const Screen screen = ShowOn({.columns = 120}, "dbtool wal $D --color never");
  int marked = 0;
  for (const std::string& line : screen.Lines()) {
    const bool has_mark = line.rfind("*  ", 0) == 0;
    marked += has_mark ? 1 : 0;
    EXPECT_EQ(has_mark, Contains(line, "\"Eve\"")) << screen.text;
  }
  EXPECT_EQ(marked, 1) << screen.text;
  EXPECT_EQ(screen.Lines().back(), "dbtool: * is not yet checkpointed") << screen.text;
  EXPECT_TRUE(Contains(screen.text, "UPDATE")) << "the archives, too\n" << screen.text;
}

// "1 problems", "1 archives".
TEST_F(ScreenTest, OneOfAThingIsNotSpokenOfInThePlural) {
  Out("dbtool init one -q; dbtool create one thing --column id:int:primary_key -q");
  std::string told;
  for (const char* words : {"put one thing '{\"id\":1}'",
                            "checkpoint one",
                            "put one thing '{\"id\":1}' --replace",
                            "inspect one",
                            "inspect one thing",
                            "verify one",
                            "stats one",
                            "checkpoint one --dry-run",
                            "compact one --dry-run",
                            "compact one",
                            "export one thing out",
                            "dump one -o whole",
                            "dump one",
                            "load other whole",
                            "diff one other",
                            "diff one --from 1",
                            "diff one --from 1 --summary",
                            "backup one copied",
                            "restore one back --at 2",
                            "restore one back2 --dry-run",
                            "slice one --to cut --from 2",
                            "slice one --to cut2 --from 2 --dry-run",
                            "repair one --to new",
                            "repair one --to new2 --dry-run",
                            "bisect one --test '! dbtool get \"$DB\" thing 1 -q'",
                            "create one more --column id:int",
                            "alter one thing --add-column a:int:nullable",
                            "import one thing more.jsonl --ignore-columns --dry-run",
                            "import one thing bad.jsonl",
                            "import one thing bad.jsonl --max-errors 1",
                            "purge one thing 1 --dry-run",
                            "delete one thing 1 --yes",
                            "purge one thing 1 --yes"}) {
    Write("bad.jsonl", "{\"id\":\"x\"}\n{\"id\":\"y\"}\n");
    const Screen screen = ShowOn({.columns = 200}, std::string("dbtool ") + words);
    told += std::string("$ dbtool ") + words + '\n' + testing::WithoutColours(screen.text);
  }
  Out("dbtool init damaged -q; dbtool create damaged thing --column id:int:primary_key -q");
  Out("dbtool put damaged thing '{\"id\":1}' -q; dbtool checkpoint damaged -q");
  Out("sed -i s/1/x/ damaged/data/thing.records");
  for (const char* words :
       {"verify damaged", "repair damaged --to mended --dry-run", "repair damaged --to mended"}) {
    told += std::string("$ dbtool ") + words + '\n' +
            testing::WithoutColours(ShowOn({.columns = 200}, std::string("dbtool ") + words).text);
  }
  // A number before it, as of "lsn 1 to 2", would make it another.
  static const std::regex kPlural(
      "(^|[^-0-9.,:n] )1 (more |new |log |superseded |damaged |earlier )?"
      "(problem|table|record|line|archive|operation|transaction|column|"
      "file|row|log|run|byte|violation|place|version|value|entrie)s\\b");
  std::smatch found;
  EXPECT_FALSE(std::regex_search(told, found, kPlural)) << found.str() << "\nin\n" << told;
  for (const char* singular : {"1 table,", "1 record", "1 archive", "1 operation", "1 problem",
                               "1 column", "1 superseded line", "1 more problem"}) {
    EXPECT_TRUE(Contains(told, singular)) << singular << "\nin\n" << told;
  }
}

// [cli-7] What a hint says can be typed as it stands.
TEST_F(ScreenTest, Rule07HintsNameTheDatabaseOfTheCall) {
  Out("cp -r data/university 'my data'");
  Out("dbtool checkpoint 'my data' -q; sed -i s/Zo/Ro/ 'my data/data/student.records'");
  const Outcome outcome = Run("dbtool get 'my data' student 3");
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_TRUE(Contains(outcome.err, "`dbtool verify 'my data'` lists every problem"))
      << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "`dbtool repair 'my data' --to NEWDIR`")) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "`dbtool adopt 'my data' student`")) << outcome.err;
  EXPECT_TRUE(Contains(Run("dbtool inspect nowhere").err, "`dbtool init nowhere` creates"));
  const Outcome verified = Run("dbtool verify 'my data'");
  EXPECT_EQ(verified.exit_code, 1);
  EXPECT_TRUE(Contains(verified.err,
                       "\ndbtool: hint: `dbtool repair 'my data' --to NEWDIR --dry-run` names the "
                       "lines"))
      << verified.err;
  EXPECT_TRUE(Contains(verified.err,
                       "\ndbtool: hint: changed on purpose: `dbtool adopt 'my data' student`"))
      << verified.err;
}

// [cli-7]
TEST_F(ScreenTest, Rule07ErrorsTellAWayOut) {
  Write("lines", "root:x:0:0\nbin:x:1:1\n");
  Write("mixed.jsonl", "{\"title\":1984}\n{\"title\":\"Alien\"}\n");
  struct Row {
    const char* words;
    const char* hint;
  };
  for (const Row& row :
       {Row{"cat $D nothing", "hint: `dbtool inspect data/university` lists the tables\n"},
        Row{"import $D nothing more.jsonl", "hint: --create makes it, of what the file has\n"},
        Row{"create $D student --column id:int",
            "hint: `dbtool alter data/university student` changes it\n"},
        Row{"inspect more.jsonl", "hint: more.jsonl is a file, and a database is a directory"},
        Row{"import $D student student.jsonl", "hint: --on-conflict skip leaves these out"},
        Row{"put $D student '{\"id\":1,\"name\":\"x\"}'", "hint: --replace"},
        Row{"alter $D student --drop-column gpa", "hint: --allow-drop, or --yes, allows it"},
        Row{"diff $D", "hint: `dbtool help diff` shows both"},
        Row{"cat $D", "hint: the tables are enrollment, student\n"},
        Row{"cat nowhere", "hint: `dbtool help cat` shows how it is used\n"},
        Row{"log $D student", "hint: `dbtool wal data/university --table student` shows all"},
        Row{"get $D student", "hint: `dbtool help get` shows how it is used\n"},
        Row{"get $D enrollment 1", "hint: a key of several columns is a JSON array, such as '[1,"},
        Row{"log $D enrollment 1", "hint: a key of several columns is a JSON array, such as '[1,"},
        Row{"delete $D enrollment 1", "hint: a key of several columns is a JSON array, such as "},
        Row{"purge $D enrollment 1", "hint: a key of several columns is a JSON array, such as "},
        Row{"edit $D enrollment 1", "hint: a key of several columns is a JSON array, such as "},
        Row{"restore $D new --at yesterday",
            "hint: --at \"$(date -u -d '5 minutes ago' +%FT%TZ)\", or an lsn as `dbtool wal "
            "data/university` shows it\n"},
        Row{"diff $D --from yesterday", "hint: --from \"$(date -u"},
        Row{"import $D t lines --create", "hint: it was read as JSON; --format csv"},
        Row{"import $D film mixed.jsonl --create --primary-key title",
            "hint: its values are of several types, or nested: `jq -c '.[\"title\"] |= tostring'` "
            "makes"}}) {
    const Outcome outcome = Run(std::string("dbtool ") + row.words);
    EXPECT_NE(outcome.exit_code, 0) << row.words;
    EXPECT_TRUE(Contains(outcome.err, row.hint)) << row.words << '\n' << outcome.err;
  }
}

TEST_F(ScreenTest, CheckpointsPlanIsWhatItThenDoes) {
  const std::string plan = Out("dbtool checkpoint $D --dry-run --json");
  const std::string by_jq =
      " | jq -c '[.needed,.lsn,.log_bytes_before,.tables_compacted,"
      ".lines_dropped,.tables]'";
  Write("plan", plan);
  const std::string planned = Out("cat plan" + by_jq);
  EXPECT_TRUE(Contains(planned, "[\"student\"],1,")) << planned;
  EXPECT_EQ(Out("dbtool checkpoint $D --json" + by_jq), planned);
  EXPECT_EQ(Out("dbtool checkpoint $D --dry-run --json | jq -c '[.needed,.lines_dropped]'"),
            "[false,0]\n");
}

}  // namespace
}  // namespace linedb
