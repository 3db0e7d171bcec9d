// Guards against a look that leaves a trace: a lock taken, a byte written, a file made, or a
// database that cannot be read where it cannot be written.

#include "tests/dbtool/reading_commands.h"

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "tests/dbtool/dbtool_fixture.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

class ReadingCommands : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
    // A log to replay, and a table with superseded lines.
    Out("dbtool import data/university student more.jsonl -q");
    Out("dbtool import data/university student more.jsonl --on-conflict replace -q");
  }
  static std::vector<std::string> Commands() {
    std::vector<std::string> commands(std::begin(kReading), std::end(kReading));
    commands.insert(commands.end(), std::begin(kReadingFrom), std::end(kReadingFrom));
    return commands;
  }
};

// Whether the traced call may be done to a file of the database. To write one, it must first be
// opened for that.
bool Reads(const std::string& call) {
  if (call.find("execve(") != call.npos) return true;
  if (call.find("openat(") != call.npos) {
    return call.find("O_RDONLY") != call.npos && call.find("O_CREAT") == call.npos;
  }
  return call.find("fcntl(") != call.npos && call.find("LK") == call.npos;  // F_SETLK, F_OFD_SETLKW
}

// [cli-10]
TEST_F(ReadingCommands, Rule10SystemCallsShowNoLockAndNoWrite) {
  if (testing::kSanitized) GTEST_SKIP() << "what searches for leaks cannot be traced";
  if (::system("command -v strace >/dev/null") != 0) GTEST_SKIP() << "strace is not installed";
  for (const std::string& command : Commands()) {
    const Outcome outcome =
        Run("strace -y -f -qq -o ../trace -e "
            "trace=?open,openat,?creat,flock,fcntl,?rename,renameat2,?unlink,unlinkat,?rmdir,"
            "?mkdir,mkdirat,?link,linkat,?symlink,symlinkat,truncate,?chmod,fchmodat,utimensat,"
            "execve dbtool " +
            command);
    EXPECT_EQ(outcome.exit_code, 0) << command << '\n' << outcome.err;
    std::istringstream trace(Read("../trace"));
    std::size_t opened = 0;
    for (std::string call; std::getline(trace, call);) {
      if (call.find("data/university") == call.npos) continue;
      opened += call.find("openat(") != call.npos ? 1 : 0;
      EXPECT_TRUE(Reads(call)) << command << '\n' << call;
    }
    EXPECT_GT(opened, 0u) << command;  // or nothing was traced
  }
}

// [cli-10]
TEST_F(ReadingCommands, Rule10ReadOnlyMountIsRead) {
  const std::string mounted =
      "mount --bind data/university data/university && "
      "mount -o remount,bind,ro data/university data/university";
  if (Run("unshare -m sh -c '" + mounted + "'").exit_code != 0) {
    GTEST_SKIP() << "mounting is not permitted here";
  }
  EXPECT_NE(Run("unshare -m sh -c '" + mounted + " && touch data/university/x'").exit_code, 0);
  for (const std::string& command : Commands()) {
    Write("../reading", mounted + "\ndbtool " + command + "\n");
    const Outcome outcome = Run("unshare -m sh ../reading");
    EXPECT_EQ(outcome.exit_code, 0) << command << '\n' << outcome.err;
    Out("rm -rf copied restored mended cut out.jsonl out.dump");
  }
}

}  // namespace
}  // namespace linedb
