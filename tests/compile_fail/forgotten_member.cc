#include "linedb/struct_codec.h"

struct Address {
  std::string street;
};
template <>
struct linedb::Describe<Address> {
  static constexpr auto kFields =
      linedb::DescribeFields(linedb::Field<"street", &Address::street>());
};

struct Row {
  std::optional<int> id;
  std::vector<std::string> tags;
  Address address;
  std::chrono::system_clock::time_point time;
};

template <>
struct linedb::Describe<Row> {
#ifdef WRONG
  static constexpr auto kTable = linedb::DescribeTable<"row">(
      linedb::Field<"id", &Row::id>(), linedb::Field<"tags", &Row::tags>(),
      linedb::Field<"address", &Row::address>());
#else
  static constexpr auto kTable = linedb::DescribeTable<"row">(
      linedb::Field<"id", &Row::id>(), linedb::Field<"tags", &Row::tags>(),
      linedb::Field<"address", &Row::address>(), linedb::Field<"time", &Row::time>());
#endif
};
