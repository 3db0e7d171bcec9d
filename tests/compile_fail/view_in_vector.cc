#include "linedb/struct_codec.h"

struct Row {
#ifdef WRONG
  std::vector<std::string_view> names;
#else
  std::vector<std::string> names;
#endif
};

template <>
struct linedb::Describe<Row> {
  static constexpr auto kTable =
      linedb::DescribeTable<"row">(linedb::Field<"names", &Row::names>());
};
