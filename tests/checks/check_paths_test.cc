// Guards against a way in that goes past the checks: then a table holds what its schema rules out,
// and whoever relied on that goes wrong far from the cause.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "linedb/edit.h"
#include "linedb/exchange.h"
#include "linedb/json_table.h"
#include "linedb/table.h"
#include "tests/checks/pupil.h"
#include "tests/engine/status_matchers.h"

namespace linedb {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::Pupil;

constexpr char kGpa[] = R"(pupil.gpa: check "gpa >= 0 and gpa <= 4" is false for the record )";
constexpr char kAge[] =
    R"(pupil: check "starts_with(name, 'Dr ') or age >= 6" is false for the record )";

class CheckPathsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Database::OpenInMemory();
    ASSERT_THAT(opened, IsOk());
    database = *std::move(opened);
    auto made = database->OpenTable<Pupil>();
    ASSERT_THAT(made, IsOk());
    pupils.emplace(*std::move(made));
    ASSERT_THAT(pupils->Insert({1, "Ann", 4.0}), IsOk());
    ASSERT_THAT(pupils->Insert({2, "Dr Bob", std::nullopt, 5}), IsOk());
    before = State();
  }

  std::string State() {
    std::ostringstream output;
    EXPECT_THAT(Export(*database, "pupil", FileFormat::kJsonLines, output), IsOk());
    return output.str();
  }

  std::unique_ptr<Database> database;
  std::optional<Table<Pupil>> pupils;
  std::string before;
};

// [schema-9.8]
TEST_F(CheckPathsTest, EveryCallThatWritesRefusesWhatACheckRulesOut) {
  const auto json = [this] { return JsonTable::Open(*database, "pupil").value(); };
  const Json bad = {{"id", 1}, {"name", "Ann"}, {"gpa", 4.5}, {"age", 10}};
  const Json new_bad = {{"id", 3}, {"name", "Ann"}, {"gpa", 4.5}, {"age", 10}};
  const std::vector<Pupil> rows = {{3, "Cid", 2.0}, {4, "Dan", -0.5}, {5, "Eve", 2.0}};
  const struct {
    const char* call;
    std::function<absl::Status()> write;
    std::string message;
  } calls[] = {
      {"Insert",
       [&] {
         return pupils->Insert({3, "Ann", 4.5}).status();
       },
       kGpa},
      {"InsertAll", [&] { return pupils->InsertAll(rows); }, kGpa},
      {"Update",
       [&] {
         return pupils->Update({1, "Ann", -1.0});
       },
       kGpa},
      {"Upsert of a new one",
       [&] {
         return pupils->Upsert({3, "Ann", 1e300}).status();
       },
       kGpa},
      {"Upsert",
       [&] {
         return pupils->Upsert({1, "Ann", 4.0, 5}).status();
       },
       kAge},
      {"UpdateOf", [&] { return pupils->UpdateOf<&Pupil::gpa>(1, 4.25); }, kGpa},
      {"UpdateOf another column of the check",
       [&] { return pupils->UpdateOf<&Pupil::name>(2, "Bob"); }, kAge},
      {"UpdateAllOf",
       [&] {
         return pupils->UpdateAllOf<&Pupil::gpa>(
             std::vector<std::tuple<std::int64_t, std::optional<double>>>{{2, 1.0}, {1, 4.25}});
       },
       kGpa},
      {"JsonTable::Insert", [&] { return json().Insert(new_bad).status(); }, kGpa},
      {"JsonTable::Update", [&] { return json().Update(bad); }, kGpa},
      {"JsonTable::Upsert", [&] { return json().Upsert(bad).status(); }, kGpa},
  };
  for (const auto& call : calls) {
    const absl::Status status = call.write();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << call.call << " " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(call.message)) << call.call;
    EXPECT_THAT(std::string(status.message()), HasSubstr("{\"id\":")) << call.call;
    EXPECT_EQ(State(), before) << call.call;
  }
}

TEST_F(CheckPathsTest, WhatIsTrueOrUnknownIsLetIn) {
  EXPECT_THAT(pupils->Insert({3, "Cid", std::nullopt}), IsOk());
  EXPECT_THAT(pupils->Insert({4, "Dan", 0.0, 6}), IsOk());
  EXPECT_THAT(pupils->UpdateOf<&Pupil::gpa>(4, 4.0), IsOk());
  EXPECT_THAT(pupils->Update({4, "Dr Dan", std::nullopt, 0}), IsOk());
  EXPECT_EQ(pupils->size(), 4u);
}

TEST_F(CheckPathsTest, ATransactionGoesOnWithoutTheRecordThatWasRefused) {
  auto transaction = database->Begin();
  ASSERT_THAT(transaction, IsOk());
  EXPECT_THAT(pupils->Insert(*transaction, {3, "Cid"}), IsOk());
  EXPECT_FALSE(pupils->Insert(*transaction, {4, "Dan", 9.0}).ok());
  EXPECT_FALSE(pupils->Update(*transaction, {3, "", 1.0}).ok());
  EXPECT_FALSE(
      pupils->InsertAll(*transaction, std::vector<Pupil>{{5, "Eve"}, {6, "Flo", 9.0}}).ok());
  EXPECT_THAT(pupils->Insert(*transaction, {4, "Dan", 2.0}), IsOk());
  ASSERT_THAT(transaction->Commit(), IsOk());
  EXPECT_EQ(State(), before + R"({"id":3,"name":"Cid","gpa":null,"age":10})"
                              "\n"
                              R"({"id":4,"name":"Dan","gpa":2.0,"age":10})"
                              "\n");
}

TEST_F(CheckPathsTest, AClashBeforeTheBrokenCheckComesFirst) {
  const absl::Status status =
      pupils->InsertAll(std::vector<Pupil>{{3, "Cid"}, {1, "Ann"}, {4, "Dan", 9.0}});
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists) << status;
  EXPECT_EQ(State(), before);
}

std::string Told(const std::vector<ImportProblem>& problems) {
  std::string text;
  for (const ImportProblem& problem : problems) text += problem.ToString() + "\n";
  return text;
}

// [schema-9.8]
TEST_F(CheckPathsTest, AnImportListsEveryBrokenCheckWithItsLine) {
  const std::string text = R"({"id":3,"name":"Cid","gpa":1.0,"age":10}
{"id":4,"name":"","gpa":5.0,"age":1}
{"age":10, "name":"Dan", "gpa":"x", "id":5}
  {"age":10, "name":"Eve", "gpa":-1, "id":6}
{"id":1,"name":"Ann","gpa":1.0,"age":10}
)";
  const std::string expected =
      R"(<input>:2:1: pupil.name: check "length(name) > 0" is false for the record )"
      R"({"id":4,"name":"","gpa":5.0,"age":1})"
      "\n"
      R"(<input>:2:1: pupil.gpa: check "gpa >= 0 and gpa <= 4" is false for the record )"
      R"({"id":4,"name":"","gpa":5.0,"age":1})"
      "\n"
      R"(<input>:2:1: pupil: check "starts_with(name, 'Dr ') or age >= 6" is false for the record )"
      R"({"id":4,"name":"","gpa":5.0,"age":1})"
      "\n"
      R"(<input>:3:32: pupil.gpa: expected float, found "x")"
      "\n"
      R"(<input>:4:1: pupil.gpa: check "gpa >= 0 and gpa <= 4" is false for the record )"
      R"({"id":6,"name":"Eve","gpa":-1.0,"age":10})"
      "\n";
  for (const OnConflict on_conflict : {OnConflict::kSkip, OnConflict::kReplace}) {
    std::istringstream input(text);
    ImportOptions options;
    options.source_name = "<input>";
    options.on_conflict = on_conflict;
    const auto report = Import(*database, "pupil", input, options);
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(Told(report->problems), expected);
    EXPECT_FALSE(report->committed);
    for (const ImportProblem& problem : report->problems) {
      EXPECT_EQ(problem.kind, ProblemKind::kConstraint);
    }
    EXPECT_EQ(State(), before);
  }
}

TEST_F(CheckPathsTest, AnImportPutsWhatBreaksACheckAmongTheRejects) {
  std::istringstream input(R"({"id":3,"name":"Cid","gpa":5.0,"age":1})"
                           "\n"
                           R"({"id":4,"name":"Dan","gpa":1.0,"age":10})"
                           "\n");
  std::ostringstream rejects;
  ImportOptions options;
  options.rejects = &rejects;
  const auto report = Import(*database, "pupil", input, options);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->rejected, 1u);
  EXPECT_EQ(report->problem_count, 2u);
  EXPECT_EQ(rejects.str(), R"({"id":3,"name":"Cid","gpa":5.0,"age":1})"
                           "\n");
  EXPECT_EQ(State(), before + R"({"id":4,"name":"Dan","gpa":1.0,"age":10})"
                              "\n");
}

// [schema-9.8]
TEST_F(CheckPathsTest, EditedRowsThatBreakACheckAreProblemsOfTheirLines) {
  std::string after = before;
  after.replace(after.find("4.0"), 3, "4.5");
  after += R"({"id":3,"name":"","gpa":null,"age":10})"
           "\n";
  const auto report = ApplyEdited(*database, "pupil", before, after, {});
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(Told(report->problems),
            R"(<edited>:1:1: pupil.gpa: check "gpa >= 0 and gpa <= 4" is false for the record )"
            R"({"id":1,"name":"Ann","gpa":4.5,"age":10})"
            "\n"
            R"(<edited>:3:1: pupil.name: check "length(name) > 0" is false for the record )"
            R"({"id":3,"name":"","gpa":null,"age":10})"
            "\n");
  EXPECT_EQ(State(), before);
}

}  // namespace
}  // namespace linedb
