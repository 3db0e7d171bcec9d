// Scans by runs of lines and in pieces beside a plain list of what must be there. A mistake at a
// block's or a piece's border would lose a record, or show one twice or one that was replaced.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/engine/campus.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::Student;
using Rows = std::vector<Student>;

class ScanTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.maintenance = Maintenance::kManual;
    ASSERT_THAT(campus.Open(options), IsOk());
  }

  // What is there, by when it was last written, which is the order in the file.
  Rows Expected() const {
    std::map<std::uint64_t, Student> in_order;
    for (const auto& [id, entry] : state) in_order[entry.first] = entry.second;
    Rows rows;
    for (const auto& [when, row] : in_order) rows.push_back(row);
    return rows;
  }

  void Write(WriteTransaction& transaction, int changes) {
    for (int i = 0; i < changes; ++i) {
      if (!state.empty() && random() % 4 == 0) {
        const auto victim = std::next(state.begin(), static_cast<int>(random() % state.size()));
        if (random() % 2 == 0) {
          ASSERT_THAT(campus.students().Erase(transaction, victim->first), IsOk());
          state.erase(victim);
          continue;
        }
        Student row = RandomRow(victim->first);
        ASSERT_THAT(campus.students().Update(transaction, row), IsOk());
        victim->second = {++writes, row};
        continue;
      }
      const Student row = RandomRow(++last_id);
      ASSERT_THAT(campus.students().Insert(transaction, row), IsOk());
      state[last_id] = {++writes, row};
    }
  }
  // Mostly short, some longer than a block, few longer than a piece.
  Student RandomRow(std::int64_t id) {
    std::size_t length = random() % 120;
    if (random() % 100 == 0) length = random() % 200'000;
    if (random() % 700 == 0) length = 1'000'000 + random() % 2'000'000;
    std::string name(length, 'x');
    if (random() % 5 == 0) name += "\"quoted\"\n";
    return {.id = id, .name = name, .gpa = static_cast<double>(random() % 400) / 100};
  }

  template <class View>
  void ExpectScansSee(const View& view, const Rows& expected) {
    Rows seen;
    const auto note = [&seen](const Student& row) { seen.push_back(row); };
    ASSERT_THAT(campus.students().ForEach(view, note), IsOk());
    ASSERT_TRUE(seen == expected);
  }
  void ExpectPiecesSee(const ReadTransaction& snapshot, const Rows& expected) {
    for (const int threads : {1, 3, 0}) {
      const absl::StatusOr<Rows> rows = campus.students().Reduce(
          snapshot, {.threads = threads}, Rows(),
          [](Rows& into, const Student& row) { into.push_back(row); }, Append);
      ASSERT_THAT(rows.status(), IsOk());
      ASSERT_TRUE(*rows == expected);
      const absl::StatusOr<double> sum = campus.students().Reduce<&Student::gpa>(
          snapshot, {.threads = threads}, 0.0, [](double& into, double gpa) { into += gpa; },
          [](double& into, double&& more) { into += more; });
      double sum_expected = 0;
      for (const Student& row : expected) sum_expected += row.gpa;
      ASSERT_THAT(sum.status(), IsOk());
      ASSERT_NEAR(*sum, sum_expected, 1e-6);
    }
  }
  static void Append(Rows& into, Rows&& more) {
    into.insert(into.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
  }

  Campus campus;
  std::mt19937_64 random{schema::TestSeed()};
  std::map<std::int64_t, std::pair<std::uint64_t, Student>> state;
  std::uint64_t writes = 0;
  std::int64_t last_id = 0;
};

TEST_F(ScanTest, EveryWayOfScanningSeesTheSameRecords) {
  campus.MakeTables();
  std::vector<std::pair<ReadTransaction, Rows>> moments;
  for (int round = 0; round < 6; ++round) {
    WriteTransaction transaction = campus.Begin();
    Write(transaction, 700);
    ASSERT_FALSE(HasFatalFailure());
    ExpectScansSee(transaction, Expected());
    ASSERT_FALSE(HasFatalFailure());
    ASSERT_THAT(transaction.Commit(), IsOk());
    if (round == 3) {
      ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    }
    moments.emplace_back(
        ReadTransaction(campus.engine.get(), campus.engine->TakeSnapshot().value()), Expected());
  }
  for (const auto& [snapshot, expected] : moments) {
    ExpectScansSee(snapshot, expected);
    ExpectPiecesSee(snapshot, expected);
    ASSERT_FALSE(HasFatalFailure());
  }
  ASSERT_GT(campus.engine->FindTable("student")->generation->written.bytes, 4u << 20);
}

TEST_F(ScanTest, ReducingAnEmptyTableGivesWhatItBeganWith) {
  campus.MakeTables();
  const auto count = campus.students().Reduce(
      {}, 7, [](int& into, const Student&) { ++into; },
      [](int& into, int&& more) { into += more; });
  EXPECT_EQ(count.value(), 7);
}

TEST_F(ScanTest, WhatAVisitorThrowsReachesTheCaller) {
  campus.MakeTables();
  WriteTransaction transaction = campus.Begin();
  for (int i = 1; i < 5000; ++i) {
    ASSERT_THAT(campus.students().Insert(transaction, {.id = i, .name = std::string(1000, 'x')}),
                IsOk());
  }
  ASSERT_THAT(transaction.Commit(), IsOk());
  const auto reduce = [&] {
    return campus.students()
        .Reduce(
            {.threads = 2}, 0,
            [](int&, const Student& row) {
              if (row.id == 4321) throw std::runtime_error("a visitor's own");
            },
            [](int&, int&&) {})
        .status();
  };
  EXPECT_THROW(reduce().IgnoreError(), std::runtime_error);
}

TEST_F(ScanTest, SharedWorkReportsTheLowestFailure) {
  for (int repeat = 0; repeat < 200; ++repeat) {
    std::atomic<int> calls = 0;
    const absl::Status status = engine::CallInThreads(4, 100, [&](std::size_t i) {
      ++calls;
      return i % 10 == 7 ? absl::DataLossError(absl::StrCat("piece ", i)) : absl::OkStatus();
    });
    EXPECT_THAT(status, Fails(absl::StatusCode::kDataLoss, "piece 7"));
    EXPECT_LT(calls, 100);
  }
}

}  // namespace
}  // namespace linedb
