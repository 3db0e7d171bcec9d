// Rows of CSV are found, split and written by looking at 16 and 64 bytes at once. What guards
// against a row whose meaning depends on where in such a block a quote or a delimiter lies, and
// against a value that comes in otherwise by CSV than by JSON Lines.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/exchange/csv_row.h"
#include "linedb/exchange.h"
#include "tests/exchange/csv_reference.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using engine::CsvDialect;
using engine::CsvRow;

// The fields of a row as one text, or "no row".
std::string Engine(std::string_view text, const CsvDialect& dialect) {
  CsvRow row;
  schema::JsonFault fault;
  std::string scratch;
  if (!engine::SplitCsvRow(text, dialect, &row, &fault)) return "no row";
  std::string shown;
  for (const engine::CsvField& field : row.fields) {
    absl::StrAppend(&shown, field.quoted ? "q" : "p", "<", std::string(field.Value(&scratch)), ">");
  }
  return shown;
}

std::string Reference(std::string_view text, const CsvDialect& dialect) {
  const auto fields = testing::ReferenceSplit(text, dialect);
  if (!fields.has_value()) return "no row";
  std::string shown;
  for (const testing::ReferenceField& field : *fields) {
    absl::StrAppend(&shown, field.quoted ? "q" : "p", "<", field.value, ">");
  }
  return shown;
}

// [exchange-1.2]
TEST(CsvRowsTest, EachMarkMeansTheSameWhereverItLies) {
  const std::string_view pieces[] = {",",    "\"",   "\"\"", "\r",  std::string_view("\0", 1),
                                     ",\"a", "\",",  "\r\n", "\"x", ",,",
                                     ";",    ",\",", "é"};
  for (const CsvDialect& dialect : {CsvDialect{}, CsvDialect{',', false}, CsvDialect{';', true}}) {
    for (std::size_t length = 0; length <= 130; ++length) {
      for (std::size_t at = 0; at <= length; ++at) {
        const std::string_view piece = pieces[(length + at) % std::size(pieces)];
        const std::string row = std::string(at, 'x').append(piece).append(length - at, 'y');
        ASSERT_EQ(Engine(row, dialect), Reference(row, dialect)) << row;
        const std::string quoted = absl::StrCat("\"", row, "\",z");
        ASSERT_EQ(Engine(quoted, dialect), Reference(quoted, dialect)) << quoted;
      }
    }
  }
}

// [exchange-1.2]
TEST(CsvRowsTest, RandomRowsAreSplitAsByteByByte) {
  std::mt19937_64 random(schema::TestSeed());
  constexpr std::string_view kBytes =
      "ab,,\"\"\r\0 \xc3\xa9;"
      "abcdefghijklmnop";
  std::size_t rows = 0;
  for (int round = 0; round < 100000; ++round) {
    // Mostly of what begins the list.
    const std::size_t kinds = random() % 3 == 0 ? 4 : kBytes.size();
    std::string row(random() % 80, ' ');
    for (char& byte : row) byte = kBytes[random() % kinds];
    const CsvDialect dialect{',', random() % 4 != 0};
    const std::string found = Engine(row, dialect);
    ASSERT_EQ(found, Reference(row, dialect)) << row;
    ASSERT_EQ(engine::IsCsvRow(row, dialect), found != "no row") << row;
    rows += found != "no row" ? 1 : 0;
  }
  EXPECT_GT(rows, 10000u);
}

TableSchema EveryType() {
  return {.table_name = "t",
          .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                      {.name = "a name of more than sixteen bytes", .nullable = true},
                      {.name = "s"},
                      {.name = "i", .type = Type::kInt, .nullable = true},
                      {.name = "f", .type = Type::kFloat, .nullable = true},
                      {.name = "b", .type = Type::kBool, .nullable = true},
                      {.name = "y", .type = Type::kBytes, .nullable = true},
                      {.name = "t", .type = Type::kTimestamp, .nullable = true},
                      {.name = "d", .type = Type::kDate, .nullable = true},
                      {.name = "j", .type = Type::kJson, .nullable = true}}};
}

// One of some values, as JSON; right ones for each type, in and out of their canonical form.
std::string ValueOf(const ColumnSchema& column, std::mt19937_64& random) {
  const auto pick = [&random](std::vector<std::string> values) {
    return values[random() % values.size()];
  };
  if (column.nullable && random() % 5 == 0) return "null";
  switch (column.type) {
    case Type::kInt:
      return pick({"0", "-1", "-0", "1234567", "12345678", "-9223372036854775808",
                   std::to_string(random() >> 1)});
    case Type::kFloat:
      return pick({"0.5", "-0", "5", "1e3", "0.10", "1E-7", "123456789012345", "0.00001",
                   "1234567890123456", "-2.50", "17.9769", "100000000000000000000.5"});
    case Type::kBool:
      return pick({"true", "false"});
    case Type::kBytes:
      return pick({"\"QUI=\"", "\"\"", "\"QUJDREVGR0hJSktM\""});
    case Type::kTimestamp:
      return pick({"\"2026-01-22T20:31:17.592172Z\"", "\"2026-01-22 20:31:17+02:00\"",
                   "\"2026-01-22T20:31:17.1Z\""});
    case Type::kDate:
      return pick({"\"2026-01-22\"", "\"0000-02-29\""});
    case Type::kJson:
      return pick({"{\"a\":[1,2.50,\"é\"]}", "[]", "\"text, \\\"quoted\\\"\"", "true", "1e2"});
    case Type::kString:
      break;
  }
  const auto length = static_cast<std::size_t>(random() % 40);
  return pick({"\"\"", "\" \"", "\"a, b\"", "\"say \\\"x\\\"\"", "\"\\\\ \\t \\u0000\"",
               "\"two\\r\\nlines\"", "\"Čeština, naïve\"", "\"null\"",
               absl::StrCat("\"", std::string(length, 'x'), "\""),
               absl::StrCat("\"", std::string(length, 'x'), "é\"")});
}

// What a person would type into a cell for the value.
std::string CellOf(const ColumnSchema& column, const std::string& json) {
  if (json == "null") return "";
  const bool is_text = json[0] == '"' && column.type != Type::kJson;
  std::string cell;
  AppendCsvField(is_text ? nlohmann::json::parse(json).get<std::string>() : json, {}, &cell);
  return cell;
}

std::string ExportOf(const std::string& text, FileFormat format) {
  const auto database = *Database::OpenInMemory();
  EXPECT_TRUE(database->CreateTable(EveryType()).ok());
  std::istringstream input(text);
  const auto report = Import(*database, "t", input, {.format = format});
  EXPECT_TRUE(report.ok() && report->committed) << report.status();
  for (const ImportProblem& problem : report->problems) ADD_FAILURE() << problem.ToString();
  std::ostringstream output;
  EXPECT_TRUE(Export(*database, "t", FileFormat::kJsonLines, output).ok());
  return output.str();
}

// [exchange-1.5] [exchange-1.10]
TEST(CsvRowsTest, SameRecordsByCsvAndByJsonLinesAreTheSameLines) {
  std::mt19937_64 random(schema::TestSeed());
  const std::vector<ColumnSchema> columns = EveryType().columns;
  std::string csv;
  std::string lines;
  for (const ColumnSchema& column : columns)
    absl::StrAppend(&csv, csv.empty() ? "" : ",", column.name);
  csv += "\n";
  for (int id = 0; id < 3000; ++id) {
    std::string row;
    std::string line;
    for (const ColumnSchema& column : columns) {
      const std::string value = column.primary_key ? std::to_string(id) : ValueOf(column, random);
      absl::StrAppend(&row, row.empty() ? "" : ",", CellOf(column, value));
      absl::StrAppend(&line, line.empty() ? "{\"" : ",\"", column.name, "\":", value);
    }
    csv += row + (random() % 2 == 0 ? "\r\n" : "\n");
    lines += line + "}\n";
  }
  const std::string by_csv = ExportOf(csv, FileFormat::kCsv);
  EXPECT_EQ(by_csv, ExportOf(lines, FileFormat::kJsonLines));
  EXPECT_EQ(std::count(by_csv.begin(), by_csv.end(), '\n'), 3000);
}

}  // namespace
}  // namespace linedb
