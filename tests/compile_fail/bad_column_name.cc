#include "linedb/struct_codec.h"

struct Row {
  int id = 0;
  std::string name;
};

template <>
struct linedb::Describe<Row> {
#ifdef WRONG
  static constexpr auto kTable = linedb::DescribeTable<"row">(linedb::Field<"$id", &Row::id>(),
                                                              linedb::Field<"name", &Row::name>());
#else
  static constexpr auto kTable = linedb::DescribeTable<"row">(linedb::Field<"id", &Row::id>(),
                                                              linedb::Field<"name", &Row::name>());
#endif
};
