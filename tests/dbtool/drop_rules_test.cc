// What `dbtool drop` removes, and what it does not.
//
// What this guards against: an import that was killed had left an empty table, and no command could
// remove it.

#include <string>

#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {
namespace {

class DropRules : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
  }
};

TEST_F(DropRules, ADroppedTableIsGoneAndTheNameIsFree) {
  const Outcome outcome = Run("dbtool drop data/university student --yes");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(Contains(outcome.err, "dropped the table student with 3 records")) << outcome.err;
  ExpectFailure("dbtool cat data/university student", 3, "there is no table \"student\"");
  EXPECT_FALSE(Exists("data/university/data/student.records"));
  EXPECT_EQ(Out("dbtool cat data/university enrollment | wc -l"), "2\n");
  Out("dbtool verify data/university");
  Out("dbtool create data/university student -q --column a:int");
  EXPECT_EQ(Out("dbtool cat data/university student"), "");
}

TEST_F(DropRules, WhatWasDroppedIsRestoredFromTheLsnTold) {
  const std::string report = Out("dbtool drop data/university student --yes -q --json");
  Write("report.json", report);
  EXPECT_EQ(Out("dbtool restore data/university again -q --at $(jq .lsn_before report.json) "
                ">/dev/null; dbtool cat again student | wc -l"),
            "3\n");
}

TEST_F(DropRules, WhatIsReferencedStaysAndNobodyIsAsked) {
  Out("dbtool create data/university seat -q --column id:int:primary_key "
      "--column student:int:references=student");
  const std::string before = TreeOf("data/university");
  for (const char* flags : {"", " --yes"}) {
    ExpectFailure(std::string("dbtool drop data/university student") + flags, 2,
                  "table student is referenced by seat.student: drop or alter these first");
  }
  EXPECT_FALSE(Contains(RunOnTerminal("dbtool drop data/university student").out, "[y/N]"));
  EXPECT_EQ(TreeOf("data/university"), before);
  Out("dbtool drop data/university seat --yes -q && dbtool drop data/university student --yes -q");
}

TEST_F(DropRules, AMistypedTableIsAnErrorThatSuggestsOne) {
  ExpectFailure("dbtool drop data/university studnet --yes", 3, "did you mean \"student\"?");
  ExpectFailure("dbtool drop nowhere student --yes", 3, "nowhere");
}

}  // namespace
}  // namespace linedb
