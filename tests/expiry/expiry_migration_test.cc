// A table that cannot be altered because of a record that nobody can see; or one that, altered,
// shows again what had gone.

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "linedb/change_feed.h"
#include "linedb/json_table.h"
#include "tests/evolution/altered_table.h"
#include "tests/expiry/session.h"

namespace linedb {
namespace {

using testing::AlteredTable;
using testing::Fails;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::Minute;

class ExpiryMigrationTest : public ::testing::Test {
 protected:
  // Of records that end at 00:10, at 00:20 and never.
  explicit ExpiryMigrationTest(const std::string& expires = "until")
      : table(Schema(expires),
              {R"({"id":1,"place":"x","until":"2026-01-22T00:10:00Z"})",
               R"({"id":2,"place":"y","until":"2026-01-22T00:20:00Z"})",
               R"({"id":3,"place":"x","until":null})"},
              Clocked()) {}

  static TableSchema Schema(const std::string& expires) {
    TableSchema schema;
    schema.table_name = "pass";
    schema.columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                      {.name = "place"},
                      {.name = "until", .type = Type::kTimestamp, .nullable = true}};
    schema.expires = expires;
    return schema;
  }
  Options Clocked() {
    Options options = testing::ManualMaintenance();
    options.clock = [this] { return now; };
    return options;
  }
  std::string Seen() {
    std::string keys;
    absl::StatusOr<engine::RecordCursor> cursor = table.Core().Scan({});
    EXPECT_THAT(cursor, IsOk());
    for (std::string_view line; cursor->Next(&line);) {
      absl::StrAppend(&keys, keys.empty() ? "" : " ", Json::parse(line).at("id").get<int>());
    }
    return keys;
  }
  std::string Bytes() { return table.campus.Bytes("data/pass.records"); }

  Timestamp now = Minute(0);
  AlteredTable table;
};

class BeginningToExpireTest : public ExpiryMigrationTest {
 protected:
  BeginningToExpireTest() : ExpiryMigrationTest("") {}
};

// [schema-13.3] [schema-12.6]
TEST_F(BeginningToExpireTest, LetsRecordsGoThatHaveEndedOnceItIsPermitted) {
  now = Minute(10);
  EXPECT_EQ(Seen(), "1 2 3");
  EXPECT_THAT(table.Migrate(Schema("until")),
              Fails(absl::StatusCode::kFailedPrecondition, "let records expire by column until"));
  EXPECT_EQ(Seen(), "1 2 3");
  const auto done = table.Migrate(Schema("until"), {Permission::kDrop});
  ASSERT_THAT(done.status(), IsOk());
  EXPECT_TRUE(done->migrated);
  EXPECT_FALSE(done->rewrote);
  EXPECT_EQ(Seen(), "2 3");
  table.ExpectSameAfterReopening();
  EXPECT_THAT(Bytes(), HasSubstr("\"id\":1,"));
  ASSERT_THAT(table.campus.engine->Checkpoint(), IsOk());
  EXPECT_THAT(Bytes(), ::testing::Not(HasSubstr("\"id\":1,")));
  now = Minute(20);
  EXPECT_EQ(Seen(), "3");
  table.ExpectSameAfterReopening();
}

// [schema-12.10]
TEST_F(ExpiryMigrationTest, RecordsThatExpireNoMoreAreThoseThatAreSeen) {
  now = Minute(10);
  const auto done = table.Migrate(Schema(""));
  ASSERT_THAT(done.status(), IsOk());
  EXPECT_TRUE(done->migrated);
  EXPECT_EQ(Seen(), "2 3");
  now = Minute(30);
  EXPECT_EQ(Seen(), "2 3");
  now = Minute(0);
  EXPECT_EQ(Seen(), "2 3");
  table.ExpectSameAfterReopening();
  ASSERT_THAT(table.campus.engine->Checkpoint(), IsOk());
  EXPECT_EQ(Seen(), "2 3");
}

// [schema-12.10]
TEST_F(ExpiryMigrationTest, ExpiredRecordBreaksNoNewConstraint) {
  now = Minute(10);
  TableSchema wanted = Schema("until");
  testing::ColumnOf(wanted, "place").unique = true;
  wanted.checks = {"id > 1"};
  const testing::Tree before = table.campus.Files();
  const auto dry = table.Migrate(wanted, {Permission::kConstrain}, MigrateMode::kDryRun);
  ASSERT_THAT(dry.status(), IsOk());
  EXPECT_EQ(testing::ViolationsOf(*dry), "");
  EXPECT_EQ(testing::TreeDifference(before, table.campus.Files()), "");
  const auto done = table.Migrate(wanted, {Permission::kConstrain});
  ASSERT_THAT(done.status(), IsOk());
  EXPECT_EQ(testing::ViolationsOf(*done), "");
  EXPECT_TRUE(done->migrated);
  EXPECT_EQ(done->records, 2u);
  EXPECT_EQ(Seen(), "2 3");
  table.ExpectSameAfterReopening();
}

// [schema-12.10]
TEST_F(ExpiryMigrationTest, DryRunCountsTheRecordsThatThereWouldBe) {
  now = Minute(10);
  TableSchema wanted = Schema("until");
  wanted.columns.push_back({.name = "more", .nullable = true});
  const auto dry = table.Migrate(wanted, {}, MigrateMode::kDryRun);
  ASSERT_THAT(dry.status(), IsOk());
  EXPECT_EQ(dry->records, 2u);
  const auto done = table.Migrate(wanted);
  ASSERT_THAT(done.status(), IsOk());
  EXPECT_EQ(done->records, dry->records);
}

// [schema-12.10]
TEST_F(ExpiryMigrationTest, ExpiredRecordClashesWithNoneInANewUniqueIndex) {
  now = Minute(10);
  const IndexSchema index{.columns = {"place"}, .unique = true};
  ASSERT_THAT(table.campus.engine->AddIndex("pass", index), IsOk());
  EXPECT_EQ(Seen(), "2 3");
  table.ExpectSameAfterReopening();
}

TEST_F(ExpiryMigrationTest, RenamedColumnGoesOnSayingWhenRecordsExpire) {
  TableSchema wanted = Schema("ends");
  wanted.columns[2].name = "ends";
  wanted.columns[2].id = 3;
  ASSERT_THAT(table.Migrate(wanted).status(), IsOk());
  EXPECT_EQ(table.Schema().expires, "ends");
  now = Minute(10);
  EXPECT_EQ(Seen(), "2 3");
  table.ExpectSameAfterReopening();
}

}  // namespace
}  // namespace linedb
