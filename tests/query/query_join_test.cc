// Joins, and records that have a match elsewhere.

#include "tests/query/university.h"

namespace linedb::query_test {
namespace {

using QueryJoinTest = University;

template <class Joined>
std::string Pairs(const Joined& joined, engine::View in = {}) {
  std::string pairs;
  const absl::Status status = joined.ForEach(in, [&](const Enrolment& enrolment,
                                                     const Student& student) {
    pairs += (pairs.empty() ? "" : " ") + student.name + ":" + enrolment.course;
  });
  EXPECT_TRUE(status.ok()) << status;
  return pairs;
}

TEST_F(QueryJoinTest, PairsComeInTheOrderOfTheFirstTableThenTheSecond) {
  const auto joined = enrolments_.All().Join<&Enrolment::student_id>(students_.All());
  EXPECT_EQ(Pairs(joined), "Alice:db Bob:db Alice:os Alan:ai Bob:os");
  EXPECT_EQ(Pairs(joined.Where(Column<&Student::gpa> > 3).Where(Column<&Enrolment::grade> < 1.2)),
            "Alan:ai");
  EXPECT_EQ(Pairs(joined.OrderBy(Column<&Student::name>.Descending(), Column<&Enrolment::course>)
                      .Offset(1)
                      .Limit(3)),
            "Bob:os Alice:db Alice:os");
  EXPECT_EQ(*joined.Count(), 5U);
  const auto other = students_.All().Join<&Enrolment::student_id>(enrolments_.All());
  std::string courses;
  ASSERT_TRUE(other.ForEach([&](const Student& student, const Enrolment& enrolment) {
                     courses += student.name.substr(0, 2) + enrolment.course;
                   })
                  .ok());
  EXPECT_EQ(courses, "AldbAlosBodbBoosAlai");
}

TEST_F(QueryJoinTest, ValuesAndGroupsAreOfBothTables) {
  const auto joined = enrolments_.All().Join<&Enrolment::course>(courses_.All());
  using Row = std::tuple<std::string, std::int64_t, std::optional<double>>;
  EXPECT_EQ(*joined.GroupBy<&Course::title>()
                 .Select(Column<&Course::title>, linedb::Count(),
                         linedb::Sum(Column<&Enrolment::grade>))
                 .Rows(),
            (std::vector<Row>{{"Databases", 2, 3.3}, {"Systems", 2, 3.0}, {"Learning", 1, 1.0}}));
  const auto first = joined.Select<&Enrolment::student_id, &Course::credits>().First();
  EXPECT_EQ(**first, (std::tuple<std::int64_t, std::int8_t>(1, std::int8_t{6})));
  EXPECT_EQ(joined.Where(Column<&Course::credits> > 4).ToText(),
            "from enrolment join course on course.code = enrolment.course where course.credits > 4");
}

TEST_F(QueryJoinTest, FewRowsAreLookedUpAndManyAreHashed) {
  const auto few = enrolments_.Where(Column<&Enrolment::student_id> == 1 &&
                                     Column<&Enrolment::course> == "os");
  EXPECT_EQ(Pairs(few.Join<&Enrolment::student_id>(students_.All())), "Alice:os");
  WriteTransaction writer = *db_->Begin();
  ASSERT_TRUE(enrolments_.Insert(writer, {5, "ai", 2.3}).ok());
  EXPECT_EQ(Pairs(enrolments_.All().Join<&Enrolment::student_id>(students_.All()), writer),
            "Alice:db Bob:db Alice:os Alan:ai Bob:os Dave \"D\" Ünal:ai");
}

TEST_F(QueryJoinTest, ASemiJoinFindsEachRecordOnce) {
  EXPECT_EQ(Names(students_.All().WhereExists<&Enrolment::student_id>(enrolments_.All())),
            "Alice Bob Alan");
  EXPECT_EQ(Names(students_.All().WhereExists<&Enrolment::student_id>(
                enrolments_.Where(Column<&Enrolment::course> == "db"))),
            "Alice Bob");
  EXPECT_EQ(Names(students_.All().WhereNotExists<&Enrolment::student_id>(enrolments_.All())),
            "Carol Dave \"D\" Ünal");
  EXPECT_EQ(*enrolments_.All()
                 .WhereExists<&Enrolment::student_id>(
                     students_.Where(Column<&Student::level> == Level::kMaster))
                 .Count(),
            2U);
  const auto elsewhere = enrolments_.All().WhereNotExists<&Enrolment::course, &Course::code>(
      courses_.Where(Column<&Course::credits> == 6));
  EXPECT_EQ(*elsewhere.Count(), 2U);
}

TEST_F(QueryJoinTest, WhatIsLimitedCannotBeJoined) {
  const auto joined = enrolments_.All().Join<&Enrolment::student_id>(students_.All().Limit(1));
  EXPECT_EQ(joined.Count().status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace linedb::query_test
