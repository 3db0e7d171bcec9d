// Compaction by name: what a checkpoint would leave alone, since little of it is superseded, is
// rewritten all the same, and nothing else is.

#include "linedb/compact.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "linedb/json_table.h"
#include "tests/engine/status_matchers.h"

namespace linedb {
namespace {

using testing::IsOk;

class CompactTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.maintenance = Maintenance::kManual;
    options.compaction_bytes_small = 0;
    absl::StatusOr<std::unique_ptr<Database>> opened = Database::OpenInMemory(options);
    ASSERT_THAT(opened, IsOk());
    database_ = *std::move(opened);
    for (const char* table : {"a", "b"}) {
      ASSERT_THAT(database_->CreateTable(
                      {.table_name = table,
                       .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                                   {.name = "n", .type = Type::kInt}}}),
                  IsOk());
      const JsonTable rows = *JsonTable::Open(*database_, table);
      for (int id = 0; id < 10; ++id) ASSERT_THAT(rows.Insert({{"id", id}, {"n", id}}), IsOk());
      ASSERT_THAT(rows.Upsert({{"id", 3}, {"n", 33}}), IsOk());
    }
  }

  std::uint64_t Lines(const std::string& name) const {
    for (const TableStatistics& table : database_->Stats().tables) {
      if (table.name == name) return table.lines;
    }
    return 0;
  }

  std::unique_ptr<Database> database_;
};

TEST_F(CompactTest, CompactsTheNamedTableThatACheckpointLeavesAlone) {
  ASSERT_THAT(database_->Checkpoint(), IsOk());
  EXPECT_EQ(Lines("a"), 11u);
  const absl::StatusOr<CheckpointReport> done = Compact(*database_, {"a"});
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->tables_compacted, std::vector<std::string>{"a"});
  EXPECT_EQ(done->lines_dropped, 1u);
  EXPECT_EQ(Lines("a"), 10u);
  EXPECT_EQ(Lines("b"), 11u);
  EXPECT_EQ((*JsonTable::Open(*database_, "a")->Get(3))["n"], 33);
}

TEST_F(CompactTest, CompactsAllIfNoneIsNamedAndNothingTwice) {
  ASSERT_THAT(Compact(*database_), IsOk());
  EXPECT_EQ(Lines("a") + Lines("b"), 20u);
  const absl::StatusOr<CheckpointReport> again = Compact(*database_);
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(again->needed);
}

TEST_F(CompactTest, PlanIsWhatCompactionThenDoes) {
  const absl::StatusOr<std::vector<CompactionPlan>> plans = PlanCompaction(*database_, {"b"});
  ASSERT_THAT(plans, IsOk());
  ASSERT_EQ(plans->size(), 1u);
  EXPECT_EQ((*plans)[0].lines_before, 11u);
  EXPECT_EQ((*plans)[0].lines_after, 10u);
  EXPECT_EQ(Lines("b"), 11u);
  ASSERT_THAT(Compact(*database_, {"b"}), IsOk());
  for (const TableStatistics& table : database_->Stats().tables) {
    if (table.name != "b") continue;
    EXPECT_EQ((*plans)[0].bytes_after, table.file_bytes);
  }
}

TEST_F(CompactTest, PlanOfACheckpointIsWhatTheCheckpointThenDoes) {
  // 1 of 11 lines is superseded in each, and in b later 10 of 20.
  const JsonTable rows = *JsonTable::Open(*database_, "b");
  for (int id = 0; id < 10; ++id) ASSERT_THAT(rows.Upsert({{"id", id}, {"n", 1}}), IsOk());
  Options options;
  options.compaction_bytes_small = 0;
  const auto plans = PlanCheckpoint(*database_, options);
  ASSERT_THAT(plans, IsOk());
  ASSERT_EQ(plans->size(), 2u);
  EXPECT_EQ(plans->at(0).lines_after, plans->at(0).lines_before);
  EXPECT_EQ(plans->at(0).bytes_after, plans->at(0).bytes_before);
  EXPECT_EQ(plans->at(1).lines_after, 10u);
  const auto done = database_->Checkpoint();
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->tables_compacted, std::vector<std::string>{"b"});
  EXPECT_EQ(done->lines_dropped, plans->at(1).lines_before - plans->at(1).lines_after);
  for (const TableStatistics& table : database_->Stats().tables) {
    const CompactionPlan& plan = plans->at(table.name == "a" ? 0 : 1);
    EXPECT_EQ(table.file_bytes, plan.bytes_after) << table.name;
  }
}

TEST_F(CompactTest, RefusesATableThatIsNotThereAndAnOpenTransaction) {
  EXPECT_EQ(Compact(*database_, {"a", "c"}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(PlanCompaction(*database_, {"c"}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Lines("a"), 11u);
  const absl::StatusOr<WriteTransaction> open = database_->Begin();
  EXPECT_EQ(Compact(*database_).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace linedb
