// What Bind accepts, refuses and says of an expression.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/bound_expression.h"

namespace linedb::schema {
namespace {

using testing::HasSubstr;

RecordLayout StudentLayout() {
  TableSchema schema = {
      .table_name = "student",
      .columns = {{.name = "id", .type = Type::kInt, .primary_key = true, .nullable = true},
                  {.name = "name"},
                  {.name = "gpa", .type = Type::kFloat, .nullable = true},
                  {.name = "born", .type = Type::kDate},
                  {.name = "seen", .type = Type::kTimestamp, .nullable = true},
                  {.name = "photo", .type = Type::kBytes, .nullable = true},
                  {.name = "more", .type = Type::kJson, .nullable = true},
                  {.name = "active", .type = Type::kBool},
                  {.name = "student.x", .type = Type::kInt}}};
  return RecordLayout::Create(std::move(schema)).value();
}

absl::StatusOr<BoundExpression> Bound(std::string_view text) {
  return BoundExpression::Bind(Expression::Parse(text).value(), StudentLayout());
}

// [schema-9.3]
TEST(BindTest, WhatDoesNotFitTheColumnsIsToldWithItsTypes) {
  const struct {
    const char* text;
    const char* outcome;
  } rows[] = {
      {"name > 3", "name > 3: column name (str) cannot be compared with 3 (int)"},
      {"3 > name", "3 > name: 3 (int) cannot be compared with column name (str)"},
      {"gpa = '3'", "column gpa (float) cannot be compared with '3' (str)"},
      {"length(name) = 'x'", "length(name) (int) cannot be compared with 'x' (str)"},
      {"gpa in (1, 'x')", "column gpa (float) cannot be compared with 'x' (str)"},
      {"id between 1 and name", "column id (int) cannot be compared with column name (str)"},
      {"active = 1", "column active (bool) cannot be compared with 1 (int)"},
      {"seen < born", "column seen (timestamp) cannot be compared with column born (date)"},
      {"seen > 'yesterday'",
       "expected a timestamp as '2026-01-22T20:31:17Z', as column seen (timestamp) is one, found "
       "'yesterday'"},
      {"'2026-1-1' = born", "expected a date as '2026-01-22', as column born (date) is one"},
      {"photo in ('AA')", "expected bytes in base64 as 'AAEC', as column photo (bytes) is one"},
      {"more < more", "column more (json): json values have no order"},
      {"more between 1 and 2", "cannot be compared with"},
      {"more = '{}'", "column more (json) cannot be compared with '{}' (str)"},
      {"name + 1", "name + 1: expected a number, found column name (str)"},
      {"length(gpa) > 1", "length(gpa): expected text or bytes, found column gpa (float)"},
      {"starts_with(name, photo)",
       "column name (str) cannot be compared with column photo (bytes)"},
      {"gpa and active", "gpa and active: expected a condition, found column gpa (float)"},
      {"not name", "not name: expected a condition, found column name (str)"},
      {"nobody = 1", "table student has no column nobody"},
      {"teacher.name = 'x'", "table student has no column teacher.name"},
  };
  for (const auto& row : rows) {
    const auto bound = Bound(row.text);
    EXPECT_EQ(bound.status().code(), absl::StatusCode::kInvalidArgument) << row.text;
    EXPECT_THAT(std::string(bound.status().message()), HasSubstr(row.outcome)) << row.text;
  }
}

// [schema-9.11]
TEST(BindTest, ANameThatIsNoColumnBesideTextWasPerhapsMeantForText) {
  const struct {
    const char* text;
    const char* hint;  // "": none
  } rows[] = {{"name = CA", "no column CA; text stands in single quotes: 'CA'"},
              {"name != \"New York\"", "; text stands in single quotes: 'New York'"},
              {"born > yesterday", "; text stands in single quotes: 'yesterday'"},
              {"starts_with(name, A)", "; text stands in single quotes: 'A'"},
              {"id = CA", ""},
              {"CA = name", ""},
              {"name = 'x' and active = yes", ""}};
  for (const auto& row : rows) {
    const std::string message(Bound(row.text).status().message());
    EXPECT_THAT(message, HasSubstr(" has no column ")) << row.text;
    EXPECT_THAT(message, HasSubstr(row.hint)) << row.text;
    const bool is_hinted = message.find("quotes") != message.npos;
    EXPECT_EQ(is_hinted, *row.hint != 0) << row.text;
  }
}

TEST(BindTest, ABoundExpressionTellsItsTypeAndColumns) {
  const struct {
    const char* text;
    const char* type;  // "" : none; with ?: nullable
    std::vector<int> columns;
  } rows[] = {
      {"gpa > 1 and (id = 2 or gpa < id)", "bool?", {0, 2}},
      {"name", "str", {1}},
      {"student.name = 'x'", "bool", {1}},
      {"student.x", "int", {8}},
      {"\"student.student.x\"", "int", {8}},
      {"gpa is null", "bool", {2}},
      {"null", "?", {}},
      {"null + 1", "int?", {}},
      {"length(name) + 1", "int", {1}},
      {"length(name) / 2", "int?", {1}},
      {"length(name) * 0.5", "float?", {1}},
      {"name in ('a')", "bool", {1}},
      {"name in ('a', null)", "bool?", {1}},
      {"1 < 2", "bool", {}},
      {"born", "date", {3}},
  };
  for (const auto& row : rows) {
    const auto bound = Bound(row.text);
    ASSERT_TRUE(bound.ok()) << row.text << " " << bound.status();
    std::string type = bound->type().has_value() ? std::string(TypeName(*bound->type())) : "";
    if (bound->nullable()) type += "?";
    EXPECT_EQ(type, row.type) << row.text;
    EXPECT_EQ(bound->columns(), row.columns) << row.text;
    EXPECT_EQ(bound->last_column(), row.columns.empty() ? -1 : row.columns.back()) << row.text;
    EXPECT_EQ(bound->is_condition(), type.starts_with("bool") || type == "?") << row.text;
    EXPECT_EQ(bound->CheckIsCondition().ok(), bound->is_condition()) << row.text;
  }
  EXPECT_THAT(std::string(Bound("gpa + 1")->CheckIsCondition().message()),
              HasSubstr("expected a condition, which is true or false; gpa + 1 is of type float"));
}

// [schema-9.3]
TEST(BindTest, TextComparedWithTimesAndBytesIsReadAsThem) {
  const Value day = Value::Date(std::chrono::sys_days(std::chrono::days(20'475)));  // 2026-01-22
  const Value time = Value::Time(Timestamp(std::chrono::seconds(20'475 * 86'400 + 3600)));
  const Value bytes = Value::Binary(std::string("\0\1\2", 3));
  std::vector<ValueView> columns(9);
  columns[3] = ViewOf(day);
  columns[4] = ViewOf(time);
  columns[5] = ViewOf(bytes);
  for (const char* text :
       {"born = '2026-01-22'", "'2026-01-21' < born", "born in ('2025-01-01', '2026-01-22')",
        "born between '2026-01-22' and '2026-01-23'", "seen = '2026-01-22T01:00:00Z'",
        "seen = '2026-01-22 02:00:00.000+01:00'", "'2026-01-01T00:00:00Z' < seen",
        "'2026-01-22T00:59:00Z' between '2025-01-01T00:00:00Z' and seen", "photo = 'AAEC'",
        "photo in ('AAEC', 'AA==')", "starts_with(photo, 'AAE=')", "not contains(photo, 'AAI=')",
        "photo = bytes 'AAEC' and born = date '2026-01-22'"}) {
    const auto bound = Bound(text);
    ASSERT_TRUE(bound.ok()) << text << " " << bound.status();
    EXPECT_EQ(bound->Test(columns.data()), Truth::kTrue) << text;
  }
}

TEST(BindTest, MoreThanTwoHundredLevelsAreRefused) {
  Expression deep = Expression::Column("gpa");
  for (int level = 1; level < 200; ++level) deep = Expression::Of(Operator::kNegate, {deep});
  EXPECT_TRUE(BoundExpression::Bind(deep, StudentLayout()).ok());
  deep = Expression::Of(Operator::kNegate, {deep});
  EXPECT_THAT(std::string(BoundExpression::Bind(deep, StudentLayout()).status().message()),
              HasSubstr("no more than 200 levels"));
}

}  // namespace
}  // namespace linedb::schema
