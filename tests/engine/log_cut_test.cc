// Guards against the worst a database can do: after a crash that leaves any prefix of the log, to
// come back with half a transaction, without an acknowledged one, or differently the next time.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/engine/campus.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Course;
using testing::Enrollment;
using testing::Fails;
using testing::IsOk;
using testing::Student;
using testing::Tree;
using testing::TreeDifference;

constexpr int kTransactions = 50;
constexpr std::uint64_t kStride = testing::kSanitized ? 67 : 1;
constexpr char kLog[] = "wal/transaction.log";

// How long the log was at an acknowledged moment, and what a reader saw then.
struct Moment {
  std::uint64_t log_bytes = 0;
  std::string state;
};

class LogCutTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    Campus campus;
    ASSERT_THAT(campus.Open(), IsOk());
    moments = new std::vector<Moment>;
    Remember(campus);
    campus.students();
    Remember(campus);
    campus.courses();
    Remember(campus);
    campus.enrollments();
    Remember(campus);
    for (int i = 1; i <= kTransactions; ++i) {
      Change(campus, i);
      Remember(campus);
    }
    crashed = new Tree(campus.Files());
    ASSERT_THAT(campus.Close(), IsOk());
    closed = new Tree(campus.Files());
  }
  static void TearDownTestSuite() {
    delete moments;
    delete crashed;
    delete closed;
  }

  static void Remember(const Campus& campus) {
    moments->push_back({campus.engine->Stats().log_bytes, campus.State()});
  }

  // A transaction that inserts, updates and deletes, by its number.
  static void Change(Campus& campus, int number) {
    WriteTransaction transaction = campus.Begin();
    const std::string name = absl::StrCat("s", number);
    ASSERT_THAT(campus.students().Insert(transaction, {.name = name, .email = name, .gpa = 1}),
                IsOk());
    if (number % 2 == 0) {
      ASSERT_THAT(campus.students().Update(transaction, {.id = number - 1, .name = "u"}), IsOk());
    }
    if (number % 3 == 0) {
      ASSERT_THAT(campus.courses().Upsert(transaction, {.id = number % 9, .code = name}), IsOk());
    }
    if (number % 5 == 0) {
      ASSERT_THAT(campus.enrollments().Insert(transaction, {.student_id = number}), IsOk());
      ASSERT_THAT(campus.students().Erase(transaction, number / 5), IsOk());
    }
    ASSERT_THAT(transaction.Commit(), IsOk());
  }

  static const std::string& StateAt(std::uint64_t cut) {
    const Moment* last = nullptr;
    for (const Moment& moment : *moments) {
      if (moment.log_bytes <= cut) last = &moment;
    }
    return last->state;
  }
  static std::uint64_t HeaderBytes() { return moments->front().log_bytes; }
  static std::uint64_t LogBytes() { return closed->at(kLog).size(); }
  static Tree CutAt(const Tree& whole, std::uint64_t cut) {
    Tree tree = whole;
    tree[kLog].resize(cut);
    return tree;
  }

  // Archives are what takes most of the time and are looked at now and then only.
  static Options WithArchives(std::uint64_t cut) {
    Options options;
    options.archives_kept = cut % 64 == 0 ? 10 : 0;
    return options;
  }

  static void ExpectExactlyTheWholeTransactions(const Tree& whole) {
    for (std::uint64_t cut = HeaderBytes(); cut <= LogBytes(); cut += kStride) {
      Campus campus(CutAt(whole, cut));
      ASSERT_THAT(campus.Open(WithArchives(cut)), IsOk()) << "cut at " << cut;
      ASSERT_EQ(campus.State(), StateAt(cut)) << "cut at " << cut;
    }
  }

  static std::vector<Moment>* moments;
  static Tree* crashed;  // as a killed process leaves it: with its note in LOCK
  static Tree* closed;
};

std::vector<Moment>* LogCutTest::moments = nullptr;
Tree* LogCutTest::crashed = nullptr;
Tree* LogCutTest::closed = nullptr;

// [engine-2.1]
TEST_F(LogCutTest, EveryPrefixOfACrashedLogOpensToItsWholeTransactions) {
  ASSERT_FALSE(crashed->at("LOCK").empty());
  ExpectExactlyTheWholeTransactions(*crashed);
}

TEST_F(LogCutTest, EveryPrefixOfAClosedLogOpensToItsWholeTransactions) {
  ASSERT_EQ(closed->at("LOCK"), "");
  ExpectExactlyTheWholeTransactions(*closed);
}

// [engine-5.5]
TEST_F(LogCutTest, ReadersOfEveryPrefixSeeItsWholeTransactionsAndWriteNothing) {
  for (std::uint64_t cut = HeaderBytes(); cut <= LogBytes(); cut += 3 * kStride) {
    const Tree tree = CutAt(*crashed, cut);
    Campus campus(tree);
    ASSERT_THAT(campus.OpenToRead(), IsOk()) << "cut at " << cut;
    ASSERT_EQ(campus.State(), StateAt(cut)) << "cut at " << cut;
    ASSERT_EQ(TreeDifference(tree, campus.Files()), "") << "cut at " << cut;
  }
}

TEST_F(LogCutTest, CutsInTheHeaderAreRefusedAndNamed) {
  for (const Tree* whole : {crashed, closed}) {
    for (std::uint64_t cut = 0; cut < HeaderBytes(); ++cut) {
      const Tree tree = CutAt(*whole, cut);
      Campus campus(tree);
      ASSERT_THAT(campus.Open(), Fails(absl::StatusCode::kDataLoss, "wal/transaction.log line 1"))
          << "cut at " << cut;
      Tree after = campus.Files();
      // After a crash the note is that of the last who tried; after a proper end there is none.
      if (whole == crashed) after["LOCK"] = tree.at("LOCK");
      ASSERT_EQ(TreeDifference(tree, after), "") << "cut at " << cut;
    }
  }
}

// [engine-5.2]
TEST_F(LogCutTest, OpeningAgainAfterRecoveryGivesTheSameBytes) {
  for (const Tree* whole : {crashed, closed}) {
    for (std::uint64_t cut = HeaderBytes(); cut <= LogBytes(); cut += 11 * kStride) {
      Campus campus(CutAt(*whole, cut));
      Options options = WithArchives(cut);
      options.maintenance = Maintenance::kManual;  // nothing is compressed meanwhile
      ASSERT_THAT(campus.Open(options), IsOk());
      ASSERT_THAT(campus.Close(), IsOk());
      const Tree recovered = campus.Files();
      ASSERT_THAT(campus.Open(options), IsOk());
      ASSERT_EQ(campus.State(), StateAt(cut)) << "cut at " << cut;
      ASSERT_FALSE(campus.engine->report().recovered) << "cut at " << cut;
      ASSERT_THAT(campus.Close(), IsOk());
      ASSERT_EQ(TreeDifference(recovered, campus.Files()), "") << "cut at " << cut;
      ASSERT_EQ(campus.Problems(), "") << "cut at " << cut;
    }
  }
}

// After a proper end nothing was unfinished, so what is cut may be all there is of a transaction.
// [engine-5.4]
TEST_F(LogCutTest, ATornTailAfterAProperEndIsKeptAside) {
  const Moment& last = moments->back();
  const Moment& before = (*moments)[moments->size() - 2];
  for (const Tree* tree : {&*crashed, &*closed}) {
    Campus campus(CutAt(*tree, last.log_bytes - 1));
    ASSERT_THAT(campus.Open(), IsOk());
    const Tree files = campus.Files();
    const auto kept = files.find("wal/transaction.log.surplus");
    ASSERT_EQ(kept != files.end(), tree == &*closed);
    if (kept == files.end()) continue;
    EXPECT_EQ(kept->second.size(), last.log_bytes - 1 - before.log_bytes);
    EXPECT_THAT(campus.Notes(), ::testing::HasSubstr("wal/transaction.log.surplus"));
  }
}

TEST_F(LogCutTest, ATornTailIsReportedWithLineAndByte) {
  const Moment& last = moments->back();
  const Moment& before = (*moments)[moments->size() - 2];
  Campus campus(CutAt(*crashed, last.log_bytes - 1));
  ASSERT_THAT(campus.Open(), IsOk());
  EXPECT_EQ(campus.engine->report().torn_bytes, last.log_bytes - 1 - before.log_bytes);
  EXPECT_THAT(campus.Notes(), ::testing::HasSubstr("wal/transaction.log line "));
  EXPECT_THAT(campus.Notes(), ::testing::HasSubstr(absl::StrCat(" byte ", before.log_bytes)));
}

}  // namespace
}  // namespace linedb
