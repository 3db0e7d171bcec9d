// Guards against a copy that drifts: random work in several threads, and two copies that are kept
// by what watches tell alone, one of the whole table and one of those that meet a condition. Each
// must be what the table holds in the end, and each step must fit onto the one before.

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "linedb/database.h"
#include "linedb/watch.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"
#include "tests/faults/sanitized.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using testing::IsOk;
using testing::Student;

constexpr int kTransactions = testing::kSanitized ? 50 : 400;
constexpr int kThreads = 3;
constexpr unsigned kStudents = 20;

bool IsGood(const Student& student) { return student.gpa >= 2.0 && student.name != "n1"; }

// A copy of the records that meet a condition.
class Copy {
 public:
  void Take(const RecordChange<Student>& change) {
    const std::int64_t id = change.after ? *change.after->id : *change.before->id;
    const auto found = records.find(id);
    if (change.event == WatchEvent::kEntered) {
      EXPECT_EQ(found, records.end()) << "lsn " << change.lsn;
    } else {
      ASSERT_NE(found, records.end()) << "lsn " << change.lsn;
      EXPECT_EQ(found->second, *change.before) << "lsn " << change.lsn;
      records.erase(found);
    }
    if (change.event != WatchEvent::kLeft) records[id] = *change.after;
    EXPECT_LT(lsn, change.lsn);
    EXPECT_LE(transaction, change.transaction);
    lsn = change.lsn;
    transaction = change.transaction;
  }

  std::map<std::int64_t, Student> records;
  std::uint64_t lsn = 0;
  std::uint64_t transaction = 0;
};

void Work(const Database& of, const Table<Student>& students, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  auto& database = const_cast<Database&>(of);
  for (int i = 0; i < kTransactions; ++i) {
    WriteTransaction transaction = database.Begin().value();
    for (unsigned left = static_cast<unsigned>(random() % 4); left > 0; --left) {
      const auto id = static_cast<std::int64_t>(1 + random() % kStudents);
      if (random() % 4 == 0) {
        students.Erase(transaction, id).IgnoreError();
        continue;
      }
      const Student student{.id = id,
                            .name = absl::StrCat("n", random() % 3),
                            .email = std::nullopt,
                            .gpa = static_cast<double>(random() % 8) / 2};
      EXPECT_THAT(students.Upsert(transaction, student), IsOk());
    }
    if (random() % 5 == 0) {
      transaction.Rollback();
    } else {
      EXPECT_THAT(transaction.Commit(), IsOk());
    }
    if (i % 100 == 50) {
      EXPECT_THAT(database.Checkpoint(), IsOk());
    }
  }
}

// [engine-17.1] [engine-17.2]
TEST(WatchModelTest, CopiesKeptByWatchesAreWhatTheTableHolds) {
  const std::uint64_t seed = schema::TestSeed();
  Options options;
  options.durability = Durability::kProcess;
  const auto database = Database::OpenInMemory(options).value();
  const Table<Student> students = database->OpenTable<Student>().value();
  Copy all;
  Copy good;
  const auto watch_all =
      WatchTable(students, [&](const RecordChange<Student>& change) { all.Take(change); });
  const auto watch_good =
      WatchWhere(students, Expression::Parse("gpa >= 2.0 and name != 'n1'").value(),
                 [&](const RecordChange<Student>& change) { good.Take(change); });
  ASSERT_THAT(watch_all, IsOk());
  ASSERT_THAT(watch_good, IsOk());
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] { Work(*database, students, seed + t); });
  }
  for (std::thread& thread : threads) thread.join();
  std::map<std::int64_t, Student> held;
  std::map<std::int64_t, Student> held_good;
  ASSERT_THAT(students.ForEach([&](const Student& student) {
    held[*student.id] = student;
    if (IsGood(student)) held_good[*student.id] = student;
  }),
              IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_EQ(all.records, held);
  EXPECT_EQ(good.records, held_good);
}

}  // namespace
}  // namespace linedb
