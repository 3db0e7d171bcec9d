#include "linedb/log_files.h"

#include <gtest/gtest.h>

#include "linedb/json_table.h"

namespace linedb {
namespace {

TEST(LogFilesTest, LogsFollowEachOtherFromTheFirstOperationToTheLast) {
  Options options;
  options.maintenance = Maintenance::kManual;
  const auto database = *Database::OpenInMemory(options);
  ASSERT_TRUE(
      database
          ->CreateTable({.table_name = "t",
                         .columns = {{.name = "id", .type = Type::kInt, .primary_key = true}}})
          .ok());
  ASSERT_TRUE(database->Checkpoint().ok());
  ASSERT_TRUE(JsonTable::Open(*database, "t")->Insert({{"id", 1}}).ok());
  ASSERT_TRUE(database->Checkpoint().ok());
  const auto logs = *ListLogFiles(*database);
  ASSERT_EQ(logs.size(), 3u);
  EXPECT_EQ(logs[0].first_lsn, 1u);
  for (std::size_t i = 1; i < logs.size(); ++i) {
    EXPECT_EQ(logs[i].first_lsn, logs[i - 1].last_lsn + 1);
    EXPECT_EQ(logs[i].current, i + 1 == logs.size());
  }
  EXPECT_EQ(logs[2].name, "wal/transaction.log");
  EXPECT_LT(logs[2].last_lsn, logs[2].first_lsn);
  EXPECT_EQ(logs[0].time.size(), std::string("2026-01-22T20:31:17Z").size());
}

}  // namespace
}  // namespace linedb
