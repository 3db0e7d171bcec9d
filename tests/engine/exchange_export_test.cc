// Export gives back what Import took in, in both formats, whatever the records hold.

#include <random>
#include <sstream>
#include <string>

#include "gtest/gtest.h"
#include "linedb/exchange.h"
#include "linedb/json_table.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

std::unique_ptr<Database> NewDatabase() {
  auto opened = Database::OpenInMemory();
  EXPECT_TRUE(opened.ok()) << opened.status();
  return *std::move(opened);
}

// Makes table t of the text and takes the text in.
void TakeIn(Database& database, const std::string& text, std::vector<std::string> key) {
  std::istringstream first(text);
  InferOptions infer{.table_name = "t", .primary_key = std::move(key)};
  const auto schema = InferSchema(first, infer);
  ASSERT_TRUE(schema.ok()) << schema.status();
  ASSERT_TRUE(database.CreateTable(*schema).ok());
  std::istringstream second(text);
  const auto report = Import(database, "t", second);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_TRUE(report->problems.empty()) << report->problems[0].ToString();
}

std::string Exported(Database& database, FileFormat format) {
  std::ostringstream output;
  const auto count = Export(database, "t", format, output);
  EXPECT_TRUE(count.ok()) << count.status();
  return output.str();
}

const std::string& Sample() {
  static const std::string text =
      "{\"k\":1,\"s\":\"plain\",\"f\":0.1,\"j\":{\"b\":[1,2.50,\"x\"],\"a\":null}}\n"
      "{\"k\":2,\"s\":\"quote \\\" back \\\\ tab \\t 李雷 😀\",\"f\":1e300,\"j\":[]}\n"
      "{\"k\":-3,\"s\":\"\",\"f\":-0.5,\"j\":\"{not nested}\"}\n"
      "{\"k\":9223372036854775807,\"s\":\"]},{[\",\"f\":2.0,\"j\":null}\n";
  return text;
}

TEST(ExportTest, GivesBackWhatImportTookIn) {
  for (const FileFormat format : {FileFormat::kJsonLines, FileFormat::kJson}) {
    for (const std::vector<std::string>& key : {std::vector<std::string>{"k"}, {}}) {
      const auto database = NewDatabase();
      TakeIn(*database, Sample(), key);
      const std::string lines = Exported(*database, FileFormat::kJsonLines);
      const auto again = NewDatabase();
      TakeIn(*again, Exported(*database, format), key);
      EXPECT_EQ(Exported(*again, FileFormat::kJsonLines), lines);
      std::istringstream expected(Sample());
      std::istringstream found(lines);
      for (std::string a, b; std::getline(expected, a) && std::getline(found, b);) {
        EXPECT_EQ(nlohmann::json::parse(a), nlohmann::json::parse(b));
      }
    }
  }
}

TEST(ExportTest, JsonNamesTableAndCount) {
  const auto database = NewDatabase();
  TakeIn(*database, Sample(), {"k"});
  const auto json = nlohmann::json::parse(Exported(*database, FileFormat::kJson));
  EXPECT_EQ(json["table"], "t");
  EXPECT_EQ(json["count"], 4);
  EXPECT_EQ(json["records"].size(), 4u);
  EXPECT_TRUE(json["exported_at"].is_string());
}

TEST(ExportTest, EmptyTableIsAnEmptyList) {
  const auto database = NewDatabase();
  ASSERT_TRUE(
      database->CreateTable({.table_name = "t", .columns = {{.name = "a", .type = Type::kInt}}})
          .ok());
  EXPECT_EQ(Exported(*database, FileFormat::kJsonLines), "");
  EXPECT_EQ(nlohmann::json::parse(Exported(*database, FileFormat::kJson))["count"], 0);
}

TEST(ExportTest, FailingStreamIsAnError) {
  const auto database = NewDatabase();
  TakeIn(*database, Sample(), {"k"});
  std::ostream broken(nullptr);
  EXPECT_EQ(Export(*database, "t", FileFormat::kJsonLines, broken).status().code(),
            absl::StatusCode::kInternal);
  std::ostringstream output;
  EXPECT_EQ(Export(*database, "none", FileFormat::kJsonLines, output).status().code(),
            absl::StatusCode::kNotFound);
}

// Whatever is cut from or changed in an export, Import ends, and says no more than it took in.
TEST(ExportTest, ImportSurvivesDamagedExports) {
  const auto database = NewDatabase();
  TakeIn(*database, Sample(), {"k"});
  const std::string whole = Exported(*database, FileFormat::kJson);
  std::mt19937 random(20260122);
  for (int round = 0; round < (testing::kSanitized ? 500 : 2000); ++round) {
    std::string text = whole;
    const std::size_t at = random() % text.size();
    if (round % 3 == 0) text.resize(at);
    if (round % 3 == 1) text[at] = "{}[]\",:\\\nx"[random() % 10];
    if (round % 3 == 2) text.erase(at, 1 + random() % 5);
    const auto target = NewDatabase();
    const auto schema = database->Schema("t");
    ASSERT_TRUE(schema.ok() && target->CreateTable(*schema).ok());
    std::istringstream input(text);
    std::ostringstream rejects;
    ImportOptions options;
    options.rejects = &rejects;
    const auto report = Import(*target, "t", input, options);
    if (report.ok()) {
      EXPECT_EQ(report->inserted + report->rejected, report->read) << text;
      EXPECT_LE(report->inserted, 4u) << text;
    }
  }
}

}  // namespace
}  // namespace linedb
