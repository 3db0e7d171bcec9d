// Guards against two winners, and against an error that names nobody, or a process that is long
// dead: between taking the lock and writing its note the winner is not known yet.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "linedb/database.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

constexpr int kRounds = testing::kSanitized ? 100 : 1000;

struct Pipe {
  Pipe() { EXPECT_EQ(pipe(ends.data()), 0); }
  ~Pipe() {
    CloseReading();
    CloseWriting();
  }
  void CloseReading() { Close(0); }
  void CloseWriting() { Close(1); }
  void AwaitEnd() const {
    char byte = 0;
    while (read(ends[0], &byte, 1) > 0) {
    }
  }
  std::array<int, 2> ends = {-1, -1};

 private:
  void Close(std::size_t end) {
    if (ends[end] >= 0) close(ends[end]);
    ends[end] = -1;
  }
};

class WriterRaceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // In memory where there is such a place: what is raced for is no disk's.
    const std::string base =
        std::filesystem::exists("/dev/shm") ? std::string("/dev/shm") : ::testing::TempDir();
    directory = absl::StrCat(base, "/linedb_writer_race_", getpid());
    std::filesystem::remove_all(directory);
  }
  void TearDown() override { std::filesystem::remove_all(directory); }

  // Waits for the start, opens, tells what came of it, and keeps what it has until the end.
  [[noreturn]] void Race(Pipe& start, Pipe& end, Pipe& told, bool closes) const {
    start.CloseWriting();
    end.CloseWriting();
    start.AwaitEnd();
    const auto database = Database::Open(directory);
    const std::string line =
        absl::StrCat(getpid(), "\t", database.ok() ? "won" : database.status().ToString(), "\n");
    if (write(told.ends[1], line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      _exit(2);
    }
    end.AwaitEnd();
    if (closes && database.ok() && !(*database)->Close().ok()) _exit(3);
    _exit(0);  // without closing: the note of a dead process stays
  }

  // What two that were started at once say.
  std::vector<std::string> TwoAtOnce(bool close) {
    Pipe start;
    Pipe end;
    Pipe told;
    std::array<pid_t, 2> children = {};
    for (pid_t& child : children) {
      child = fork();
      if (child == 0) Race(start, end, told, close);
    }
    start.CloseWriting();
    told.CloseWriting();
    std::string text;
    std::array<char, 512> buffer;
    while (std::count(text.begin(), text.end(), '\n') < 2) {
      const ssize_t bytes = read(told.ends[0], buffer.data(), buffer.size());
      if (bytes <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(bytes));
    }
    end.CloseWriting();
    for (const pid_t child : children) {
      int status = 0;
      EXPECT_EQ(waitpid(child, &status, 0), child);
      EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    }
    return absl::StrSplit(text, '\n', absl::SkipEmpty());
  }

  std::string directory;
};

TEST_F(WriterRaceTest, OneOfTwoStartedAtOnceWinsAndTheOthersErrorNamesIt) {
  { ASSERT_TRUE(Database::Open(directory).ok()); }
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(absl::StrCat("round ", round));
    const std::vector<std::string> said = TwoAtOnce(/*close=*/round % 2 == 0);
    ASSERT_EQ(said.size(), 2u);
    const bool first_won = said[0].ends_with("\twon");
    const std::string& won = said[first_won ? 0 : 1];
    const std::string& lost = said[first_won ? 1 : 0];
    ASSERT_TRUE(won.ends_with("\twon")) << "nobody won: " << won << "\n" << lost;
    ASSERT_FALSE(lost.ends_with("\twon")) << "both won";
    const std::string pid = won.substr(0, won.find('\t'));
    ASSERT_NE(lost.find(absl::StrCat("(pid ", pid, " on ")), lost.npos) << lost << ", not " << pid;
    ASSERT_NE(lost.find("UNAVAILABLE"), lost.npos) << lost;
  }
}

}  // namespace
}  // namespace linedb
