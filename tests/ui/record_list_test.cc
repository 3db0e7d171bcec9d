#include "linedb/record_list.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "linedb/json_table.h"

namespace linedb {
namespace {

class RecordListTest : public testing::Test {
 protected:
  void SetUp() override {
    database_ = *Database::OpenInMemory();
    ASSERT_TRUE(
        database_
            ->CreateTable({.table_name = "t",
                           .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                                       {.name = "name", .type = Type::kString}}})
            .ok());
    const JsonTable table = *JsonTable::Open(*database_, "t");
    for (const int id : {3, 1, 2}) {
      ASSERT_TRUE(table.Insert({{"id", id}, {"name", std::string(1, char('d' - id))}}).ok());
    }
  }
  std::string Ids(const RecordListOptions& options) {
    const absl::StatusOr<RecordList> list = RecordList::Create(*database_, "t", options);
    return list.ok() ? Ids(*list) : std::string(list.status().message());
  }
  static std::string Ids(const RecordList& list) {
    std::string ids;
    for (std::size_t i = 0; i < list.size(); ++i) {
      ids += std::to_string(Json::parse(list.line(i))["id"].get<int>());
    }
    return ids;
  }
  std::unique_ptr<Database> database_;
};

TEST_F(RecordListTest, RecordsComeInFileOrderOrAsTheyAreOrdered) {
  EXPECT_EQ(Ids({}), "312");
  EXPECT_EQ(Ids({.order_by = "id"}), "123");
  EXPECT_EQ(Ids({.order_by = "name"}), "321");
  EXPECT_EQ(Ids({.where = "id >= 2", .order_by = "id desc"}), "32");
}

TEST_F(RecordListTest, AListStaysWhatItWasWhileOthersWrite) {
  const absl::StatusOr<RecordList> list = RecordList::Create(*database_, "t");
  const JsonTable table = *JsonTable::Open(*database_, "t");
  ASSERT_TRUE(table.Erase(1).ok());
  ASSERT_TRUE(table.Insert({{"id", 9}, {"name", "z"}}).ok());
  ASSERT_TRUE(database_->Checkpoint().ok());
  ASSERT_TRUE(database_->DropTable("t").ok());
  EXPECT_EQ(Ids(*list), "312");
}

TEST_F(RecordListTest, WhatIsWrongWithConditionOrOrderIsSaid) {
  EXPECT_NE(Ids({.where = "id >"}).find("expected"), std::string::npos);
  EXPECT_NE(Ids({.where = "nothing = 1"}).find("nothing"), std::string::npos);
  EXPECT_NE(Ids({.order_by = "nothing"}).find("nothing"), std::string::npos);
  EXPECT_TRUE(absl::IsNotFound(RecordList::Create(*database_, "u").status()));
}

}  // namespace
}  // namespace linedb
