// Completion in the shells themselves, and the manual page in man: a script that a shell does not
// take, or a page full of warnings, is found by nobody who only reads the program.

#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {
namespace {

class CompletionTest : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
    ::setenv("HOME", "/nonexistent", 1);
  }
  static bool IsThere(const std::string& program) {
    return ::system(("command -v " + program + " >/dev/null").c_str()) == 0;
  }
  // What `dbtool complete` answers, its lines joined by "|", without descriptions.
  std::string Answer(const std::string& words) {
    return Out("dbtool complete -- " + words + " | cut -f1 | paste -sd'|'");
  }
};

struct Row {
  const char* typed;
  const char* answer;
};

TEST_F(CompletionTest, ItsHelpSaysHowAShellTakesIt) {
  EXPECT_TRUE(Contains(Out("dbtool completion --help"), " source <(dbtool completion bash)\n"));
}

TEST_F(CompletionTest, AnswersAreCommandsFlagsChoicesTablesAndColumns) {
  const Row rows[] = {
      {"ca", "words|cat"},
      {"--quiet ca", "words|cat"},
      {"--format json insp", "words|inspect"},
      {"complet", "words|completion"},
      {"cat data/university ''", "words|enrollment|student"},
      {"cat --limit 3 data/university st", "words|student"},
      {"cat data/university/ st", "words|student"},
      {"cat da", "directories"},
      {"import data/university student x", "files"},
      {"repair d --to x", "directories"},
      {"cat d t --li", "words|--limit"},
      {"cat d t --js", "words|--json"},
      {"cat --color ''", "words|auto|always|never"},
      {"cat --color=al", "words|--color=always"},
      {"--format js", "words|jsonl|json"},
      {"import d t f --format ''", "words|auto|jsonl|json|csv"},
      {"cat data/university student --columns id,n", "words|id,name"},
      {"cat data/university student --columns=g", "words|--columns=gpa"},
      {"cat data/university student --where na", "words|name"},
      {"wal data/university --table en", "words|enrollment"},
      {"compact data/university student en", "words|enrollment"},
      {"help im", "words|import"},
      {"completion ''", "words|bash|zsh|fish"},
      {"nonsense ''", "words"},
      {"cat nowhere ''", "words"},
      {"cat data/university nothing --columns ''", "words"},
      {"cat data/university student extra", "words"},
      {"cat -- data/university --", "words"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Answer(row.typed), row.answer + std::string("\n")) << row.typed;
  }
}

// [cli-10] Who types beside a writer, or in a database that needs recovery, changes nothing.
TEST_F(CompletionTest, AskingWritesNothingAndReplaysNothing) {
  MakeCrashed("crashed");
  const std::string before = TreeOf("crashed");
  const Outcome asked = Run("dbtool complete -- cat crashed student --columns ''");
  EXPECT_TRUE(Contains(asked.out, "email\tstr"));
  EXPECT_EQ(asked.err, "");
  EXPECT_EQ(TreeOf("crashed"), before);
}

// [cli-8]
TEST_F(CompletionTest, ScriptsAndManualNeedNeitherHomeNorDatabase) {
  Out("mkdir empty");
  for (const char* words : {"completion bash", "completion zsh", "completion fish", "man"}) {
    EXPECT_GT(Out("cd empty && env -i \"$(command -v dbtool)\" " + std::string(words)).size(), 200u)
        << words;
  }
  EXPECT_EQ(Out("ls -A empty"), "");
  ExpectFailure("dbtool completion tcsh", 2, "expected bash, zsh or fish, found tcsh");
}

TEST_F(CompletionTest, BashCompletes) {
  if (!IsThere("bash")) GTEST_SKIP() << "bash is not installed";
  Write("complete.bash", R"sh(
. /usr/share/bash-completion/bash_completion 2>/dev/null
eval "$(dbtool completion bash)"
try() {
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _dbtool
  (IFS='|'; echo "${COMPREPLY[*]}")
}
try dbtool ca
try dbtool cat data/university st
try dbtool cat dat
try dbtool cat "'data/university'" st
try dbtool cat data/university student --format = js
try dbtool cat data/university student --columns id,n
try dbtool import data/university student mo
complete -p dbtool
)sh");
  EXPECT_EQ(Out("bash complete.bash"),
            "cat\nstudent\ndata\nstudent\njsonl|json\nid\\,name\nmore.jsonl\n"
            "complete -F _dbtool dbtool\n");
}

TEST_F(CompletionTest, FishCompletes) {
  if (!IsThere("fish")) GTEST_SKIP() << "fish is not installed";
  Write("complete.fish", R"sh(
dbtool completion fish | source
complete -C 'dbtool ca'
complete -C 'dbtool cat data/university s'
complete -C 'dbtool cat dat'
complete -C 'dbtool cat data/university student --format=jsonl'
complete -C 'dbtool cat data/university student --columns id,na'
complete -C 'dbtool import data/university student mo'
)sh");
  EXPECT_EQ(Out("HOME=$PWD fish --no-config complete.fish 2>/dev/null | cut -f1"),
            "cat\nstudent\ndata/\n--format=jsonl\nid,name\nmore.jsonl\n");
}

TEST_F(CompletionTest, ZshCompletes) {
  if (!IsThere("zsh")) GTEST_SKIP() << "zsh is not installed";
  // The completion itself, in a terminal of its own: Tab, then the line as it is written to a file.
  Write("complete.zsh", R"sh(
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'autoload -Uz compinit; compinit -u -D; eval "$(dbtool completion zsh)"; touch ready'
for i in {1..100}; do [[ -e ready ]] && break; sleep 0.1; done
type() {
  zpty -w -n shell "$1"
  zpty -w -n shell $'\x01print -r -- "\x05" >>answers; touch done\n'
  for i in {1..100}; do [[ -e done ]] && break; sleep 0.1; done
  rm -f done
}
type $'dbtool inspe\tdata/university stu\t'
type $'dbtool cat data/university student --lim\t'
type $'dbtool cat data/university student --columns=gp\t'
zpty -d shell
)sh");
  Out("zsh -f complete.zsh");
  EXPECT_EQ(Read("answers"),
            "dbtool inspect data/university student\n"
            "dbtool cat data/university student --limit\n"
            "dbtool cat data/university student --columns=gpa\n");
}

TEST_F(CompletionTest, ManualHasNoWarningsAndSaysWhatHelpSays) {
  Out("dbtool man > dbtool.1");
  const std::string page = Read("dbtool.1");
  for (const char* part : {".TH DBTOOL 1", ".SH EXIT STATUS", "NO_COLOR", "dbtool purge"}) {
    EXPECT_TRUE(Contains(page, part)) << part;
  }
  EXPECT_EQ(Out("dbtool man"), page) << "it is the same each time";
  if (!IsThere("man") || !IsThere("groff")) GTEST_SKIP() << "man is not installed";
  const Outcome shown = Run("MANWIDTH=80 man --warnings -E UTF-8 -l dbtool.1 | col -b");
  EXPECT_EQ(shown.err, "");
  EXPECT_TRUE(Contains(shown.out, "dbtool cat data/university student --columns id,name"));
  EXPECT_TRUE(Contains(shown.out, "130"));
}

}  // namespace
}  // namespace linedb
