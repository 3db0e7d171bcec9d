// What guards against CSV that works for tables made for it and not for a database that people use:
// each table of Chinook goes out as CSV and comes back as the same records, with its schema and
// with one inferred. With a few records of each, and with all of them where shared/data/chinook is
// at hand.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "linedb/exchange.h"
#include "tests/references/chinook.h"

namespace linedb {
namespace {

using testing::ChinookSampleOf;
using testing::ChinookSchemas;

constexpr char kData[] = LINEDB_SOURCE_DIR "/../shared/data/chinook/";

enum class Extent { kSample, kWhole };

class ChinookCsvTest : public ::testing::TestWithParam<Extent> {
 protected:
  void SetUp() override {
    if (GetParam() == Extent::kWhole && !std::filesystem::exists(kData)) {
      GTEST_SKIP() << kData << " is not there";
    }
    database_ = NewShop();
    for (const TableSchema& schema : ChinookSchemas()) {
      std::stringstream text;
      if (GetParam() == Extent::kSample) {
        text << ChinookSampleOf(schema);
      } else {
        text << std::ifstream(kData + schema.table_name + ".jsonl").rdbuf();
      }
      Take(*database_, schema.table_name, text.str(), {});
    }
  }

  static std::unique_ptr<Database> NewShop() {
    auto database = *Database::OpenInMemory();
    for (const TableSchema& schema : ChinookSchemas()) {
      EXPECT_TRUE(database->CreateTable(schema).ok());
    }
    return database;
  }
  // How many records came in.
  static std::uint64_t Take(Database& database, const std::string& table, const std::string& text,
                            ImportOptions options) {
    std::istringstream input(text);
    const absl::StatusOr<ImportReport> report = Import(database, table, input, options);
    EXPECT_TRUE(report.ok() && report->committed) << report.status();
    if (!report.ok()) return 0;
    for (const ImportProblem& problem : report->problems) ADD_FAILURE() << problem.ToString();
    return report->inserted;
  }
  static std::string Written(Database& database, const std::string& table, FileFormat format) {
    std::ostringstream output;
    EXPECT_TRUE(Export(database, table, format, output).ok());
    return output.str();
  }

  std::unique_ptr<Database> database_;
};

// [exchange-1.7]
TEST_P(ChinookCsvTest, EachTableComesBackWithItsSchema) {
  const auto again = NewShop();
  std::uint64_t records = 0;
  for (const TableSchema& schema : ChinookSchemas()) {
    const std::string& table = schema.table_name;
    records += Take(*again, table, Written(*database_, table, FileFormat::kCsv),
                    {.format = FileFormat::kCsv});
    EXPECT_EQ(Written(*again, table, FileFormat::kJsonLines),
              Written(*database_, table, FileFormat::kJsonLines));
  }
  EXPECT_EQ(records, GetParam() == Extent::kWhole ? 15607u : 27u);
}

// [exchange-1.6] [exchange-1.7]
TEST_P(ChinookCsvTest, EachTableGoesOutAgainAsTheSameCsvWithASchemaInferred) {
  for (const TableSchema& schema : ChinookSchemas()) {
    const std::string csv = Written(*database_, schema.table_name, FileFormat::kCsv);
    std::istringstream input(csv);
    const absl::StatusOr<TableSchema> inferred =
        InferSchema(input, {.table_name = "inferred", .format = FileFormat::kCsv});
    ASSERT_TRUE(inferred.ok()) << inferred.status();
    const auto again = *Database::OpenInMemory();
    ASSERT_TRUE(again->CreateTable(*inferred).ok());
    Take(*again, "inferred", csv, {.format = FileFormat::kCsv});
    EXPECT_EQ(Written(*again, "inferred", FileFormat::kCsv), csv) << schema.table_name;
  }
}

INSTANTIATE_TEST_SUITE_P(Extents, ChinookCsvTest,
                         ::testing::Values(Extent::kSample, Extent::kWhole),
                         [](const auto& extent) {
                           return extent.param == Extent::kSample ? "Sample" : "Whole";
                         });

}  // namespace
}  // namespace linedb
