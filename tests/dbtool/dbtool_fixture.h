// Runs the dbtool program in a directory of its own, as a person or a script would.

#ifndef LINEDB_TESTS_DBTOOL_DBTOOL_FIXTURE_H_
#define LINEDB_TESTS_DBTOOL_DBTOOL_FIXTURE_H_

#include <string>

#include "gtest/gtest.h"

namespace linedb {

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
  long memory_kib = 0;  // the most that one of its processes had
};

inline bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

// Before a command: runs it, and interrupts it as soon as it would notice, which its signal mask
// tells (bit 1 of the mask of signals caught is SIGINT's), however long that takes.
inline constexpr char kInterrupted[] =
    "interrupted() { \"$@\" & until grep -Eq '^State:.Z|^SigCgt:.*[2367abef]$' /proc/$!/status; "
    "do :; done; kill -INT $!; wait $!; }; interrupted ";

class DbtoolTest : public testing::Test {
 protected:
  // Makes a directory, goes there, and puts dbtool into the PATH.
  void SetUp() override;
  void TearDown() override;

  // Runs a shell command that has `dbtool` at hand. Standard input is empty unless redirected.
  Outcome Run(const std::string& command);
  // The same, with stdin, stdout and stderr on a terminal; `out` has what it showed.
  Outcome RunOnTerminal(const std::string& command);
  // Runs it and expects success; its stdout.
  std::string Out(const std::string& command);

  // Expects that it fails, with these words on stderr, and prints nothing.
  void ExpectFailure(const std::string& command, int exit_code, const std::string& words);

  void Write(const std::string& file, const std::string& text);
  std::string Read(const std::string& file);
  bool Exists(const std::string& file);
  // Every file below a directory with its bytes, as one text.
  std::string TreeOf(const std::string& directory);

  // The database of the help's examples, data/university, and files beside it:
  //   student    1 Alice 3.8, 2 Bob 3.5, 3 "Zoë" without email and gpa
  //   enrollment [1,101] "A", [2,101] null
  void MakeUniversity();
  // A directory as the Python original leaves it: student 1 Alice, and 2 Bob in the log alone.
  void MakeOriginal(const std::string& directory);
  // A copy of the database whose writer was killed after it had added student 10 Hal.
  void MakeCrashed(const std::string& directory);

 private:
  Outcome Shell(const std::string& script);

  std::string directory_;
  std::string directory_before_;
};

}  // namespace linedb

#endif  // LINEDB_TESTS_DBTOOL_DBTOOL_FIXTURE_H_
