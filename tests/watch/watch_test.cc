// Somebody keeps an index, a cache or a screen in step with a table by what a watch tells. A change
// that is not told, told twice, told before it is there or with the wrong old record puts it out of
// step, and nobody notices until much later.

#include "linedb/watch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "linedb/database.h"
#include "linedb/json_watch.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"

namespace linedb {
namespace {

using ::testing::ElementsAre;
using testing::Enrollment;
using testing::Fails;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Student;

constexpr auto kFailedPrecondition = absl::StatusCode::kFailedPrecondition;
constexpr auto kInvalidArgument = absl::StatusCode::kInvalidArgument;

std::string NameOf(WatchEvent event) {
  switch (event) {
    case WatchEvent::kEntered:
      return "entered";
    case WatchEvent::kChanged:
      return "changed";
    case WatchEvent::kLeft:
      return "left";
  }
  return "?";
}

std::string TextOf(const std::optional<Student>& student) {
  return student ? absl::StrCat(student->name, "=", student->gpa) : "-";
}
std::string TextOf(const std::optional<Enrollment>& enrollment) {
  return enrollment ? absl::StrCat(enrollment->student_id, "/", enrollment->course_id) : "-";
}
std::string TextOf(const std::optional<Json>& record) { return record ? record->dump() : "-"; }

// "changed Alice=3 Alice=4"
template <class Record>
std::string TextOf(const RecordChange<Record>& change) {
  return absl::StrCat(NameOf(change.event), " ", TextOf(change.before), " ", TextOf(change.after));
}

class WatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database = Database::OpenInMemory().value();
    students.emplace(database->OpenTable<Student>().value());
    enrollments.emplace(database->OpenTable<Enrollment>().value());
  }
  template <class Record>
  std::function<void(const RecordChange<Record>&)> Note() {
    return [this](const RecordChange<Record>& change) { told.push_back(TextOf(change)); };
  }
  static Expression Best() { return Expression::Parse("gpa >= 3.5").value(); }

  std::unique_ptr<Database> database;
  std::optional<Table<Student>> students;
  std::optional<Table<Enrollment>> enrollments;
  std::vector<std::string> told;  // by Note; to be read once the database is closed
};

// [engine-17.1]
TEST_F(WatchTest, EachChangeIsToldOnceWithTheRecordAsItWasAndIs) {
  const auto watch = WatchTable(*students, Note<Student>());
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(students->Insert({.name = "Alice", .gpa = 3}), IsOk());
  ASSERT_THAT(enrollments->Insert({.student_id = 1, .course_id = 2}), IsOk());
  WriteTransaction both = database->Begin().value();
  ASSERT_THAT(students->Update(both, {.id = 1, .name = "Alice", .gpa = 4}), IsOk());
  ASSERT_THAT(enrollments->Erase(both, {1, 2}), IsOk());
  ASSERT_THAT(students->UpdateOf<&Student::name>(both, 1, "Alicia"), IsOk());
  ASSERT_THAT(students->Insert(both, {.name = "Bob"}), IsOk());
  ASSERT_THAT(both.Commit(), IsOk());
  ASSERT_THAT(students->Erase(1), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Alice=3", "changed Alice=3 Alice=4",
                                "changed Alice=4 Alicia=4", "entered - Bob=0", "left Alicia=4 -"));
  EXPECT_THAT(watch->status(), IsOk());
}

// [engine-17.1]
TEST_F(WatchTest, WhatWasRolledBackIsNeverTold) {
  const auto watch = WatchTable(*students, Note<Student>());
  ASSERT_THAT(watch, IsOk());
  {
    WriteTransaction dropped = database->Begin().value();
    ASSERT_THAT(students->Insert(dropped, {.name = "Alice"}), IsOk());
  }
  WriteTransaction partly = database->Begin().value();
  const Savepoint before = partly.SetSavepoint().value();
  ASSERT_THAT(students->Insert(partly, {.name = "Bob"}), IsOk());
  ASSERT_THAT(partly.RollbackTo(before), IsOk());
  ASSERT_THAT(students->Insert(partly, {.name = "Carol"}), IsOk());
  ASSERT_THAT(partly.Commit(), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Carol=0"));
}

// [engine-17.2]
TEST_F(WatchTest, ConditionSaysWhoEntersChangesAndLeaves) {
  struct Row {
    std::optional<double> before;
    std::optional<double> after;
    std::string told;
  };
  const std::vector<Row> rows = {
      {std::nullopt, 4.0, "entered - S=4"},
      {std::nullopt, 3.5, "entered - S=3.5"},
      {std::nullopt, 3.0, ""},
      {3.0, 4.0, "entered S=3 S=4"},
      {4.0, 3.75, "changed S=4 S=3.75"},
      {4.0, 4.0, "changed S=4 S=4"},
      {4.0, 3.0, "left S=4 S=3"},
      {3.0, 2.0, ""},
      {4.0, std::nullopt, "left S=4 -"},
      {3.0, std::nullopt, ""},
  };
  const auto watch = WatchWhere(*students, Best(), Note<Student>());
  ASSERT_THAT(watch, IsOk());
  std::vector<std::string> expected;
  for (const Row& row : rows) {
    if (row.before) {  // unseen: this transaction's changes are not those of the row
      ASSERT_THAT(students->Upsert({.id = 1, .name = "S", .gpa = *row.before}), IsOk());
      if (*row.before >= 3.5) expected.push_back(absl::StrCat("entered - S=", *row.before));
    }
    if (!row.before) {
      ASSERT_THAT(students->Insert({.id = 1, .name = "S", .gpa = *row.after}), IsOk());
    } else if (row.after) {
      ASSERT_THAT(students->Update({.id = 1, .name = "S", .gpa = *row.after}), IsOk());
    } else {
      ASSERT_THAT(students->Erase(1), IsOk());
    }
    if (!row.told.empty()) expected.push_back(row.told);
    if (!row.after) continue;
    if (*row.after >= 3.5) expected.push_back(absl::StrCat("left S=", *row.after, " -"));
    ASSERT_THAT(students->Erase(1), IsOk());
  }
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_EQ(told, expected);
}

// What is unknown is not true.
TEST_F(WatchTest, NullInAConditionIsNotMet) {
  const Expression at_home = Expression::Parse("ends_with(email, '@home')").value();
  const auto watch = WatchWhere(*students, at_home, Note<Student>());
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(students->Insert({.name = "Alice"}), IsOk());
  ASSERT_THAT(students->Update({.id = 1, .name = "Alice", .email = "a@home"}), IsOk());
  ASSERT_THAT(students->Update({.id = 1, .name = "Alice"}), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered Alice=0 Alice=0", "left Alice=0 Alice=0"));
}

// [engine-17.1]
TEST_F(WatchTest, WatchesOfSeveralTablesHearEachItsOwnInOrder) {
  constexpr int kCommits = 100;
  std::vector<std::int64_t> of_students;
  std::vector<std::int64_t> of_enrollments;
  std::vector<std::uint64_t> lsns;
  const auto first = WatchTable(*students, [&](const RecordChange<Student>& change) {
    of_students.push_back(*change.after->id);
    lsns.push_back(change.lsn);
    EXPECT_THAT(students->Get(*change.after->id), IsOk());
  });
  const auto second = WatchTable(*enrollments, [&](const RecordChange<Enrollment>& change) {
    of_enrollments.push_back(change.after->course_id);
    EXPECT_FALSE(change.timestamp.empty());
  });
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  std::thread other([&] {
    for (int i = 1; i <= kCommits; ++i) {
      EXPECT_THAT(enrollments->Insert({.student_id = 1, .course_id = i}), IsOk());
    }
  });
  for (int i = 0; i < kCommits; ++i) {
    ASSERT_THAT(students->Insert({.name = "n"}), IsOk());
    if (i % 25 == 0) {
      ASSERT_THAT(database->Checkpoint(), IsOk());
    }
  }
  other.join();
  ASSERT_THAT(database->Close(), IsOk());
  ASSERT_EQ(of_students.size(), kCommits);
  ASSERT_EQ(of_enrollments.size(), kCommits);
  for (int i = 0; i < kCommits; ++i) {
    EXPECT_EQ(of_students[static_cast<std::size_t>(i)], i + 1);
    EXPECT_EQ(of_enrollments[static_cast<std::size_t>(i)], i + 1);
  }
  EXPECT_TRUE(std::is_sorted(lsns.begin(), lsns.end()));
}

TEST_F(WatchTest, SlowCallHoldsUpNoCommitAndMissesNone) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::atomic<int> calls = 0;
  const auto watch = WatchTable(*students, [&](const RecordChange<Student>&) {
    released.wait();
    ++calls;
  });
  ASSERT_THAT(watch, IsOk());
  for (int i = 0; i < 20; ++i) ASSERT_THAT(students->Insert({.name = "n"}), IsOk());
  EXPECT_EQ(calls, 0);
  release.set_value();
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_EQ(calls, 20);
}

TEST_F(WatchTest, CallMayWriteAndIsToldOfThatToo) {
  std::promise<void> done;
  const auto watch = WatchTable(*students, [&](const RecordChange<Student>& change) {
    told.push_back(TextOf(change));
    if (change.event == WatchEvent::kChanged) return done.set_value();
    EXPECT_THAT(students->UpdateOf<&Student::gpa>(*change.after->id, 1.0), IsOk());
  });
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(students->Insert({.name = "Alice"}), IsOk());
  done.get_future().wait();
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Alice=0", "changed Alice=0 Alice=1"));
}

TEST_F(WatchTest, EndedWatchIsToldNothingMore) {
  auto watch = WatchTable(*students, Note<Student>());
  ASSERT_THAT(watch, IsOk());
  watch->End();
  const std::size_t before = told.size();
  ASSERT_THAT(students->Insert({.name = "Alice"}), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_EQ(told.size(), before);
}

TEST_F(WatchTest, WatchGoesOnBehindAPosition) {
  ASSERT_THAT(students->Insert({.name = "Alice"}), IsOk());
  SubscribeOptions from;
  from.position = FeedPosition{database->Stats().last_lsn};
  ASSERT_THAT(students->Insert({.name = "Bob"}), IsOk());
  ASSERT_THAT(database->Checkpoint(), IsOk());
  const auto watch = WatchTable(*students, Note<Student>(), from);
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(students->Insert({.name = "Carol"}), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Bob=0", "entered - Carol=0"));
}

// [engine-17.3]
TEST_F(WatchTest, DroppedOrAlteredTableEndsItsWatchAndNoOther) {
  for (const bool drops : {true, false}) {
    SetUp();
    told.clear();
    std::promise<absl::Status> ended;
    SubscribeOptions with;
    with.failed = [&](const absl::Status& why) { ended.set_value(why); };
    const auto watch = WatchTable(*students, Note<Student>(), with);
    const auto other = WatchTable(*enrollments, Note<Enrollment>());
    ASSERT_THAT(watch, IsOk());
    ASSERT_THAT(other, IsOk());
    ASSERT_THAT(students->Insert({.name = "Alice"}), IsOk());
    if (drops) {
      ASSERT_THAT(database->DropTable("student"), IsOk());
    } else {
      TableSchema altered = students->schema();
      altered.columns.push_back({.name = "more", .type = Type::kString, .nullable = true});
      ASSERT_THAT(database->AlterTable(altered), IsOk());
    }
    const absl::Status why = ended.get_future().get();
    EXPECT_THAT(why, Fails(kFailedPrecondition, drops ? "table student was dropped with lsn"
                                                      : "table student was altered with lsn"));
    EXPECT_EQ(watch->status(), why);
    ASSERT_THAT(enrollments->Insert({.student_id = 1, .course_id = 2}), IsOk());
    EXPECT_THAT(WatchTable(*students, Note<Student>()), Fails(kFailedPrecondition, "student was"));
    ASSERT_THAT(database->Close(), IsOk());
    EXPECT_THAT(told, ::testing::UnorderedElementsAre("entered - Alice=0", "entered - 1/2"));
    EXPECT_THAT(other->status(), IsOk());
  }
}

TEST_F(WatchTest, ConditionThatDoesNotFitTheTableIsRefused) {
  const std::vector<const char*> wrong = {"height > 3", "gpa > 'much'", "gpa + 1"};
  for (const char* text : wrong) {
    const Expression condition = Expression::Parse(text).value();
    EXPECT_THAT(WatchWhere(*students, condition, Note<Student>()), Fails(kInvalidArgument)) << text;
  }
  const JsonTable json = JsonTable::Open(*database, "student").value();
  EXPECT_THAT(WatchWhere(json, "gpa >", Note<Json>()), Fails(kInvalidArgument));
  ASSERT_THAT(students->Insert({.name = "Alice"}), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, IsEmpty());
  EXPECT_THAT(WatchTable(*students, Note<Student>()), Fails(kFailedPrecondition, "closed"));
}

// [engine-17.4]
TEST_F(WatchTest, JsonTableIsWatchedByColumnNames) {
  const JsonTable json = JsonTable::Open(*database, "enrollment").value();
  const auto all = WatchTable(json, Note<Json>());
  ASSERT_THAT(all, IsOk());
  ASSERT_THAT(json.Insert({{"student_id", 1}, {"course_id", 2}}), IsOk());
  ASSERT_THAT(json.Erase(Json::array({1, 2})), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - {\"student_id\":1,\"course_id\":2,\"grade\":null}",
                                "left {\"student_id\":1,\"course_id\":2,\"grade\":null} -"));
}

TEST_F(WatchTest, JsonTableIsWatchedByACondition) {
  const JsonTable json = JsonTable::Open(*database, "student").value();
  const auto watch = WatchWhere(json, "student.gpa >= 3.5", [&](const RecordChange<Json>& change) {
    told.push_back(
        absl::StrCat(NameOf(change.event), change.before ? " was" : "", change.after ? " is" : ""));
  });
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(students->Insert({.name = "Alice", .gpa = 3}), IsOk());
  ASSERT_THAT(students->UpdateOf<&Student::gpa>(1, 4.0), IsOk());
  ASSERT_THAT(students->Erase(1), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered was is", "left was"));
}

TEST_F(WatchTest, RecordsWhoseColumnsStandInAnotherOrderAreRead) {
  TableSchema turned = students->schema();
  std::swap(turned.columns[1], turned.columns[3]);
  turned.created_at.clear();
  const auto other = Database::OpenInMemory().value();
  ASSERT_THAT(other->CreateTable(turned), IsOk());
  const Table<Student> table = other->OpenTable<Student>().value();
  const auto watch = WatchTable(table, Note<Student>());
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(table.Insert({.name = "Alice", .gpa = 2}), IsOk());
  ASSERT_THAT(other->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Alice=2"));
}

}  // namespace
}  // namespace linedb

namespace linedb::testing {

struct Small {
  std::int64_t id = 0;
  std::int8_t size = 0;
};

}  // namespace linedb::testing

template <>
struct linedb::Describe<linedb::testing::Small> {
  static constexpr auto kTable = linedb::DescribeTable<"small">(
      linedb::Field<"id", &linedb::testing::Small::id>().PrimaryKey(),
      linedb::Field<"size", &linedb::testing::Small::size>());
};

namespace linedb {
namespace {

// [engine-17.3]
TEST_F(WatchTest, RecordThatDoesNotFitTheStructEndsTheWatch) {
  const Table<testing::Small> table = database->OpenTable<testing::Small>().value();
  const JsonTable json = JsonTable::Open(*database, "small").value();
  std::promise<absl::Status> ended;
  SubscribeOptions with;
  with.failed = [&](const absl::Status& why) { ended.set_value(why); };
  std::atomic<int> calls = 0;
  const auto watch = WatchTable(
      table, [&](const RecordChange<testing::Small>&) { ++calls; }, with);
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(json.Insert({{"id", 1}, {"size", 1}}), IsOk());
  ASSERT_THAT(json.Insert({{"id", 2}, {"size", 300}}), IsOk());
  ASSERT_THAT(json.Insert({{"id", 3}, {"size", 3}}), IsOk());
  EXPECT_THAT(ended.get_future().get(), Fails(kFailedPrecondition, "small.size: value 300"));
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace linedb
