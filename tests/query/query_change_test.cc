// Updates and deletions by query: all records or none, each once.

#include "tests/query/university.h"

#include "linedb/json_query.h"

namespace linedb::query_test {
namespace {

using QueryChangeTest = University;

TEST_F(QueryChangeTest, EachRecordIsChangedOnceAlsoInTheIndexThatIsWalked) {
  const auto all = students_.Where(Column<&Student::year> >= 1);
  EXPECT_EQ(*all.Update(Column<&Student::year>.Set(Column<&Student::year> + 1)), 5U);
  EXPECT_EQ(*all.Select<&Student::year>().Rows(),
            (std::vector<std::tuple<std::int32_t>>{{2}, {3}, {3}, {4}, {2}}));
}

TEST_F(QueryChangeTest, AnUpdateSeesTheValuesOfBefore) {
  const auto alice = students_.Where(Column<&Student::id> == 1);
  EXPECT_EQ(*alice.Update(Column<&Student::gpa>.Set(Column<&Student::year>),
                          Column<&Student::year>.Set(7),
                          Column<&Student::email>.Set(std::nullopt),
                          Column<&Student::level>.Set(Level::kBachelor)),
            1U);
  const Student after = *students_.Get(1);
  EXPECT_EQ(after.gpa, 1.0);
  EXPECT_EQ(after.year, 7);
  EXPECT_EQ(after.email, std::nullopt);
  EXPECT_EQ(after.level, Level::kBachelor);
}

TEST_F(QueryChangeTest, OrderAndLimitSayWhichRecordsGo) {
  EXPECT_EQ(*students_.All().OrderBy(Column<&Student::name>).Limit(2).Erase(), 2U);
  EXPECT_EQ(Names(students_.All()), "Bob Carol Dave \"D\" Ünal");
}

TEST_F(QueryChangeTest, AFailedChangeLeavesTheGivenTransactionAsItWas) {
  WriteTransaction writer = *db_->Begin();
  ASSERT_TRUE(students_.Insert(writer, {.name = "Eve", .year = 9}).ok());
  const auto all = students_.All();
  // A unique value twice.
  EXPECT_EQ(all.Update(writer, Column<&Student::email>.Set("same")).status().code(),
            absl::StatusCode::kAlreadyExists);
  // Beyond the member's range.
  EXPECT_EQ(courses_.All().Update(writer, Column<&Course::credits>.Set(Column<&Course::credits> *
                                                                       100))
                .status()
                .message(),
            "course.credits: expected int, found 600");
  EXPECT_EQ(*all.Erase(writer), 6U);
  writer.Rollback();
  EXPECT_EQ(*all.Count(), 5U);
}

TEST_F(QueryChangeTest, ATransactionSeesItsOwnChangesAndOthersDoNot) {
  WriteTransaction writer = *db_->Begin();
  EXPECT_EQ(*students_.Where(Column<&Student::year> == 1).Erase(writer), 2U);
  EXPECT_EQ(*students_.All().Count(writer), 3U);
  EXPECT_EQ(*students_.All().Count(), 5U);
  ASSERT_TRUE(writer.Commit().ok());
  EXPECT_EQ(*students_.All().Count(), 3U);
}

TEST_F(QueryChangeTest, WhatATextWouldChangeWronglyIsRefusedWithItsReason) {
  const JsonTable students = *JsonTable::Open(*db_, "student");
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"id = 5", "student.id: a column of the primary key cannot be replaced: a record with "
                 "another key is another record"},
      {"year = 1, year = 2", "student.year: an update names a column twice"},
      {"year = null", "student.year: null is not allowed"},
      {"year = 'x'", "student.year: expected int, found 'x'"},
      {"nothing = 1", "student.nothing: no such column"},
      {"born = 'soon'", "student.born: expected date, found 'soon'"},
      {"year", "student: \"year\": expected column = value"},
  };
  for (const auto& [text, message] : rows) {
    const absl::Status status = students.All().Update(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(status.message(), message) << text;
  }
  EXPECT_EQ(*students.Where("year = 2")->Update("born = '1990-01-02', gpa = 4"), 2U);
  EXPECT_EQ(students_.Get(2)->born, std::chrono::year(1990) / 1 / 2);
  EXPECT_EQ(students_.Get(2)->gpa, 4.0);
}

}  // namespace
}  // namespace linedb::query_test
