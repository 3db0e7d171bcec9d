// The order of rows, whatever way they are found.

#include "tests/query/university.h"

namespace linedb::query_test {
namespace {

using QueryOrderTest = University;

TEST_F(QueryOrderTest, NullsComeFirstAndEqualRowsInFileOrder) {
  EXPECT_EQ(Names(students_.All().OrderBy(Column<&Student::gpa>)),
            "Carol Bob Alan Alice Dave \"D\" Ünal");
  EXPECT_EQ(Names(students_.All().OrderBy(Column<&Student::gpa>.Descending())),
            "Alice Dave \"D\" Ünal Alan Bob Carol");
  // By the index of year, whose equal entries come the other way round.
  EXPECT_EQ(Names(students_.All().OrderBy(Column<&Student::year>.Descending()).Limit(3)),
            "Alan Bob Carol");
  EXPECT_EQ(Names(students_.All().OrderBy(Column<&Student::year>).Limit(3).Offset(1)),
            "Dave \"D\" Ünal Bob Carol");
}

TEST_F(QueryOrderTest, ARecordThatIsChangedMovesToTheEndOfItsEquals) {
  ASSERT_TRUE(students_.UpdateOf<&Student::honours>(1, false).ok());
  EXPECT_EQ(Where(Column<&Student::year> == 1), "Dave \"D\" Ünal Alice");
  EXPECT_EQ(Names(students_.All().OrderBy(Column<&Student::year>).Limit(2)),
            "Dave \"D\" Ünal Alice");
  EXPECT_EQ(Where(Column<&Student::id>.In({1, 2})), "Bob Alice");
}

TEST_F(QueryOrderTest, AnIndexOfSeveralColumnsGivesTheOrderOfItsFirstOnes) {
  const auto masters = students_.Where(Column<&Student::level> == Level::kBachelor);
  EXPECT_EQ(Names(masters.OrderBy(Column<&Student::gpa>)), "Carol Bob Alan");
  EXPECT_EQ(Names(students_.All().OrderBy(Column<&Student::level>).Limit(4)),
            "Bob Carol Alan Alice");
  EXPECT_EQ(Names(students_.All().OrderBy(Column<&Student::level>.Descending(),
                                          Column<&Student::gpa>)),
            "Alice Dave \"D\" Ünal Carol Bob Alan");
}

TEST_F(QueryOrderTest, ColumnsInMemoryGiveTheSameRows) {
  const auto query = students_.Where(Column<&Student::gpa> > 3)
                         .Select<&Student::name, &Student::gpa>()
                         .OrderBy(Column<&Student::name>);
  const auto read = *query.Rows();
  const auto held = *students_.Columns<&Student::gpa, &Student::name>();
  ASSERT_NE(query.Explain()->find("columns in memory"), std::string::npos) << *query.Explain();
  EXPECT_EQ(*query.Rows(), read);
  const ReadTransaction before = *db_->BeginRead();
  ASSERT_TRUE(students_.UpdateOf<&Student::gpa>(2, 3.7).ok());
  EXPECT_EQ(*query.Rows(before), read);
  EXPECT_EQ(query.Rows()->size(), read.size() + 1);
}

}  // namespace
}  // namespace linedb::query_test
