#include "linedb/struct_codec.h"

struct Row {
#ifdef WRONG
  const char* name = nullptr;
#else
  std::string name;
#endif
};

template <>
struct linedb::Describe<Row> {
#ifdef WRONG
  static constexpr auto kTable = linedb::DescribeTable<"row">(linedb::Field<"name", &Row::name>());
#else
  static constexpr auto kTable = linedb::DescribeTable<"row">(linedb::Field<"name", &Row::name>());
#endif
};
