// The picture of a file is only as good as its bytes: a map that counts a superseded line twice, or
// not at all, would send somebody to compact what needs none.

#include "linedb/file_map.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "linedb/json_table.h"

namespace linedb {
namespace {

class FileMapTest : public testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.maintenance = Maintenance::kManual;
    options.compaction_bytes_small = 0;
    options.compaction_share_min = 1;
    database_ = *Database::OpenInMemory(options);
    TableSchema schema{.table_name = "student",
                       .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                                   {.name = "name", .type = Type::kString}}};
    ASSERT_TRUE(database_->CreateTable(schema).ok());
  }
  void Put(int id, const std::string& name) {
    ASSERT_TRUE(JsonTable::Open(*database_, "student")->Upsert({{"id", id}, {"name", name}}).ok());
  }
  static std::uint64_t LineBytes(int id, const std::string& name) {
    return Json({{"id", id}, {"name", name}}).dump().size() + 1;
  }
  FileMap Map(std::size_t stretches = 16) {
    return *MapTableFile(*database_, "student", {.stretches = stretches});
  }
  std::unique_ptr<Database> database_;
};

TEST_F(FileMapTest, AnEmptyTableHasNoStretches) {
  const FileMap map = Map();
  EXPECT_EQ(map.bytes, 0u);
  EXPECT_TRUE(map.stretches.empty());
}

TEST_F(FileMapTest, SupersededLinesAreCountedOnceAndToTheByte) {
  std::uint64_t superseded = 0;
  for (int id = 1; id <= 300; ++id) Put(id, std::string(static_cast<std::size_t>(id % 40), 'x'));
  for (int id = 3; id <= 300; id += 7) {
    superseded += LineBytes(id, std::string(static_cast<std::size_t>(id % 40), 'x'));
    Put(id, "changed");
  }
  for (const std::size_t stretches : {1u, 2u, 7u, 256u, 100'000u}) {
    const FileMap map = Map(stretches);
    EXPECT_EQ(map.superseded_bytes, superseded);
    EXPECT_EQ(map.superseded_lines, 43u);
    EXPECT_LE(map.stretches.size(), stretches);
    std::uint64_t end = 0;
    std::uint64_t sum = 0;
    for (const FileStretch& stretch : map.stretches) {
      EXPECT_EQ(stretch.begin, end);
      EXPECT_LE(stretch.superseded_bytes, stretch.end - stretch.begin);
      end = stretch.end;
      sum += stretch.superseded_bytes;
    }
    EXPECT_EQ(end, map.bytes);
    EXPECT_EQ(sum, superseded) << stretches;
  }
}

TEST_F(FileMapTest, TheTailBeginsWhereTheLastCheckpointEnded) {
  Put(1, "Alice");
  EXPECT_EQ(Map().tail_begin, 0u);
  ASSERT_TRUE(database_->Checkpoint().ok());
  const std::uint64_t checkpointed = Map().bytes;
  Put(1, "Alicia");
  Put(1, "Alba");
  const FileMap map = Map();
  EXPECT_EQ(map.tail_begin, checkpointed);
  EXPECT_EQ(map.superseded_bytes, LineBytes(1, "Alice") + LineBytes(1, "Alicia"));
  EXPECT_EQ(map.tail_superseded_bytes, LineBytes(1, "Alicia"));
}

TEST_F(FileMapTest, AnUnknownTableAndNoStretchesAreRefused) {
  EXPECT_TRUE(absl::IsNotFound(MapTableFile(*database_, "studnet").status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(MapTableFile(*database_, "student", {.stretches = 0}).status()));
}

}  // namespace
}  // namespace linedb
