// InferSchema, by rows: the values of a column, and the type that takes them all in unchanged.

#include <sstream>
#include <string>

#include "gtest/gtest.h"
#include "linedb/exchange.h"

namespace linedb {
namespace {

absl::StatusOr<TableSchema> Infer(const std::string& text, InferOptions options = {}) {
  std::istringstream input(text);
  if (options.table_name.empty()) options.table_name = "t";
  return InferSchema(input, options);
}

// "id int, name str?": ? for nullable, ! for the primary key, * for unique.
std::string Shown(const TableSchema& schema) {
  std::string text;
  for (const ColumnSchema& column : schema.columns) {
    text += (text.empty() ? "" : ", ") + column.name + " " + std::string(TypeName(column.type)) +
            (column.primary_key ? "!" : "") + (column.unique ? "*" : "") +
            (column.nullable ? "?" : "");
  }
  return text;
}

// Members were counted and not the records that have them, so the doubled one of the first line hid
// that the second has none, and the import refused a good record.
TEST(InferSchemaTest, DoubledMemberDoesNotHideOneThatIsMissing) {
  const auto schema = Infer("{\"a\":1,\"a\":2}\n{\"b\":3}\n");
  ASSERT_TRUE(schema.ok()) << schema.status();
  EXPECT_EQ(Shown(*schema), "a int?, b int?");
}

TEST(InferSchemaTest, FindsTheNarrowestTypeThatChangesNothing) {
  struct Row {
    const char* values;  // of column c, one a record
    const char* shown;
  };
  const Row rows[] = {
      {"1 -2 9223372036854775807", "c int"},
      {"1 2.5", "c float"},
      {"1e3", "c float"},
      {"1 9007199254740993 0.5", "c json?"},
      {"9223372036854775808", "c json?"},
      {"true false", "c bool"},
      {"true 1", "c json?"},
      {"\"a\" \"1\"", "c str"},
      {"\"1962-02-18T00:00:00\"", "c str"},
      {"\"2026-01-22T20:31:17.592172Z\"", "c str"},
      {"\"a\" 1", "c json?"},
      {"[1] {\"a\":[2]}", "c json?"},
      {"null", "c json?"},
      {"1 null", "c int?"},
      {"null \"a\"", "c str?"},
  };
  for (const Row& row : rows) {
    std::istringstream values(row.values);
    std::string input;
    for (std::string value; values >> value;) input += "{\"c\": " + value + "}\n";
    const auto schema = Infer(input);
    ASSERT_TRUE(schema.ok()) << row.values << schema.status();
    EXPECT_EQ(Shown(*schema), row.shown) << row.values;
  }
}

TEST(InferSchemaTest, KeepsTheOrderOfAppearanceAndSeesWhatIsLeftOut) {
  const auto schema = Infer("{\"b\":1,\"a\":2}\n{\"b\":1,\"c\":\"x\",\"\\u0064\":{\"b\":1}}\n");
  ASSERT_TRUE(schema.ok()) << schema.status();
  EXPECT_EQ(Shown(*schema), "b int, a int?, c str?, d json?");
}

TEST(InferSchemaTest, SetsTheKeysAskedFor) {
  InferOptions options;
  options.primary_key = {"a", "b"};
  options.unique_keys = {{"c"}, {"c", "d"}};
  const auto schema = Infer("{\"a\":1,\"b\":null,\"c\":1,\"d\":2}\n", options);
  ASSERT_TRUE(schema.ok() || schema.status().code() == absl::StatusCode::kInvalidArgument);
  options.primary_key = {"a"};
  const auto keyed = Infer("{\"a\":1,\"c\":1,\"d\":2}\n", options);
  ASSERT_TRUE(keyed.ok()) << keyed.status();
  EXPECT_EQ(Shown(*keyed), "a int!, c int*, d int");
  EXPECT_EQ(keyed->unique_keys, (std::vector<std::vector<std::string>>{{"c", "d"}}));
}

TEST(InferSchemaTest, MissingIntegerKeyIsOneToBeAssigned) {
  InferOptions options;
  options.primary_key = {"id"};
  const auto schema = Infer("{\"id\":1,\"a\":1}\n{\"a\":2}\n", options);
  ASSERT_TRUE(schema.ok()) << schema.status();
  EXPECT_EQ(Shown(*schema), "id int!?, a int");
}

TEST(InferSchemaTest, RefusesWhatCanBeNoTable) {
  InferOptions options;
  options.primary_key = {"nothing"};
  EXPECT_FALSE(Infer("{\"a\":1}\n", options).ok());
  EXPECT_FALSE(Infer("").ok());
  EXPECT_FALSE(Infer("nonsense\n").ok());
  EXPECT_FALSE(Infer("{\"$a\":1}\n").ok());
  EXPECT_FALSE(Infer("{\"\":1}\n").ok());
  options = {};
  options.table_name = "../x";
  EXPECT_FALSE(Infer("{\"a\":1}\n", options).ok());
}

// The record was passed over, and there was said to be none.
TEST(InferSchemaTest, TellsTheFaultOfTheFirstRecordIfThereIsNoOther) {
  const std::string overlong = "{\"a\":\"" + std::string(20'000'000, 'x') + "\"}";
  const std::string reason = ": record of more than 16777215 bytes";
  InferOptions options;
  options.source_name = "long";
  EXPECT_EQ(Infer(overlong + "\n", options).status().message(), "long:1:1" + reason);
  EXPECT_EQ(Infer("\n\n" + overlong, options).status().message(), "long:3:1" + reason);
  EXPECT_EQ(Infer("[\n" + overlong + "]", options).status().message(), "long:2:1" + reason);
  EXPECT_TRUE(Infer(overlong + "\n{\"a\":1}\n", options).ok());
}

TEST(InferSchemaTest, ReadsEveryFormatThatImportReads) {
  for (const char* input :
       {"{\"a\":1}\n", "[{\"a\":1}]", "[\n {\n  \"a\" : 1\n }\n]\n", "{\"records\":[\n{\"a\":1}]}",
        "{\"table\":\"t\",\"records\":[{\"a\":1}],\"count\":1}\n"}) {
    const auto schema = Infer(input);
    ASSERT_TRUE(schema.ok()) << input << schema.status();
    EXPECT_EQ(Shown(*schema), "a int") << input;
  }
}

}  // namespace
}  // namespace linedb
