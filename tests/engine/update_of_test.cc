// Updates of single columns. Guards against a value that lands in another column's place, columns
// that were not named and change all the same, and keys that are not looked after: a unique value
// taken twice, lost with its record's old line, or still answering for the old value.

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "linedb/database.h"
#include "tests/engine/campus.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Course;
using testing::Enrollment;
using testing::Fails;
using testing::IsOk;
using testing::Student;

class UpdateOfTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options.maintenance = Maintenance::kManual;
    ASSERT_THAT(campus.Open(options), IsOk());
    campus.MakeTables();
    ASSERT_THAT(campus.students().Insert({.name = "Ali\"ce\n", .email = "a", .gpa = 2.5}), IsOk());
    ASSERT_THAT(campus.students().Insert({.name = "Bob", .email = "b"}), IsOk());
  }
  ReadTransaction Snapshot() {
    return ReadTransaction(campus.engine.get(), campus.engine->TakeSnapshot().value());
  }
  std::string NameOfEmail(const std::string& email) {
    const absl::StatusOr<Student> found = campus.students().FindBy<&Student::email>(email);
    return found.ok() ? found->name : std::string(absl::StatusCodeToString(found.status().code()));
  }
  // The records after everything was read again, and that nothing is wrong with the files.
  std::string StateReopened() {
    EXPECT_THAT(campus.Close(), IsOk());
    EXPECT_EQ(campus.Problems(), "");
    EXPECT_THAT(campus.Open(options), IsOk());
    return campus.State();
  }

  Options options;
  Campus campus;
};

TEST_F(UpdateOfTest, UnnamedColumnsKeepTheirBytes) {
  ASSERT_THAT(campus.students().UpdateOf<&Student::gpa>(1, 3.75), IsOk());
  WriteTransaction transaction = campus.Begin();
  ASSERT_THAT(campus.students().UpdateOf<&Student::name>(transaction, 2, "Robert the 2nd"), IsOk());
  EXPECT_EQ(campus.students().Get(transaction, 2)->name, "Robert the 2nd");
  ASSERT_THAT(transaction.Commit(), IsOk());
  const std::string state = campus.State();
  EXPECT_THAT(state, ::testing::HasSubstr(
                         "  {\"id\":1,\"name\":\"Ali\\\"ce\\n\",\"email\":\"a\",\"gpa\":3.75}\n"
                         "  {\"id\":2,\"name\":\"Robert the 2nd\",\"email\":\"b\",\"gpa\":0.0}\n"));
  EXPECT_EQ(NameOfEmail("a"), "Ali\"ce\n");
  EXPECT_EQ(NameOfEmail("b"), "Robert the 2nd");
  EXPECT_EQ(campus.students().size(), 2U);
  EXPECT_EQ(StateReopened(), state);
}

TEST_F(UpdateOfTest, SeveralColumnsAreReplacedInAnyOrder) {
  const std::string text = "quote \" backslash \\ newline \n omega \xce\xa9";
  const auto update = [&](std::optional<std::string> email) {
    return campus.students().UpdateOf<&Student::gpa, &Student::email, &Student::name>(1, 1.25,
                                                                                      email, text);
  };
  ASSERT_THAT(update("a longer address than before"), IsOk());
  const Student longer{.id = 1, .name = text, .email = "a longer address than before", .gpa = 1.25};
  EXPECT_EQ(campus.students().Get(1).value(), longer);
  EXPECT_EQ(NameOfEmail("a longer address than before"), text);
  EXPECT_EQ(NameOfEmail("a"), "NOT_FOUND");
  ASSERT_THAT(update(""), IsOk());
  EXPECT_EQ(NameOfEmail(""), text);
  EXPECT_EQ(NameOfEmail("a longer address than before"), "NOT_FOUND");
  const std::string state = campus.State();
  EXPECT_EQ(StateReopened(), state);
}

TEST_F(UpdateOfTest, TakenUniqueValueIsRefusedAndNothingChanges) {
  const std::string state = campus.State();
  WriteTransaction transaction = campus.Begin();
  const auto set_email = [&](std::int64_t id, const char* email) {
    return campus.students().UpdateOf<&Student::email>(transaction, id, email);
  };
  EXPECT_THAT(set_email(1, "b"),
              Fails(absl::StatusCode::kAlreadyExists, "student", "email", "\"b\"", "Bob"));
  EXPECT_EQ(campus.students().Get(transaction, 1)->email, "a");
  EXPECT_THAT(set_email(1, "a"), IsOk());  // its own
  EXPECT_THAT(set_email(1, "c"), IsOk());
  EXPECT_THAT(set_email(2, "c"), Fails(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(set_email(2, "a"), IsOk());
  EXPECT_EQ(campus.students().FindBy<&Student::email>(transaction, "a")->id, 2);
  EXPECT_EQ(campus.students().FindBy<&Student::email>(transaction, "c")->id, 1);
  transaction.Rollback();
  EXPECT_EQ(campus.State(), state);
  EXPECT_EQ(NameOfEmail("b"), "Bob");
  EXPECT_EQ(NameOfEmail("c"), "NOT_FOUND");
  EXPECT_EQ(StateReopened(), state);
}

TEST_F(UpdateOfTest, CompoundKeyIsCheckedWhenOneOfItsColumnsIsNamed) {
  const Table<Course> courses = campus.courses();
  ASSERT_THAT(courses.Insert({.code = "A", .room = "r1", .hour = 8}), IsOk());
  ASSERT_THAT(courses.Insert({.code = "B", .room = "r1", .hour = 9}), IsOk());
  EXPECT_THAT(courses.UpdateOf<&Course::hour>(2, 8),
              Fails(absl::StatusCode::kAlreadyExists, "room,hour"));
  ASSERT_THAT(courses.UpdateOf<&Course::code>(1, "a longer code"), IsOk());
  EXPECT_THAT(courses.UpdateOf<&Course::hour>(2, 8),
              Fails(absl::StatusCode::kAlreadyExists, "room,hour"));
  ASSERT_THAT(courses.UpdateOf<&Course::room>(2, std::nullopt), IsOk());  // clashes with nothing
  ASSERT_THAT(courses.UpdateOf<&Course::hour>(2, 8), IsOk());
  EXPECT_THAT(courses.UpdateOf<&Course::room>(2, "r1"), Fails(absl::StatusCode::kAlreadyExists));
  const auto found = courses.FindBy<&Course::room, &Course::hour>("r1", 8);
  EXPECT_EQ(found->code, "a longer code");
}

TEST_F(UpdateOfTest, NullableColumnGoesToNullAndBack) {
  ASSERT_THAT(campus.students().UpdateOf<&Student::email>(1, std::nullopt), IsOk());
  EXPECT_EQ(campus.students().Get(1)->email, std::nullopt);
  EXPECT_EQ(NameOfEmail("a"), "NOT_FOUND");
  ASSERT_THAT(campus.students().UpdateOf<&Student::email>(2, "a"), IsOk());
  EXPECT_THAT(campus.students().UpdateOf<&Student::email>(1, "a"),
              Fails(absl::StatusCode::kAlreadyExists));
  ASSERT_THAT(campus.students().UpdateOf<&Student::email>(1, "b"), IsOk());
  EXPECT_EQ(NameOfEmail("b"), "Ali\"ce\n");
  const std::string state = campus.State();
  EXPECT_EQ(StateReopened(), state);
}

TEST_F(UpdateOfTest, SnapshotsKeepSeeingTheOldVersion) {
  const ReadTransaction before = Snapshot();
  for (int round = 0; round < 4; ++round) {
    // More than one transaction settles; with a checkpoint between them entries are in a file.
    for (int i = 0; i < 600; ++i) {
      ASSERT_THAT(campus.students().UpdateOf<&Student::gpa>(1 + i % 2, i), IsOk());
    }
    ASSERT_THAT(campus.students().UpdateOf<&Student::email>(1, absl::StrCat("now", round)), IsOk());
    if (round % 2 == 1) {
      ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    }
    EXPECT_EQ(campus.students().Get(before, 1)->gpa, 2.5);
    EXPECT_EQ(campus.students().FindBy<&Student::email>(before, "a")->id, 1);
    EXPECT_THAT(campus.students().FindBy<&Student::email>(before, absl::StrCat("now", round)),
                Fails(absl::StatusCode::kNotFound));
  }
  EXPECT_EQ(campus.students().Get(1)->gpa, 598);
  EXPECT_EQ(NameOfEmail("now3"), "Ali\"ce\n");
  EXPECT_EQ(NameOfEmail("now2"), "NOT_FOUND");
  EXPECT_EQ(NameOfEmail("a"), "NOT_FOUND");
}

TEST_F(UpdateOfTest, RecordsUpdatedAfterACheckpointAreFoundByEveryKey) {
  for (int i = 3; i <= 200; ++i) {
    ASSERT_THAT(campus.students().Insert({.name = absl::StrCat(i), .email = absl::StrCat(i, "@")}),
                IsOk());
  }
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  for (int round = 1; round <= 3; ++round) {
    WriteTransaction transaction = campus.Begin();
    for (int i = 3; i <= 200; ++i) {
      ASSERT_THAT(campus.students().UpdateOf<&Student::gpa>(transaction, i, round), IsOk());
    }
    ASSERT_THAT(transaction.Commit(), IsOk());
    for (int i = 3; i <= 200; ++i) {
      ASSERT_EQ(campus.students().Get(i)->gpa, round);
      ASSERT_EQ(campus.students().FindBy<&Student::email>(absl::StrCat(i, "@"))->gpa, round);
    }
  }
  const std::string state = campus.State();
  EXPECT_EQ(StateReopened(), state);
}

TEST_F(UpdateOfTest, ManyRecordsAreUpdatedTogetherOrNotAtAll) {
  const Table<Student> students = campus.students();
  for (int i = 3; i <= 100; ++i) {
    ASSERT_THAT(students.Insert({.name = absl::StrCat(i), .email = absl::StrCat(i, "@")}), IsOk());
    if (i == 50) {
      ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    }
  }
  // Twice in one call, too.
  std::vector<std::tuple<std::int64_t, double, std::optional<std::string>>> rows;
  for (int i = 100; i >= 3; --i) rows.emplace_back(i, i, absl::StrCat(i, "+"));
  for (int i = 3; i <= 100; i += 7) rows.emplace_back(i, i + 0.5, std::nullopt);
  ASSERT_THAT((students.UpdateAllOf<&Student::gpa, &Student::email>(rows)), IsOk());
  for (int i = 3; i <= 100; ++i) {
    const Student student = students.Get(i).value();
    EXPECT_EQ(student.name, absl::StrCat(i));
    EXPECT_EQ(student.gpa, i % 7 == 3 ? i + 0.5 : i);
    EXPECT_EQ(student.email.value_or("none"), i % 7 == 3 ? "none" : absl::StrCat(i, "+"));
    EXPECT_EQ(NameOfEmail(absl::StrCat(i, "@")), "NOT_FOUND");
  }
  const std::string state = campus.State();
  const auto fails_at_40 = [&](std::int64_t id, double gpa, const char* email) {
    auto wrong = rows;
    wrong[40] = {id, gpa, email};
    wrong[41] = {-1, 0.0, std::nullopt};  // comes after
    return students.UpdateAllOf<&Student::gpa, &Student::email>(wrong);
  };
  EXPECT_THAT(fails_at_40(1000, 1.0, "x"), Fails(absl::StatusCode::kNotFound, "row 40: ", "1000"));
  EXPECT_THAT(fails_at_40(40, 1.0, "a"), Fails(absl::StatusCode::kAlreadyExists, "row 40: "));
  EXPECT_THAT(fails_at_40(40, std::numeric_limits<double>::infinity(), "x"),
              Fails(absl::StatusCode::kInvalidArgument, "row 40: student.gpa"));
  // The transaction that it is part of stays as it was before it.
  WriteTransaction transaction = campus.Begin();
  rows.emplace_back(1000, 0.0, std::nullopt);
  EXPECT_THAT((students.UpdateAllOf<&Student::gpa, &Student::email>(transaction, rows)),
              Fails(absl::StatusCode::kNotFound, "row 112: "));
  ASSERT_THAT(transaction.Commit(), IsOk());
  EXPECT_EQ(campus.State(), state);
  EXPECT_EQ(StateReopened(), state);
}

TEST_F(UpdateOfTest, RollbackToSavepointUndoesColumnUpdates) {
  WriteTransaction transaction = campus.Begin();
  ASSERT_THAT(campus.students().UpdateOf<&Student::email>(transaction, 1, "x"), IsOk());
  const Savepoint savepoint = transaction.SetSavepoint().value();
  ASSERT_THAT(campus.students().UpdateOf<&Student::email>(transaction, 1, "y"), IsOk());
  ASSERT_THAT(campus.students().UpdateOf<&Student::email>(transaction, 2, "x"), IsOk());
  ASSERT_THAT(transaction.RollbackTo(savepoint), IsOk());
  EXPECT_EQ(campus.students().Get(transaction, 1)->email, "x");
  EXPECT_EQ(campus.students().FindBy<&Student::email>(transaction, "b")->id, 2);
  EXPECT_THAT(campus.students().FindBy<&Student::email>(transaction, "y"),
              Fails(absl::StatusCode::kNotFound));
  ASSERT_THAT(transaction.Commit(), IsOk());
  EXPECT_EQ(NameOfEmail("x"), "Ali\"ce\n");
  EXPECT_EQ(NameOfEmail("b"), "Bob");
}

TEST_F(UpdateOfTest, MissingRecordsAndUnstorableValuesAreRefused) {
  const std::string state = campus.State();
  EXPECT_THAT(campus.students().UpdateOf<&Student::gpa>(7, 1.0),
              Fails(absl::StatusCode::kNotFound, "student", "id", "7"));
  EXPECT_THAT(campus.students().UpdateOf<&Student::gpa>(1, std::numeric_limits<double>::infinity()),
              Fails(absl::StatusCode::kInvalidArgument, "student.gpa"));
  const auto set_both = [&](double gpa, const std::string& name) {
    return campus.students().UpdateOf<&Student::gpa, &Student::name>(1, gpa, name);
  };
  EXPECT_THAT(set_both(1.0, "\xff"), Fails(absl::StatusCode::kInvalidArgument, "student.name"));
  EXPECT_THAT(set_both(1.0, std::string(schema::kLineBytesMax, 'x')),
              Fails(absl::StatusCode::kInvalidArgument, "student"));
  EXPECT_THAT(set_both(1.0, std::string(schema::kLineBytesMax - 45, 'x')),
              Fails(absl::StatusCode::kInvalidArgument, "student"));
  EXPECT_TRUE(campus.State() == state);
  WriteTransaction ended = campus.Begin();
  ended.Rollback();
  EXPECT_THAT(campus.students().UpdateOf<&Student::gpa>(ended, 1, 1.0),
              Fails(absl::StatusCode::kFailedPrecondition));
}

TEST_F(UpdateOfTest, RecordIsNamedByItsWholeCompoundKey) {
  const Table<Enrollment> enrollments = campus.enrollments();
  ASSERT_THAT(enrollments.Insert({1, 1, "A"}), IsOk());
  ASSERT_THAT(enrollments.Insert({1, 2, "B"}), IsOk());
  ASSERT_THAT(enrollments.UpdateOf<&Enrollment::grade>({1, 2}, "C"), IsOk());
  EXPECT_EQ(enrollments.Get({1, 1})->grade, "A");
  EXPECT_EQ(enrollments.Get({1, 2})->grade, "C");
  EXPECT_THAT(enrollments.UpdateOf<&Enrollment::grade>({2, 1}, "C"),
              Fails(absl::StatusCode::kNotFound));
}

// The table's columns, and the same in another order.
struct Pupil {
  std::int64_t id = 0;
  double gpa = 0;
  std::string name;
};
struct PupilOtherwise {
  std::string name;
  float gpa = 0;
  std::int64_t id = 0;
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
template <>
struct linedb::Describe<linedb::PupilOtherwise> {
  using Row = linedb::PupilOtherwise;
  static constexpr auto kTable = linedb::DescribeTable<"pupil">(
      linedb::Field<"name", &Row::name>(), linedb::Field<"gpa", &Row::gpa>(),
      linedb::Field<"id", &Row::id>().PrimaryKey());
};

namespace linedb {
namespace {

TEST(UpdateOfOrderTest, ColumnsAreFoundByNameWhereTheFileHasAnotherOrder) {
  const auto db = Database::OpenInMemory().value();
  const Table<Pupil> pupils = db->OpenTable<Pupil>().value();
  ASSERT_THAT(pupils.Insert({.id = 5, .gpa = 2.5, .name = "Alice"}), IsOk());
  const auto otherwise = db->OpenTable<PupilOtherwise>().value();
  const absl::Status updated =
      otherwise.UpdateOf<&PupilOtherwise::name, &PupilOtherwise::gpa>(5, "Alicia", 3.3F);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(pupils.Get(5)->name, "Alicia");
  EXPECT_EQ(pupils.Get(5)->gpa, 3.3);
  ASSERT_THAT(otherwise.UpdateOf<&PupilOtherwise::name>(5, "Al"), IsOk());
  EXPECT_EQ(otherwise.Get(5)->name, "Al");
  EXPECT_EQ(otherwise.Get(5)->gpa, 3.3F);
}

}  // namespace
}  // namespace linedb
