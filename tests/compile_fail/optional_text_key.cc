#include "linedb/struct_codec.h"

struct Row {
  std::optional<std::string> name;
};

template <>
struct linedb::Describe<Row> {
#ifdef WRONG
  static constexpr auto kTable =
      linedb::DescribeTable<"row">(linedb::Field<"name", &Row::name>().PrimaryKey());
#else
  static constexpr auto kTable =
      linedb::DescribeTable<"row">(linedb::Field<"name", &Row::name>().Unique());
#endif
};
