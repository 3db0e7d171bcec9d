// What CanonicalizeRecord lets in is in the database for ever, and what it refuses a person must
// find in a file of a million lines. So: rows of texts, each with its line, or its byte and reason.

#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/record_codec.h"

namespace linedb::schema {
namespace {

RecordLayout Layout(std::vector<ColumnSchema> columns) {
  return RecordLayout::Create({.table_name = "t", .columns = std::move(columns)}).value();
}

RecordLayout StudentLayout() {
  return Layout({{.name = "id", .type = Type::kInt, .primary_key = true, .nullable = true},
                 {.name = "name"},
                 {.name = "email", .nullable = true, .unique = true},
                 {.name = "gpa", .type = Type::kFloat, .nullable = true, .default_json = "0"}});
}

// The line; or "<byte> <column>: <reason>", the column in brackets if there is none.
std::string Canonical(const RecordLayout& layout, std::string_view json,
                      const CanonicalizeOptions& options = {.assigned_key = 41}) {
  std::string line = "before";
  std::vector<FieldSpan> spans;
  RecordError error;
  const absl::Status status = CanonicalizeRecord(layout, json, options, &line, &spans, &error);
  if (status.ok()) {
    line.erase(0, 6);
    std::vector<FieldSpan> split(spans.size());
    EXPECT_TRUE(SplitCanonical(layout, line, layout.column_count() - 1, split.data())) << line;
    EXPECT_EQ(split, spans);
    return line;
  }
  EXPECT_EQ(line, "before");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const std::string column = error.column.empty() ? "[]" : error.column;
  EXPECT_EQ(std::string(status.message().data(), status.message().size()),
            absl::StrCat("t", error.column.empty() ? "" : ".", error.column, ": ", error.reason));
  return absl::StrCat(error.byte, " ", column, ": ", error.reason);
}

struct Row {
  std::string json;
  std::string outcome;
};

// [schema-5.1] [schema-5.2]
TEST(CanonicalizeTest, RecordsAreLaidOutOrRefusedWithTheirByte) {
  const RecordLayout layout = StudentLayout();
  const std::vector<Row> rows = {
      {R"({"id":1,"name":"A","email":"a@b","gpa":3.5})",
       R"({"id":1,"name":"A","email":"a@b","gpa":3.5})"},
      {R"( { "gpa" : 4 , "name" : "\u0041\/" , "id" : 1, "email":null } )",
       R"({"id":1,"name":"A/","email":null,"gpa":4.0})"},
      {R"({"name":"A"})", R"({"id":41,"name":"A","email":null,"gpa":0.0})"},
      {R"({"name":"A","id":null,"gpa":null})", R"({"id":41,"name":"A","email":null,"gpa":null})"},
      {R"({"id":1})", "0 name: the value is missing and there is no default"},
      {R"( {"id":1})", "1 name: the value is missing and there is no default"},
      {R"({"id":1,"name":null})", "15 name: null is not allowed"},
      {R"({"id":1,"name":"A","nmae":"B"})", R"(19 []: there is no column "nmae")"},
      {R"({"id":1,"name":"A","name":"B"})", "19 name: the member is doubled"},
      {R"({"id":1,"name":"A","n\u0061me":"B"})", "19 name: the member is doubled"},
      {R"({"id":1,"name":"A","$rowid":1})", R"(19 []: there is no column "$rowid")"},
      {R"({"$deleted":true,"id":1})", R"(1 []: there is no column "$deleted")"},
      {R"({"id":1,"name":"A"} x)", "20 []: text after the end: x"},
      {R"({"id":1,"name":"A"}{"id":2})", R"(19 []: text after the end: {"id":2})"},
      {R"([1])", "0 []: expected an object, found [1]"},
      {"", "0 []: expected an object, found the end"},
      {R"({"id":1,"name":"A)", "15 name: a string without its closing quote"},
      {R"({"id":1,"name":)", "15 name: the text ends where a value is due"},
      {R"({"id":1,"name":"A")", "18 []: expected ',' or '}'"},
      {R"({"id":1,})", "8 []: expected a member's name in quotes"},
      {R"({"id" 1})", "6 []: expected ':'"},
      {R"({"id":1,"name":nope})", "15 name: no JSON value: nope"},
      {"{\"id\":1,\"name\":\"\xff\"}", "16 []: the text is not UTF-8"},
      {R"({"id":1,"name":"\ud800"})", "16 name: a wrong escape in a string"},
      {"{\"id\":1,\"name\":\"a\nb\"}", "17 name: a control character in a string"},
  };
  for (const Row& row : rows) EXPECT_EQ(Canonical(layout, row.json), row.outcome) << row.json;
}

// [schema-3.6] [schema-5.3]
TEST(CanonicalizeTest, ValuesOfAnotherTypeAreRefusedAndShown) {
  const struct {
    Type type;
    std::string value;
    std::string outcome;
  } rows[] = {
      {Type::kInt, "-9223372036854775808", "-9223372036854775808"},
      {Type::kInt, "-0", "0"},
      {Type::kInt, "3.0", "expected int, found 3.0"},
      {Type::kInt, "1e3", "expected int, found 1e3"},
      {Type::kInt, "true", "expected int, found true"},
      {Type::kInt, "\"abc\"", "expected int, found \"abc\""},
      {Type::kInt, "[1, 2]", "expected int, found [1, 2]"},
      {Type::kInt, "9223372036854775808",
       "9223372036854775808 is out of range of a 64-bit integer"},
      {Type::kInt, "-9223372036854775809",
       "-9223372036854775809 is out of range of a 64-bit integer"},
      {Type::kInt, "NaN", "NaN is not a value"},
      {Type::kInt, "007", "no JSON value: 007"},
      {Type::kFloat, "3", "3.0"},
      {Type::kFloat, "18446744073709551616", "1.8446744073709552e+19"},
      {Type::kFloat, "1e-400", "0.0"},
      {Type::kFloat, "1e400", "1e400 is out of range of a 64-bit float"},
      {Type::kFloat, "NaN", "NaN is not a value"},
      {Type::kFloat, "Infinity", "Infinity is not a value"},
      {Type::kFloat, "-Infinity", "-Infinity is not a value"},
      {Type::kFloat, "\"3\"", "expected float, found \"3\""},
      {Type::kFloat, "false", "expected float, found false"},
      {Type::kBool, "false", "false"},
      {Type::kBool, "0", "expected bool, found 0"},
      {Type::kBool, "\"true\"", "expected bool, found \"true\""},
      {Type::kBool, "truth", "no JSON value: truth"},
      {Type::kString, "1", "expected str, found 1"},
      {Type::kString, "{\"a\":1}", "expected str, found {\"a\":1}"},
      {Type::kBytes, "\"AP8\\u003d\"", "\"AP8=\""},
      {Type::kBytes, "\"AP8\"", "expected bytes, found \"AP8\""},
      {Type::kBytes, "7", "expected bytes, found 7"},
      {Type::kTimestamp, "\"2026-01-22 20:31:17+02:00\"", "\"2026-01-22T18:31:17.000000Z\""},
      {Type::kTimestamp, "\"2026-01-22T20:31:17\"",
       "expected timestamp, found \"2026-01-22T20:31:17\""},
      {Type::kDate, "\"2026-01-22\"", "\"2026-01-22\""},
      {Type::kDate, "\"2026-02-30\"", "expected date, found \"2026-02-30\""},
      {Type::kJson, "{\"b\": [1.50, 18446744073709551615], \"a\": {}}",
       "{\"b\":[1.5,18446744073709551615],\"a\":{}}"},
  };
  for (const auto& row : rows) {
    const RecordLayout layout =
        Layout({{.name = "k", .primary_key = true}, {.name = "v", .type = row.type}});
    const std::string line = Canonical(layout, absl::StrCat(R"({"k":"x","v":  )", row.value, "}"));
    const bool taken = line[0] == '{';
    EXPECT_EQ(line, taken ? absl::StrCat(R"({"k":"x","v":)", row.outcome, "}")
                          : absl::StrCat("15 v: ", row.outcome));
  }
}

TEST(CanonicalizeTest, FaultsInsideJsonColumnsHaveTheirOwnByte) {
  const RecordLayout layout =
      Layout({{.name = "k", .primary_key = true}, {.name = "v", .type = Type::kJson}});
  EXPECT_EQ(Canonical(layout, R"({"k":"x","v":{"a":1,"a":2}})"),
            "20 v: the member \"a\" is doubled");
  EXPECT_EQ(Canonical(layout, R"({"k":"x","v":[1,1e400]})"),
            "16 v: 1e400 is out of range of a 64-bit float");
  EXPECT_EQ(Canonical(layout, R"({"k":"x","v":null})"), "13 v: null is not allowed");
}

TEST(CanonicalizeTest, LongValuesAreCutInReasons) {
  const std::string reason =
      Canonical(StudentLayout(), absl::StrCat(R"({"id":")", std::string(100, 'x'), "\"}"));
  EXPECT_EQ(reason, absl::StrCat("6 id: expected int, found \"", std::string(59, 'x'), "..."));
}

TEST(CanonicalizeTest, DeepNestingIsRefusedAtOnce) {
  const RecordLayout layout =
      Layout({{.name = "k", .primary_key = true}, {.name = "v", .type = Type::kJson}});
  const auto start = std::chrono::steady_clock::now();
  for (const std::size_t depth : {129u, 100'000u, 10'000'000u}) {
    const std::string json =
        absl::StrCat(R"({"k":"x","v":)", std::string(depth, '['), std::string(depth, ']'), "}");
    EXPECT_EQ(Canonical(layout, json), "141 v: nests deeper than 128 levels");
    EXPECT_THAT(Canonical(StudentLayout(), absl::StrCat(R"({"id":)", std::string(depth, '['))),
                testing::StartsWith("6 id: expected int, found [[["));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

// [schema-2.3]
TEST(CanonicalizeTest, LinesThatAreTooLongAreRefused) {
  const RecordLayout layout = Layout({{.name = "k", .primary_key = true}});
  const std::size_t frame = std::string(R"({"k":""})").size();
  const auto with = [](std::size_t size) {
    return absl::StrCat(R"({"k":")", std::string(size, 'x'), "\"}");
  };
  EXPECT_EQ(Canonical(layout, with(kLineBytesMax - frame)).size(), kLineBytesMax);
  EXPECT_EQ(Canonical(layout, with(kLineBytesMax - frame + 1)),
            "0 []: a line of 16777216 bytes, at most 16777215 are allowed");
  EXPECT_EQ(Canonical(layout, std::string(2 * kLineBytesMax + 1, ' ')),
            "0 []: a line of 33554431 bytes, at most 16777215 are allowed");
}

TEST(CanonicalizeTest, OptionsSayWhatElseIsTaken) {
  const RecordLayout layout = StudentLayout();
  EXPECT_EQ(Canonical(layout, R"({"name":"A"})", {}),
            "0 id: the value is missing and there is no default");
  EXPECT_EQ(Canonical(layout, R"({"name":"A","id":null})", {}), "17 id: null is not allowed");
  EXPECT_EQ(
      Canonical(layout, R"({"x":[{"y":1}],"id":1,"name":"A"})", {.ignore_unknown_columns = true}),
      R"({"id":1,"name":"A","email":null,"gpa":0.0})");
  EXPECT_EQ(Canonical(layout, R"({"x":[}],"id":1})", {.ignore_unknown_columns = true}),
            R"(6 []: no JSON value: }],"id":1})");
}

// [schema-6.2]
TEST(CanonicalizeTest, TheOriginalsLinesAreTaken) {
  const RecordLayout layout =
      Layout({{.name = "id", .type = Type::kInt, .primary_key = true, .nullable = true},
              {.name = "name"},
              {.name = "at", .type = Type::kTimestamp, .nullable = true},
              {.name = "gpa", .type = Type::kFloat, .nullable = true}});
  const CanonicalizeOptions original{.original_format = true};
  EXPECT_EQ(
      Canonical(
          layout,
          R"({"name": "Zo\u00eb", "at": "2026-01-22T20:31:17.592172", "gpa": 1e+16, "id": 1})",
          original),
      R"({"id":1,"name":"Zoë","at":"2026-01-22T20:31:17.592172Z","gpa":1e+16})");
  EXPECT_EQ(Canonical(layout, R"({"name": "A", "gpa": NaN, "id": 1})", original),
            "21 gpa: NaN is not a value");
}

TEST(CanonicalizeTest, RowIdsAreAssignedOrGiven) {
  const RecordLayout layout = Layout({{.name = "text"}});
  EXPECT_EQ(Canonical(layout, R"({"text":"a"})"), R"({"$rowid":41,"text":"a"})");
  EXPECT_EQ(Canonical(layout, R"({"text":"a","$rowid":7})"), R"({"$rowid":7,"text":"a"})");
  EXPECT_EQ(Canonical(layout, R"({"text":"a","$rowid":"7"})"),
            "21 $rowid: expected int, found \"7\"");
  EXPECT_EQ(Canonical(layout, R"({"text":"a"})", {}),
            "0 $rowid: the value is missing and there is no default");
}

// [schema-2.2]
TEST(CanonicalizeTest, CanonicalLinesStayAsTheyAre) {
  const RecordLayout layout = StudentLayout();
  const std::string line =
      Canonical(layout, R"({"gpa":1e-5,"email":"\u0001\t","name":"\"é\\","id":-7})");
  EXPECT_EQ(line, R"({"id":-7,"name":"\"é\\","email":"\u0001\t","gpa":1e-05})");
  EXPECT_EQ(Canonical(layout, line), line);
}

}  // namespace
}  // namespace linedb::schema
