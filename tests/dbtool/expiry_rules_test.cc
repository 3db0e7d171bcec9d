// A command that shows what has expired, or that takes a table for full that nobody sees anything
// in.

#include "nlohmann/json.hpp"
#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {
namespace {

using nlohmann::json;

// Of three passes one ended in 2001, one lasts as long as times do, and one for ever.
class ExpiryRules : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    Out("dbtool init site -q");
    Out("dbtool create site pass --column id:int:primary_key --column holder:str:unique "
        "--column until:timestamp:nullable -q");
    Write("passes.jsonl",
          "{\"id\":1,\"holder\":\"Ann\",\"until\":\"2001-01-01T00:00:00Z\"}\n"
          "{\"id\":2,\"holder\":\"Bob\",\"until\":\"9999-12-31T23:59:59Z\"}\n"
          "{\"id\":3,\"holder\":\"Eve\"}\n");
    Out("dbtool import site pass passes.jsonl -q");
  }
  void LetExpire() { Out("dbtool alter site pass --expires until --allow-drop -q"); }
  std::string Keys() { return Out("dbtool cat site pass --columns id"); }
};

TEST_F(ExpiryRules, AlterAsksBeforeRecordsExpire) {
  const Outcome refused = Run("dbtool alter site pass --expires until");
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_TRUE(Contains(refused.err, "let records expire by column until")) << refused.err;
  EXPECT_EQ(Keys(), "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
  LetExpire();
  EXPECT_EQ(Keys(), "{\"id\":2}\n{\"id\":3}\n");
  Out("dbtool alter site pass --no-expiry -q");
  EXPECT_EQ(Keys(), "{\"id\":2}\n{\"id\":3}\n");
  EXPECT_EQ(Out("dbtool verify site -q"), "");
}

TEST_F(ExpiryRules, NoCommandShowsAnExpiredRecord) {
  LetExpire();
  const std::string living =
      "{\"id\":2,\"holder\":\"Bob\",\"until\":\"9999-12-31T23:59:59.000000Z\"}\n"
      "{\"id\":3,\"holder\":\"Eve\",\"until\":null}\n";
  EXPECT_EQ(Out("dbtool cat site pass"), living);
  EXPECT_EQ(Out("dbtool export site pass"), living);
  EXPECT_EQ(Out("dbtool export site pass --canonical"), living);
  EXPECT_NE(Run("dbtool get site pass 1").exit_code, 0);
  EXPECT_FALSE(Contains(Out("dbtool dump site"), "Ann"));
  EXPECT_FALSE(Contains(Run("dbtool grep site pass Ann").out, "Ann"));
  EXPECT_EQ(Out("dbtool verify site -q"), "");
}

TEST_F(ExpiryRules, InspectTellsHowManyAreNotDeletedYet) {
  EXPECT_FALSE(json::parse(Out("dbtool inspect site pass --json")).contains("expires"));
  LetExpire();
  json report = json::parse(Out("dbtool inspect site pass --json"));
  EXPECT_EQ(report["expires"], "until");
  EXPECT_EQ(report["records"], 3);
  EXPECT_EQ(report["expired"], 1);
  EXPECT_TRUE(Contains(Out("dbtool inspect site pass --format table"), "expired"));
  const std::string described = Out("dbtool schema site pass --cpp");
  EXPECT_TRUE(Contains(described, "::until>().Expires()")) << described;
  Out("dbtool checkpoint site -q");
  report = json::parse(Out("dbtool inspect site pass --json"));
  EXPECT_EQ(report["records"], 2);
  EXPECT_EQ(report["expired"], 0);
  EXPECT_FALSE(Contains(Read("site/data/pass.records"), "Ann"));
}

TEST_F(ExpiryRules, ImportTakesTheKeysOfAnExpiredRecord) {
  LetExpire();
  Write("more.jsonl", "{\"id\":1,\"holder\":\"Ann\"}\n{\"id\":4,\"holder\":\"Bob\"}\n");
  EXPECT_EQ(Run("dbtool import site pass more.jsonl").exit_code, 7);  // Bob is there
  Write("more.jsonl", "{\"id\":1,\"holder\":\"Ann\"}\n");
  Out("dbtool import site pass more.jsonl --dry-run -q");
  Out("dbtool import site pass more.jsonl -q");
  EXPECT_EQ(Keys(), "{\"id\":2}\n{\"id\":3}\n{\"id\":1}\n");
  EXPECT_EQ(Out("dbtool verify site -q"), "");
}

// What is not shown is not taken for removed.
TEST_F(ExpiryRules, EditingAndAdoptingLeaveAnExpiredRecordAlone) {
  LetExpire();
  Out("EDITOR='sed -i s/Eve/Eva/' dbtool edit site pass --yes -q");
  EXPECT_TRUE(Contains(Out("dbtool cat site pass"), "Eva"));
  EXPECT_EQ(json::parse(Out("dbtool inspect site pass --json"))["expired"], 1);
  Out("sed -i s/Bob/Rob/ site/data/pass.records");
  Out("dbtool adopt site pass --yes -q");
  EXPECT_EQ(Keys(), "{\"id\":3}\n{\"id\":2}\n");  // Eva's line is the later one
  EXPECT_TRUE(Contains(Out("dbtool cat site pass"), "Rob"));
  EXPECT_EQ(json::parse(Out("dbtool inspect site pass --json"))["expired"], 1);
  EXPECT_EQ(Out("dbtool verify site -q"), "");
}

// A dump is what is seen; a backup is the database, whole.
TEST_F(ExpiryRules, BackupSliceAndRestoreHaveWhatHasExpired) {
  LetExpire();
  Out("dbtool backup site copied -q");
  EXPECT_EQ(json::parse(Out("dbtool inspect copied pass --json"))["expired"], 1);
  EXPECT_EQ(json::parse(Out("dbtool diff site copied --json"))["count"], 0);
  Out("dbtool slice site --to cut --from 1 --through 5 -q");
  EXPECT_EQ(json::parse(Out("dbtool inspect cut pass --json"))["expired"], 1);
  Out("dbtool restore site mended -q");
  EXPECT_EQ(json::parse(Out("dbtool inspect mended pass --json"))["expired"], 1);
  Out("dbtool dump site -o site.dump -q && dbtool load loaded site.dump -q");
  const json loaded = json::parse(Out("dbtool inspect loaded pass --json"));
  EXPECT_EQ(loaded["records"], 2);
  EXPECT_EQ(loaded["expired"], 0);
}

}  // namespace
}  // namespace linedb
