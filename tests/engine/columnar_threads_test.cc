// Guards against columns that are seen in the middle of being brought forward: beside writers,
// checkpoints with compactions, and threads that hold and drop the same columns. Made for the
// thread sanitizer, and bounded by counts, so that it ends on any machine.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "linedb/columnar.h"
#include "linedb/database.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"

namespace linedb {
namespace {

using testing::IsOk;
using testing::Student;

constexpr int kStudents = 200;
constexpr double kGpaAtFirst = 8.0;
constexpr double kGpaOfAll = kStudents * kGpaAtFirst;
constexpr int kTransactions = 400;
constexpr int kReads = 500;

class ColumnarThreadsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.log_bytes_max = 100'000;  // so that commits checkpoint, too
    options.compaction_bytes_small = 30'000;
    options.archives_kept = 1;
    db = Database::OpenInMemory(options).value();
    students.emplace(db->OpenTable<Student>().value());
    WriteTransaction transaction = db->Begin().value();
    for (int id = 1; id <= kStudents; ++id) {
      ASSERT_THAT(students->Insert(transaction, {.id = id, .name = "s", .gpa = kGpaAtFirst}),
                  IsOk());
    }
    ASSERT_THAT(transaction.Commit(), IsOk());
  }

  // Moves some gpa from one student to another, who may be deleted and enrolled again: how much
  // there is in all, and of how many, stays the same.
  void Move(int writer) {
    for (int i = 0; i < kTransactions; ++i) {
      const std::int64_t source = (i * 7 + writer * 13) % kStudents + 1;
      const std::int64_t target = (i * 11 + writer * 5 + 3) % kStudents + 1;
      if (source == target) continue;
      WriteTransaction transaction = db->Begin().value();
      Student from = students->Get(transaction, source).value();
      Student to = students->Get(transaction, target).value();
      from.gpa -= 0.5;
      to.gpa += 0.5;
      if (i % 3 == 0) {
        ASSERT_THAT(students->Erase(transaction, target), IsOk());
      }
      to.name = std::string(static_cast<std::size_t>(i % 50), 'n');
      ASSERT_THAT(students->Update(transaction, from), IsOk());
      ASSERT_THAT(students->Upsert(transaction, to), IsOk());
      if (i % 5 == 0) continue;  // rolled back
      ASSERT_THAT(transaction.Commit(), IsOk());
    }
  }

  static void ExpectWhole(const ColumnView<double>& view) {
    ASSERT_EQ(view.size(), static_cast<std::uint64_t>(kStudents));
    const ColumnSum<double> all = view.SumWhere([](double) { return true; });
    ASSERT_EQ(all.count, static_cast<std::uint64_t>(kStudents));
    ASSERT_EQ(all.sum, kGpaOfAll);  // eighths: exact
  }

  void Read(const ColumnSet<double>& gpas) {
    std::vector<ColumnView<double>> held;
    for (int i = 0; i < kReads; ++i) {
      held.push_back(gpas.View().value());
      if (held.size() > 8) held.erase(held.begin());
      for (const ColumnView<double>& view : held) ExpectWhole(view);
      if (i % 10 != 0) continue;
      const ReadTransaction snapshot = db->BeginRead().value();
      ExpectWhole(gpas.View(snapshot).value());
      const auto own = students->Columns<&Student::gpa, &Student::name>().value();
      ASSERT_EQ(
          own.View(snapshot).value().SumWhere([](double, std::string_view) { return true; }).sum,
          kGpaOfAll);
    }
  }

  std::unique_ptr<Database> db;
  std::optional<Table<Student>> students;
};

TEST_F(ColumnarThreadsTest, ViewsShowWholeTransactionsBesideWritersAndCompactions) {
  {
    const ColumnSet<double> gpas = students->Columns<&Student::gpa>().value();
    std::vector<std::thread> threads;
    for (int writer = 0; writer < 2; ++writer) threads.emplace_back([&, writer] { Move(writer); });
    for (int reader = 0; reader < 3; ++reader) threads.emplace_back([&] { Read(gpas); });
    for (std::thread& thread : threads) thread.join();
    ExpectWhole(gpas.View().value());
  }
  EXPECT_EQ(db->Stats().tables[0].column_bytes, 0U);
}

}  // namespace
}  // namespace linedb
