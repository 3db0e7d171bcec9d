// One process writes, others read beside it without a lock, across checkpoints and compactions, and
// each is killed at any moment. Guards against a reader that sees a state that never was, or an
// older one after a newer one; that ends in an error or a signal because of what the writer does to
// the files; or that holds a writer up.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>

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

struct Child {
  pid_t process = -1;
  int pipe = -1;
  std::int64_t last = 0;
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

  static void Tell(int pipe, std::int64_t number) {
    if (write(pipe, &number, sizeof number) != sizeof number) _exit(1);
  }
  [[noreturn]] static void Complain(const char* who, const absl::Status& why) {
    std::fprintf(stderr, "%s: %s\n", who, why.ToString().c_str());
    _exit(2);
  }

  // Children, which print each number that they committed or saw.
  [[noreturn]] void Write(std::int64_t last, int pipe) const {
    Options options;
    options.index_bytes_min = 1;
    const auto database = Database::Open(directory, options);
    if (!database.ok()) Complain("writer", database.status());
    const absl::StatusOr<std::int64_t> found = LastWholeTransaction(**database);
    if (!found.ok()) Complain("writer", found.status());
    if (*found < last) Complain("writer", absl::DataLossError("an acknowledged one is lost"));
    for (std::int64_t n = *found + 1;; ++n) {
      if (absl::Status done = DoTransaction(**database, n); !done.ok()) Complain("writer", done);
      Tell(pipe, n);
      if (n % 5 != 0) continue;
      const auto checkpoint = (*database)->Checkpoint();
      if (!checkpoint.ok()) Complain("writer", checkpoint.status());
    }
  }
  [[noreturn]] void Read(std::int64_t last, int pipe) const {
    Options options;
    options.access = Access::kReadOnly;
    const auto database = Database::Open(directory, options);
    if (!database.ok()) Complain("reader", database.status());
    for (;;) {
      // The writer makes them one after the other.
      const bool has_tables = (*database)->TableNames().size() == 2;
      const absl::StatusOr<std::int64_t> seen =
          has_tables ? LastWholeTransaction(**database) : absl::StatusOr<std::int64_t>(0);
      if (!seen.ok()) Complain("reader", seen.status());
      if (*seen < last) Complain("reader", absl::DataLossError("an older state"));
      if (*seen > last) Tell(pipe, *seen);
      last = *seen;
      if (absl::Status done = (*database)->Refresh(); !done.ok()) Complain("reader", done);
    }
  }

  template <class Work>
  static Child Start(std::int64_t last, Work&& work) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    Child child{fork(), ends[0], last};
    if (child.process == 0) work(last, ends[1]);
    close(ends[1]);
    return child;
  }
  void StartWriter(std::int64_t last) {
    writer = Start(last, [this](std::int64_t from, int pipe) { Write(from, pipe); });
  }
  void StartReader(Child* reader) {
    *reader = Start(reader->last, [this](std::int64_t from, int pipe) { Read(from, pipe); });
  }
  // False: the child has ended.
  static bool Hear(Child* child) {
    return read(child->pipe, &child->last, sizeof child->last) == sizeof child->last;
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
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

  std::string directory;
  Child writer;
  std::array<Child, kReaders> readers;
};

// [engine-8.1] [engine-8.3]
TEST_F(FollowProcessesTest, ReadersSeeEveryStateInOrderWhateverIsKilled) {
  std::mt19937_64 random(schema::TestSeed());
  StartWriter(0);
  ASSERT_TRUE(Hear(&writer));  // there is a database
  for (Child& reader : readers) StartReader(&reader);
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(round);
    for (int i = 0; i < kNumbersARound; ++i) {
      ASSERT_TRUE(Hear(&writer));
      for (Child& reader : readers) {
        if (reader.last < writer.last) {
          ASSERT_TRUE(Hear(&reader));
        }
      }
    }
    Child& victim = readers[random() % kReaders];
    ASSERT_TRUE(End(&victim)) << "a reader had ended";
    StartReader(&victim);
    if (round % 2 == 0) continue;
    ASSERT_TRUE(End(&writer)) << "the writer had ended";
    StartWriter(writer.last);
  }
  std::printf("%lld transactions\n", static_cast<long long>(writer.last));
  for (Child& reader : readers) EXPECT_TRUE(End(&reader)) << "a reader had ended";
  EXPECT_TRUE(End(&writer));
  const auto database = Database::Open(directory);
  ASSERT_THAT(database, IsOk());
  EXPECT_GE(LastWholeTransaction(**database).value_or(-1), writer.last);
}

}  // namespace
}  // namespace linedb
