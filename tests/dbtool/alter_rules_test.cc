// A slip of the hand that drops a column; a table that has to be mended record by record because
// only the first one that does not fit is told; a plan that says one thing and a command that does
// another.

#include <string>

#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {
namespace {

class AlterRules : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
  }
  std::string Students() { return Out("dbtool cat data/university student | jq -c ."); }
};

TEST_F(AlterRules, ColumnsAreAddedRenamedConvertedAndDropped) {
  Out("dbtool alter data/university student -q --add-column 'level:int:default=1' "
      "--rename-column gpa grade --type grade str --drop-column email --allow-drop");
  EXPECT_EQ(Students(),
            "{\"id\":1,\"name\":\"Alice\",\"grade\":\"3.8\",\"level\":1}\n"
            "{\"id\":2,\"name\":\"Bob\",\"grade\":\"3.5\",\"level\":1}\n"
            "{\"id\":3,\"name\":\"Zoë\",\"grade\":null,\"level\":1}\n");
  Out("dbtool verify data/university");
  Out("dbtool alter data/university student -q --type grade float --allow-narrow "
      "--not-null name --default grade 0.5");
  EXPECT_EQ(Out("dbtool schema data/university student --json | jq -c '.schema.grade'"),
            "{\"type\":\"float\",\"primary_key\":false,\"nullable\":true,\"unique\":false,"
            "\"default\":0.5,\"id\":4}\n");
}

TEST_F(AlterRules, DryRunPrintsThePlanAndEveryViolationAndWritesNothing) {
  const std::string before = TreeOf("data/university");
  const Outcome dry =
      Run("dbtool alter data/university student --not-null email --not-null gpa --type gpa int "
          "--dry-run --format table");
  EXPECT_EQ(dry.exit_code, 7) << dry.err;
  EXPECT_EQ(dry.out,
            "forbid null in column email  (--allow-constrain)\n"
            "narrow column gpa from float to int, which every value must fit  (--allow-narrow)\n"
            "forbid null in column gpa  (--allow-constrain)\n"
            "data/student.records line 1: student.gpa: expected int, found 3.8 (record 1)\n"
            "data/student.records line 2: student.gpa: expected int, found 3.5 (record 2)\n"
            "data/student.records line 3: student.email: null is not allowed (record 3)\n"
            "data/student.records line 3: student.gpa: null is not allowed (record 3)\n");
  EXPECT_TRUE(Contains(dry.err, "4 violations in 3 records; nothing was changed")) << dry.err;
  EXPECT_EQ(Out("dbtool alter data/university student --add-column a:int:nullable --dry-run --json"
                " | jq -c '[.dry_run,.altered,.rewrites,.records,.steps[0].does,.violations]'"),
            "[true,false,true,3,\"add column a int, null for existing records\",[]]\n");
  EXPECT_EQ(TreeOf("data/university"), before);
}

// [cli-2]
TEST_F(AlterRules, Rule02ViolationsEndWithSevenAndChangeNothing) {
  const std::string before = Students();
  const Outcome clash =
      Run("dbtool alter data/university enrollment --unique course_id --allow-constrain --json");
  EXPECT_EQ(clash.exit_code, 7);
  EXPECT_TRUE(Contains(clash.out, "\"line\":2,\"key\":\"[2,101]\",\"column\":\"course_id\""))
      << clash.out;
  EXPECT_EQ(
      Run("dbtool alter data/university student --check 'gpa > 3.6' --allow-constrain").exit_code,
      7);
  EXPECT_EQ(Students(), before);
  Out("dbtool alter data/university student --check 'gpa > 3' --allow-constrain -q");
  Out("dbtool alter data/university student --drop-check 'gpa>3' -q");
}

// [cli-22]
TEST_F(AlterRules, Rule22WhatLosesOrMayRefuseNeedsItsFlag) {
  const std::string before = TreeOf("data/university/schema");
  struct Row {
    const char* change;
    const char* flag;
  };
  const Row rows[] = {{"--drop-column gpa", "--allow-drop"},
                      {"--type gpa int", "--allow-narrow"},
                      {"--not-null email", "--allow-constrain"},
                      {"--unique name", "--allow-constrain"},
                      {"--drop-column gpa --unique name", "--allow-drop --allow-constrain"}};
  for (const Row& row : rows) {
    ExpectFailure(std::string("dbtool alter data/university student ") + row.change, 2, row.flag);
  }
  EXPECT_EQ(TreeOf("data/university/schema"), before);
}

TEST_F(AlterRules, MistakesOfTheCallAreToldWithTheOption) {
  struct Row {
    const char* change;
    int exit_code;
    const char* told;
  };
  const Row rows[] = {
      {"student", 2, "alter takes either changes or --schema FILE"},
      {"student --drop-column nmae", 2,
       "--drop-column: there is no column nmae; did you mean name?"},
      {"student --type gpa number", 2, "--type: expected int float bool"},
      {"student --add-column phone:str", 2, "a new column must be nullable or have a default"},
      {"student --not-null id", 2, "the primary key stays"},
      {"student --type email date --type gpa bool", 2, "no value is converted by itself"},
      {"student --drop-index name", 2, "--drop-index: there is no index (name)"},
      {"student --reference name", 2, "--reference: expected columns:table"},
      {"student --check 'gpa >' --allow-constrain", 2, "gpa >"},
      {"studnet --nullable name", 3, "did you mean \"student\""}};
  for (const Row& row : rows) {
    ExpectFailure(std::string("dbtool alter data/university ") + row.change, row.exit_code,
                  row.told);
  }
}

TEST_F(AlterRules, SchemaFileSaysWhatTheTableIsToBecome) {
  Out("dbtool schema data/university student | sed 's/\"unique\": true/\"unique\": false/' "
      "> wanted.json");
  Out("dbtool alter data/university student --schema wanted.json -q");
  EXPECT_EQ(Out("dbtool schema data/university student --json | jq -c .schema.email.unique"),
            "false\n");
  const Outcome again = Run("dbtool alter data/university student --schema wanted.json");
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_TRUE(Contains(again.err, "the table is so already")) << again.err;
}

}  // namespace
}  // namespace linedb
