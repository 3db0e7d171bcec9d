// The data of the page's views, without a browser and without a socket.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "linedb/json_table.h"
#include "tools/dbtool/ui/pages.h"
#include "tools/dbtool/ui/pictures.h"
#include "tools/dbtool/ui/svg.h"

namespace linedb::dbtool {
namespace {

class PageDataTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "linedb_page_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    Options options;
    options.maintenance = Maintenance::kManual;
    writer_ = *Database::Open(directory_, options);
    ASSERT_TRUE(
        writer_
            ->CreateTable({.table_name = "t",
                           .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                                       {.name = "name", .type = Type::kString}}})
            .ok());
    for (int id = 1; id <= 10; ++id) Put(id, "name");
    Options reading;
    reading.access = Access::kReadOnly;
    reader_ = *Database::Open(directory_, reading);
    session_ = std::make_unique<Session>(*reader_);
  }
  void TearDown() override {
    session_.reset();
    reader_.reset();
    writer_.reset();
    std::filesystem::remove_all(directory_);
  }
  void Put(int id, const std::string& name) {
    ASSERT_TRUE(JsonTable::Open(*writer_, "t")->Upsert({{"id", id}, {"name", name}}).ok());
  }
  PageJson Records(std::map<std::string, std::string> values) {
    values["table"] = "t";
    return *RecordsPage(*session_, Parameters(std::move(values)));
  }

  std::string directory_;
  std::unique_ptr<Database> writer_;
  std::unique_ptr<Database> reader_;
  std::unique_ptr<Session> session_;
};

TEST_F(PageDataTest, AnotherPageOfAListMakesNoListAnew) {
  const PageJson first = Records({{"count", "3"}, {"order", "id"}, {"descending", "1"}});
  EXPECT_EQ(first["rows"][0]["key"], "10");
  Put(11, "later");
  session_->follower().Poll();
  const PageJson next = Records({{"count", "3"},
                                 {"order", "id"},
                                 {"descending", "1"},
                                 {"offset", "3"},
                                 {"view", std::to_string(first["view"].get<int>())}});
  EXPECT_EQ(next["rows"][0]["key"], "7");
  EXPECT_EQ(next["total"], 10);
  EXPECT_EQ(session_->views().made(), 1u);
  EXPECT_EQ(Records({{"order", "id"}, {"descending", "1"}})["total"], 11);
  EXPECT_EQ(session_->views().made(), 2u);
}

TEST_F(PageDataTest, ALongValueIsCutInAListAndWholeInItsRecord) {
  Put(1, std::string(2000, 'x') + "\\\"\n");
  session_->follower().Poll();
  const PageJson row = Records({{"where", "id = 1"}})["rows"][0];
  EXPECT_LT(row["cells"][1].get<std::string>().size(), 400u);
  const PageJson page = *RecordPage(*session_, Parameters({{"table", "t"}, {"key", "1"}}));
  EXPECT_EQ(page["members"][1][1], std::string(2000, 'x') + "\\\"\n");
  EXPECT_EQ(page["versions_total"], 2);
  EXPECT_EQ(page["versions"][1]["changed"][0], "name");
}

// [ui-10]
TEST_F(PageDataTest, TheExampleOfAFilterIsOneThatTheTableTakes) {
  EXPECT_EQ(Records({})["example"], "id >= 1 and starts_with(name, 'n')");
  ColumnSchema key{.name = "in", .type = Type::kInt, .primary_key = true};
  ColumnSchema quoted{.name = "US \"Gross\"", .type = Type::kFloat, .nullable = true};
  ColumnSchema text{.name = "or", .type = Type::kString};
  ColumnSchema day{.name = "day", .type = Type::kDate, .primary_key = true};
  struct Row {
    std::vector<ColumnSchema> columns;
    Json record;
    std::string example;
  };
  const Row rows[] = {
      {{key, text}, {{"in", -5}, {"or", "'"}}, "\"in\" >= -5 and starts_with(\"or\", 'A')"},
      {{key, quoted}, {{"in", 1}, {quoted.name, 2.5}}, "\"US \"\"Gross\"\"\" >= 2.5"},
      {{key, quoted}, {{"in", 1}, {quoted.name, nullptr}}, "\"US \"\"Gross\"\"\" >= 1"},
      {{day, text}, {{"day", "2026-01-22"}, {"or", "é"}}, "starts_with(\"or\", 'A')"},
      {{day}, {{"day", "2026-01-22"}}, "day is not null"}};
  int number = 0;
  for (const Row& row : rows) {
    const std::string table = "row_" + std::to_string(++number);
    ASSERT_TRUE(writer_->CreateTable({.table_name = table, .columns = row.columns}).ok());
    ASSERT_TRUE(JsonTable::Open(*writer_, table)->Insert(row.record).ok());
    session_->follower().Poll();
    const PageJson page = *RecordsPage(*session_, Parameters({{"table", table}}));
    EXPECT_EQ(page["example"], row.example);
    EXPECT_TRUE(
        RecordsPage(*session_, Parameters({{"table", table}, {"where", row.example}})).ok());
  }
}

TEST_F(PageDataTest, TheFollowerTellsOfWhatTheDatabaseThenShows) {
  session_->follower().Poll();
  const std::uint64_t known = session_->follower().version();
  Put(12, "new");
  session_->follower().Poll();
  EXPECT_NE(session_->follower().version(), known);
  const PageJson page = *TimelinePage(*session_, {});
  EXPECT_EQ(page["transactions"][0]["changes"][0]["key"], "12");
  EXPECT_EQ((*OverviewPage(*session_, {}))["tables"][0]["records"], 11);
}

TEST_F(PageDataTest, ACheckpointAloneIsNews) {
  session_->follower().Poll();
  const std::uint64_t known = session_->follower().version();
  ASSERT_TRUE(writer_->Checkpoint().ok());
  for (int i = 0; i < 10; ++i) session_->follower().Poll();
  EXPECT_NE(session_->follower().version(), known);
  EXPECT_EQ((*LogsPage(*session_, {}))["logs"].size(), 2u);
}

TEST(PictureTest, MarkupInATextIsNoMarkupInAPicture) {
  EXPECT_EQ(EscapeMarkup("<a href='x'>\"&\x01"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;\uFFFD");
}

TEST(PictureTest, WhatIsThereIsSeenHoweverLittleItIs) {
  FileMap map{.table = "t", .bytes = 1'000'000, .superseded_bytes = 10, .superseded_lines = 1};
  map.stretches = {{0, 1'000'000, 10}};
  EXPECT_NE(DrawFileMap(map).svg.find("height=\"3.00\" class=\"superseded\""), std::string::npos);
}

}  // namespace
}  // namespace linedb::dbtool
