// Guards against what only happens beside something else: readers that see a record by half, a
// record of one version under the key of another, or bytes of a file that was compacted away. Made
// for the thread sanitizer, and bounded by counts, so that it ends on any machine.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "linedb/database.h"
#include "linedb/json_table.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"

namespace linedb {
namespace {

using testing::IsOk;
using testing::Student;

constexpr int kStudents = 50;
constexpr int kTransactions = 300;
constexpr int kReads = 300;
constexpr int kWriters = 2;

// A record whose members all follow from its id and version.
Student StudentOf(std::int64_t id, int version) {
  return {
      .id = id,
      .name = std::string(static_cast<std::size_t>(version % 40), 'v') + std::to_string(version),
      .email = std::to_string(id) + "@x.edu",
      .gpa = version / 4.0};
}

class ThreadsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.log_bytes_max = 20'000;  // so that commits checkpoint, too
    options.archives_kept = 2;
    db = Database::OpenInMemory(options).value();
    students.emplace(db->OpenTable<Student>().value());
    for (int id = 1; id <= kStudents; ++id) {
      ASSERT_THAT(students->Insert(StudentOf(id, 0)), IsOk());
    }
  }

  static void ExpectConsistent(const Student& student) {
    const int version = static_cast<int>(student.gpa * 4.0);
    ASSERT_EQ(student, StudentOf(*student.id, version));
  }

  // Moves a pair of students to the next version, now and then by way of deletion.
  void Write(int writer) {
    for (int i = 1; i <= kTransactions; ++i) {
      const std::int64_t id = 1 + (i * 7 + writer * 3) % (kStudents - 1);
      auto transaction = db->Begin();
      ASSERT_THAT(transaction, IsOk());
      for (const std::int64_t each : {id, id + 1}) {
        if (i % 9 == 0) {
          ASSERT_THAT(students->Erase(*transaction, each), IsOk());
        }
        ASSERT_THAT(students->Upsert(*transaction, StudentOf(each, i)), IsOk());
      }
      if (i % 5 == 0) continue;  // rolled back
      ASSERT_THAT(transaction->Commit(), IsOk());
      if (i % 40 == 1) {
        ASSERT_THAT(db->Checkpoint(), IsOk());
      }
    }
  }

  void Get() {
    for (int i = 0; i < 20 * kReads; ++i) {
      const auto student = students->Get(1 + i % kStudents);
      ASSERT_THAT(student, IsOk());
      ASSERT_EQ(student->id, 1 + i % kStudents);
      ExpectConsistent(*student);
    }
  }
  void FindBy() {
    for (int i = 0; i < 20 * kReads; ++i) {
      const std::int64_t id = 1 + i % kStudents;
      const auto student = students->FindBy<&Student::email>(std::to_string(id) + "@x.edu");
      ASSERT_THAT(student, IsOk());
      ASSERT_EQ(student->id, id);
      ExpectConsistent(*student);
    }
  }
  void ForEach() {
    for (int i = 0; i < kReads; ++i) {
      std::vector<int> seen(kStudents + 1);
      ASSERT_THAT(students->ForEach([&seen](const Student& student) {
        ExpectConsistent(student);
        ++seen[static_cast<std::size_t>(*student.id)];
      }),
                  IsOk());
      for (std::size_t id = 1; id < seen.size(); ++id) ASSERT_EQ(seen[id], 1) << id;
    }
  }
  void Stats() {
    const JsonTable json = JsonTable::Open(*db, "student").value();
    for (int i = 0; i < kReads; ++i) {
      const Statistics statistics = db->Stats();
      ASSERT_EQ(statistics.tables.size(), 1U);
      ASSERT_EQ(statistics.tables[0].records, static_cast<std::uint64_t>(kStudents));
      ASSERT_GE(statistics.tables[0].lines, statistics.tables[0].records);
      ASSERT_EQ(json.size(), static_cast<std::uint64_t>(kStudents));
      ASSERT_THAT(json.Get(1 + i % kStudents), IsOk());
      ASSERT_EQ(db->TableNames().size(), 1U);
    }
  }

  std::unique_ptr<Database> db;
  std::optional<Table<Student>> students;
};

TEST_F(ThreadsTest, ReadersBesideWritersSeeWholeRecordsOnly) {
  std::vector<std::thread> threads;
  threads.emplace_back([this] { Get(); });
  threads.emplace_back([this] { FindBy(); });
  threads.emplace_back([this] { ForEach(); });
  threads.emplace_back([this] { Stats(); });
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([this, writer] { Write(writer); });
  }
  for (std::thread& thread : threads) thread.join();
  const Statistics statistics = db->Stats();
  EXPECT_EQ(statistics.commits,
            static_cast<std::uint64_t>(kStudents + kWriters * kTransactions * 4 / 5));
  EXPECT_GT(statistics.checkpoints, 10U);
  ASSERT_THAT(db->Close(), IsOk());
}

TEST_F(ThreadsTest, WritersInLineGiveEveryKeyOnce) {
  std::vector<std::thread> threads;
  std::vector<std::atomic<int>> given(kStudents + 1 + 4 * 100);
  for (int writer = 0; writer < 4; ++writer) {
    threads.emplace_back([this, &given] {
      for (int i = 0; i < 100; ++i) {
        const auto id = students->Insert({.name = "new"});
        ASSERT_THAT(id, IsOk());
        ++given.at(static_cast<std::size_t>(*id));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t id = kStudents + 1; id < given.size(); ++id) EXPECT_EQ(given[id], 1) << id;
}

TEST_F(ThreadsTest, ATableIsMadeOnceHoweverManyOpenIt) {
  std::vector<std::thread> threads;
  std::atomic<int> made = 0;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([this, &made] {
      const auto courses = db->OpenTable<testing::Course>();
      ASSERT_THAT(courses, IsOk());
      if (courses->Insert({.id = 1, .code = "CS101"}).ok()) ++made;
      const Statistics statistics = db->Stats();
      ASSERT_EQ(statistics.tables.size(), 2U);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
}

}  // namespace
}  // namespace linedb
