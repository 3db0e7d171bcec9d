#include "linedb/table.h"

struct Row {
  std::int64_t id = 0;
  std::string_view name;
};

template <>
struct linedb::Describe<Row> {
  static constexpr auto kTable = linedb::DescribeTable<"row">(
      linedb::Field<"id", &Row::id>().PrimaryKey(), linedb::Field<"name", &Row::name>());
};

absl::StatusOr<Row> Read(const linedb::Table<Row>& table,
                         [[maybe_unused]] const linedb::ReadTransaction& snapshot) {
#ifdef WRONG
  return table.Get(1);
#else
  return table.Get(snapshot, 1);
#endif
}
