// Guards against the promise that cannot be tested without breaking something: what commit has
// acknowledged is there after kill -9, and nothing else is there by half.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "linedb/database.h"
#include "tests/engine/numbered_transactions.h"
#include "tests/engine/status_matchers.h"
#include "tests/faults/sanitized.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using testing::DoTransaction;
using testing::IsOk;

constexpr int kRounds = testing::kSanitized ? 40 : 200;
constexpr int kMicrosecondsMax = 30'000;

class KillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory = ::testing::TempDir() + "/linedb_kill_test_" + std::to_string(getpid());
    std::filesystem::remove_all(directory);
  }
  void TearDown() override { std::filesystem::remove_all(directory); }

  // The child: goes on after transaction `last`, and prints each number once it is committed.
  [[noreturn]] void Work(std::int64_t last, int pipe) const {
    const auto database = Database::Open(directory);
    if (!database.ok()) _exit(10);
    for (std::int64_t n = last + 1;; ++n) {
      if (!DoTransaction(**database, n).ok()) _exit(11);
      if (write(pipe, &n, sizeof n) != sizeof n) _exit(12);
      if (n % 5 == 0 && !(*database)->Checkpoint().ok()) _exit(13);
    }
  }

  // Lets a child work for a while, kills it, and returns the last number it printed.
  std::int64_t WorkAndKill(std::int64_t last, int microseconds) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) Work(last, ends[1]);
    close(ends[1]);
    usleep(static_cast<useconds_t>(microseconds));
    EXPECT_EQ(kill(child, SIGKILL), 0);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << WEXITSTATUS(status);
    for (std::int64_t n = 0; read(ends[0], &n, sizeof n) == sizeof n;) last = n;
    close(ends[0]);
    return last;
  }

  // Opens what a killed child left, and returns the number of the last transaction in it.
  std::int64_t LastWholeTransaction() {
    const auto database = Database::Open(directory);
    EXPECT_THAT(database, IsOk());
    if (!database.ok()) return -1;
    const absl::StatusOr<std::int64_t> last = testing::LastWholeTransaction(**database);
    EXPECT_THAT(last, IsOk());
    EXPECT_THAT((*database)->Close(), IsOk());
    return last.value_or(-1);
  }

  // A line that the killed process was about to write may be torn, until the next opening cuts it.
  void ExpectVerified(std::string_view but_for = "") {
    const auto report = Database::Verify(directory);
    ASSERT_THAT(report, IsOk());
    for (const Problem& problem : report->problems) {
      if (problem.kind == but_for) continue;
      ADD_FAILURE() << problem.file << " line " << problem.line << ": " << problem.message;
    }
  }

  std::string directory;
};

TEST_F(KillTest, KilledAtAnyMomentKeepsExactlyTheWholeTransactions) {
  std::mt19937_64 random(schema::TestSeed());
  std::int64_t last = LastWholeTransaction();
  std::int64_t unprinted = 0;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const std::int64_t printed = WorkAndKill(last, static_cast<int>(random() % kMicrosecondsMax));
    ExpectVerified(/*but_for=*/"torn_tail");
    last = LastWholeTransaction();
    ASSERT_GE(last, printed) << "an acknowledged transaction is lost";
    ASSERT_LE(last, printed + 1) << "more than the one on its way";
    unprinted += last - printed;
    ExpectVerified();
    if (HasFailure()) return;
  }
  std::cout << last << " transactions in " << kRounds << " killed processes, " << unprinted
            << " durable but not yet acknowledged" << std::endl;
  EXPECT_GT(last, 0);
}

}  // namespace
}  // namespace linedb
