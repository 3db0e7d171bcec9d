// One process writes, others read beside it without a lock, across checkpoints and compactions, and
// each is killed at any moment. Guards against a reader that sees a state that never was, or an
// older one after a newer one; that ends in an error or a signal because of what the writer does to
// the files; or that holds a writer up.
//
// LINEDB_TEST_SEED repeats whom it kills, though not at which of their steps. LINEDB_FOLLOW_SECONDS
// lets it go on for so long, as in LINEDB_FOLLOW_SECONDS=60.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <utility>

#include "linedb/database.h"
#include "tests/engine/numbered_transactions.h"
#include "tests/engine/status_matchers.h"
#include "tests/faults/sanitized.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using testing::DoTransaction;
using testing::IsOk;
using testing::LastWholeTransaction;

constexpr int kRounds = testing::kSanitized ? 4 : 12;
constexpr int kReaders = 4;
constexpr int kNumbersARound = testing::kSanitized ? 15 : 40;  // of each process

// What a process tells of itself: what it committed or saw last, and what it did until then.
struct Told {
  std::int64_t last = 0;
  std::int64_t snapshots = 0;
  std::int64_t checkpoints = 0;
  std::int64_t compactions = 0;  // of tables

  void Add(const Told& other) {
    snapshots += other.snapshots;
    checkpoints += other.checkpoints;
    compactions += other.compactions;
  }
};

struct Child {
  pid_t process = -1;
  int pipe = -1;
  Told told;
  Told before;  // the sum of what its predecessors did
  int kills = 0;
};

class FollowProcessesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory = ::testing::TempDir() + "/linedb_follow_test_" + std::to_string(getpid());
    std::filesystem::remove_all(directory);
  }
  void TearDown() override {
    for (Child& reader : readers) End(&reader);
    End(&writer);
    std::filesystem::remove_all(directory);
  }

  static void Tell(int pipe, const Told& told) {
    if (write(pipe, &told, sizeof told) != sizeof told) _exit(1);
  }
  [[noreturn]] static void Complain(const char* who, const absl::Status& why) {
    std::fprintf(stderr, "%s: %s\n", who, why.ToString().c_str());
    _exit(2);
  }

  // Children, which tell of each number that they committed or saw.
  [[noreturn]] void Write(std::int64_t last, int pipe) const {
    Options options;
    options.index_bytes_min = 1;
    const auto database = Database::Open(directory, options);
    if (!database.ok()) Complain("writer", database.status());
    const absl::StatusOr<std::int64_t> found = LastWholeTransaction(**database);
    if (!found.ok()) Complain("writer", found.status());
    if (*found < last) Complain("writer", absl::DataLossError("an acknowledged one is lost"));
    for (Told told{.last = *found + 1};; ++told.last) {
      absl::Status done = DoTransaction(**database, told.last);
      if (!done.ok()) Complain("writer", done);
      Tell(pipe, told);
      if (told.last % 5 != 0) continue;
      const auto checkpoint = (*database)->Checkpoint();
      if (!checkpoint.ok()) Complain("writer", checkpoint.status());
      ++told.checkpoints;
      told.compactions += static_cast<std::int64_t>(checkpoint->tables_compacted.size());
    }
  }
  [[noreturn]] void Read(std::int64_t last, int pipe) const {
    Options options;
    options.access = Access::kReadOnly;
    const auto database = Database::Open(directory, options);
    if (!database.ok()) Complain("reader", database.status());
    for (Told told{.last = last};;) {
      // The writer makes them one after the other.
      const bool has_tables = (*database)->TableNames().size() == 2;
      const absl::StatusOr<std::int64_t> seen =
          has_tables ? LastWholeTransaction(**database) : absl::StatusOr<std::int64_t>(0);
      if (!seen.ok()) Complain("reader", seen.status());
      if (*seen < told.last) Complain("reader", absl::DataLossError("an older state"));
      ++told.snapshots;
      if (std::exchange(told.last, *seen) < *seen) Tell(pipe, told);
      if (absl::Status done = (*database)->Refresh(); !done.ok()) Complain("reader", done);
    }
  }

  template <class Work>
  static void Start(Child* child, Work&& work) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    child->pipe = ends[0];
    child->told = {.last = child->told.last};
    child->process = fork();
    if (child->process == 0) work(child->told.last, ends[1]);
    close(ends[1]);
  }
  void StartWriter() {
    Start(&writer, [this](std::int64_t from, int pipe) { Write(from, pipe); });
  }
  void StartReader(Child* reader) {
    Start(reader, [this](std::int64_t from, int pipe) { Read(from, pipe); });
  }
  // False: the child has ended.
  static bool Hear(Child* child) {
    return read(child->pipe, &child->told, sizeof child->told) == sizeof child->told;
  }
  // Kills it; false if it ended by itself before.
  static bool End(Child* child) {
    if (child->process < 0) return true;
    kill(child->process, SIGKILL);
    int status = 0;
    EXPECT_EQ(waitpid(child->process, &status, 0), child->process);
    while (Hear(child)) {
    }
    close(child->pipe);
    child->process = -1;
    child->before.Add(child->told);
    ++child->kills;
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

  static bool GoesOn(int round, std::chrono::steady_clock::time_point start) {
    const char* seconds = std::getenv("LINEDB_FOLLOW_SECONDS");
    if (seconds == nullptr) return round < kRounds;
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    return passed.count() < std::atof(seconds);
  }
  // The next so many transactions, and each reader is as far.
  void HearARound() {
    for (int i = 0; i < kNumbersARound; ++i) {
      ASSERT_TRUE(Hear(&writer)) << "the writer had ended";
      for (Child& reader : readers) {
        if (reader.told.last < writer.told.last) {
          ASSERT_TRUE(Hear(&reader)) << "a reader had ended";
        }
      }
    }
  }
  // Of what was told; what a process did after that is not counted.
  void PrintWhatWasDone() const {
    const auto print = [](const char* who, const char* what, std::int64_t count, int kills) {
      std::printf("%s: %lld %s, killed %d times\n", who, static_cast<long long>(count), what,
                  kills);
    };
    print("writer", "transactions", writer.told.last, writer.kills);
    std::printf("%lld checkpoints, %lld compactions of a table\n",
                static_cast<long long>(writer.before.checkpoints),
                static_cast<long long>(writer.before.compactions));
    for (const Child& reader : readers) {
      print("reader", "snapshots", reader.before.snapshots, reader.kills);
    }
  }

  std::string directory;
  Child writer;
  std::array<Child, kReaders> readers;
};

// [engine-8.1] [engine-8.3]
TEST_F(FollowProcessesTest, ReadersSeeEveryStateInOrderWhateverIsKilled) {
  std::mt19937_64 random(schema::TestSeed());
  const auto start = std::chrono::steady_clock::now();
  StartWriter();
  ASSERT_TRUE(Hear(&writer));  // there is a database
  for (Child& reader : readers) StartReader(&reader);
  for (int round = 0; GoesOn(round, start); ++round) {
    SCOPED_TRACE(round);
    ASSERT_NO_FATAL_FAILURE(HearARound());
    Child& victim = readers[random() % kReaders];
    ASSERT_TRUE(End(&victim)) << "a reader had ended";
    StartReader(&victim);
    if (round % 2 == 0) continue;
    ASSERT_TRUE(End(&writer)) << "the writer had ended";
    StartWriter();
  }
  for (Child& reader : readers) EXPECT_TRUE(End(&reader)) << "a reader had ended";
  EXPECT_TRUE(End(&writer)) << "the writer had ended";
  PrintWhatWasDone();
  EXPECT_GT(writer.before.checkpoints, 0);
  EXPECT_GT(writer.before.compactions, 0);
  for (const Child& reader : readers) EXPECT_GT(reader.before.snapshots, 0);
  const auto database = Database::Open(directory);
  ASSERT_THAT(database, IsOk());
  EXPECT_GE(LastWholeTransaction(**database).value_or(-1), writer.told.last);
}

}  // namespace
}  // namespace linedb
