// Misuse of watches, one for each number that WRONG may have.

#include "linedb/watch.h"

struct Row {
  std::int64_t id = 0;
  int age = 0;
};
struct Other {
  std::int64_t id = 0;
};
struct Seen {
  std::int64_t id = 0;
  std::string_view name;
};

template <>
struct linedb::Describe<Row> {
  static constexpr auto kTable = linedb::DescribeTable<"row">(
      linedb::Field<"id", &Row::id>().PrimaryKey(), linedb::Field<"age", &Row::age>());
};
template <>
struct linedb::Describe<Other> {
  static constexpr auto kTable =
      linedb::DescribeTable<"other">(linedb::Field<"id", &Other::id>().PrimaryKey());
};
template <>
struct linedb::Describe<Seen> {
  static constexpr auto kTable = linedb::DescribeTable<"seen">(
      linedb::Field<"id", &Seen::id>().PrimaryKey(), linedb::Field<"name", &Seen::name>());
};

void Use(const linedb::Table<Row>& rows, const linedb::Table<Seen>& seen) {
  using linedb::Column;
  (void)linedb::WatchWhere(rows, Column<&Row::age> > 3, [](const auto&) {});
  (void)seen;
#if WRONG == 1
  (void)linedb::WatchWhere(rows, Column<&Other::id> > 3, [](const auto&) {});
#elif WRONG == 2
  (void)linedb::WatchTable(seen, [](const auto&) {});
#endif
}
