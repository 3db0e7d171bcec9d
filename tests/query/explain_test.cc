// Explain names the way to the records, how many are expected, and why.

#include <gmock/gmock.h>

#include "tests/query/university.h"

namespace linedb::query_test {
namespace {

using testing::HasSubstr;

class ExplainTest : public University {
 protected:
  ExplainTest() {
    std::vector<Student> many;
    for (int i = 0; i < 2000; ++i) {
      many.push_back({.name = "N" + std::to_string(i), .year = 100 + i,
                      .gpa = static_cast<double>(i % 40) / 10});
    }
    EXPECT_TRUE(students_.InsertAll(many).ok());
  }
};

TEST_F(ExplainTest, TheWayIsTheKeyTheIndexOrAScan) {
  const std::vector<std::pair<Query<Student>, std::string>> rows = {
      {students_.Where(Column<&Student::id> == 7),
       "student: key id, by id = 7: reads about 1 of 2005 records"},
      {students_.Where(Column<&Student::email> == "x"), "key email, by email = 'x'"},
      {students_.Where(Column<&Student::year>.Between(200, 209)),
       "student: index year, by year between 200 and 209: reads about 10 of 2005 records"},
      {students_.Where(Column<&Student::year> > 200 && Column<&Student::year> <= 210),
       "index year, by year > 200 and year <= 210"},
      {students_.Where(Column<&Student::level> == Level::kMaster && Column<&Student::gpa> > 3),
       "index level,gpa, by level = 'master' and gpa > 3: reads about 2"},
      {students_.Where(Column<&Student::name>.Contains("7")), "student: scan: reads about 2005"},
      {students_.All().OrderBy(Column<&Student::year>.Descending()).Limit(10),
       "index year, in its order: reads about 10"},
      {students_.All().OrderBy(Column<&Student::name>).Limit(10), "sort: keeps the first 10 rows"},
      {students_.Where(Column<&Student::year>.In(std::vector<int>{})), "nothing"},
      {students_.Where(Column<&Student::year> > 5 && Column<&Student::year> < 3), "nothing"},
  };
  for (const auto& [query, expected] : rows) {
    const auto text = query.Explain();
    ASSERT_TRUE(text.ok()) << text.status();
    EXPECT_THAT(*text, HasSubstr(expected));
    EXPECT_THAT(*text, HasSubstr(query.ToText() + "\n"));
  }
}

TEST_F(ExplainTest, TheReasonIsWhatTheOtherWayWouldTake) {
  const auto text = *students_.Where(Column<&Student::year> == 200).Explain();
  EXPECT_THAT(text, HasSubstr("because that takes about"));
  EXPECT_THAT(text, HasSubstr(", scan about"));
  EXPECT_THAT(text, HasSubstr("  filter: year = 200\n"));
}

TEST_F(ExplainTest, AJoinSaysWhatIsHashedOrLookedUp) {
  const auto few = enrolments_.Where(Column<&Enrolment::student_id> == 1 &&
                                     Column<&Enrolment::course> == "os");
  EXPECT_THAT(*few.Join<&Enrolment::student_id>(students_.All()).Explain(),
              HasSubstr("join: student looked up by key id for each of enrolment"));
  EXPECT_THAT(*students_.All().Join<&Enrolment::student_id>(enrolments_.All()).Explain(),
              HasSubstr("join: hash of enrolment, met by student"));
  EXPECT_THAT(*students_.All().WhereExists<&Enrolment::student_id>(enrolments_.All()).Explain(),
              HasSubstr("key id, by the semi-join's values"));
}

}  // namespace
}  // namespace linedb::query_test
