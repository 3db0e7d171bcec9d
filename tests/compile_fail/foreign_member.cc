#include "linedb/struct_codec.h"

struct Other {
  std::string name;
};
struct Row {
  int id = 0;
  std::string name;
};

template <>
struct linedb::Describe<Row> {
#ifdef WRONG
  static constexpr auto kTable = linedb::DescribeTable<"row">(
      linedb::Field<"id", &Row::id>(), linedb::Field<"name", &Other::name>());
#else
  static constexpr auto kTable = linedb::DescribeTable<"row">(linedb::Field<"id", &Row::id>(),
                                                              linedb::Field<"name", &Row::name>());
#endif
};
