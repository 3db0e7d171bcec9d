// Misuse of queries, one for each number that WRONG may have.

#include "linedb/query.h"

struct Row {
  std::int64_t id = 0;
  std::string name;
  int age = 0;
  std::optional<double> gpa = {};
  std::vector<int> marks = {};
};
struct Other {
  std::int64_t id = 0;
  std::string row_id;
  std::int64_t number = 0;
};
struct Seen {
  std::int64_t id = 0;
  std::string_view name;
};

template <>
struct linedb::Describe<Row> {
  static constexpr auto kTable = linedb::DescribeTable<"row">(
      linedb::Field<"id", &Row::id>().PrimaryKey(), linedb::Field<"name", &Row::name>(),
      linedb::Field<"age", &Row::age>(), linedb::Field<"gpa", &Row::gpa>(),
      linedb::Field<"marks", &Row::marks>());
};
template <>
struct linedb::Describe<Other> {
  static constexpr auto kTable = linedb::DescribeTable<"other">(
      linedb::Field<"id", &Other::id>().PrimaryKey(), linedb::Field<"row_id", &Other::row_id>(),
      linedb::Field<"number", &Other::number>());
};
template <>
struct linedb::Describe<Seen> {
  static constexpr auto kTable = linedb::DescribeTable<"seen">(
      linedb::Field<"id", &Seen::id>().PrimaryKey(), linedb::Field<"name", &Seen::name>());
};

using linedb::Column;

void Ask(const linedb::Table<Row>& rows, const linedb::Table<Other>& others,
         const linedb::Table<Seen>& seen, const linedb::ReadTransaction& snapshot) {
  rows.Where(Column<&Row::age> > 3 && Column<&Row::name>.StartsWith("A"));
  rows.Where(Column<&Row::marks> == std::vector<int>{1});
  rows.All().Update(Column<&Row::age>.Set(3), Column<&Row::gpa>.Set(std::nullopt)).IgnoreError();
  others.All().Join<&Other::number>(rows.All());
  rows.All().GroupBy<&Row::age>().Select(linedb::Sum(Column<&Row::gpa>));
  seen.All().Rows(snapshot).IgnoreError();
#if WRONG == 1
  (void)(Column<&Row::id> == Column<&Other::id>);
#elif WRONG == 2
  (void)(Column<&Row::name> == 3);
#elif WRONG == 3
  (void)(Column<&Row::age>.Between("a", "b"));
#elif WRONG == 4
  rows.Where(Column<&Other::id> == 3);
#elif WRONG == 5
  (void)(Column<&Row::gpa> == std::nullopt);
#elif WRONG == 6
  (void)(Column<&Row::marks> < std::vector<int>{1});
#elif WRONG == 7
  (void)Column<&Row::id>.Set(3);
#elif WRONG == 8
  rows.All().Update(Column<&Row::age>.Set(3), Column<&Row::age>.Set(4)).IgnoreError();
#elif WRONG == 9
  (void)Column<&Row::age>.Set("three");
#elif WRONG == 10
  (void)linedb::Sum(Column<&Row::name>);
#elif WRONG == 11
  rows.All().Select(Column<&Other::id>);
#elif WRONG == 12
  others.All().Join<&Other::row_id>(rows.All());
#elif WRONG == 13
  rows.All().Join<&Row::id, &Row::age>(rows.All());
#elif WRONG == 14
  seen.All().Rows().IgnoreError();
#elif WRONG == 15
  rows.Where(Column<&Row::age>);
#elif WRONG == 16
  (void)(Column<&Row::age> > 3 && Column<&Other::id> > 3);
#elif WRONG == 17
  (void)Column<&Row::age>.Set(std::nullopt);
#elif WRONG == 18
  (void)(Column<&Row::name> + 1);
#elif WRONG == 19
  (void)rows.All().OrderBy(Column<&Row::marks>);
#endif
}
