#include "linedb/struct_codec.h"

struct Address {
  std::string street;
};
#ifndef WRONG
template <>
struct linedb::Describe<Address> {
  static constexpr auto kFields =
      linedb::DescribeFields(linedb::Field<"street", &Address::street>());
};
#endif

struct Row {
  std::vector<Address> addresses;
};

template <>
struct linedb::Describe<Row> {
#ifdef WRONG
  static constexpr auto kTable =
      linedb::DescribeTable<"row">(linedb::Field<"addresses", &Row::addresses>());
#else
  static constexpr auto kTable =
      linedb::DescribeTable<"row">(linedb::Field<"addresses", &Row::addresses>());
#endif
};
