#include "linedb/table.h"

struct Row {
  std::int64_t id = 0;
  std::string name;
};

template <>
struct linedb::Describe<Row> {
  static constexpr auto kTable = linedb::DescribeTable<"row">(
      linedb::Field<"id", &Row::id>().PrimaryKey(), linedb::Field<"name", &Row::name>());
};

absl::Status Write(const linedb::Table<Row>& table) {
#ifdef WRONG
  return table.UpdateOf<&Row::id, &Row::name>(1, 2, "Alice");
#else
  return table.UpdateOf<&Row::name>(1, "Alice");
#endif
}
