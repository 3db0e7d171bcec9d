// Import, by rows: a table, an input, and what must come of it.
//
// What they guard against: an error that names the wrong place in a file of a million lines, a bad
// record that takes a good neighbour with it, half a file in the table.

#include <sstream>
#include <streambuf>
#include <string>

#include "gtest/gtest.h"
#include "linedb/exchange.h"
#include "linedb/json_table.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

class ImportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Database::OpenInMemory();
    ASSERT_TRUE(opened.ok()) << opened.status();
    database_ = *std::move(opened);
    TableSchema schema{.table_name = "t",
                       .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                                   {.name = "s", .type = Type::kString, .nullable = true},
                                   {.name = "f", .type = Type::kFloat, .nullable = true},
                                   {.name = "u", .nullable = true, .unique = true}}};
    ASSERT_TRUE(database_->CreateTable(schema).ok());
  }

  ImportReport Take(const std::string& text, const ImportOptions& options = {}) {
    std::istringstream input(text);
    auto report = Import(*database_, "t", input, options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : ImportReport{};
  }

  // The ids in the table, in file order: "1 2 3".
  std::string Ids() {
    std::string ids;
    auto table = JsonTable::Open(*database_, "t");
    EXPECT_TRUE(table.ok());
    EXPECT_TRUE(table
                    ->ForEach([&ids](const Json& record) {
                      ids += (ids.empty() ? "" : " ") + record["id"].dump();
                      return true;
                    })
                    .ok());
    return ids;
  }

  std::unique_ptr<Database> database_;
};

std::string Problems(const ImportReport& report) {
  std::string text;
  for (const ImportProblem& problem : report.problems) text += problem.ToString() + "\n";
  return text;
}

struct Row {
  std::string input;
  std::string problems;  // without the file's name
  FileFormat format = FileFormat::kAuto;
};

TEST_F(ImportTest, ReportsEachErrorAtItsPlace) {
  const std::string deep = std::string(10000, '[') + std::string(10000, ']');
  const Row rows[] = {
      {"", ""},
      {"\n \n\r\n", ""},
      {"{\"id\":1}", ""},
      {"\xef\xbb\xbf{\"id\":1}\r\n{\"id\":2}\r\n", ""},
      {"{\"id\":1,\"f\":\"abc\"}\n", "1:13: t.f: expected float, found \"abc\"\n"},
      {"\xef\xbb\xbf{\"id\":\"x\"}\n", "1:7: t.id: expected int, found \"x\"\n"},
      {"{\"s\":\"x\"}\n", "1:1: t.id: the value is missing and there is no default\n"},
      {"\n  {\"id\":null}\n", "2:9: t.id: null is not allowed\n"},
      {"{\"id\":1,\"x\":2,\"y\":3}\n",
       "1:9: t.x: there is no such column\n1:15: t.y: there is no such column\n"},
      {"{\"id\":1.5,\"s\":1,\"f\":true}\n",
       "1:7: t.id: expected int, found 1.5\n1:15: t.s: expected str, found 1\n"
       "1:21: t.f: expected float, found true\n"},
      {"{\"id\":1,\"id\":2}\n", "1:9: t.id: the member is doubled\n"},
      {"{\"id\":99999999999999999999}\n",
       "1:7: t.id: 99999999999999999999 is out of range of a 64-bit integer\n"},
      {"{\"id\":1,\"f\":NaN}\n", "1:13: t.f: NaN is not a value\n"},
      {"{\"id\":1} x\n", "1:10: t: text after the end: x\n"},
      {"{\"id\":1}{\"id\":2}\n", "1:9: t: text after the end: {\"id\":2}\n"},
      {"[1]\n{\"id\":1}\n", "1:1: t: expected an object, found [1]\n", FileFormat::kJsonLines},
      {std::string("{\"id\":1,\"s\":\"a\0b\"}\n", 19),
       "1:15: t.s: a control character in a string\n"},
      {"{\"id\":1,\"s\":\"\xff\"}\n", "1:14: t.s: the text is not UTF-8\n"},
      {"{\"id\":1}\n{\"id\":2}\n{\"id\":1}\n",
       "3:1: t.id: value 1 is taken by the record "
       "{\"id\":1,\"s\":null,\"f\":null,\"u\":null}, from line 1\n"},
      {"{\"id\":1,\"u\":\"a\"}\n{\"id\":2,\"u\":\"a\"}\n",
       "2:1: t.u: value \"a\" is taken by the record "
       "{\"id\":1,\"s\":null,\"f\":null,\"u\":\"a\"}, from line 1\n"},
      {"{\"id\":1,\"s\":" + deep + "}\n",
       "1:13: t.s: expected str, found " + std::string(60, '[') + "...\n"},
  };
  for (const Row& row : rows) {
    ImportOptions options;
    options.dry_run = true;
    options.format = row.format;
    options.source_name = "f";
    std::string expected;
    std::istringstream lines(row.problems);
    for (std::string line; std::getline(lines, line);) expected += "f:" + line + "\n";
    EXPECT_EQ(Problems(Take(row.input, options)), expected) << row.input.substr(0, 200);
  }
}

TEST_F(ImportTest, BadRecordNeverTakesAGoodNeighbour) {
  struct Neighbours {
    std::string input;
    std::string ids;
  };
  const Neighbours rows[] = {
      {"{\"id\":1}\n{\"id\":\n{\"id\":3}\n", "1 3"},
      {"{\"id\":1}\n{\"id\":2,\"s\":\"open\n{\"id\":3}", "1 3"},
      {"[{\"id\":1},{\"id\":\"x\"},{\"id\":3}]", "1 3"},
      {"[{\"id\":1},{\"id\":2,{\"id\":3}]", "1 3"},
      {"[{\"id\":1} {\"id\":3}]", "1 3"},
      {"[{\"id\":1},\n{\"id\":2,\"s\":\"open},\n{\"id\":3}\n]", "1 3"},
      {"[{\"id\":1},\n{\"id\":2,\"s\":[1,2,\n{\"id\":3}\n]", "1 3"},
      {"[\n{\"id\":1},\n{\"id\":2,\"s\":[{\"a\":1,\n{\"id\":3},\n{\"id\":4}]", "1 3 4"},
      {"[\n  {\n    \"id\": 1\n  },\n  {\n    \"id\": 2,\n    \"s\": [\n  },\n  {\n    \"id\": 3\n "
       " "
       "}\n]",
       "1 3"},
      {"[{\"id\":1}\n,{\"id\":2,\"s\":\"x\n,{\"id\":3}]", "1 3"},
      {"[{\"id\":1},17,{\"id\":3}]", "1 3"},
      {"[{\"id\":1},nonsense,\n{\"id\":3}]", "1 3"},
      {"[{\"id\":1},{\"id\":3}", "1 3"},
      {"[{\"id\":1},{\"id\":3}] trailing", "1 3"},
      {"[{\"id\":1},{\"id\":3},]", "1 3"},
      {"[{\"id\":1},{\"id\":2,\"s\":]},{\"id\":3}]", "1 3"},
      {"[{\"id\":1},\n{\"id\":2,\"s\":[1]]},\n{\"id\":3}]", "1 3"},
      {"[{\"id\":1},{\"id\":2],\n{\"id\":3}]", "1 3"},
      {"[{\"id\":1}],{\"id\":3}]", "1 3"},
      {"[{\"id\":1}]\n{\"id\":3}]", "1 3"},
      {"{\"records\":[{\"id\":1},{\"id\":2]}", "1"},
      {"{\"records\":[\n{\"id\":1},\n{\"id\":2],\"count\":2}", "1"},
      {"{\"records\":[\n{\"id\":1},\n{\"id\":2,\"s\":],\"u\":\"x\"},\n{\"id\":3}],\"count\":3}",
       "1 3"},
      {"{\"table\":\"t\",\"records\":[\n{\"id\":1},\n{\"id\":2,\n{\"id\":3}\n],\"count\":3}",
       "1 3"},
  };
  for (const Neighbours& row : rows) {
    SetUp();
    std::ostringstream rejects;
    ImportOptions options;
    options.rejects = &rejects;
    const ImportReport report = Take(row.input, options);
    EXPECT_EQ(Ids(), row.ids) << row.input << '\n' << Problems(report);
    EXPECT_GE(report.rejected, 1u) << row.input;
  }
}

TEST_F(ImportTest, ProblemLeavesNothingOfTheImport) {
  const ImportReport report = Take("{\"id\":1}\n{\"id\":\"x\"}\n{\"id\":3}\n");
  EXPECT_EQ(Ids(), "");
  EXPECT_FALSE(report.committed);
  EXPECT_EQ(report.read, 3u);
  EXPECT_EQ(report.inserted, 0u);
  EXPECT_EQ(report.rejected, 1u);
}

TEST_F(ImportTest, BatchesBeforeAProblemStay) {
  ImportOptions options;
  options.batch_records = 2;
  const ImportReport report =
      Take("{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n{\"id\":\"x\"}\n{\"id\":5}\n{\"id\":6}\n", options);
  EXPECT_EQ(Ids(), "1 2");
  EXPECT_EQ(report.inserted, 2u);
  EXPECT_FALSE(report.committed);
}

TEST_F(ImportTest, ConflictsFailSkipOrReplace) {
  Take("{\"id\":1,\"u\":\"a\"}\n{\"id\":2,\"u\":\"b\"}\n");
  const std::string input =
      "{\"id\":1,\"s\":\"new\",\"u\":\"a\"}\n{\"id\":3}\n{\"id\":4,\"u\":\"b\"}\n";
  EXPECT_EQ(Take(input).rejected, 2u);
  ImportOptions options;
  options.on_conflict = OnConflict::kReplace;
  const ImportReport failed = Take(input, options);
  EXPECT_EQ(failed.rejected, 1u) << "another unique key still clashes";
  EXPECT_EQ(Ids(), "1 2");
  std::ostringstream rejects;
  options.rejects = &rejects;
  const ImportReport replaced = Take(input, options);
  EXPECT_EQ(replaced.replaced, 1u);
  EXPECT_EQ(replaced.inserted, 1u);
  EXPECT_EQ(rejects.str(), "{\"id\":4,\"u\":\"b\"}\n");
  options = {};
  options.on_conflict = OnConflict::kSkip;
  EXPECT_EQ(Take(input, options).skipped, 3u);
}

// Records are inserted many at a time; what happens to one is told of it alone.
TEST_F(ImportTest, ClashAmongManyRecordsIsNamedAndCostsNoOther) {
  std::string input;
  for (int line = 1; line <= 700; ++line) {
    const int id = line == 1 || line == 300 || line == 700 ? 1 : line;
    input += "{\"id\":" + std::to_string(id) + (line == 400 ? ",\"f\":\"x\"}\n" : "}\n");
  }
  const std::string clash =
      "t.id: value 1 is taken by the record "
      "{\"id\":1,\"s\":null,\"f\":null,\"u\":null}, from line 1\n";
  const ImportReport failed = Take(input);
  const std::string fault = "<input>:400:15: t.f: expected float, found \"x\"\n";
  EXPECT_EQ(Problems(failed), "<input>:300:1: " + clash + fault + "<input>:700:1: " + clash);
  EXPECT_EQ(failed.read, 700u);
  EXPECT_EQ(Ids(), "");
  input.replace(input.find("\"x\""), 3, "1.5");
  ImportOptions options;
  options.on_conflict = OnConflict::kSkip;
  options.batch_records = 299;
  const ImportReport skipped = Take(input, options);
  EXPECT_EQ(Problems(skipped), "");
  EXPECT_EQ(skipped.inserted, 698u);
  EXPECT_EQ(skipped.skipped, 2u);
  std::string ids = "1";
  for (int id = 2; id < 700; ++id) {
    if (id != 300) ids += " " + std::to_string(id);
  }
  EXPECT_EQ(Ids(), ids);
}

TEST_F(ImportTest, UnknownColumnsAreIgnoredOnlyWhenAsked) {
  ImportOptions options;
  const ImportReport refused = Take("{\"id\":1,\"x\":1}\n{\"id\":2,\"y\":1,\"x\":2}\n", options);
  EXPECT_EQ(refused.unknown_columns, (std::vector<std::string>{"x", "y"}));
  options.unknown_columns = UnknownColumns::kIgnore;
  EXPECT_EQ(Take("{\"id\":1,\"x\":NaN}\n", options).rejected, 1u) << "what is no JSON is an error";
  EXPECT_EQ(Take("{\"id\":1,\"x\":1}\n", options).inserted, 1u);
}

TEST_F(ImportTest, ProblemsBeyondTheMostAreCounted) {
  std::string input;
  for (int i = 0; i < 50; ++i) input += "{\"id\":\"x\"}\n";
  ImportOptions options;
  options.problems_max = 7;
  int called = 0;
  options.on_problem = [&called](const ImportProblem&) { ++called; };
  const ImportReport report = Take(input, options);
  EXPECT_EQ(report.problems.size(), 7u);
  EXPECT_EQ(report.problem_count, 50u);
  EXPECT_EQ(called, 50);
}

TEST_F(ImportTest, InterruptionLeavesNothing) {
  std::istringstream input("{\"id\":1}\n{\"id\":2}\n");
  ImportOptions options;
  options.progress = [](std::uint64_t) { return false; };
  EXPECT_EQ(Import(*database_, "t", input, options).status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Ids(), "");
  EXPECT_EQ(Take("{\"id\":1}\n").inserted, 1u) << "and the database can be written to again";
}

TEST_F(ImportTest, InputThatIsNoJsonIsRefusedWithItsPlace) {
  for (const std::string input : {"x", "{\"a\":1}", "{\"records\":5}", "{\"records\" [", ""}) {
    std::istringstream stream(input);
    ImportOptions options;
    options.format = FileFormat::kJson;
    options.source_name = "f";
    const absl::Status status = Import(*database_, "t", stream, options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << input;
    EXPECT_EQ(std::string(status.message()).rfind("f:1:", 0), 0u) << status;
  }
}

// Text that exists only while it is read.
class EndlessLine : public std::streambuf {
 public:
  explicit EndlessLine(std::uint64_t blocks, std::string end)
      : blocks_(blocks), end_(std::move(end)) {}

 protected:
  int_type underflow() override {
    if (blocks_ == 0 && ended_) return traits_type::eof();
    if (blocks_ == 0) {
      ended_ = true;
      block_ = end_;
    } else {
      --blocks_;
      block_ = first_ ? "{\"id\":1,\"s\":\"" : std::string(std::size_t{1} << 16, 'x');
      first_ = false;
    }
    setg(block_.data(), block_.data(), block_.data() + block_.size());
    return traits_type::to_int_type(block_[0]);
  }

 private:
  std::uint64_t blocks_;
  std::string end_;
  std::string block_;
  bool first_ = true;
  bool ended_ = false;
};

TEST_F(ImportTest, GibibyteLineIsOneErrorAndReadingGoesOn) {
  EndlessLine text(testing::kSanitized ? 1 << 10 : 1 << 14, "\"}\n{\"id\":2}\n");
  std::istream input(&text);
  ImportOptions options;
  options.source_name = "f";
  const auto report = Import(*database_, "t", input, options);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(Problems(*report), "f:1:1: t: record of more than 16777215 bytes\n");
  EXPECT_EQ(report->read, 2u);
}

TEST_F(ImportTest, AClashNamesTheLineItsOtherRecordCameFrom) {
  Take("{\"id\":1,\"u\":\"a\"}\n");
  const std::string input =
      "{\"id\":1}\n\n{\"id\":2,\"u\":\"b\"}\n{\"id\":3,\"u\":\"b\"}\n{\"id\":2}\n"
      "{\"id\":4,\"u\":\"d\"}\n{\"id\":4}\n{\"id\":5,\"u\":\"a\"}\n";
  const auto ends = [this, &input](const ImportOptions& options) {
    std::string text;
    for (const ImportProblem& problem : Take(input, options).problems) {
      const std::size_t end = problem.reason.rfind('}');
      text += std::to_string(problem.line) + problem.reason.substr(end) + "\n";
    }
    return text;
  };
  EXPECT_EQ(ends({}), "1}\n4}, from line 3\n5}, from line 3\n7}, from line 6\n8}\n");
  // Replacing 2 is no clash, and what it had is free; of 1 nothing is left.
  Take("{\"id\":2,\"u\":\"x\"}\n");
  EXPECT_EQ(ends({.on_conflict = OnConflict::kReplace}), "4}, from line 3\n");
}

}  // namespace
}  // namespace linedb
