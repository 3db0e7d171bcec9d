// Which records a condition finds, and what is selected and made of them.

#include <limits>

#include "tests/query/university.h"

namespace linedb::query_test {
namespace {

using QueryRowsTest = University;

TEST_F(QueryRowsTest, EachConditionFindsItsRowsInFileOrder) {
  const std::vector<std::pair<Condition<Student>, std::string>> rows = {
      {Column<&Student::gpa> >= 3.5 && Column<&Student::name>.StartsWith("A"), "Alice Alan"},
      {Column<&Student::gpa> == 3.9, "Alice Dave \"D\" Ünal"},
      {Column<&Student::gpa> != 3.9, "Bob Alan"},  // null is neither
      {3 > Column<&Student::gpa>, "Bob"},
      {Column<&Student::gpa>.IsNull(), "Carol"},
      {Column<&Student::email>.IsNotNull(), "Alice Carol Alan"},
      {Column<&Student::year>.In({1, 3}), "Alice Alan Dave \"D\" Ünal"},
      {Column<&Student::year>.In(std::vector<int>{}), ""},
      {!Column<&Student::year>.In({1, 3}), "Bob Carol"},
      {Column<&Student::year>.Between(2, 3), "Bob Carol Alan"},
      {Column<&Student::name>.EndsWith("Ünal"), "Dave \"D\" Ünal"},
      {Column<&Student::name>.Contains("\"D\""), "Dave \"D\" Ünal"},
      {Column<&Student::name>.Length() == 5, "Alice Carol"},
      {Column<&Student::honours>, "Alice"},
      {!Column<&Student::honours> && Column<&Student::year> * 2 - 1 == 3, "Bob Carol"},
      {Column<&Student::level> == Level::kMaster, "Alice Dave \"D\" Ünal"},
      {Column<&Student::level>.In({Level::kBachelor}) || Column<&Student::honours>,
       "Alice Bob Carol Alan"},
      {Column<&Student::born> < std::chrono::year(2000) / 1 / 1, "Alice"},
      {Column<&Student::photo> == Bytes{std::byte{1}, std::byte{2}}, "Bob"},
      {Column<&Student::tags> == std::vector<std::string>{"a"}, "Alice"},
      {Column<&Student::enrolled> > Timestamp(), "Alan"},
      {Column<&Student::gpa> > Column<&Student::year>, "Alice Bob Alan Dave \"D\" Ünal"},
      {Column<&Student::id> == 4, "Alan"},
      {Column<&Student::id>.In({4, 1, 4, 99}), "Alice Alan"},
      {Column<&Student::email> == "carol@x.edu", "Carol"},
      {Column<&Student::year> % 2 == 1 && -Column<&Student::year> < -1, "Alan"},
      {Column<&Student::year> / 2 == 0, "Alice Dave \"D\" Ünal"},
      {Column<&Student::year> > 1.5 && Column<&Student::year> < 2.5, "Bob Carol"},
      {Column<&Student::year> == 1.5, ""},
  };
  for (const auto& [condition, names] : rows) {
    EXPECT_EQ(Where(condition), names) << condition.ToText();
  }
}

TEST_F(QueryRowsTest, ALiteralThatNoColumnCanHoldIsAnErrorOfTheRun) {
  const auto nan = students_.Where(Column<&Student::gpa> == std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(nan.Rows().status().code(), absl::StatusCode::kInvalidArgument);
  const auto large = students_.Where(Column<&Student::id> == std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(large.Count().status().code(), absl::StatusCode::kInvalidArgument);
  const auto text = students_.Where(Column<&Student::name> == "\xff");
  EXPECT_EQ(text.Erase().status().message(), "student: a text is not UTF-8");
}

TEST_F(QueryRowsTest, SelectGivesTuplesAndStructsOfTheirTypes) {
  struct NameAndGpa {
    std::string name;
    std::optional<double> gpa;
  };
  const auto rows = students_.Where(Column<&Student::year> == 2)
                        .Select<&Student::name, &Student::gpa>()
                        .As<NameAndGpa>()
                        .Rows();
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[1].name, "Carol");
  EXPECT_FALSE((*rows)[1].gpa.has_value());

  const auto all = students_.Where(Column<&Student::id> == 1)
                       .Select<&Student::level, &Student::born, &Student::tags, &Student::photo,
                               &Student::honours, &Student::enrolled>()
                       .First();
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(std::get<0>(**all), Level::kMaster);
  EXPECT_EQ(std::get<1>(**all), std::chrono::year(1999) / 5 / 1);
  EXPECT_EQ(std::get<2>(**all), std::vector<std::string>{"a"});
  EXPECT_FALSE(std::get<3>(**all).has_value());
  EXPECT_TRUE(std::get<4>(**all));

  std::string percents;
  const auto percent = students_.All().Select(Column<&Student::name>, Column<&Student::gpa> * 10);
  ASSERT_TRUE(percent.OrderBy(Column<&Student::gpa>.Descending(), Column<&Student::name>)
                  .Limit(2)
                  .ForEach([&](const std::string& name, std::optional<double> value) {
                    percents += name + std::to_string(*value);
                  })
                  .ok());
  EXPECT_EQ(percents, "Alice39.000000Dave \"D\" Ünal39.000000");
}

TEST_F(QueryRowsTest, AggregatesPassOverNullsAndAreNullOfNothing) {
  EXPECT_EQ(*students_.All().Count(), 5U);
  EXPECT_EQ(*students_.All().Sum<&Student::gpa>(), 3.9 + 2.5 + 3.5 + 3.9);
  EXPECT_EQ(*students_.All().Average<&Student::year>(), 9.0 / 5);
  EXPECT_EQ(*students_.All().Max<&Student::name>(), "Dave \"D\" Ünal");
  EXPECT_EQ(*students_.All().Min<&Student::born>(), std::chrono::year(1999) / 5 / 1);
  const auto none = students_.Where(Column<&Student::year> > 9);
  EXPECT_EQ(*none.Sum<&Student::year>(), std::nullopt);
  EXPECT_EQ(*none.Max<&Student::gpa>(), std::nullopt);
  EXPECT_EQ(*none.Count(), 0U);
  const auto counts =
      students_.All().Select(linedb::Count(), linedb::Count(Column<&Student::email>)).First();
  EXPECT_EQ(**counts, (std::tuple<std::int64_t, std::int64_t>(5, 3)));
}

TEST_F(QueryRowsTest, GroupsComeInTheOrderOfTheirFirstRecords) {
  const auto years = students_.All().GroupBy<&Student::year>().Select(
      Column<&Student::year>, linedb::Count(), linedb::Average(Column<&Student::gpa>));
  using Row = std::tuple<std::int32_t, std::int64_t, std::optional<double>>;
  EXPECT_EQ(*years.Rows(), (std::vector<Row>{{1, 2, 3.9}, {2, 2, 2.5}, {3, 1, 3.5}}));
  EXPECT_EQ(*years.OrderBy(linedb::Count().Descending(), Column<&Student::year>.Descending())
                 .Limit(1)
                 .Rows(),
            (std::vector<Row>{{2, 2, 2.5}}));
  EXPECT_EQ(*years.Count(), 3U);
  EXPECT_EQ(*students_.All().Select<&Student::year>().Distinct().Rows(),
            (std::vector<std::tuple<std::int32_t>>{{1}, {2}, {3}}));
  const auto wrong =
      students_.All().GroupBy<&Student::year>().Select(Column<&Student::name>).Rows();
  EXPECT_EQ(wrong.status().message(),
            "student: name is neither an aggregate nor among what is grouped by");
}

TEST_F(QueryRowsTest, AnAggregateOfALimitedQueryIsRefusedButACountIsNot) {
  const auto some = students_.All().Limit(3).Offset(1);
  EXPECT_EQ(*some.Count(), 3U);
  EXPECT_EQ(*some.Offset(4).Count(), 1U);
  EXPECT_EQ(some.Sum<&Student::year>().status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(QueryRowsTest, ASumBeyondItsTypeIsOutOfRange) {
  std::vector<std::int64_t> ids = {std::numeric_limits<std::int64_t>::max()};
  for (const std::int64_t id : ids) ASSERT_TRUE(students_.Insert({.id = id, .name = "Z"}).ok());
  EXPECT_EQ(students_.All().Sum<&Student::id>().status().code(), absl::StatusCode::kOutOfRange);
  const auto next = students_.All().Select(Column<&Student::id> + 1).Rows();
  EXPECT_EQ(next.status().code(), absl::StatusCode::kOutOfRange);
}

TEST_F(QueryRowsTest, AQueryIsAValueThatRunsInEachView) {
  const Query<Student> second = students_.Where(Column<&Student::year> == 2);
  const ReadTransaction before = *db_->BeginRead();
  WriteTransaction writer = *db_->Begin();
  ASSERT_TRUE(students_.Insert(writer, {.name = "Eve", .year = 2}).ok());
  EXPECT_EQ(Names(second), "Bob Carol");
  EXPECT_EQ(Names(second, writer), "Bob Carol Eve");
  ASSERT_TRUE(writer.Commit().ok());
  EXPECT_EQ(Names(second), "Bob Carol Eve");
  EXPECT_EQ(Names(second, before), "Bob Carol");
  EXPECT_EQ(second.Rows(writer).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(second.OrderBy(Column<&Student::name>.Descending()).Limit(2).ToText(),
            "from student where year = 2 order by name desc limit 2");
}

TEST_F(QueryRowsTest, AVisitorMayWriteInTheTransactionThatIsRead) {
  for (const bool by_index : {true, false}) {
    WriteTransaction writer = *db_->Begin();
    const Query<Student> walked =
        by_index ? students_.Where(Column<&Student::year> >= 1).OrderBy(Column<&Student::year>)
                 : students_.All();
    int visited = 0;
    const absl::Status status = walked.ForEach(writer, [&](const Student& student) {
      ++visited;
      Student moved = student;
      moved.year += 10;
      EXPECT_TRUE(students_.Update(writer, moved).ok());
      EXPECT_TRUE(students_.Insert(writer, {.name = "New", .year = 20}).ok());
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(visited, 5);
  }
}

}  // namespace
}  // namespace linedb::query_test
