// CSV: what guards against a zip code that loses its zeros, a null that comes back as text, and a
// quote that is not closed and takes the rest of the file with it.

#include <memory>
#include <sstream>
#include <string>

#include "gtest/gtest.h"
#include "linedb/exchange.h"

namespace linedb {
namespace {

class CsvTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database_ = *Database::OpenInMemory();
    ASSERT_TRUE(
        database_
            ->CreateTable({.table_name = "t",
                           .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                                       {.name = "s"},
                                       {.name = "n", .nullable = true},
                                       {.name = "f", .type = Type::kFloat, .nullable = true},
                                       {.name = "j", .type = Type::kJson, .nullable = true}}})
            .ok());
  }

  ImportReport Take(const std::string& text, ImportOptions options = {}) {
    std::istringstream input(text);
    options.format = FileFormat::kCsv;
    options.source_name = "f";
    auto report = Import(*database_, "t", input, options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : ImportReport{};
  }
  std::string Written(FileFormat format) {
    std::ostringstream output;
    EXPECT_TRUE(Export(*database_, "t", format, output).ok());
    return output.str();
  }
  std::string Problems(const std::string& text) {
    std::string told;
    for (const ImportProblem& each : Take(text, {.dry_run = true}).problems) {
      told += each.ToString().substr(2) + "\n";
    }
    return told;
  }

  std::unique_ptr<Database> database_;
};

// [exchange-1.4] [exchange-1.5] [exchange-1.7] [exchange-2.1]
TEST_F(CsvTest, ExportIsReadBackAsTheSameRecords) {
  std::istringstream lines(R"({"id":1,"s":"","n":null,"f":0.1,"j":null})"
                           "\n"
                           R"({"id":2,"s":"a,b","n":"","f":-0.0,"j":{"a":["x\n",null]}})"
                           "\n"
                           R"({"id":3,"s":"q\"q\r\nz","n":" x ","f":1e+300,"j":"\u0000"})"
                           "\n"
                           R"({"id":4,"s":"\u0000","n":"null","f":null,"j":5})"
                           "\n");
  ASSERT_TRUE(Import(*database_, "t", lines)->committed);
  const std::string before = Written(FileFormat::kJsonLines);
  const std::string csv = Written(FileFormat::kCsv);
  SetUp();
  EXPECT_TRUE(Take("\xef\xbb\xbf" + csv).committed);
  EXPECT_EQ(Written(FileFormat::kJsonLines), before) << csv;
}

// [exchange-1.1] [exchange-1.2] [exchange-1.5] [exchange-2.1]
TEST_F(CsvTest, EachErrorIsToldAtItsPlace) {
  const std::string deep = std::string(200, '[') + std::string(200, ']');
  const std::pair<std::string, std::string> rows[] = {
      {"1,a,,,\r\n\r\n2,b,,,", ""},
      {"1,a,,\n", "2:6: t: expected 5 fields, found 4\n"},
      {"1,a,,,,x\n", "2:8: t: expected 5 fields, found 6\n"},
      {"007,a,,x,\n",
       "2:1: t.id: expected int, found \"007\"\n2:8: t.f: expected float, found \"x\"\n"},
      {",a,,,\n", "2:1: t.id: null is not allowed\n"},
      {"1,\"a\nb\",,x,\n", "3:5: t.f: expected float, found \"x\"\n"},
      {"1,\"a\"b,,,\n", "2:6: t: text behind the closing quote of a field\n"},
      {"1,a\"b,,,\n", "2:4: t: a quote in a field that does not begin with one\n"},
      {"1,\"a,,,\n2,b,,,\n", "2:3: t: the closing quote is missing\n"},
      {"1,a\rb,,,\n", "2:4: t: a carriage return outside of quotes\n"},
      {std::string("1,a\0b,,,\n", 9), "2:4: t: a NUL byte outside of quotes\n"},
      {"1,a\xff,,,\n", "2:4: t.s: the text is not UTF-8\n"},
      {"1,a,,," + deep + "\n", "2:7: t.j: expected json: nests deeper than 128 levels\n"},
      {"1,a,,,\"{\"\"x\"\":1,\"\"x\"\":2}\"\n",
       "2:7: t.j: expected json: the member \"x\" is doubled\n"},
      {"1,a,,,\n1,b,,,\n",
       "3:1: t.id: value 1 is taken by the record "
       "{\"id\":1,\"s\":\"a\",\"n\":null,\"f\":null,\"j\":null}, from line 2\n"},
  };
  for (const auto& [text, problems] : rows) {
    EXPECT_EQ(Problems("id,s,n,f,j\n" + text), problems) << text.substr(0, 80);
  }
  EXPECT_EQ(Problems("id,x,y\n1,2,3\n"),
            "1:4: t.x: there is no such column\n1:6: t.y: there is no such column\n"
            "1:1: t.s: the file has no such column, and there is no default\n");
}

// What other programs write: each oddity has a place, or none. [exchange-1.2] [exchange-2.1]
TEST_F(CsvTest, OdditiesOfOtherProgramsHaveLineAndColumn) {
  const std::string header = "id,s,n,f,j\n";
  const std::string bom = "\xef\xbb\xbf";
  const std::pair<std::string, std::string> texts[] = {
      {bom + "id,s,n,f,j\r\n1,a,,x,\r\n", "2:6: t.f: expected float, found \"x\"\n"},
      {bom + "id,s,x\n", "1:6: t.x: there is no such column\n"},
      {header + bom + "1,a,,,\n", "2:1: t.id: expected int, found \"" + bom + "1\"\n"},
      {header + "1,a,,\r\n2,b,,,\r\n", "2:6: t: expected 5 fields, found 4\n"},
      {header + "1,a,,,\"x\",y\r\n", "2:11: t: expected 5 fields, found 6\n"},
      {header + "\r\n\n7\n", "4:2: t: expected 5 fields, found 1\n"},
      {header + "1,\"a\"\"\nb\xff\",,,\n", "3:2: t.s: the text is not UTF-8\n"},
      {header + "1,\xed\xa0\x80,\xc0\xaf,,\n",
       "2:3: t.s: the text is not UTF-8\n2:7: t.n: the text is not UTF-8\n"},
      {header + std::string("1,\"a\0\r\",,,\n", 11), ""},
      {header + "1, \"a\",,,\n", "2:4: t: a quote in a field that does not begin with one\n"},
      {header + "1,a\",,,\n", "2:4: t: a quote in a field that does not begin with one\n"},
      {header + "1,\"a", "2:3: t: the closing quote is missing\n"},
      {header + "1,\"\"\"\",,,\n2,\"a\" ,,,\n",
       "3:6: t: text behind the closing quote of a field\n"},
  };
  for (const auto& [text, problems] : texts) EXPECT_EQ(Problems(text), problems) << text;
}

// [exchange-1.1] [exchange-2.1]
TEST_F(CsvTest, HeaderThatNamesNoColumnsIsRefused) {
  for (const auto& [text, place] :
       {std::pair{"id,s,id\n", "f:1:6: the name"},
        {"id,,s\n", "f:1:4: column 2 has no name"},
        {"id,\"s\n", "f:1:4: the header is no row"},
        {"id,\xff\n", "f:1:4: the header is not UTF-8"},
        {"\xff\xfei", "f:1:1: the header is not UTF-8"},
        {"id,s\r1,a\r", "f:1:5: the header is no row of CSV: a carriage"},
        {"", "f:1:1: expected a header"}}) {
    std::istringstream input(text);
    const auto status =
        Import(*database_, "t", input, {.format = FileFormat::kCsv, .source_name = "f"}).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text;
    EXPECT_EQ(std::string(status.message()).rfind(place, 0), 0u) << status;
  }
}

// [exchange-1.3] [exchange-1.9]
TEST_F(CsvTest, BadRowSwallowsNoGoodNeighbour) {
  for (const std::string bad :
       {"1,a,,", "1,a,,,,", "1,\"a,,,", "1,\"a\"b,,,", "x,a,,,", "1,\"a\nb\",,", "1,a\"b,,,"}) {
    SetUp();
    std::ostringstream rejects;
    const ImportReport report =
        Take("id,s,n,f,j\n8,x,,,\n" + bad + "\n9,\"y\",\"z\",,\n", {.rejects = &rejects});
    EXPECT_EQ(report.inserted, 2u) << bad;
    EXPECT_EQ(rejects.str(), "id,s,n,f,j\n" + bad + "\n");
  }
  // A quote that another record's would close.
  SetUp();
  std::ostringstream rejects;
  EXPECT_EQ(Take("id,s,n,f,j\n1,\"a,,,\n2,b,,,\n3,c\",,,,\n", {.rejects = &rejects}).inserted, 1u);
}

// [exchange-2.1]
TEST_F(CsvTest, OverlongRowIsOneErrorAndReadingGoesOn) {
  std::ostringstream rejects;
  const std::string row = "1," + std::string(std::size_t{1} << 24, 'x') + ",,,";
  const ImportReport report = Take("id,s,n,f,j\n" + row + "\n2,b,,,\n", {.rejects = &rejects});
  EXPECT_EQ(report.inserted, 1u);
  EXPECT_TRUE(rejects.str() == "id,s,n,f,j\n" + row + "\n");
}

TEST_F(CsvTest, TenThousandBadRowsAreAllReported) {
  std::string text = "id,s,n,f,j\n";
  for (int i = 0; i < 10000; ++i) text += std::to_string(i) + ",a,,bad,\n";
  const ImportReport report = Take(text, {.problems_max = 10000});
  ASSERT_EQ(report.problems.size(), 10000u);
  EXPECT_EQ(report.problems.back().line, 10001u);
  EXPECT_FALSE(report.committed);
}

// [exchange-1.4] [exchange-1.8]
TEST_F(CsvTest, OptionsSayHowTheFileIsSpelled) {
  const CsvOptions csv{.delimiter = ';',
                       .quotes = CsvQuotes::kNone,
                       .header = CsvHeader::kNone,
                       .nulls = {"NA", "\\N"}};
  EXPECT_TRUE(Take("1;5\" pipe;NA;\\N;NA\n", {.csv = csv}).committed);
  EXPECT_EQ(Written(FileFormat::kJsonLines),
            "{\"id\":1,\"s\":\"5\\\" pipe\",\"n\":null,\"f\":null,\"j\":null}\n");
  EXPECT_FALSE(ValidateCsvOptions({.delimiter = '"'}).ok());
  EXPECT_FALSE(ValidateCsvOptions({.nulls = {"a,b"}}).ok());
}

// [exchange-1.6]
TEST(CsvInferenceTest, TypeIsTakenOnlyIfValuesComeBack) {
  const std::pair<const char*, const char*> rows[] = {
      {"1\n-2\n", "int"},
      {"00501\n10001\n", "str"},
      {"1\n2.50\n", "float"},
      {"1e3\n", "float"},
      {"TRUE\nfalse\n", "bool"},
      {"2026-01-22\n", "date"},
      {"1\nx\n", "str"},
      {"9223372036854775808\n", "str"},
      {"0.12345678901234567890\n", "str"},
      {"2026-01-22T20:31:17Z\n", "timestamp"},
      {"+1\n", "str"},
      {"\"\"\n1\n", "str"},
      {"9007199254740993\n0.5\n", "str"},
  };
  for (const auto& [values, type] : rows) {
    std::istringstream input(std::string("c\n") + values);
    const auto schema = InferSchema(input, {.table_name = "t", .format = FileFormat::kCsv});
    ASSERT_TRUE(schema.ok()) << schema.status();
    EXPECT_EQ(TypeName(schema->columns[0].type), type) << values;
  }
  std::istringstream typed("c\n1\n\n");
  const auto schema = InferSchema(
      typed, {.table_name = "t", .format = FileFormat::kCsv, .types = {{"c", Type::kString}}});
  EXPECT_EQ(schema->columns[0].type, Type::kString);
  EXPECT_TRUE(schema->columns[0].nullable);
}

}  // namespace
}  // namespace linedb
