#include "linedb/table.h"

struct Row {
  std::int64_t id = 0;
  std::string name;
  int age = 0;
};

template <>
struct linedb::Describe<Row> {
  static constexpr auto kTable = linedb::DescribeTable<"row">(
      linedb::Field<"id", &Row::id>().PrimaryKey(), linedb::Field<"name", &Row::name>(),
      linedb::Field<"age", &Row::age>());
};

absl::Status Write(const linedb::Table<Row>& table, linedb::WriteTransaction& transaction) {
#ifdef WRONG
  return table.UpdateOf<&Row::age, &Row::age>(transaction, 1, 20, 21);
#else
  return table.UpdateOf<&Row::age, &Row::name>(transaction, 1, 20, "Alice");
#endif
}
