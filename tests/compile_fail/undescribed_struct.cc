#include "linedb/struct_codec.h"

struct Row {
  int id = 0;
};

#ifndef WRONG
template <>
struct linedb::Describe<Row> {
  static constexpr auto kTable = linedb::DescribeTable<"row">(linedb::Field<"id", &Row::id>());
};
#endif

constexpr int kColumns = linedb::schema::StructCodec<Row>::kStoredColumns;
