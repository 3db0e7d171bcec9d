// Guards against columns in memory that show what is not committed, hide what is, move while they
// are looked at, or stay in memory when nobody has them any more.

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "linedb/columnar.h"
#include "linedb/database.h"
#include "tests/engine/campus.h"
#include "tests/engine/columnar_exam.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Exam;
using testing::ExamsIn;
using testing::ExamsScanned;
using testing::Fails;
using testing::IsOk;
using testing::Student;
using testing::Verdict;
using testing::Visit;

class ColumnarTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options.maintenance = Maintenance::kManual;
    options.compaction_bytes_small = 0;
    ASSERT_THAT(campus.Open(options), IsOk());
    students.emplace(campus.students());
    for (int id = 1; id <= 3; ++id) Put(id, id);
  }

  void Put(std::int64_t id, double gpa) {
    ASSERT_THAT(students->Upsert({.id = id, .name = absl::StrCat("s", id), .gpa = gpa}), IsOk());
  }
  // So many versions of the first student that a checkpoint compacts.
  void Compact() {
    for (int i = 0; i < 20; ++i) Put(1, 1);
    const CheckpointReport report = campus.engine->Checkpoint().value();
    ASSERT_EQ(report.tables_compacted.size(), 1U);
  }
  ReadTransaction Snapshot() {
    return ReadTransaction(campus.engine.get(), campus.engine->TakeSnapshot().value());
  }
  std::uint64_t ColumnBytes() { return campus.engine->Stats().tables[0].column_bytes; }

  static std::string Shown(const ColumnView<double>& view) {
    std::string text;
    view.ForEachBatch([&](const ColumnBatch<double>& batch) {
      batch.ForEach([&](double gpa) { absl::StrAppend(&text, gpa, " "); });
    });
    return absl::StrCat(text, "of ", view.size());
  }

  Options options;
  Campus campus;
  std::optional<Table<Student>> students;
};

TEST_F(ColumnarTest, EveryKindOfColumnHoldsWhatTheRecordsHold) {
  const Table<Exam> exams = campus.TableOf<Exam>();
  ASSERT_THAT(exams.Insert({}), IsOk());
  ASSERT_THAT(exams.Insert({.room = -7,
                            .score = -0.125,
                            .written = true,
                            .appealed = false,
                            .verdict = Verdict::kFailed,
                            .remark = "a \"quote\"\n and \xc3\xa9",
                            .signature = {0, 255, 10},
                            .taken = Timestamp(std::chrono::microseconds(-1)),
                            .repeated = std::chrono::year(1969) / 12 / 31}),
              IsOk());
  ASSERT_THAT(exams.Insert({.appealed = true, .remark = ""}), IsOk());
  const auto view = testing::ColumnsOf(exams).value().View().value();
  EXPECT_EQ(ExamsIn(view), ExamsScanned(exams));
  EXPECT_EQ(view.size(), 3U);
}

TEST_F(ColumnarTest, NextViewShowsWhatWasCommittedSince) {
  const ColumnSet<double> gpas = students->Columns<&Student::gpa>().value();
  EXPECT_EQ(Shown(gpas.View().value()), "1 2 3 of 3");
  Put(2, 20);
  Put(4, 4);
  EXPECT_EQ(Shown(gpas.View().value()), "1 3 20 4 of 4");
  ASSERT_THAT(students->Erase(1), IsOk());
  EXPECT_EQ(Shown(gpas.View().value()), "3 20 4 of 3");
  Put(4, 40);  // settles what went before
  EXPECT_EQ(Shown(gpas.View().value()), "3 20 40 of 3");
}

TEST_F(ColumnarTest, ViewStaysAsItWasWhateverHappens) {
  const ColumnView<double> view = students->Columns<&Student::gpa>().value().View().value();
  Put(2, 20);
  ASSERT_THAT(students->Erase(3), IsOk());
  EXPECT_EQ(Shown(view), "1 2 3 of 3");
  Compact();
  EXPECT_EQ(Shown(view), "1 2 3 of 3");
  ASSERT_THAT(campus.engine->DropTable("student"), IsOk());
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(Shown(view), "1 2 3 of 3");
}

TEST_F(ColumnarTest, RowsOfOpenAndRolledBackTransactionsAreNotShown) {
  const ColumnSet<double> gpas = students->Columns<&Student::gpa>().value();
  {
    WriteTransaction transaction = campus.Begin();
    ASSERT_THAT(students->Update(transaction, {.id = 1, .name = "s", .gpa = 10}), IsOk());
    ASSERT_THAT(students->Erase(transaction, 2), IsOk());
    EXPECT_EQ(Shown(gpas.View().value()), "1 2 3 of 3");
  }
  EXPECT_EQ(Shown(gpas.View().value()), "1 2 3 of 3");
  Put(4, 4);  // where the lost lines were
  EXPECT_EQ(Shown(gpas.View().value()), "1 2 3 4 of 4");
}

TEST_F(ColumnarTest, SnapshotShowsItsMomentBesideLaterOnes) {
  const ColumnSet<double> gpas = students->Columns<&Student::gpa>().value();
  const ReadTransaction first = Snapshot();
  Put(2, 20);
  const ReadTransaction second = Snapshot();
  Put(1, 10);
  ASSERT_THAT(students->Erase(3), IsOk());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Shown(gpas.View().value()), "20 10 of 2");
    EXPECT_EQ(Shown(gpas.View(first).value()), "1 2 3 of 3");
    EXPECT_EQ(Shown(gpas.View(second).value()), "1 3 20 of 3");
    Compact();
    Put(1, 10);
  }
}

TEST_F(ColumnarTest, ColumnsFirstAskedForByAnOldSnapshotAreItsOwn) {
  const ReadTransaction snapshot = Snapshot();
  Put(2, 20);
  ASSERT_THAT(students->Erase(3), IsOk());
  const ColumnSet<double> gpas = students->Columns<&Student::gpa>().value();
  EXPECT_EQ(Shown(gpas.View(snapshot).value()), "1 2 3 of 3");
  EXPECT_EQ(Shown(gpas.View().value()), "1 20 of 2");
}

TEST_F(ColumnarTest, ColumnIsInMemoryOnceAndAsLongAsSomebodyHasIt) {
  EXPECT_EQ(ColumnBytes(), 0U);
  std::optional<ColumnSet<double>> gpas = students->Columns<&Student::gpa>().value();
  const std::uint64_t one = ColumnBytes();
  EXPECT_GT(one, 0U);
  std::optional<ColumnSet<double>> again = students->Columns<&Student::gpa>().value();
  EXPECT_EQ(ColumnBytes(), one);
  auto both = std::make_optional(students->Columns<&Student::name, &Student::gpa>().value());
  EXPECT_GT(ColumnBytes(), one);
  both.reset();
  EXPECT_EQ(ColumnBytes(), one);
  gpas.reset();
  EXPECT_EQ(ColumnBytes(), one);
  std::optional<ColumnView<double>> view = again->View().value();
  again.reset();
  EXPECT_GT(ColumnBytes(), 0U);
  EXPECT_EQ(Shown(*view), "1 2 3 of 3");
  view.reset();
  EXPECT_EQ(ColumnBytes(), 0U);
}

TEST_F(ColumnarTest, ArraysOfCompactedFileGoWithTheirLastSnapshot) {
  const ColumnSet<double> gpas = students->Columns<&Student::gpa>().value();
  std::optional<ReadTransaction> snapshot = Snapshot();
  Compact();
  EXPECT_EQ(Shown(gpas.View(*snapshot).value()), "1 2 3 of 3");
  EXPECT_EQ(Shown(gpas.View().value()), "2 3 1 of 3");
  const std::uint64_t with_snapshot = ColumnBytes();
  snapshot.reset();
  EXPECT_EQ(Shown(gpas.View().value()), "2 3 1 of 3");
  EXPECT_LT(ColumnBytes(), with_snapshot);
}

TEST_F(ColumnarTest, RetiredTableFailsWithItsReasonAndSnapshotsDoNot) {
  const ColumnSet<double> gpas = students->Columns<&Student::gpa>().value();
  const ReadTransaction snapshot = Snapshot();
  ASSERT_THAT(campus.engine->DropTable("student"), IsOk());
  EXPECT_THAT(gpas.View(), Fails(absl::StatusCode::kFailedPrecondition, "dropped"));
  EXPECT_THAT(students->Columns<&Student::gpa>(),
              Fails(absl::StatusCode::kFailedPrecondition, "dropped"));
  EXPECT_EQ(Shown(gpas.View(snapshot).value()), "1 2 3 of 3");
}

TEST_F(ColumnarTest, TransactionThatHasEndedIsRefused) {
  const ColumnSet<double> gpas = students->Columns<&Student::gpa>().value();
  ReadTransaction snapshot = Snapshot();
  snapshot.End();
  EXPECT_THAT(gpas.View(snapshot), Fails(absl::StatusCode::kFailedPrecondition, "ended"));
}

TEST_F(ColumnarTest, ReadOnlyHandleShowsWhatTheLogHoldsBehindTheCheckpoint) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  Put(1, 10);
  Put(4, 4);
  Campus reader(campus.Files());
  ASSERT_THAT(reader.OpenToRead(), IsOk());
  EXPECT_EQ(Shown(reader.students().Columns<&Student::gpa>().value().View().value()),
            "2 3 10 4 of 4");
}

TEST_F(ColumnarTest, EmptyTableHasNoBatches) {
  const auto hours = campus.TableOf<Visit>().Columns<&Visit::hour>().value();
  const auto view = hours.View().value();
  EXPECT_EQ(view.size(), 0U);
  EXPECT_EQ(view.batch_count(), 0U);
  EXPECT_EQ(view.SumWhere([](std::int64_t) { return true; }).count, 0U);
}

TEST_F(ColumnarTest, TableWithoutAPrimaryKeyHasColumnsToo) {
  const Table<Visit> visits = campus.TableOf<Visit>();
  ASSERT_THAT(visits.Insert({.who = "Alice", .hour = 8}), IsOk());
  ASSERT_THAT(visits.Insert({.who = "Bob", .hour = 9}), IsOk());
  const auto set = visits.Columns<&Visit::hour, &Visit::who>().value();
  std::string text;
  set.View().value().ForEachBatch([&](const auto& hours, const auto& names) {
    for (std::size_t row = 0; row < hours.size(); ++row) {
      absl::StrAppend(&text, std::string(names[row]), " ", hours[row], ", ");
    }
  });
  EXPECT_EQ(text, "Alice 8, Bob 9, ");
}

TEST_F(ColumnarTest, MaskIsThereOnlyWhereRowsDoNotCount) {
  const ColumnSet<double> gpas = students->Columns<&Student::gpa>().value();
  gpas.View().value().ForEachBatch([](const ColumnBatch<double>& batch) {
    EXPECT_TRUE(batch.is_dense());
    EXPECT_EQ(batch.SelectedWord(0), 0b111U);
  });
  ASSERT_THAT(students->Erase(2), IsOk());
  gpas.View().value().ForEachBatch([](const ColumnBatch<double>& batch) {
    EXPECT_FALSE(batch.is_dense());
    EXPECT_EQ(batch.SelectedWord(0), 0b101U);
    EXPECT_EQ(batch.size(), 3U);
    EXPECT_EQ(batch.live_size(), 2U);
    EXPECT_FALSE(batch.IsLive(1));
  });
}

TEST_F(ColumnarTest, ArraysLieInMemoryAsArrowWantsThem) {
  const Table<Exam> exams = campus.TableOf<Exam>();
  ASSERT_THAT(exams.Insert({.score = 2.5, .written = true, .remark = "ab"}), IsOk());
  ASSERT_THAT(exams.Insert({.score = std::nullopt, .remark = "c"}), IsOk());
  ASSERT_THAT(exams.Insert({.remark = std::nullopt}), IsOk());
  const auto is_aligned = [](const void* array) {
    return reinterpret_cast<std::uintptr_t>(array) % 64 == 0;
  };
  exams.Columns<&Exam::score, &Exam::written, &Exam::remark>().value().View().value().ForEachBatch(
      [&](const ColumnBatch<double>& score, const ColumnBatch<bool>& written,
          const ColumnBatch<std::string_view>& remark) {
        EXPECT_TRUE(is_aligned(score.values().data()) && is_aligned(score.validity()));
        EXPECT_EQ(score.validity()[0] & 3, 1U);
        EXPECT_EQ(score.values()[1], 0.0);
        EXPECT_EQ(score.live(), nullptr);
        EXPECT_TRUE(is_aligned(written.words().data()) && is_aligned(remark.bytes()));
        EXPECT_EQ(written.words()[0] & 3, 1U);
        const auto offsets = remark.offsets();
        EXPECT_EQ(std::vector<std::int32_t>(offsets.begin(), offsets.end()),
                  (std::vector<std::int32_t>{0, 2, 3, 3}));
        EXPECT_EQ(std::string(remark.bytes(), 3), "abc");
        EXPECT_EQ(remark.validity()[0] & 7, 3U);
        EXPECT_EQ(written.validity(), nullptr);
      });
}

// Every length of the last word, and masks of both kinds.
TEST_F(ColumnarTest, SumWhereAgreesWithAPlainLoop) {
  const Table<Exam> exams = campus.TableOf<Exam>();
  const auto set = exams.Columns<&Exam::score, &Exam::room>().value();
  const auto rooms = exams.Columns<&Exam::room>().value();
  for (int id = 1; id <= 200; ++id) {
    Exam exam{.id = id, .room = static_cast<std::int16_t>(id % 7 - 3)};
    if (id <= 70 || id % 5 != 0) exam.score = id / 8.0;
    ASSERT_THAT(exams.Insert(exam), IsOk());
    if (id > 140 && id % 3 == 0) {
      ASSERT_THAT(exams.Erase(id - 100), IsOk());
    }
    ColumnSum<double> expected;
    absl::int128 sum_of_rooms = 0;
    std::uint64_t odd_rooms = 0;
    for (const Exam& each : ExamsScanned(exams)) {
      if (each.room % 2 != 0) {
        sum_of_rooms += each.room;
        ++odd_rooms;
      }
      if (!each.score || *each.score <= 2.0 || each.room < 0) continue;
      expected.sum += *each.score;
      ++expected.count;
    }
    const auto found = set.View().value().SumWhere(
        [](double score, std::int64_t room) { return score > 2.0 && room >= 0; });
    ASSERT_EQ(found.sum, expected.sum);
    ASSERT_EQ(found.count, expected.count);
    const auto odd = rooms.View().value().SumWhere([](std::int64_t room) { return room % 2 != 0; });
    ASSERT_EQ(odd.sum == sum_of_rooms, true);
    ASSERT_EQ(odd.count, odd_rooms);
  }
}

TEST_F(ColumnarTest, SumOfIntegersDoesNotOverflow) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const Table<Visit> visits = campus.TableOf<Visit>();
  for (int i = 0; i < 70; ++i) ASSERT_THAT(visits.Insert({.who = "", .hour = kMax}), IsOk());
  const auto hours = visits.Columns<&Visit::hour>().value();
  const auto all = [](std::int64_t) { return true; };
  EXPECT_TRUE(hours.View().value().SumWhere(all).sum == absl::int128(kMax) * 70);
  for (int i = 0; i < 140; ++i) ASSERT_THAT(visits.Insert({.who = "", .hour = -kMax - 1}), IsOk());
  EXPECT_TRUE(hours.View().value().SumWhere(all).sum == absl::int128(kMax) * -70 - 140);
}

// Lines that lie across the end of a stretch of file belong to the one they begin in.
TEST_F(ColumnarTest, LargeTableComesInBatchesThatMissNothing) {
  WriteTransaction transaction = campus.Begin();
  double sum = 6;
  for (int id = 10; id < 40'010; ++id) {
    Student student{.id = id, .name = std::string(static_cast<std::size_t>(100 + id % 100), 'x')};
    student.gpa = id % 8;
    sum += student.gpa;
    ASSERT_THAT(students->Insert(transaction, student), IsOk());
  }
  ASSERT_THAT(transaction.Commit(), IsOk());
  const ColumnSet<double> gpas = students->Columns<&Student::gpa>().value();
  EXPECT_GT(gpas.View().value().batch_count(), 3U);
  EXPECT_EQ(gpas.View().value().SumWhere([](double) { return true; }).sum, sum);
  EXPECT_EQ(gpas.View().value().size(), 40'003U);
  Put(10, 100);
  Put(40'009, 100);
  EXPECT_EQ(gpas.View().value().SumWhere([](double) { return true; }).sum,
            sum - 10 % 8 - 40'009 % 8 + 200);
}

// The same table, described with its members in another order and of other types.
struct StudentOtherwise {
  float gpa = 0;
  std::optional<std::int64_t> id = std::nullopt;
  std::string name;
};

}  // namespace
}  // namespace linedb

template <>
struct linedb::Describe<linedb::StudentOtherwise> {
  using Row = linedb::StudentOtherwise;
  static constexpr auto kTable = linedb::DescribeTable<"pupil">(
      linedb::Field<"gpa", &Row::gpa>(), linedb::Field<"id", &Row::id>().PrimaryKey(),
      linedb::Field<"name", &Row::name>());
};

namespace linedb {
namespace {

struct Pupil {
  std::optional<std::int64_t> id = std::nullopt;
  double gpa = 0;
  std::string name;
};

}  // namespace
}  // namespace linedb

template <>
struct linedb::Describe<linedb::Pupil> {
  using Row = linedb::Pupil;
  static constexpr auto kTable = linedb::DescribeTable<"pupil">(
      linedb::Field<"id", &Row::id>().PrimaryKey(), linedb::Field<"gpa", &Row::gpa>(),
      linedb::Field<"name", &Row::name>());
};

namespace linedb {
namespace {

TEST(ColumnarOrderTest, ColumnsAreFoundByNameNotByTheStructsOrder) {
  const auto db = Database::OpenInMemory().value();
  ASSERT_THAT(db->OpenTable<Pupil>().value().Insert({.gpa = 2.5, .name = "Alice"}), IsOk());
  const auto set = db->OpenTable<StudentOtherwise>()
                       .value()
                       .Columns<&StudentOtherwise::gpa, &StudentOtherwise::name>()
                       .value();
  set.View().value().ForEachBatch([](const auto& gpa, const auto& name) {
    EXPECT_EQ(gpa[0], 2.5);
    EXPECT_EQ(name[0], "Alice");
  });
}

}  // namespace
}  // namespace linedb
