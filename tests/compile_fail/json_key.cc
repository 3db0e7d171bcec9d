#include "linedb/struct_codec.h"

struct Row {
  int id = 0;
  std::vector<int> numbers;
};

template <>
struct linedb::Describe<Row> {
#ifdef WRONG
  static constexpr auto kTable = linedb::DescribeTable<"row">(
      linedb::Field<"id", &Row::id>(), linedb::Field<"numbers", &Row::numbers>().Unique());
#else
  static constexpr auto kTable = linedb::DescribeTable<"row">(
      linedb::Field<"id", &Row::id>().Unique(), linedb::Field<"numbers", &Row::numbers>());
#endif
};
