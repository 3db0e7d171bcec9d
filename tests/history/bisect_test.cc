// Guards against a wrong suspect: whoever bisects a database acts on the transaction that is named.

#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/engine.h"
#include "linedb/database.h"
#include "tests/faults/sanitized.h"
#include "tests/history/restore_campus.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::kDirectory;
using testing::kSanitized;

constexpr char kScratch[] = "scratch";

class BisectTest : public testing::RestoreTest {
 protected:
  BisectOptions Scratch() {
    BisectOptions options;
    options.scratch = kScratch;
    options.progress = [this](const BisectStep& step) { steps.push_back(step); };
    return options;
  }

  // Says of each state what `judge` says of the number of its students.
  absl::StatusOr<BisectReport> Bisect(const std::function<BisectVerdict(std::uint64_t)>& judge,
                                      const std::string& from = kDirectory) {
    return engine::BisectDirectory(
        *campus.disk, from, Scratch(),
        [&](const std::string& state) -> absl::StatusOr<BisectVerdict> {
          Options options = testing::ManyArchives();
          options.access = Access::kReadOnly;
          auto opened = engine::Engine::Open(nullptr, *campus.disk, state, options);
          if (!opened.ok()) return opened.status();
          const auto students = (*opened)->TakeSnapshot();
          if (!students.ok()) return students.status();
          Campus past;
          past.through = campus.disk.get();
          past.engine = *std::move(opened);
          return judge(past.engine->FindTable("student") == nullptr ? 0 : past.students().size());
        });
  }
  static std::function<BisectVerdict(std::uint64_t)> FailsFrom(std::uint64_t count) {
    return [count](std::uint64_t students) {
      return students < count ? BisectVerdict::kHolds : BisectVerdict::kFails;
    };
  }

  // The transaction that makes them `count`.
  void Enrol(std::uint64_t count) {
    WriteTransaction transaction = campus.Begin();
    const std::string name = absl::StrCat("s", count);
    ASSERT_THAT(campus.students().Insert(transaction, {.name = name, .email = name}), IsOk());
    if (count % 3 == 0) {
      ASSERT_THAT(campus.courses().Insert(transaction, {.code = name}), IsOk());
    }
    ASSERT_THAT(transaction.Commit(), IsOk());
    last_lsns.push_back(Lsn());
  }
  void EnrolTo(std::uint64_t count) {
    campus.MakeTables();
    last_lsns = {Lsn()};
    for (std::uint64_t i = 1; i <= count; ++i) Enrol(i);
  }

  void ExpectFound(const absl::StatusOr<BisectReport>& report, std::uint64_t count) {
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->last_lsn, last_lsns[count]);
    EXPECT_EQ(report->holds_lsn, last_lsns[count - 1]);
    EXPECT_EQ(report->first_lsn, last_lsns[count - 1] + 1);
    EXPECT_EQ(report->transactions_between, 0u);
    EXPECT_EQ(report->runs, steps.size());
    EXPECT_FALSE(campus.disk->Stat(std::string(kScratch) + "/database").ok());
  }

  std::vector<std::uint64_t> last_lsns;  // of the transaction that made them so many
  std::vector<BisectStep> steps;
};

TEST_F(BisectTest, PlantedFaultOfTenThousandTransactionsIsFoundInFifteenRuns) {
  constexpr std::uint64_t kTransactions = kSanitized ? 300 : 10'000;
  campus.MakeTables();
  last_lsns = {Lsn()};
  for (std::uint64_t i = 1; i <= kTransactions; ++i) {
    Enrol(i);
    if (i % (kTransactions / 30) == 0) Checkpoint();
  }
  EXPECT_GE(campus.engine->Stats().archive_count, 30u);
  std::mt19937_64 random(schema::TestSeed());
  for (const std::uint64_t planted : {std::uint64_t{1}, 1 + random() % kTransactions,
                                      1 + random() % kTransactions, kTransactions}) {
    steps.clear();
    const auto report = Bisect(FailsFrom(planted));
    ExpectFound(report, planted);
    if (HasFailure()) return;
    EXPECT_LE(report->runs, 15u);
    EXPECT_GE(report->transactions, kTransactions);
    EXPECT_EQ(steps.back().runs_left, 0u);
  }
}

TEST_F(BisectTest, EachOfTheFirstTransactionsIsFound) {
  EnrolTo(9);
  for (std::uint64_t planted = 1; planted <= 9; ++planted) {
    steps.clear();
    ExpectFound(Bisect(FailsFrom(planted)), planted);
  }
}

TEST_F(BisectTest, EndsThatDoNotDifferAreSaid) {
  EnrolTo(3);
  EXPECT_THAT(Bisect(FailsFrom(99)).status(),
              Fails(absl::StatusCode::kNotFound, "holds in the newest state"));
  EXPECT_EQ(steps.back().runs_left, 0u);
  EXPECT_THAT(Bisect(FailsFrom(0)).status(),
              Fails(absl::StatusCode::kNotFound, "fails already in the oldest state"));
}

TEST_F(BisectTest, SkippedMomentsLeaveMoreThanOneSuspect) {
  EnrolTo(20);
  const auto skip = [](std::uint64_t students) {
    if (students >= 10 && students < 13) return BisectVerdict::kSkipped;
    return students < 11 ? BisectVerdict::kHolds : BisectVerdict::kFails;
  };
  const auto report = Bisect(skip);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->last_lsn, last_lsns[13]);
  EXPECT_EQ(report->holds_lsn, last_lsns[9]);
  EXPECT_EQ(report->transactions_between, 3u);
}

TEST_F(BisectTest, ErrorOfTheTestEndsTheSearch) {
  EnrolTo(5);
  int runs = 0;
  const auto report =
      engine::BisectDirectory(*campus.disk, kDirectory, Scratch(),
                              [&](const std::string&) -> absl::StatusOr<BisectVerdict> {
                                if (++runs == 2) return absl::CancelledError("enough");
                                return BisectVerdict::kFails;
                              });
  EXPECT_THAT(report.status(), Fails(absl::StatusCode::kCancelled, "enough"));
  EXPECT_EQ(runs, 2);
  EXPECT_FALSE(campus.disk->Stat(std::string(kScratch) + "/database").ok());
}

TEST_F(BisectTest, ScratchThatHoldsSomethingIsLeftAlone) {
  EnrolTo(2);
  const auto never = [](const std::string&) -> absl::StatusOr<BisectVerdict> {
    ADD_FAILURE() << "it was called";
    return BisectVerdict::kFails;
  };
  ASSERT_THAT(Restore({}), IsOk());
  BisectOptions options;
  EXPECT_THAT(engine::BisectDirectory(*campus.disk, kDirectory, options, never).status(),
              Fails(absl::StatusCode::kInvalidArgument, "no scratch"));
  options.scratch = std::string(kDirectory) + "/wal";
  EXPECT_THAT(engine::BisectDirectory(*campus.disk, kDirectory, options, never).status(),
              Fails(absl::StatusCode::kInvalidArgument));
  // The database itself, under the name that states are restored to.
  options.scratch = "work";
  ASSERT_THAT(engine::RestoreDirectory(*campus.disk, kDirectory, "work/database", {}), IsOk());
  EXPECT_THAT(engine::BisectDirectory(*campus.disk, kDirectory, options, never).status(),
              Fails(absl::StatusCode::kAlreadyExists, "work/database"));
  EXPECT_THAT(engine::BisectDirectory(*campus.disk, "work/database", options, never).status(),
              Fails(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(engine::VerifyDatabase(*campus.disk, wal::DatabasePaths("work/database")), IsOk());
}

// What a test leaves in a state goes with it, but not what a link there leads to.
TEST(BisectFilesTest, LinksOfTheTestAreNotFollowed) {
  namespace fs = std::filesystem;
  const std::string base = ::testing::TempDir() + "/linedb_bisect_" + std::to_string(getpid());
  fs::remove_all(base);
  fs::create_directories(base + "/precious");
  std::ofstream(base + "/precious/letter") << "Dear Alice";
  {
    const auto database = Database::Open(base + "/db");
    ASSERT_THAT(database, IsOk());
    const auto students = (*database)->OpenTable<testing::Student>();
    ASSERT_THAT(students, IsOk());
    for (const char* name : {"Alice", "Bob"}) {
      ASSERT_THAT(students->Insert({.name = name}), IsOk());
    }
  }
  BisectOptions options;
  options.scratch = base + "/scratch";
  const auto report = Database::Bisect(
      base + "/db", options, [&](const std::string& state) -> absl::StatusOr<BisectVerdict> {
        fs::create_directory_symlink(base + "/precious", state + "/link");
        fs::create_directories(state + "/left/here");
        std::ifstream file(state + "/data/student.records");
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        return text.find("Bob") == text.npos ? BisectVerdict::kHolds : BisectVerdict::kFails;
      });
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->last_lsn, 3u);
  EXPECT_TRUE(fs::exists(base + "/precious/letter"));
  EXPECT_FALSE(fs::exists(base + "/scratch/database"));
  fs::remove_all(base);
}

}  // namespace
}  // namespace linedb
