#include "linedb/struct_codec.h"

struct Row {
#ifdef WRONG
  Row() : id(1) {}
#endif
  int id = 0;
};

template <>
struct linedb::Describe<Row> {
#ifdef WRONG
  static constexpr auto kTable = linedb::DescribeTable<"row">(linedb::Field<"id", &Row::id>());
#else
  static constexpr auto kTable = linedb::DescribeTable<"row">(linedb::Field<"id", &Row::id>());
#endif
};
