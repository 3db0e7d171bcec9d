// Guards against memory that runs out between two steps. The program may end then; many do. What it
// may not do is to leave its database damaged, or to have acknowledged what is not there. So a
// process works while its n-th allocation fails, for every n, once and from then on, and another
// opens what it left.
//
// The number is that of the table in README.md.

#include <sys/resource.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>
#include <string>

#include "tests/faults/real_directory.h"
#include "tests/faults/sanitized.h"
#include "tests/faults/system_calls.h"

namespace linedb {
namespace {

using testing::ByHand;
using testing::Expect;
using testing::memory;

// The child's report: deeds acknowledged, then how it ended.
struct Told {
  std::uint64_t acknowledged = 0;
  bool finished = false;  // all was done, or refused with an error
  bool ran_dry = false;   // the failing allocation was reached
  bool terminated = false;
  bool caught = false;
};

struct Plan {
  std::uint64_t at = 0;
  bool for_ever = false;
  bool is_caught = false;  // by the program, which goes on
};

int report_end = -1;
Told told_so_far;

[[noreturn]] void TellAndEnd() {
  memory.fails_at = 0;
  [[maybe_unused]] const ssize_t written = write(report_end, &told_so_far, sizeof told_so_far);
  _exit(0);
}

[[noreturn]] void TerminatedInstead() {
  memory.fails_at = 0;
  told_so_far.terminated = true;
  told_so_far.ran_dry = true;
  TellAndEnd();
}

class FaultCase31 : public testing::RealDirectoryTest {
 protected:
  void SetUp() override {
    RealDirectoryTest::SetUp();
    UseMemory();
    Found();
    std::filesystem::rename(directory, base + "/original");
  }

  // Runs a step; what it throws is an error of that step to a program that catches it.
  static bool Try(const Plan& plan, const std::function<absl::Status()>& step) {
    if (!plan.is_caught) return step().ok();
    try {
      return step().ok();
    } catch (const std::bad_alloc&) {
      told_so_far.caught = true;
      return false;
    }
  }

  // Commits and a checkpoint in one handle. A program that catches goes on in it after an error.
  void WorkIn(Database& database, const Plan& plan) const {
    Told& told = told_so_far;
    for (int i = 0; i < 6; ++i) {
      const bool done = Try(plan, [&] {
        const auto students = database.OpenTable<testing::Student>();
        if (!students.ok()) return students.status();
        return students->Insert({.name = i % 2 == 0 ? "Bob" : "Carol"}).status();
      });
      if (done) ++told.acknowledged;
      told.finished = told.finished && done;
      if (!done && !plan.is_caught) return;
      if (i % 3 == 1) Try(plan, [&] { return database.Checkpoint().status(); });
    }
  }

  // What is thrown elsewhere leaves through the database, whose destructor closes it.
  void Work(const Plan& plan) const {
    const auto database = Database::Open(directory, ByHand());
    if (!database.ok()) return;
    told_so_far.finished = true;
    WorkIn(**database, plan);
    const bool closed = (*database)->Close().ok();
    told_so_far.finished = told_so_far.finished && closed;
  }

  [[noreturn]] void WorkAndTell(int end, const Plan& plan) const noexcept {
    report_end = end;
    std::set_terminate(TerminatedInstead);
    memory.Reset();
    memory.fails_for_ever = plan.for_ever;
    memory.fails_at = plan.at;
    if (plan.is_caught) {
      try {
        Work(plan);
      } catch (const std::bad_alloc&) {
        told_so_far.caught = true;
      }
    } else {
      Work(plan);
    }
    told_so_far.ran_dry = memory.allocations >= plan.at;
    TellAndEnd();
  }

  Told WorkInChild(const Plan& plan) {
    std::filesystem::remove_all(directory);
    std::filesystem::copy(base + "/original", directory, std::filesystem::copy_options::recursive);
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) WorkAndTell(ends[1], plan);
    close(ends[1]);
    Told told;
    const bool heard = read(ends[0], &told, sizeof told) == sizeof told;
    close(ends[0]);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(heard) << "the child died without a word, with status " << status;
    return told;
  }
};

TEST_F(FaultCase31, AllocationThatFailsDamagesNothingAndLosesNothing) {
  if (testing::kSanitized) GTEST_SKIP() << "memory is the sanitizer's";
  std::uint64_t runs = 0;
  std::uint64_t terminated = 0;
  std::uint64_t caught = 0;
  for (Plan plan :
       {Plan{0, false, false}, Plan{0, true, false}, Plan{0, false, true}, Plan{0, true, true}}) {
    for (plan.at = 1;; ++plan.at) {
      SCOPED_TRACE(absl::StrCat("allocation ", plan.at, plan.for_ever ? " and all behind it" : "",
                                " fails", plan.is_caught ? " and is caught" : ""));
      const Told told = WorkInChild(plan);
      ExpectSound(1 + told.acknowledged, 2 + told.acknowledged);
      if (HasFailure()) return;
      ++runs;
      if (told.terminated) ++terminated;
      if (told.caught) ++caught;
      if (!told.ran_dry) {
        EXPECT_TRUE(told.finished);
        break;
      }
    }
  }
  std::cout << "runs: " << runs << ", processes that ended: " << terminated
            << ", exceptions caught: " << caught << ", damaged: 0" << std::endl;
  EXPECT_GT(runs, 500U);
}

TEST_F(FaultCase31, AddressSpaceThatRunsOutIsAnErrorOfTheOpening) {
  if (testing::kSanitized) GTEST_SKIP() << "memory is the sanitizer's";
  std::filesystem::copy(base + "/original", directory, std::filesystem::copy_options::recursive);
  EXPECT_CHILD_OK(testing::InChild([this] {
    rlimit limits;
    getrlimit(RLIMIT_AS, &limits);
    limits.rlim_cur = rlim_t{80} << 20;  // a mapping wants 64 MiB and the program has some
    setrlimit(RLIMIT_AS, &limits);
    return Expect(Database::Open(directory, ByHand()).status(),
                  absl::StatusCode::kResourceExhausted, "Cannot allocate memory");
  }));
  ExpectSound(1, 1);
}

}  // namespace
}  // namespace linedb
