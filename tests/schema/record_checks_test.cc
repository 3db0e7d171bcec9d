#include "schema/record_checks.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/record_codec.h"

namespace linedb::schema {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

RecordLayout Layout(std::vector<std::string> checks, bool has_key = true) {
  TableSchema schema = {.table_name = "student",
                        .columns = {{.name = "id", .type = Type::kInt, .primary_key = has_key},
                                    {.name = "name", .check = "length(name) between 1 and 5"},
                                    {.name = "gpa",
                                     .type = Type::kFloat,
                                     .nullable = true,
                                     .check = "gpa >= 0 and gpa <= 4"},
                                    {.name = "began", .type = Type::kDate, .nullable = true},
                                    {.name = "ended", .type = Type::kDate, .nullable = true}},
                        .checks = std::move(checks)};
  return RecordLayout::Create(std::move(schema)).value();
}

std::string Checked(const RecordLayout& layout, std::string_view line) {
  const RecordChecks checks(layout);
  std::vector<FieldSpan> spans(static_cast<std::size_t>(layout.column_count()));
  EXPECT_TRUE(SplitCanonical(layout, line, layout.column_count() - 1, spans.data())) << line;
  const absl::Status status = checks.Check(line, spans.data());
  EXPECT_EQ(checks.Check(layout, line), status);
  EXPECT_EQ(checks.Broken(line, spans.data()).empty(), status.ok());
  EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kInvalidArgument);
  return status.ok() ? "ok" : std::string(status.message());
}

// [schema-9.8]
TEST(RecordChecksTest, ARecordThatMakesACheckFalseIsToldWithAllThatIsNeeded) {
  const RecordLayout layout = Layout({"began <= ended", "student.name != 'Bob'"});
  const struct {
    const char* line;
    const char* outcome;
  } rows[] = {
      {R"({"id":1,"name":"Alice","gpa":4.0,"began":"2026-01-22","ended":"2026-01-22"})", "ok"},
      {R"({"id":1,"name":"Alice","gpa":null,"began":null,"ended":"2026-01-22"})", "ok"},
      {R"({"id":1,"name":"Alice","gpa":4.5,"began":null,"ended":null})",
       R"(student.gpa: check "gpa >= 0 and gpa <= 4" is false for the record )"
       R"({"id":1,"name":"Alice","gpa":4.5,"began":null,"ended":null})"},
      {R"({"id":1,"name":"","gpa":4.0,"began":null,"ended":null})",
       R"(student.name: check "length(name) between 1 and 5" is false for the record )"
       R"({"id":1,"name":"","gpa":4.0,"began":null,"ended":null})"},
      {R"({"id":1,"name":"B\"ob","gpa":4.0,"began":"2026-01-23","ended":"2026-01-22"})",
       R"(student: check "began <= ended" is false for the record )"
       R"({"id":1,"name":"B\"ob","gpa":4.0,"began":"2026-01-23","ended":"2026-01-22"})"},
      {R"({"id":1,"name":"\n\n\n\n\n","gpa":null,"began":null,"ended":null})", "ok"},
      {R"({"id":1,"name":"Bob","gpa":null,"began":null,"ended":null})",
       R"(student: check "student.name != 'Bob'" is false for the record )"
       R"({"id":1,"name":"Bob","gpa":null,"began":null,"ended":null})"},
  };
  for (const auto& row : rows) EXPECT_EQ(Checked(layout, row.line), row.outcome);
}

TEST(RecordChecksTest, AllChecksThatAreFalseAreFound) {
  const RecordLayout layout = Layout({"began <= ended", "id > 0"});
  const RecordChecks checks(layout);
  std::vector<FieldSpan> spans(5);
  const std::string line =
      R"({"id":0,"name":"","gpa":7.5,"began":"2026-01-23","ended":"2026-01-22"})";
  ASSERT_TRUE(SplitCanonical(layout, line, 4, spans.data()));
  std::vector<std::string> owners;
  for (const RecordCheck* check : checks.Broken(line, spans.data())) {
    owners.push_back(check->owner + " " + check->text);
  }
  EXPECT_THAT(owners, ElementsAre("student.name length(name) between 1 and 5",
                                  "student.gpa gpa >= 0 and gpa <= 4", "student began <= ended",
                                  "student id > 0"));
}

TEST(RecordChecksTest, OfALongRecordTheBeginningIsShown) {
  const RecordLayout layout = Layout({});
  std::string name;
  for (int i = 0; i < 200; ++i) name += "é";
  const std::string told =
      Checked(layout, R"({"id":1,"name":")" + name + R"(","gpa":null,"began":null,"ended":null})");
  EXPECT_LT(told.size(), 300u);
  EXPECT_TRUE(told.ends_with("é...")) << told;
}

TEST(RecordChecksTest, HiddenRowIdsDoNotShiftTheColumns) {
  const RecordLayout layout = Layout({"id > 0"}, /*has_key=*/false);
  EXPECT_EQ(
      Checked(layout, R"({"$rowid":0,"id":1,"name":"a","gpa":1.0,"began":null,"ended":null})"),
      "ok");
  EXPECT_EQ(Checked(layout, R"({"$rowid":7,"id":0,"name":"a","gpa":1.0,"began":null,"ended":null})")
                .substr(0, 32),
            "student: check \"id > 0\" is false");
}

TEST(RecordChecksTest, WhatIsNoRecordBreaksNoCheck) {
  const RecordLayout layout = Layout({"id > 0"});
  const RecordChecks checks(layout);
  for (const char* line : {"", "{}", R"({"$deleted":true,"id":0})", R"({"id":0,"name":)"}) {
    EXPECT_TRUE(checks.Check(layout, line).ok()) << line;
  }
  const RecordChecks none(
      RecordLayout::Create({.table_name = "t", .columns = {{.name = "a"}}}).value());
  EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace linedb::schema
