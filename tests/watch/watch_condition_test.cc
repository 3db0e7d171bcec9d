// Guards against a condition that is judged by the wrong one of two records: who leaves is missed,
// or who stays is greeted anew.

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "tests/watch/told.h"

namespace linedb {
namespace {

using ::testing::ElementsAre;
using testing::Enrollment;
using testing::Fails;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Student;

constexpr auto kInvalidArgument = absl::StatusCode::kInvalidArgument;

class WatchConditionTest : public testing::WatchTest {};

// [engine-17.2]
TEST_F(WatchConditionTest, ConditionSaysWhoEntersChangesAndLeaves) {
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

// [engine-17.2]
TEST_F(WatchConditionTest, NullInAConditionIsNotMet) {
  const auto watch =
      WatchWhere(*students, Column<&Student::email>.EndsWith("@home"), Note<Student>());
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(students->Insert({.name = "Alice"}), IsOk());
  ASSERT_THAT(students->Update({.id = 1, .name = "Alice", .email = "a@home"}), IsOk());
  ASSERT_THAT(students->Update({.id = 1, .name = "Alice"}), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered Alice=0 Alice=0", "left Alice=0 Alice=0"));
}

// [engine-17.2]
TEST_F(WatchConditionTest, KeptQueryIsWatchedAsItsConditionsSay) {
  const Query<Student> query =
      students->Where(Column<&Student::gpa> >= 3.5).Where(Column<&Student::name>.StartsWith("A"));
  const auto watch = WatchQuery(query, Note<Student>());
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(students->Insert({.name = "Alice", .gpa = 4}), IsOk());
  ASSERT_THAT(students->Insert({.name = "Bob", .gpa = 4}), IsOk());
  ASSERT_THAT(students->Insert({.name = "Amir", .gpa = 3}), IsOk());
  ASSERT_THAT(students->UpdateOf<&Student::name>(2, "Anna"), IsOk());
  ASSERT_THAT(students->All().Erase(), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Alice=4", "entered Bob=4 Anna=4", "left Alice=4 -",
                                "left Anna=4 -"));
}

TEST_F(WatchConditionTest, KindSaysWhatWasDoneToTheRecord) {
  std::vector<ChangeKind> kinds;
  const auto watch = WatchWhere(*students, Best(), [&](const RecordChange<Student>& change) {
    kinds.push_back(change.kind);
  });
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(students->Insert({.name = "Alice", .gpa = 4}), IsOk());
  ASSERT_THAT(students->UpdateOf<&Student::gpa>(1, 1.0), IsOk());
  ASSERT_THAT(students->UpdateOf<&Student::gpa>(1, 4.0), IsOk());
  ASSERT_THAT(students->Erase(1), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(kinds, ElementsAre(ChangeKind::kInsert, ChangeKind::kUpdate, ChangeKind::kUpdate,
                                 ChangeKind::kDelete));
}

// [engine-17.2]
TEST_F(WatchConditionTest, QueryThatHangsOnOtherRecordsIsRefused) {
  const auto refuses = [&](const Query<Student>& query, const char* part) {
    EXPECT_THAT(WatchQuery(query, Note<Student>()), Fails(kInvalidArgument, part));
  };
  const Query<Student> all = students->All();
  refuses(all.OrderBy(Column<&Student::gpa>), "with OrderBy");
  refuses(all.Limit(3), "with Limit or Offset");
  refuses(all.Offset(3), "with Limit or Offset");
  refuses(all.WhereExists<&Enrollment::student_id>(enrollments->All()), "with WhereExists");
  const JsonQuery json = JsonTable::Open(*database, "student").value().All();
  const JsonQuery other = JsonTable::Open(*database, "enrollment").value().All();
  EXPECT_THAT(WatchQuery(json.Select("name"), Note<Json>()), Fails(kInvalidArgument, "Select"));
  EXPECT_THAT(WatchQuery(json.GroupBy("gpa").Select("gpa, count(*)"), Note<Json>()),
              Fails(kInvalidArgument, "GroupBy"));
  EXPECT_THAT(WatchQuery(json.Join(other, "id = student_id"), Note<Json>()),
              Fails(kInvalidArgument, "Join"));
}

// [engine-17.2]
TEST_F(WatchConditionTest, ConditionThatDoesNotFitTheTableIsRefused) {
  const JsonTable json = JsonTable::Open(*database, "student").value();
  for (const char* wrong : {"height > 3", "gpa > 'much'", "gpa + 1", "gpa >"}) {
    EXPECT_THAT(WatchWhere(json, wrong, Note<Json>()), Fails(kInvalidArgument)) << wrong;
    EXPECT_THAT(WatchQuery(json.All().Where(wrong), Note<Json>()), Fails(kInvalidArgument))
        << wrong;
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(WatchWhere(*students, Column<&Student::gpa> > nan, Note<Student>()),
              Fails(kInvalidArgument));
  ASSERT_THAT(students->Insert({.name = "Alice"}), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, IsEmpty());
  EXPECT_THAT(WatchTable(*students, Note<Student>()),
              Fails(absl::StatusCode::kFailedPrecondition, "closed"));
}

// [engine-17.4]
TEST_F(WatchConditionTest, JsonTableIsWatchedByColumnNames) {
  const JsonTable json = JsonTable::Open(*database, "enrollment").value();
  const auto all = WatchTable(json, Note<Json>());
  ASSERT_THAT(all, IsOk());
  ASSERT_THAT(json.Insert({{"student_id", 1}, {"course_id", 2}}), IsOk());
  ASSERT_THAT(json.Erase(Json::array({1, 2})), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - {\"student_id\":1,\"course_id\":2,\"grade\":null}",
                                "left {\"student_id\":1,\"course_id\":2,\"grade\":null} -"));
}

// [engine-17.4]
TEST_F(WatchConditionTest, JsonTableIsWatchedByACondition) {
  const JsonTable json = JsonTable::Open(*database, "student").value();
  const auto watch = WatchWhere(json, "student.gpa >= 3.5", [&](const RecordChange<Json>& change) {
    told.push_back(absl::StrCat(testing::NameOf(change.event), change.before ? " was" : "",
                                change.after ? " is" : ""));
  });
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(students->Insert({.name = "Alice", .gpa = 3}), IsOk());
  ASSERT_THAT(students->UpdateOf<&Student::gpa>(1, 4.0), IsOk());
  ASSERT_THAT(students->Erase(1), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered was is", "left was"));
}

TEST_F(WatchConditionTest, RecordsWhoseColumnsStandInAnotherOrderAreRead) {
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
