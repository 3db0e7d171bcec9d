// The typed table: what a program that embeds linedb does all day. Guards against records that
// come back different, keys given twice, and errors that a person cannot act upon.

#include "linedb/table.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "linedb/database.h"
#include "tests/engine/campus.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Course;
using ::testing::ElementsAre;
using testing::Enrollment;
using testing::Fails;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::Student;
using testing::Visit;

constexpr std::int64_t kLargestKey = std::numeric_limits<std::int64_t>::max();

class TableTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(campus.Open(), IsOk());
    campus.MakeTables();
  }
  void Reopen() {
    ASSERT_THAT(campus.Close(), IsOk());
    ASSERT_THAT(campus.Open(), IsOk());
  }
  std::int64_t Enrol(const std::string& name) {
    return campus.students().Insert({.name = name, .email = name + "@x.edu"}).value();
  }

  Campus campus;
};

TEST_F(TableTest, InsertAssignsLeftOutKeysAndGetReadsBack) {
  EXPECT_EQ(Enrol("Alice"), 1);
  EXPECT_EQ(Enrol("Bob"), 2);
  EXPECT_EQ(campus.students().Get(2)->name, "Bob");
  EXPECT_EQ(campus.students().FindBy<&Student::email>("Alice@x.edu")->id, 1);
  EXPECT_EQ(campus.students().size(), 2U);
}

TEST_F(TableTest, MissingRecordsAreNotFoundByName) {
  EXPECT_THAT(campus.students().Get(7), Fails(absl::StatusCode::kNotFound, "student", "id", "7"));
  EXPECT_THAT(campus.students().FindBy<&Student::email>("nobody"),
              Fails(absl::StatusCode::kNotFound, "student", "email", "\"nobody\""));
  EXPECT_THAT(campus.students().FindBy<&Student::name>("Alice"),
              Fails(absl::StatusCode::kInvalidArgument, "no key on name"));
}

TEST_F(TableTest, DeletedLargestKeyIsNotGivenAgain) {
  Enrol("Alice");
  Enrol("Bob");
  ASSERT_THAT(campus.students().Erase(2), IsOk());
  EXPECT_EQ(Enrol("Carol"), 3);
  ASSERT_THAT(campus.students().Erase(3), IsOk());
  Reopen();
  EXPECT_EQ(Enrol("Dan"), 4);
  ASSERT_THAT(campus.students().Erase(4), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());  // drops every trace of 4 from the file
  Reopen();
  EXPECT_EQ(Enrol("Eve"), 5);
}

TEST_F(TableTest, GivenKeysMoveTheNextAssignedOneOn) {
  ASSERT_THAT(campus.students().Insert({.id = 41, .name = "Alice"}), IsOk());
  EXPECT_EQ(Enrol("Bob"), 42);
  ASSERT_THAT(campus.students().Insert({.id = -3, .name = "Carol"}), IsOk());
  EXPECT_EQ(Enrol("Dan"), 43);
}

TEST_F(TableTest, LargestKeyInUseMeansThatNoneIsLeft) {
  ASSERT_THAT(campus.students().Insert({.id = kLargestKey - 1, .name = "Alice"}), IsOk());
  EXPECT_EQ(Enrol("Bob"), kLargestKey);
  const std::string state = campus.State();
  EXPECT_THAT(campus.students().Insert({.name = "Carol"}),
              Fails(absl::StatusCode::kResourceExhausted, "student", "largest"));
  EXPECT_EQ(campus.State(), state);
  Reopen();
  EXPECT_THAT(campus.students().Insert({.name = "Carol"}),
              Fails(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(campus.students().Insert({.id = 5, .name = "Carol"}), IsOk());
}

TEST_F(TableTest, TakenPrimaryKeyNamesTheRecordThatHasIt) {
  Enrol("Alice");
  const std::string state = campus.State();
  EXPECT_THAT(campus.students().Insert({.id = 1, .name = "Bob"}),
              Fails(absl::StatusCode::kAlreadyExists, "student.id", "1", "\"name\":\"Alice\""));
  EXPECT_EQ(campus.State(), state);
}

TEST_F(TableTest, TakenUniqueValueNamesTheRecordThatHasIt) {
  Enrol("Alice");
  const std::string state = campus.State();
  EXPECT_THAT(campus.students().Insert({.name = "Bob", .email = "Alice@x.edu"}),
              Fails(absl::StatusCode::kAlreadyExists, "student.email", "\"Alice@x.edu\"",
                    "{\"id\":1,\"name\":\"Alice\""));
  EXPECT_EQ(campus.State(), state);
  EXPECT_EQ(Enrol("Bob"), 2) << "the refused record has used no key";
}

TEST_F(TableTest, TakenCompoundValueNamesTheRecordThatHasIt) {
  ASSERT_THAT(campus.courses().Insert({.code = "CS101", .room = "A1", .hour = 9}), IsOk());
  ASSERT_THAT(campus.courses().Insert({.code = "CS102", .room = "A1", .hour = 10}), IsOk());
  const std::string state = campus.State();
  EXPECT_THAT(campus.courses().Insert({.code = "CS103", .room = "A1", .hour = 9}),
              Fails(absl::StatusCode::kAlreadyExists, "course.room,hour", "\"A1\",9",
                    "\"code\":\"CS101\""));
  EXPECT_EQ(campus.State(), state);
  const auto found = campus.courses().FindBy<&Course::room, &Course::hour>("A1", 10);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->code, "CS102");
}

TEST_F(TableTest, NullsInUniqueColumnsDoNotClash) {
  EXPECT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  EXPECT_THAT(campus.students().Insert({.name = "Bob"}), IsOk());
  EXPECT_THAT(campus.courses().Insert({.code = "CS101", .hour = 9}), IsOk());
  EXPECT_THAT(campus.courses().Insert({.code = "CS102", .hour = 9}), IsOk());
}

TEST_F(TableTest, ChangedUniqueValueIsFreeAgain) {
  Enrol("Alice");
  ASSERT_THAT(campus.students().Update({.id = 1, .name = "Alice", .email = "new"}), IsOk());
  EXPECT_EQ(Enrol("Alice"), 2);
  EXPECT_EQ(campus.students().FindBy<&Student::email>("new")->id, 1);
  EXPECT_EQ(campus.students().FindBy<&Student::email>("Alice@x.edu")->id, 2);
}

// Constraints hold after each call, not only at the commit, so a swap needs a third value.
TEST_F(TableTest, SwapOfUniqueValuesNeedsAThirdOneInBetween) {
  ASSERT_THAT(campus.students().Insert({.name = "Alice", .email = "a"}), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Bob", .email = "b"}), IsOk());
  {
    WriteTransaction swap = campus.Begin();
    EXPECT_THAT(campus.students().Update(swap, {.id = 1, .name = "Alice", .email = "b"}),
                Fails(absl::StatusCode::kAlreadyExists, "student.email"));
    ASSERT_THAT(campus.students().Update(swap, {.id = 1, .name = "Alice"}), IsOk());
    ASSERT_THAT(campus.students().Update(swap, {.id = 2, .name = "Bob", .email = "a"}), IsOk());
    ASSERT_THAT(campus.students().Update(swap, {.id = 1, .name = "Alice", .email = "b"}), IsOk());
    ASSERT_THAT(swap.Commit(), IsOk());
  }
  EXPECT_EQ(campus.students().FindBy<&Student::email>("a")->name, "Bob");
  EXPECT_EQ(campus.students().FindBy<&Student::email>("b")->name, "Alice");
  Reopen();
  EXPECT_EQ(campus.students().FindBy<&Student::email>("a")->name, "Bob");
}

TEST_F(TableTest, UpdateUpsertAndEraseDoAsTheirNamesSay) {
  Enrol("Alice");
  EXPECT_THAT(campus.students().Update({.id = 9, .name = "Nobody"}),
              Fails(absl::StatusCode::kNotFound, "student", "9"));
  ASSERT_THAT(campus.students().Update({.id = 1, .name = "Alicia", .gpa = 3.5}), IsOk());
  EXPECT_EQ(campus.students().Get(1)->gpa, 3.5);
  ASSERT_THAT(campus.students().Upsert({.id = 1, .name = "Ally"}), IsOk());
  ASSERT_THAT(campus.students().Upsert({.id = 2, .name = "Bob"}), IsOk());
  EXPECT_EQ(campus.students().Upsert({.name = "Carol"}).value(), 3);
  ASSERT_THAT(campus.students().Erase(2), IsOk());
  EXPECT_THAT(campus.students().Erase(2), Fails(absl::StatusCode::kNotFound, "student", "2"));
  Reopen();
  EXPECT_EQ(campus.students().Get(1)->name, "Ally");
  EXPECT_EQ(campus.students().size(), 2U);
}

TEST_F(TableTest, CompoundPrimaryKeyIsOneKey) {
  const Table<Enrollment> enrollments = campus.enrollments();
  ASSERT_THAT(enrollments.Insert({.student_id = 1, .course_id = 23, .grade = "A"}), IsOk());
  ASSERT_THAT(enrollments.Insert({.student_id = 12, .course_id = 3, .grade = "B"}), IsOk());
  EXPECT_EQ(enrollments.Get({12, 3})->grade, "B");
  EXPECT_THAT(enrollments.Insert({.student_id = 1, .course_id = 23}),
              Fails(absl::StatusCode::kAlreadyExists, "enrollment.student_id,course_id", "1,23",
                    "\"grade\":\"A\""));
  ASSERT_THAT(enrollments.Erase({1, 23}), IsOk());
  EXPECT_THAT(enrollments.Get({1, 23}), Fails(absl::StatusCode::kNotFound));
  Reopen();
  EXPECT_EQ(campus.enrollments().Get({12, 3})->grade, "B");
}

TEST_F(TableTest, TableWithoutAPrimaryKeyNumbersItsRows) {
  const Table<Visit> visits = campus.TableOf<Visit>();
  const auto first = visits.Insert({.who = "Alice", .hour = 9});
  const auto second = visits.Insert({.who = "Alice", .hour = 9});
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_NE(*first, *second);
  ASSERT_THAT(visits.Erase(*first), IsOk());
  EXPECT_EQ(visits.Get(*second)->who, "Alice");
  Reopen();
  const auto third = campus.TableOf<Visit>().Insert({.who = "Bob", .hour = 9});
  EXPECT_EQ(*third, *second + 1);
  EXPECT_EQ(campus.TableOf<Visit>().size(), 2U);
}

// Its tombstone has the key and a mark more, and must be a line, too.
TEST_F(TableTest, LargestRecordCanBeErased) {
  const std::size_t overhead =
      std::string("{\"id\":1,\"name\":\"\",\"email\":null,\"gpa\":0.0}").size();
  const std::size_t room = schema::kLineBytesMax - overhead;
  EXPECT_THAT(campus.students().Insert({.id = 1, .name = std::string(room, 'x')}),
              Fails(absl::StatusCode::kInvalidArgument, "too large"));
  ASSERT_THAT(campus.students().Insert({.id = 1, .name = std::string(room - 16, 'x')}), IsOk());
  EXPECT_THAT(campus.students().Erase(1), IsOk());
}

TEST_F(TableTest, ForEachGoesInFileOrderAndStopsWhenTold) {
  for (const char* name : {"Alice", "Bob", "Carol"}) Enrol(name);
  ASSERT_THAT(campus.students().Update({.id = 1, .name = "Alicia"}), IsOk());
  ASSERT_THAT(campus.students().Erase(2), IsOk());
  std::vector<std::string> names;
  const auto note = [&names](const Student& student) { names.push_back(student.name); };
  ASSERT_THAT(campus.students().ForEach(note), IsOk());
  EXPECT_THAT(names, ElementsAre("Carol", "Alicia"));
  int seen = 0;
  ASSERT_THAT(campus.students().ForEach([&seen](const Student&) { return ++seen < 1; }), IsOk());
  EXPECT_EQ(seen, 1);
}

TEST_F(TableTest, ForEachOfReadsOnlyTheNamedMembers) {
  ASSERT_THAT(campus.students().Insert({.name = "Alice", .gpa = 3.5}), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Bob", .email = "b", .gpa = 2.5}), IsOk());
  std::string seen;
  ASSERT_THAT((campus.students().ForEachOf<&Student::gpa, &Student::name>(
                  [&seen](double gpa, const std::string& name) {
                    absl::StrAppend(&seen, name, " ", gpa, ";");
                  })),
              IsOk());
  EXPECT_EQ(seen, "Alice 3.5;Bob 2.5;");
}

TEST_F(TableTest, ValuesThatCannotBeStoredAreRefusedByColumn) {
  const std::string state = campus.State();
  const auto before = campus.engine->Stats().log_bytes;
  EXPECT_THAT(
      campus.students().Insert({.name = "Alice", .gpa = std::numeric_limits<double>::quiet_NaN()}),
      Fails(absl::StatusCode::kInvalidArgument, "student.gpa"));
  EXPECT_THAT(campus.students().Insert({.name = "\xff"}),
              Fails(absl::StatusCode::kInvalidArgument, "student.name", "UTF-8"));
  EXPECT_THAT(campus.students().Insert({.name = std::string(20 << 20, 'a')}),
              Fails(absl::StatusCode::kInvalidArgument, "student"));
  EXPECT_EQ(campus.State(), state);
  EXPECT_EQ(campus.engine->Stats().log_bytes, before);
  EXPECT_EQ(Enrol("Alice"), 1);
}

}  // namespace
}  // namespace linedb
