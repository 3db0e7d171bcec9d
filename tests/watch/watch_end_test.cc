// Guards against a watch that goes on where it cannot, with records that are no longer what its
// owner believes, and against one that ends although nothing came in its way, or without a way on.

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "linedb/indexes.h"
#include "linedb/migrate.h"
#include "linedb/purge.h"
#include "tests/watch/told.h"

namespace linedb::testing {

struct Small {
  std::int64_t id = 0;
  std::int8_t size = 0;
};

struct NoteV1 {
  std::int64_t id = 0;
  std::string text;
};
struct NoteV2 {
  std::int64_t id = 0;
  std::int64_t length = 0;
};

}  // namespace linedb::testing

template <>
struct linedb::Describe<linedb::testing::Small> {
  static constexpr auto kTable = linedb::DescribeTable<"small">(
      linedb::Field<"id", &linedb::testing::Small::id>().PrimaryKey(),
      linedb::Field<"size", &linedb::testing::Small::size>());
};
template <>
struct linedb::Describe<linedb::testing::NoteV1> {
  static constexpr auto kTable = linedb::DescribeTable<"note">(
      linedb::Field<"id", &linedb::testing::NoteV1::id>().PrimaryKey(),
      linedb::Field<"text", &linedb::testing::NoteV1::text>());
};
template <>
struct linedb::Describe<linedb::testing::NoteV2> {
  static constexpr auto kTable = linedb::DescribeTable<"note">(
      linedb::Field<"id", &linedb::testing::NoteV2::id>().PrimaryKey(),
      linedb::Field<"length", &linedb::testing::NoteV2::length>(), linedb::Version<2>());
};

namespace linedb {
namespace {

using ::testing::ElementsAre;
using testing::Enrollment;
using testing::Fails;
using testing::IsOk;
using testing::NoteV1;
using testing::NoteV2;
using testing::Student;

constexpr auto kFailedPrecondition = absl::StatusCode::kFailedPrecondition;

class WatchEndTest : public testing::WatchTest {
 protected:
  TableSchema WithColumn() const {
    TableSchema altered = students->schema();
    altered.columns.push_back({.name = "more", .type = Type::kString, .nullable = true});
    return altered;
  }
  SubscribeOptions Noting(std::promise<absl::Status>* ended) {
    SubscribeOptions with;
    with.failed = [ended](const absl::Status& why) { ended->set_value(why); };
    return with;
  }
};

// [engine-17.3]
TEST_F(WatchEndTest, DroppedOrAlteredTableEndsItsWatchAndNoOther) {
  for (const bool drops : {true, false}) {
    SetUp();
    told.clear();
    std::promise<absl::Status> ended;
    const auto watch = WatchTable(*students, Note<Student>(), Noting(&ended));
    const auto other = WatchTable(*enrollments, Note<Enrollment>());
    ASSERT_THAT(watch, IsOk());
    ASSERT_THAT(other, IsOk());
    ASSERT_THAT(students->Insert({.name = "Alice"}), IsOk());
    if (drops) {
      ASSERT_THAT(database->DropTable("student"), IsOk());
    } else {
      ASSERT_THAT(database->AlterTable(WithColumn()), IsOk());
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

// [engine-17.3]
TEST_F(WatchEndTest, AlterationThatLeavesTheColumnsAsTheyAreGoesUnnoticed) {
  const auto watch = WatchTable(*students, Note<Student>());
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(students->Insert({.name = "Alice"}), IsOk());
  ASSERT_THAT(CreateIndex(*database, "student", {.columns = {"gpa"}}), IsOk());
  students = database->OpenTable<Student>().value();
  ASSERT_THAT(students->Insert({.name = "Bob"}), IsOk());
  TableSchema checked = students->schema();
  checked.checks.push_back("gpa <= 4");
  ASSERT_THAT(database->AlterTable(checked), IsOk());
  const JsonTable json = JsonTable::Open(*database, "student").value();
  ASSERT_THAT(json.Erase(1), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Alice=0", "entered - Bob=0", "left Alice=0 -"));
  EXPECT_THAT(watch->status(), IsOk());
}

// [engine-17.3]
TEST_F(WatchEndTest, WatchOfTheAlteredTableGoesOnFromWhereTheOtherEnded) {
  std::promise<absl::Status> ended;
  const auto watch = WatchTable(*students, Note<Student>(), Noting(&ended));
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(students->Insert({.name = "Alice"}), IsOk());
  ASSERT_THAT(database->AlterTable(WithColumn()), IsOk());
  ASSERT_THAT(ended.get_future().get(), Fails(kFailedPrecondition, "go on from where"));
  const JsonTable json = JsonTable::Open(*database, "student").value();
  ASSERT_THAT(json.Insert({{"id", 2}, {"name", "Bob"}, {"more", "x"}}), IsOk());
  SubscribeOptions from;
  from.position = watch->position();
  told.clear();
  const auto second = WatchTable(json, Note<Json>(), from);
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(json.Erase(1), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told,
              ElementsAre(R"(entered - {"id":2,"name":"Bob","email":null,"gpa":0.0,"more":"x"})",
                          R"(left {"id":1,"name":"Alice","email":null,"gpa":0.0,"more":null} -)"));
  EXPECT_THAT(second->status(), IsOk());
}

// [engine-17.3]
TEST_F(WatchEndTest, WatchFromBeforeSeveralAlterationsIsToldToBeginAnew) {
  const TableSchema schema = students->schema();
  std::promise<absl::Status> ended;
  const auto watch = WatchTable(*students, Note<Student>(), Noting(&ended));
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(database->AlterTable(WithColumn()), IsOk());
  ASSERT_THAT(ended.get_future().get(), Fails(kFailedPrecondition, "go on from where"));
  ASSERT_THAT(database->AlterTable(schema), IsOk());
  students = database->OpenTable<Student>().value();
  std::promise<absl::Status> ended_again;
  SubscribeOptions from = Noting(&ended_again);
  from.position = watch->position();
  const auto second = WatchTable(*students, Note<Student>(), from);
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(ended_again.get_future().get(), Fails(kFailedPrecondition, "begin anew"));
  const auto anew = WatchTable(*students, Note<Student>());
  ASSERT_THAT(students->Insert({.name = "Alice"}), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Alice=0"));
}

// [engine-17.3]
TEST_F(WatchEndTest, WhatAMigrationMadeOfTheRecordsIsNotTold) {
  const Table<NoteV1> notes = database->OpenTable<NoteV1>().value();
  ASSERT_THAT(notes.Insert({.id = 1, .text = "four"}), IsOk());
  SubscribeOptions from;
  from.position = FeedPosition{database->Stats().last_lsn};
  Migrations<NoteV2> migrations;
  migrations.From<NoteV1>(1, [](const NoteV1& old) {
    return NoteV2{.id = old.id, .length = static_cast<std::int64_t>(old.text.size())};
  });
  ASSERT_THAT(migrations.Run(*database), IsOk());
  const Table<NoteV2> migrated = database->OpenTable<NoteV2>().value();
  std::vector<std::int64_t> lengths;
  const auto watch = WatchTable(
      migrated,
      [&](const RecordChange<NoteV2>& change) { lengths.push_back(change.before->length); }, from);
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(migrated.Erase(1), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(lengths, ElementsAre(4));
  EXPECT_THAT(watch->status(), IsOk());
}

// [engine-17.3]
TEST_F(WatchEndTest, PurgeEndsTheWatchesThatHadToldOfTheRecord) {
  std::promise<absl::Status> ended;
  const auto watch = WatchTable(*students, Note<Student>(), Noting(&ended));
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(students->Insert({.name = "Alice"}), IsOk());
  while (watch->position().lsn < database->Stats().last_lsn) std::this_thread::yield();
  ASSERT_THAT(database->Purge("student", {"1"}), IsOk());
  EXPECT_THAT(ended.get_future().get(), Fails(absl::StatusCode::kAborted));
  ASSERT_THAT(database->Close(), IsOk());
}

// [engine-17.3]
TEST_F(WatchEndTest, RecordThatDoesNotFitTheStructEndsTheWatch) {
  const Table<testing::Small> table = database->OpenTable<testing::Small>().value();
  const JsonTable json = JsonTable::Open(*database, "small").value();
  std::promise<absl::Status> ended;
  std::atomic<int> calls = 0;
  const auto watch = WatchTable(
      table, [&](const RecordChange<testing::Small>&) { ++calls; }, Noting(&ended));
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
