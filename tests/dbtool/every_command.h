// Every command that dbtool has, called in the database that EveryCommandTest makes. The rules that
// hold for all commands are shown with this list; a command that is missing here fails the first
// test of every_command_test.cc.

#ifndef LINEDB_TESTS_DBTOOL_EVERY_COMMAND_H_
#define LINEDB_TESTS_DBTOOL_EVERY_COMMAND_H_

#include <set>
#include <string>
#include <vector>

#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {

enum class Does {
  kRead,   // takes no lock and leaves the database as it is
  kWrite,  // takes the lock
  kMake,   // makes a database, of nothing or of a dump
  kTell,   // needs none
};

struct CommandCall {
  const char* name;
  const char* words;  // behind the name
  Does does;
  // The row of README.md's table of JSON objects; none: with --json, too, stdout is data or text.
  const char* report = "";
  int exit_code = 0;
  // What the shell does before, and what it sets for this call.
  const char* before = "";
  // Which of the files and directories beside the database it makes, apart by spaces.
  const char* makes = "";

  std::string command() const { return std::string(name) + " " + words; }
};

// Calls of the commands this dbtool has: all kinds of each.
std::vector<CommandCall> CallsOf(const std::vector<std::string>& names);

// The words of a text, apart by spaces.
std::set<std::string> WordsOf(const std::string& text);

class EveryCommandTest : public DbtoolTest {
 protected:
  // MakeUniversity, and: student 4 inserted (lsn 8) and replaced (lsn 9), and university.dump.
  void SetUp() override;
  void TearDown() override;

  // As `dbtool help` lists them.
  std::vector<std::string> Names();
  std::vector<CommandCall> Calls() { return CallsOf(Names()); }

  // All as SetUp left it.
  void Restore();
  // Runs the call in that state, with these flags behind it. `around` is put before dbtool.
  Outcome Call(const CommandCall& call, const std::string& flags = "",
               const std::string& around = "");
  // The shell's text for it.
  static std::string ScriptOf(const CommandCall& call, const std::string& flags = "",
                              const std::string& around = "");
};

}  // namespace linedb

#endif  // LINEDB_TESTS_DBTOOL_EVERY_COMMAND_H_
