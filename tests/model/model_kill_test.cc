// Guards against acknowledged transactions that kill -9 takes away, and against those that it
// leaves by half, while several threads commit together, checkpoints run in the background and a
// table is made, altered and dropped. The parent works out what the child must have done: what the
// transaction of a number does follows from the seed.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <limits>
#include <random>
#include <string>

#include "tests/engine/status_matchers.h"
#include "tests/model/model_run.h"
#include "tests/schema/random_seed.h"

namespace linedb::model {
namespace {

constexpr int kKills = 24;
constexpr int kThreads = 4;
constexpr int kReportsMax = 300;

struct Report {
  std::int64_t number = 0;
  std::int64_t survives = 0;  // 0: it was acknowledged before it was written
};

class ModelKillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory = ::testing::TempDir() + "/linedb_model_kill_test_" + std::to_string(getpid());
    std::filesystem::remove_all(directory);
    seed = schema::TestSeed();
    random.seed(seed);
  }
  void TearDown() override { std::filesystem::remove_all(directory); }

  // The child: works until it is killed, and reports what was acknowledged.
  [[noreturn]] void Work(int pipe) {
    ModelDatabase database(wal::PosixFileSystem(), directory);
    Reference reference(state);
    if (!database.Open(SmallOptions(&random), &reference).ok()) _exit(10);
    model::Work work;
    work.database = &database;
    work.reference = &reference;
    work.figures = &figures;
    work.seed = seed;
    work.acknowledged = [pipe](std::int64_t number, Durability durability) {
      const Report report{number, durability == Durability::kBuffered ? 0 : 1};
      if (write(pipe, &report, sizeof report) != sizeof report) _exit(12);
    };
    RunThreads(&work, kThreads, std::numeric_limits<std::int64_t>::max(), &random);
    _exit(11);
  }

  // Kills a child after so many reports. The last moment reported, and the last that must be there.
  void WorkAndKill(int reports) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) Work(ends[1]);
    close(ends[1]);
    reported = survives = state.number;
    Report report;
    for (int i = 0; read(ends[0], &report, sizeof report) == sizeof report; ++i) {
      ++figures.transactions;
      reported = std::max(reported, report.number);
      if (report.survives != 0) survives = std::max(survives, report.number);
      if (i == reports) {
        ASSERT_EQ(kill(child, SIGKILL), 0);
      }
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << WEXITSTATUS(status);
    close(ends[0]);
    ++figures.kills;
  }

  void CompareWithWhatWasReported() {
    ModelDatabase database(wal::PosixFileSystem(), directory);
    Options options;
    options.maintenance = Maintenance::kManual;
    Reference reference(state);
    ASSERT_THAT(database.Open(options, &reference), testing::IsOk());
    ++figures.reopenings;
    {
      const absl::StatusOr<ReadTransaction> snapshot = database.BeginRead();
      const std::int64_t number = database.MomentOf(*snapshot).number;
      ASSERT_GE(number, survives) << "an acknowledged transaction is lost";
      ASSERT_LE(number, reported + kThreads) << "more than those on their way";
      while (state.number < number) {
        state = MakePlan(state, SeedOf(seed, state.number + 1)).after;
      }
      ASSERT_EQ(database.Compare(*snapshot, state, reference), "");
      ++figures.snapshot_checks;
    }
    ASSERT_THAT(database.Close(), testing::IsOk());
  }

  std::string directory;
  std::uint64_t seed = 0;
  std::mt19937_64 random;
  Figures figures;
  State state;  // of the database when nobody works
  std::int64_t reported = 0;
  std::int64_t survives = 0;
};

TEST_F(ModelKillTest, KilledThreadsLeaveAMomentOfTheirHistory) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; GoesOn(i, kKills / kSlowness, start); ++i) {
    SCOPED_TRACE("kill " + std::to_string(i));
    WorkAndKill(static_cast<int>(random() % kReportsMax));
    if (HasFatalFailure()) break;
    CompareWithWhatWasReported();
    if (HasFatalFailure()) break;
  }
  if (HasFailure()) ++figures.differences;
  std::cout << kThreads << " threads, killed: " << figures.Text() << std::endl;
}

}  // namespace
}  // namespace linedb::model
