// Guards against an import that takes in records which reference nothing, and against one that
// refuses records because those that they reference stand further down.

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "linedb/edit.h"
#include "linedb/exchange.h"
#include "linedb/json_table.h"
#include "tests/references/linked_tables.h"

namespace linedb {
namespace {

using testing::Fails;
using testing::IsOk;
using testing::SchemaOf;

class ReferenceImportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database = *Database::OpenInMemory();
    ASSERT_THAT(
        database->CreateTable(SchemaOf("employee", R"("id": {"type":"int","primary_key":true},)"
                                                   R"("boss": {"type":"int","nullable":true,)"
                                                   R"("references":{"table":"employee"}})")),
        IsOk());
  }

  ImportReport Take(const std::string& text, ImportOptions options = {}) {
    std::istringstream input(text);
    options.source_name = "staff.jsonl";
    absl::StatusOr<ImportReport> report = Import(*database, "employee", input, options);
    EXPECT_THAT(report, IsOk());
    return report.ok() ? *report : ImportReport{};
  }
  static std::string Problems(const ImportReport& report) {
    std::string text;
    for (const ImportProblem& problem : report.problems) {
      absl::StrAppend(&text, problem.ToString(), "\n");
      EXPECT_EQ(problem.kind, ProblemKind::kReference);
    }
    return text;
  }
  std::uint64_t size() { return JsonTable::Open(*database, "employee")->size(); }

  std::unique_ptr<Database> database;
};

TEST_F(ReferenceImportTest, RecordsMayReferenceThoseFurtherDown) {
  const ImportReport report = Take("{\"id\":1,\"boss\":2}\n{\"id\":2,\"boss\":null}\n");
  EXPECT_TRUE(report.committed);
  EXPECT_EQ(report.inserted, 2u);
}

constexpr char kTwoWrong[] =
    "{\"id\":1,\"boss\":null}\n{\"id\":2,\"boss\":8}\n{\"id\":3,\"boss\":1}\n"
    "{\"boss\":9,\"id\":4}\n";
constexpr char kTold[] =
    "staff.jsonl:2:1: employee.boss: value 8 references employee 8, which does not exist; record "
    "{\"id\":2,\"boss\":8}\n"
    "staff.jsonl:4:1: employee.boss: value 9 references employee 9, which does not exist; record "
    "{\"id\":4,\"boss\":9}\n";

// [schema-10.19]
TEST_F(ReferenceImportTest, EachRecordThatReferencesNothingIsToldByItsLine) {
  const ImportReport report = Take(kTwoWrong);
  EXPECT_FALSE(report.committed);
  EXPECT_EQ(report.problem_count, 2u);
  EXPECT_EQ(report.inserted, 0u);
  EXPECT_EQ(Problems(report), kTold);
  EXPECT_EQ(size(), 0u);
}

// [schema-10.19]
TEST_F(ReferenceImportTest, ADryRunTellsTheSame) {
  const ImportReport report = Take(kTwoWrong, {.dry_run = true});
  EXPECT_EQ(Problems(report), kTold);
  EXPECT_EQ(report.inserted, 0u);
  EXPECT_EQ(size(), 0u);
  const ImportReport good = Take("{\"id\":1,\"boss\":1}\n", {.dry_run = true});
  EXPECT_EQ(Problems(good), "");
  EXPECT_EQ(good.inserted, 1u);
  EXPECT_FALSE(good.committed);
  EXPECT_EQ(size(), 0u);
}

TEST_F(ReferenceImportTest, ABatchIsRefusedAsAWhole) {
  const ImportReport report = Take(kTwoWrong, {.batch_records = 1});
  EXPECT_EQ(report.inserted, 1u);
  EXPECT_EQ(report.problems.size(), 1u);
  EXPECT_EQ(size(), 1u);
}

TEST_F(ReferenceImportTest, RejectsDoNotMakeABrokenBatchWhole) {
  std::ostringstream rejects;
  const ImportReport report = Take(kTwoWrong, {.rejects = &rejects});
  EXPECT_EQ(Problems(report), kTold);
  EXPECT_FALSE(report.committed);
  EXPECT_EQ(report.inserted, 0u);
  EXPECT_EQ(size(), 0u);
}

TEST_F(ReferenceImportTest, AnEditThatBreaksAReferenceIsRefused) {
  Take("{\"id\":1,\"boss\":null}\n{\"id\":2,\"boss\":1}\n");
  const std::string before = "{\"id\":1,\"boss\":null}\n{\"id\":2,\"boss\":1}\n";
  const absl::StatusOr<EditReport> edited =
      ApplyEdited(*database, "employee", before, "{\"id\":2,\"boss\":1}\n", {});
  ASSERT_THAT(edited, IsOk());
  EXPECT_FALSE(edited->committed);
  ASSERT_EQ(edited->problems.size(), 1u);
  EXPECT_THAT(edited->problems[0].ToString(),
              ::testing::HasSubstr("employee 1 is referenced by employee {\"id\":2,\"boss\":1}"));
  EXPECT_EQ(size(), 2u);
  const absl::StatusOr<EditReport> dry =
      ApplyEdited(*database, "employee", before, "{\"id\":1,\"boss\":5}\n{\"id\":2,\"boss\":1}\n",
                  {.dry_run = true});
  ASSERT_THAT(dry, IsOk());
  ASSERT_EQ(dry->problems.size(), 1u);
  EXPECT_EQ(dry->problems[0].table_column, "employee.boss");
}

}  // namespace
}  // namespace linedb
