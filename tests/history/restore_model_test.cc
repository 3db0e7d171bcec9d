// Guards against going back in time to a moment that never was: what is restored is compared with
// what the database was, at hundreds of moments.

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "engine/history/log_chain.h"
#include "tests/faults/sanitized.h"
#include "tests/history/restore_campus.h"
#include "tests/schema/random_seed.h"
#include "wal/wal_recovery.h"

namespace linedb {
namespace {

using testing::AlterCourses;
using testing::Campus;
using testing::IsOk;
using testing::kDirectory;
using testing::kSanitized;
using testing::Moment;
using testing::RestoreTest;
using testing::Student;

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

}  // namespace
}  // namespace linedb
