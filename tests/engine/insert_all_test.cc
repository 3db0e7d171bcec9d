// Guards against keys that are checked too late: a row of many that clashes with one just before
// it, a failure that leaves some of the rows behind, an error that names another row.

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "tests/engine/campus.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Course;
using testing::Fails;
using testing::IsOk;
using testing::Student;

// More than are checked together, and no multiple of it.
constexpr int kRows = 100;

class InsertAllTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(campus.Open(), IsOk());
    campus.MakeTables();
    ASSERT_THAT(campus.students().Insert({.name = "Alice", .email = "a"}), IsOk());
    before = campus.State();
  }

  static std::vector<Student> Many() {
    std::vector<Student> rows;
    for (int i = 0; i < kRows; ++i) rows.push_back({.name = "N", .email = std::to_string(i)});
    return rows;
  }

  Campus campus;
  std::string before;
};

TEST_F(InsertAllTest, RowsAreAsIfEachHadBeenInserted) {
  Campus other;
  ASSERT_THAT(other.Open(), IsOk());
  other.MakeTables();
  ASSERT_THAT(other.students().Insert({.name = "Alice", .email = "a"}), IsOk());
  std::vector<Student> rows = Many();
  rows[7].email.reset();
  rows[8].email.reset();
  rows[50].id = 1000;
  for (const Student& row : rows) ASSERT_THAT(other.students().Insert(row), IsOk());
  ASSERT_THAT(campus.students().InsertAll(rows), IsOk());
  EXPECT_EQ(campus.State(), other.State());
  EXPECT_EQ(campus.students().FindBy<&Student::email>("99")->id, 1049);
  ASSERT_THAT(campus.Close(), IsOk());
  ASSERT_THAT(campus.Open(), IsOk());
  EXPECT_EQ(campus.State(), other.State());
}

TEST_F(InsertAllTest, AnyRowThatClashesLeavesNoneAndIsNamed) {
  for (const int at : {0, 1, 15, 16, 17, 63, kRows - 1}) {
    std::vector<Student> rows = Many();
    rows[static_cast<std::size_t>(at)].email = "a";
    EXPECT_THAT(campus.students().InsertAll(rows),
                Fails(absl::StatusCode::kAlreadyExists,
                      absl::StrCat("row ", at, ": student.email: value \"a\" is taken by")));
    EXPECT_EQ(campus.State(), before);
  }
}

TEST_F(InsertAllTest, RowsClashWithThoseJustBeforeThem) {
  std::vector<Student> rows = Many();
  rows[18].email = rows[17].email;
  EXPECT_THAT(campus.students().InsertAll(rows), Fails(absl::StatusCode::kAlreadyExists, "row 18"));
  rows = Many();
  rows[2].id = 3;  // which row 1 has been given
  EXPECT_THAT(campus.students().InsertAll(rows),
              Fails(absl::StatusCode::kAlreadyExists, "row 2: student.id: value 3 is taken"));
  EXPECT_EQ(campus.State(), before);
}

TEST_F(InsertAllTest, KeysOfSeveralColumnsAreCheckedInGroupsToo) {
  std::vector<Course> rows;
  for (int i = 0; i < kRows; ++i) {
    rows.push_back({.code = std::to_string(i), .room = "A" + std::to_string(i % 10), .hour = i});
  }
  rows[40].room = rows[39].room;
  rows[40].hour = rows[39].hour;
  EXPECT_THAT(campus.courses().InsertAll(rows),
              Fails(absl::StatusCode::kAlreadyExists,
                    "row 40: course.room,hour: value \"A9\",39 is taken by"));
  rows[40].hour = 40;
  EXPECT_THAT(campus.courses().InsertAll(rows), IsOk());
  EXPECT_EQ(campus.courses().size(), kRows);
}

TEST_F(InsertAllTest, TheFirstFaultCountsWhateverItsKind) {
  std::vector<Student> rows = Many();
  rows[20].gpa = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(campus.students().InsertAll(rows),
              Fails(absl::StatusCode::kInvalidArgument, "row 20: student.gpa"));
  rows[19].email = "a";
  EXPECT_THAT(campus.students().InsertAll(rows), Fails(absl::StatusCode::kAlreadyExists, "row 19"));
  EXPECT_EQ(campus.State(), before);
}

TEST_F(InsertAllTest, FailureKeepsWhatTheTransactionDidBefore) {
  WriteTransaction transaction = campus.Begin();
  ASSERT_THAT(campus.students().Insert(transaction, {.name = "Bob", .email = "b"}), IsOk());
  std::vector<Student> rows = Many();
  rows.back().email = "b";
  EXPECT_THAT(campus.students().InsertAll(transaction, rows),
              Fails(absl::StatusCode::kAlreadyExists, "row 99"));
  EXPECT_EQ(campus.students().Insert(transaction, {.name = "Carol", .email = "5"}).value(), 3);
  ASSERT_THAT(campus.students().InsertAll(transaction, {}), IsOk());
  ASSERT_THAT(transaction.Commit(), IsOk());
  EXPECT_EQ(campus.students().size(), 3);
  ASSERT_THAT(campus.Close(), IsOk());
  ASSERT_THAT(campus.Open(), IsOk());
  EXPECT_EQ(campus.students().FindBy<&Student::email>("5")->name, "Carol");
  EXPECT_THAT(campus.students().FindBy<&Student::email>("6"), Fails(absl::StatusCode::kNotFound));
}

TEST_F(InsertAllTest, ColumnsMayStandInAnotherOrderThanTheStructs) {
  const Table<Student> reordered(campus.students().core(), /*same_order=*/false);
  std::vector<Student> rows = Many();
  ASSERT_THAT(reordered.InsertAll(rows), IsOk());
  EXPECT_EQ(campus.students().FindBy<&Student::email>("42")->id, 44);
  EXPECT_THAT(reordered.InsertAll(rows), Fails(absl::StatusCode::kAlreadyExists, "row 0"));
}

}  // namespace
}  // namespace linedb
