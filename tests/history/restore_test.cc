// Guards against going back in time to a moment that never was: what is restored is compared with
// what the database was, at hundreds of moments.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/engine_history.h"
#include "engine/history/log_chain.h"
#include "tests/engine/campus.h"
#include "tests/faults/sanitized.h"
#include "tests/schema/random_seed.h"
#include "wal/wal_recovery.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Course;
using testing::Fails;
using testing::IsOk;
using testing::kDirectory;
using testing::kSanitized;
using testing::Student;

Options ManyArchives() {
  Options options;
  options.maintenance = Maintenance::kManual;
  options.archives_kept = 1000;
  return options;
}

// A moment of the past: the state between two transactions.
struct Moment {
  std::uint64_t lsn = 0;       // of the last operation
  std::uint64_t lsn_next = 0;  // of the last of the next transaction
  std::string state;
};

class RestoreTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(campus.Open(ManyArchives()), IsOk()); }

  std::uint64_t Lsn() { return campus.engine->Stats().last_lsn; }
  void Checkpoint() { ASSERT_THAT(campus.engine->Checkpoint(), IsOk()); }

  absl::StatusOr<RestoreReport> Restore(const RestoreOptions& options,
                                        const std::string& from = kDirectory) {
    target = "restored" + std::to_string(++restored);
    return engine::RestoreDirectory(*campus.disk, from, target, options);
  }
  absl::StatusOr<RestoreReport> RestoreTo(std::uint64_t lsn) {
    RestoreOptions options;
    options.target = AtLsn{lsn};
    return Restore(options);
  }
  // What the restored database is; "" after a fault.
  std::string RestoredState() {
    const auto verified = engine::VerifyDatabase(*campus.disk, wal::DatabasePaths(target));
    EXPECT_THAT(verified, IsOk());
    for (const Problem& problem : verified->problems) ADD_FAILURE() << problem.message;
    Campus copy;
    copy.through = campus.disk.get();
    Options options = ManyArchives();
    options.access = Access::kReadOnly;
    auto opened = engine::Engine::Open(nullptr, *campus.disk, target, options);
    EXPECT_THAT(opened, IsOk());
    if (!opened.ok()) return "";
    copy.engine = *std::move(opened);
    EXPECT_TRUE(copy.engine->report().notes.empty()) << copy.Notes();
    restored_lsn = copy.engine->Stats().last_lsn;
    return copy.State();
  }
  void ExpectMoment(const Moment& moment, const RestoreOptions& options) {
    const absl::StatusOr<RestoreReport> report = Restore(options);
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->lsn, moment.lsn);
    EXPECT_EQ(RestoredState(), moment.state);
    EXPECT_EQ(restored_lsn, moment.lsn);
  }

  Campus campus;
  std::string target;
  int restored = 0;
  std::uint64_t restored_lsn = 0;
};

// A term of transactions of one to three operations on three tables, one of which is altered, and
// one dropped and made anew.
class Term {
 public:
  Term(Campus& campus, std::uint64_t seed) : campus_(campus), random_(seed) {}

  void Transact() {
    WriteTransaction transaction = campus_.Begin();
    for (int i = Below(3); i >= 0; --i) Change(transaction);
    EXPECT_THAT(transaction.Commit(), IsOk());
  }
  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  std::mt19937_64& random() { return random_; }

 private:
  void Change(WriteTransaction& transaction) {
    const int dice = Below(10);
    if (dice < 5 || ids_.empty()) {
      const std::int64_t id = ++id_last_;
      ids_.push_back(id);
      EXPECT_THAT(campus_.students().Insert(transaction, {.id = id, .name = "new"}), IsOk());
    } else if (dice < 7) {
      const std::int64_t id = ids_[static_cast<std::size_t>(Below(static_cast<int>(ids_.size())))];
      const Student student{.id = id, .name = std::to_string(random_()), .gpa = 1.5};
      EXPECT_THAT(campus_.students().Update(transaction, student), IsOk());
    } else if (dice < 9) {
      const auto at = ids_.begin() + Below(static_cast<int>(ids_.size()));
      EXPECT_THAT(campus_.students().Erase(transaction, *at), IsOk());
      ids_.erase(at);
    } else {
      const std::int64_t id = ++id_last_;
      EXPECT_THAT(campus_.enrollments().Insert(transaction, {.student_id = id, .course_id = id}),
                  IsOk());
    }
  }

  Campus& campus_;
  std::mt19937_64 random_;
  std::int64_t id_last_ = 0;
  std::vector<std::int64_t> ids_;
};

constexpr int kTransactions = kSanitized ? 1000 : 10'000;
constexpr int kArchives = kSanitized ? 10 : 30;
constexpr int kMoments = kSanitized ? 20 : 200;

// The schema of courses with one more column each time.
void AlterCourses(Campus& campus, int number) {
  TableSchema schema = campus.engine->FindTable("course")->layout().schema();
  schema.columns.push_back(
      {.name = "note" + std::to_string(number), .type = Type::kString, .nullable = true});
  EXPECT_THAT(campus.engine->AlterTable(schema), IsOk());
}

TEST_F(RestoreTest, RandomLsnsAndTimesOverThirtyArchivesEqualTheModel) {
  Term term(campus, schema::TestSeed());
  campus.MakeTables();
  ASSERT_THAT(campus.courses().Insert({.code = "CS1"}), IsOk());
  std::vector<Moment> moments;
  for (int i = 1; i <= kTransactions; ++i) {
    const bool taken = !moments.empty() && moments.back().lsn_next == 0;
    term.Transact();
    if (taken) moments.back().lsn_next = Lsn();
    if (i % (kTransactions / kArchives) == 0) Checkpoint();
    if (i == kTransactions / 3 || i == kTransactions / 2) AlterCourses(campus, i);
    if (i == kTransactions / 2 + 7) {
      ASSERT_THAT(campus.engine->DropTable("enrollment"), IsOk());
      campus.enrollments();
    }
    if (term.Below(kTransactions / kMoments) == 0) moments.push_back({Lsn(), 0, campus.State()});
  }
  if (moments.back().lsn_next == 0) moments.pop_back();
  EXPECT_GE(campus.engine->Stats().archive_count, static_cast<std::uint64_t>(kArchives));

  // The time of each transaction, by its last lsn.
  std::map<std::uint64_t, std::string> times;
  const wal::DatabasePaths paths(kDirectory);
  const auto log = wal::RecoverLog(*campus.disk, paths, false);
  engine::LogChain chain;
  ASSERT_THAT(chain.Add(*campus.disk, paths, *log), IsOk());
  for (const engine::ChainLog& each : chain.logs()) {
    const auto note = [&](const wal::LogHeader&, const std::vector<wal::LogEntry>& transaction) {
      times[transaction.back().lsn.value] = std::string(transaction.back().timestamp);
      return absl::OkStatus();
    };
    ASSERT_THAT(engine::ReadChainLog(*campus.disk, each, log->header.database, each.last, note),
                IsOk());
  }
  for (const Moment& moment : moments) {
    RestoreOptions options;
    const std::uint64_t room = moment.lsn_next - moment.lsn;
    options.target = AtLsn{moment.lsn + term.random()() % room};
    ExpectMoment(moment, options);
    const auto next = times.upper_bound(moment.lsn);
    if (next->second == times.at(moment.lsn)) continue;  // in one microsecond
    options.target = AtTime{times.at(moment.lsn)};
    ExpectMoment(moment, options);
    if (HasFailure()) return;
  }
}

TEST_F(RestoreTest, ACutLogIsWhatIsRestored) {
  Term term(campus, 7);
  campus.MakeTables();
  for (int i = 0; i < 20; ++i) term.Transact();
  Checkpoint();
  const std::uint64_t first = Lsn();
  std::vector<Moment> moments;
  for (int i = 0; i < 20; ++i) {
    term.Transact();
    moments.push_back({Lsn(), 0, campus.State()});
  }
  for (const Moment& moment : moments) {
    RestoreOptions options;
    options.target = AtLsn{moment.lsn};
    ExpectMoment(moment, options);
    // head -n on the log.
    testing::Tree tree = campus.Files();
    std::string& log = tree["wal/transaction.log"];
    std::size_t end = 0;
    for (std::uint64_t line = 0; line <= moment.lsn - first; ++line) end = log.find('\n', end) + 1;
    log.resize(end);
    Campus cut(tree);
    ASSERT_THAT(cut.OpenToRead(), IsOk());
    EXPECT_EQ(cut.State(), moment.state);
  }
}

TEST_F(RestoreTest, TheBeginningAndTheEndCanBeRestored) {
  const std::string empty = campus.State();
  campus.MakeTables();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  Checkpoint();
  ASSERT_THAT(RestoreTo(0), IsOk());
  EXPECT_EQ(RestoredState(), empty);
  ASSERT_THAT(Restore({}), IsOk());
  EXPECT_EQ(RestoredState(), campus.State());
  EXPECT_EQ(restored_lsn, Lsn());
}

TEST_F(RestoreTest, TheRestoredDatabaseGoesOnUnderItsOwnName) {
  campus.MakeTables();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  const std::uint64_t lsn = Lsn();
  ASSERT_THAT(campus.students().Erase(1), IsOk());
  const absl::StatusOr<RestoreReport> report = RestoreTo(lsn);
  ASSERT_THAT(report, IsOk());
  EXPECT_NE(report->database, campus.engine->Stats().database);
  Campus copy;
  copy.through = campus.disk.get();
  auto opened = engine::Engine::Open(nullptr, *campus.disk, target, ManyArchives());
  ASSERT_THAT(opened, IsOk());
  copy.engine = *std::move(opened);
  EXPECT_FALSE(copy.engine->report().recovered);
  EXPECT_EQ(copy.engine->Stats().database, report->database);
  ASSERT_THAT(copy.students().Insert({.name = "Bob"}), IsOk());
  EXPECT_EQ(copy.engine->Stats().last_lsn, lsn + 1);
  EXPECT_THAT(copy.students().Get(2), IsOk());
  ASSERT_THAT(copy.engine->Checkpoint(), IsOk());
  ASSERT_THAT(copy.Close(), IsOk());
  EXPECT_EQ(engine::VerifyDatabase(*campus.disk, wal::DatabasePaths(target))->problems.size(), 0u);
}

TEST_F(RestoreTest, ABackupGoesOnWithTheLogsOfTheLiveDatabase) {
  campus.MakeTables();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  ASSERT_THAT(campus.engine->Backup(*campus.disk, "backup", {}), IsOk());
  const std::uint64_t backed_up = Lsn();
  ASSERT_THAT(campus.students().Insert({.name = "Bob"}), IsOk());
  Checkpoint();
  ASSERT_THAT(campus.students().Insert({.name = "Carol"}), IsOk());
  const std::uint64_t wanted = Lsn();
  const std::string state = campus.State();
  ASSERT_THAT(campus.students().Erase(1), IsOk());
  RestoreOptions options;
  options.target = AtLsn{wanted};
  EXPECT_THAT(Restore(options, "backup"),
              Fails(absl::StatusCode::kNotFound, "there is no lsn", std::to_string(backed_up)));
  options.archives = kDirectory;
  ASSERT_THAT(Restore(options, "backup"), IsOk());
  EXPECT_EQ(RestoredState(), state);
  Campus other;
  ASSERT_THAT(other.Open(ManyArchives()), IsOk());
  ASSERT_THAT(other.engine->Backup(*campus.disk, "other", {}), IsOk());
  options.archives = "other";
  EXPECT_THAT(Restore(options, "backup"),
              Fails(absl::StatusCode::kInvalidArgument, "do not go on"));
}

TEST_F(RestoreTest, WhatCannotBeRestoredIsNamedAndWhatCan) {
  Options options = ManyArchives();
  options.archives_kept = 2;
  ASSERT_THAT(campus.Close(), IsOk());
  ASSERT_THAT(campus.Open(options), IsOk());
  campus.MakeTables();
  for (int i = 0; i < 6; ++i) {
    ASSERT_THAT(campus.students().Insert({.name = "A"}), IsOk());
    ASSERT_THAT(campus.students().Update({.id = 1, .name = std::to_string(i)}), IsOk());
    Checkpoint();
  }
  EXPECT_THAT(RestoreTo(4), Fails(absl::StatusCode::kNotFound, "lsn 4 cannot be restored",
                                  "lsn 15 to 15", "go back to lsn 12", "reach lsn 1"));
  EXPECT_THAT(RestoreTo(99), Fails(absl::StatusCode::kNotFound, "no lsn 99 yet"));
  RestoreOptions time;
  time.target = AtTime{"yesterday"};
  EXPECT_THAT(Restore(time), Fails(absl::StatusCode::kInvalidArgument, "is no time"));
  time.target = AtTime{"2001-01-01T00:00:00Z"};
  EXPECT_THAT(Restore(time), Fails(absl::StatusCode::kNotFound, "nothing tells of 2001-01-01"));
  EXPECT_THAT(campus.disk->List(target), Fails(absl::StatusCode::kNotFound));
}

TEST_F(RestoreTest, TablesThatOnlyGrewNeedNoArchivesFromTheBeginning) {
  Options options = ManyArchives();
  options.archives_kept = 2;
  ASSERT_THAT(campus.Close(), IsOk());
  ASSERT_THAT(campus.Open(options), IsOk());
  campus.MakeTables();
  std::vector<Moment> moments;
  for (int i = 0; i < 6; ++i) {
    for (int j = 0; j < 3; ++j) {
      ASSERT_THAT(campus.students().Insert({.name = "A"}), IsOk());
      moments.push_back({Lsn(), 0, campus.State()});
    }
    Checkpoint();
  }
  for (std::size_t i = 12; i < moments.size(); ++i) {
    RestoreOptions wanted;
    wanted.target = AtLsn{moments[i].lsn};
    ExpectMoment(moments[i], wanted);
  }
}

TEST_F(RestoreTest, DryRunTellsThePlanAndWritesNothing) {
  campus.MakeTables();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  Checkpoint();
  RestoreOptions options;
  options.target = AtLsn{2};
  options.dry_run = true;
  const absl::StatusOr<RestoreReport> report = Restore(options);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->lsn, 2u);
  EXPECT_EQ(report->base_lsn, 0u);
  EXPECT_EQ(report->logs_read, 1u);
  EXPECT_EQ(report->lsn_newest, 4u);
  EXPECT_THAT(campus.disk->List(target), Fails(absl::StatusCode::kNotFound));
}

TEST_F(RestoreTest, MomentsAroundAnAlterationAndADropAreKeptApart) {
  campus.MakeTables();
  std::vector<Moment> moments;
  const auto note = [&] { moments.push_back({Lsn(), 0, campus.State()}); };
  const auto expect_all = [&] {
    for (const Moment& moment : moments) {
      RestoreOptions options;
      options.target = AtLsn{moment.lsn};
      ExpectMoment(moment, options);
    }
  };
  ASSERT_THAT(campus.courses().Insert({.code = "CS1"}), IsOk());
  note();
  AlterCourses(campus, 1);
  note();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  note();
  expect_all();  // the header shows the alteration, and the log begins with it
  ASSERT_THAT(campus.engine->DropTable("enrollment"), IsOk());
  note();
  expect_all();
  Checkpoint();
  expect_all();  // no table has changed since
}

TEST_F(RestoreTest, AnLsnWithinATransactionMeansTheStateBeforeIt) {
  campus.MakeTables();
  const std::string state = campus.State();
  const std::uint64_t lsn = Lsn();
  WriteTransaction transaction = campus.Begin();
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(campus.students().Insert(transaction, {.name = "A"}), IsOk());
  }
  ASSERT_THAT(transaction.Commit(), IsOk());
  for (const bool dry_run : {true, false}) {
    RestoreOptions options;
    options.target = AtLsn{lsn + 4};
    options.dry_run = dry_run;
    const absl::StatusOr<RestoreReport> report = Restore(options);
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->lsn, lsn);
  }
  EXPECT_EQ(RestoredState(), state);
}

TEST_F(RestoreTest, AnExistingDirectoryIsLeftAsItIs) {
  campus.MakeTables();
  const testing::Tree before = campus.Files();
  for (const char* to : {kDirectory, "university/x"}) {
    EXPECT_THAT(engine::RestoreDirectory(*campus.disk, kDirectory, to, {}),
                Fails(absl::StatusCode::kInvalidArgument, "itself, or lies in it"));
  }
  ASSERT_THAT(campus.engine->Backup(*campus.disk, "backup", {}), IsOk());
  EXPECT_THAT(engine::RestoreDirectory(*campus.disk, kDirectory, "backup", {}),
              Fails(absl::StatusCode::kAlreadyExists, "not empty"));
  EXPECT_EQ(testing::TreeDifference(before, campus.Files()), "");
}

TEST_F(RestoreTest, ADamagedArchiveIsNamedIfItIsNeeded) {
  campus.MakeTables();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  Checkpoint();
  ASSERT_THAT(campus.students().Insert({.name = "Bob"}), IsOk());
  const std::string state = campus.State();
  testing::Tree tree = campus.Files();
  for (auto& [path, bytes] : tree) {
    if (path.ends_with(".zst")) bytes[bytes.size() / 2] ^= 1;
  }
  campus.engine.reset();
  campus.disk = testing::MakeDisk(tree);
  campus.through = campus.disk.get();
  EXPECT_THAT(RestoreTo(2), Fails(absl::StatusCode::kDataLoss, ".zst"));
}

}  // namespace
}  // namespace linedb
