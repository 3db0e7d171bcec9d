// Guards against arrays that have drifted away from the table they are made of: a row superseded
// that still counts, one of a transaction that was rolled back, a moment that moves, a text that
// lost its place when a chunk grew. Random work, beside a std::map and the scan of the text.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/engine/campus.h"
#include "tests/engine/columnar_exam.h"
#include "tests/faults/sanitized.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Exam;
using testing::ExamColumns;
using testing::ExamsIn;
using testing::ExamsScanned;
using testing::ExamView;
using testing::IsOk;
using testing::Verdict;

constexpr int kSteps = testing::kSanitized ? 40 : 400;
constexpr int kKeys = 60;
constexpr std::size_t kHeldMax = 5;

class ColumnarModelTest : public ::testing::Test {
 protected:
  using Model = std::map<std::int64_t, Exam>;

  void SetUp() override {
    random.seed(schema::TestSeed());
    options.compaction_bytes_small = 100'000;
    options.archives_kept = 1;
    options.maintenance = Maintenance::kManual;
    Open();
  }

  int Pick(int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); }

  void Open() {
    ASSERT_THAT(campus.Open(options), IsOk());
    exams.emplace(campus.TableOf<Exam>());
    columns.emplace(testing::ColumnsOf(*exams).value());
  }

  Exam AnyExam(std::int64_t id) {
    Exam exam{.id = id};
    exam.room = static_cast<std::int16_t>(Pick(65536) - 32768);
    if (Pick(4) > 0) exam.score = Pick(1000) / 8.0;
    exam.written = Pick(2) == 0;
    if (Pick(2) == 0) exam.appealed = Pick(2) == 0;
    exam.verdict = Pick(2) == 0 ? Verdict::kPassed : Verdict::kFailed;
    if (Pick(3) > 0) {
      exam.remark = std::string(static_cast<std::size_t>(Pick(30)), 'r') + (Pick(4) ? "" : "\"\n");
    }
    // Now and then a large one, so that the file has several chunks, with lines across their ends.
    const int bytes = Pick(12) == 0 ? Pick(300'000) : Pick(20);
    exam.signature.assign(static_cast<std::size_t>(bytes), static_cast<std::uint8_t>(Pick(256)));
    exam.taken = Timestamp(std::chrono::microseconds(Pick(2'000'000'000)) * 1000);
    if (Pick(3) == 0) {
      exam.repeated = std::chrono::sys_days(std::chrono::days(Pick(40'000) - 20'000));
    }
    return exam;
  }

  void ChangeBoth(WriteTransaction& transaction, Model* changed) {
    const std::int64_t key = Pick(kKeys) + 1;
    if (Pick(4) == 0) {
      ASSERT_EQ(exams->Erase(transaction, key).ok(), changed->erase(key) > 0);
    } else {
      const Exam exam = AnyExam(key);
      ASSERT_THAT(exams->Upsert(transaction, exam), IsOk());
      (*changed)[key] = exam;
    }
  }

  void DoTransaction() {
    WriteTransaction transaction = campus.Begin();
    Model changed = model;
    for (int i = Pick(5); i >= 0; --i) ChangeBoth(transaction, &changed);
    if (Pick(3) == 0) {
      const Savepoint savepoint = transaction.SetSavepoint().value();
      Model dropped = changed;
      for (int i = Pick(4); i >= 0; --i) ChangeBoth(transaction, &dropped);
      ASSERT_THAT(transaction.RollbackTo(savepoint), IsOk());
      if (Pick(2) == 0) ChangeBoth(transaction, &changed);
    }
    if (Pick(4) == 0) ExpectSame(columns->View().value(), model);  // the open one is not seen
    if (Pick(4) == 0) return;                                      // rolled back
    ASSERT_THAT(transaction.Commit(), IsOk());
    model = std::move(changed);
  }

  static void ExpectSame(const ExamView& view, const Model& expected) {
    std::vector<Exam> found = ExamsIn(view);
    ASSERT_EQ(view.size(), expected.size());
    ASSERT_EQ(found.size(), expected.size());
    std::sort(found.begin(), found.end(),
              [](const Exam& a, const Exam& b) { return *a.id < *b.id; });
    std::size_t at = 0;
    for (const auto& [id, exam] : expected) {
      ASSERT_EQ(*found[at].id, id);
      ASSERT_EQ(found[at++] == exam, true) << "exam " << id;
    }
  }

  // The scan of the text and the arrays show the same rows in the same order.
  void ExpectAsScanned() {
    const ExamView view = columns->View().value();
    ASSERT_EQ(ExamsIn(view) == ExamsScanned(*exams), true);
    ExpectSame(view, model);
  }

  struct HeldSnapshot {
    ReadTransaction transaction;
    Model model;
  };
  void HoldSomething() {
    if (held_views.size() >= kHeldMax) {
      held_views.erase(held_views.begin() + Pick(static_cast<int>(kHeldMax)));
    }
    held_views.emplace_back(columns->View().value(), model);
    if (snapshots.size() >= kHeldMax) {
      snapshots.erase(snapshots.begin() + Pick(static_cast<int>(kHeldMax)));
    }
    snapshots.push_back(
        {ReadTransaction(campus.engine.get(), campus.engine->TakeSnapshot().value()), model});
  }

  void LookAtWhatIsHeld() {
    for (const auto& [view, then] : held_views) ExpectSame(view, then);
    if (snapshots.empty()) return;
    const HeldSnapshot& one =
        snapshots[static_cast<std::size_t>(Pick(static_cast<int>(snapshots.size())))];
    const ExamView view = columns->View(one.transaction).value();
    ExpectSame(view, one.model);
    ASSERT_EQ(ExamsIn(view) == ExamsScanned(*exams, one.transaction), true);
  }

  // The next opening, or another handle's, finds the same; views that are held do not mind.
  void LookFromElsewhere() {
    Campus other(campus.Files());
    ASSERT_THAT(other.OpenToRead(), IsOk());
    ExpectSame(testing::ColumnsOf(other.TableOf<Exam>()).value().View().value(), model);
  }
  void Reopen() {
    snapshots.clear();
    columns.reset();
    exams.reset();
    ASSERT_THAT(campus.Close(), IsOk());
    Open();
  }

  // Others come and go, so that the columns are not always behind by the same.
  void UseOthers() {
    if (Pick(2) == 0) {
      scores.reset();
    } else if (!scores) {
      scores.emplace(exams->Columns<&Exam::score>().value());
    } else {
      double sum = 0;
      for (const auto& [id, exam] : model) sum += exam.score.value_or(0);
      ASSERT_EQ(scores->View().value().SumWhere([](double) { return true; }).sum, sum);
    }
    if (Pick(3) == 0) columns.emplace(testing::ColumnsOf(*exams).value());
  }

  void Step() {
    const int what = Pick(100);
    if (what < 2) {
      scores.reset();
      Reopen();
    } else if (what < 5) {
      ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    } else if (what < 12) {
      HoldSomething();
    } else if (what < 14) {
      LookFromElsewhere();
    } else if (what < 20) {
      UseOthers();
    } else {
      DoTransaction();
    }
    if (what % 7 == 0) LookAtWhatIsHeld();
    if (what % 3 == 0) ExpectAsScanned();
  }

  std::mt19937_64 random;
  Options options;
  Campus campus;
  std::optional<Table<Exam>> exams;
  std::optional<ExamColumns> columns;
  std::optional<ColumnSet<double>> scores;
  Model model;
  std::vector<std::pair<ExamView, Model>> held_views;
  std::vector<HeldSnapshot> snapshots;
};

TEST_F(ColumnarModelTest, ColumnsAgreeWithAMapAtEveryStep) {
  for (int step = 0; step < kSteps; ++step) {
    SCOPED_TRACE(absl::StrCat("step ", step));
    Step();
    if (HasFatalFailure()) return;
  }
  snapshots.clear();
  held_views.clear();
  scores.reset();
  columns.reset();
  EXPECT_EQ(campus.engine->Stats().tables[0].column_bytes, 0U);
}

}  // namespace
}  // namespace linedb
