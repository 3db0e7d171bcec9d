// Guards against a copy that drifts: random work on two tables in several threads, and copies that
// are kept by what watches tell alone: of a whole table, of those that meet a condition, of a table
// known at run time only, and one whose watch is broken off and taken up again all the time, within
// transactions, too. Each must be what the table holds in the end, and each step must fit onto the
// one before.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "linedb/database.h"
#include "linedb/json_watch.h"
#include "linedb/watch.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"
#include "tests/faults/sanitized.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using testing::Enrollment;
using testing::IsOk;
using testing::Student;

constexpr int kTransactions = testing::kSanitized ? 100 : 400;
constexpr int kThreads = 3;
constexpr unsigned kStudents = 20;

std::string KeyOf(const Student& student) { return absl::StrCat(*student.id); }
std::string KeyOf(const Json& record) {
  return absl::StrCat(record.at("student_id").get<std::int64_t>(), "/",
                      record.at("course_id").get<std::int64_t>());
}

// A copy of the records that are watched. One thread at a time.
template <class Record>
class Copy {
 public:
  void Take(const RecordChange<Record>& change) {
    const std::string key = change.after ? KeyOf(*change.after) : KeyOf(*change.before);
    const auto found = records.find(key);
    if (change.event == WatchEvent::kEntered) {
      EXPECT_EQ(found, records.end()) << "lsn " << change.lsn;
    } else {
      ASSERT_NE(found, records.end()) << "lsn " << change.lsn;
      EXPECT_EQ(found->second, *change.before) << "lsn " << change.lsn;
      records.erase(found);
    }
    if (change.event != WatchEvent::kLeft) records.emplace(key, *change.after);
    EXPECT_LT(lsn, change.lsn);
    EXPECT_EQ(change.transaction != transaction, begins) << "lsn " << change.lsn;
    EXPECT_LE(transaction, change.transaction);
    EXPECT_LE(change.lsn, change.position.lsn);
    lsn = change.lsn;
    transaction = change.transaction;
    begins = change.last_of_transaction;
    if (begins) position = change.position;
  }

  std::map<std::string, Record> records;
  std::uint64_t lsn = 0;
  std::uint64_t transaction = 0;
  FeedPosition position;
  bool begins = true;  // a transaction, with the next change
};

// One that survives: what it has of a transaction that was not told to its end is forgotten.
class StoredCopy {
 public:
  explicit StoredCopy(FeedPosition begin) { stored_.position = begin; }

  // Watches until `enough` changes were told, or the watch is ended otherwise.
  void WatchFor(const Table<Student>& students, unsigned enough) {
    working_ = stored_;
    SubscribeOptions from;
    from.position = stored_.position;
    std::atomic<unsigned> left = enough;
    auto watch = WatchTable(
        students,
        [&](const RecordChange<Student>& change) {
          if (left == 0) return;  // as if the program were no more
          working_.Take(change);
          if (change.last_of_transaction) stored_ = working_;
          --left;
        },
        from);
    ASSERT_THAT(watch, IsOk());
    while (left > 0 && !stop) std::this_thread::yield();
    watch->End();
  }
  // Tells the rest; the database is closed before the watch ends.
  CommitSubscription WatchToTheEnd(const Table<Student>& students) {
    working_ = stored_;
    SubscribeOptions from;
    from.position = stored_.position;
    return WatchTable(
               students, [&](const RecordChange<Student>& change) { working_.Take(change); }, from)
        .value();
  }
  const std::map<std::string, Student>& records() const { return working_.records; }

  std::atomic<bool> stop = false;

 private:
  Copy<Student> stored_;
  Copy<Student> working_;
};

class WatchModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.durability = Durability::kProcess;
    options.archives_kept = 1000;
    database = Database::OpenInMemory(options).value();
    students.emplace(database->OpenTable<Student>().value());
    enrollments.emplace(database->OpenTable<Enrollment>().value());
  }

  void Change(WriteTransaction& transaction, std::mt19937_64& random) {
    const auto id = static_cast<std::int64_t>(1 + random() % kStudents);
    const auto course = static_cast<std::int64_t>(random() % 3);
    switch (random() % 6) {
      case 0:
        students->Erase(transaction, id).IgnoreError();
        return;
      case 1:
        enrollments->Erase(transaction, {id, course}).IgnoreError();
        return;
      case 2:
        EXPECT_THAT(enrollments->Upsert(transaction, {.student_id = id,
                                                      .course_id = course,
                                                      .grade = absl::StrCat("g", random() % 3)}),
                    IsOk());
        return;
      default:
        EXPECT_THAT(students->Upsert(transaction, {.id = id,
                                                   .name = absl::StrCat("n", random() % 3),
                                                   .email = std::nullopt,
                                                   .gpa = static_cast<double>(random() % 8) / 2}),
                    IsOk());
    }
  }
  void Work(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (int i = 0; i < kTransactions; ++i) {
      WriteTransaction transaction = database->Begin().value();
      for (std::uint64_t left = random() % 4; left > 0; --left) Change(transaction, random);
      if (random() % 5 == 0) {
        transaction.Rollback();
      } else {
        EXPECT_THAT(transaction.Commit(), IsOk());
      }
      if (i % 50 == 25) {
        EXPECT_THAT(database->Checkpoint(), IsOk());
      }
    }
  }
  void WorkInThreads(std::uint64_t seed) {
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([this, seed, t] { Work(seed + t); });
    }
    for (std::thread& thread : threads) thread.join();
  }
  std::map<std::string, Student> Held() const {
    std::map<std::string, Student> held;
    const std::vector<Student> rows = students->All().Rows().value();
    for (const Student& student : rows) held[KeyOf(student)] = student;
    return held;
  }

  std::unique_ptr<Database> database;
  std::optional<Table<Student>> students;
  std::optional<Table<Enrollment>> enrollments;
};

// [engine-17.1] [engine-17.2] [engine-17.4] [engine-17.5]
TEST_F(WatchModelTest, CopiesKeptByWatchesAreWhatTheTablesHold) {
  const std::uint64_t seed = schema::TestSeed();
  const JsonTable json = JsonTable::Open(*database, "enrollment").value();
  const Condition<Student> is_good = Column<&Student::gpa> >= 2.0 && Column<&Student::name> != "n1";
  Copy<Student> all;
  Copy<Student> good;
  Copy<Json> enrolled;
  const auto watch_all =
      WatchTable(*students, [&](const RecordChange<Student>& change) { all.Take(change); });
  const auto watch_good = WatchWhere(
      *students, is_good, [&](const RecordChange<Student>& change) { good.Take(change); });
  const auto watch_json =
      WatchTable(json, [&](const RecordChange<Json>& change) { enrolled.Take(change); });
  ASSERT_THAT(watch_all, IsOk());
  ASSERT_THAT(watch_good, IsOk());
  ASSERT_THAT(watch_json, IsOk());
  WorkInThreads(seed);
  const std::map<std::string, Student> held = Held();
  std::map<std::string, Student> held_good;
  std::map<std::string, Json> held_enrolled;
  const std::vector<Student> good_rows = students->Where(is_good).Rows().value();
  for (const Student& student : good_rows) held_good[KeyOf(student)] = student;
  const std::vector<Json> json_rows = json.All().Rows().value();
  for (const Json& record : json_rows) held_enrolled[KeyOf(record)] = record;
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_EQ(all.records, held);
  EXPECT_EQ(good.records, held_good);
  EXPECT_EQ(enrolled.records, held_enrolled);
}

// [engine-17.5]
TEST_F(WatchModelTest, WatchBrokenOffAnywhereGoesOnFromItsStoredPosition) {
  const std::uint64_t seed = schema::TestSeed();
  StoredCopy copy(FeedPosition{database->Stats().last_lsn});
  std::thread watcher([&] {
    std::mt19937_64 random(seed + kThreads);
    while (!copy.stop) copy.WatchFor(*students, static_cast<unsigned>(1 + random() % 20));
  });
  WorkInThreads(seed);
  copy.stop = true;
  watcher.join();
  const CommitSubscription rest = copy.WatchToTheEnd(*students);
  const std::map<std::string, Student> held = Held();
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(rest.status(), IsOk());
  EXPECT_EQ(copy.records(), held);
}

}  // namespace
}  // namespace linedb
