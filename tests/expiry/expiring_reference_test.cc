// A user who cannot be deleted because of a session that ended long ago, and that nobody can see to
// delete it first.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/alteration.h"
#include "engine/engine.h"
#include "linedb/database.h"
#include "linedb/json_table.h"
#include "linedb/purge.h"
#include "tests/engine/status_matchers.h"
#include "tests/expiry/session.h"

namespace linedb {
namespace {

using testing::Fails;
using testing::IsOk;
using testing::Minute;

class ExpiringReferenceTest : public ::testing::TestWithParam<OnDelete> {
 protected:
  void SetUp() override {
    Options options;
    options.maintenance = Maintenance::kManual;
    options.clock = [this] { return now; };
    database = Database::OpenInMemory(options).value();
    TableSchema user;
    user.table_name = "user";
    user.columns = {{.name = "id", .type = Type::kInt, .primary_key = true}};
    ASSERT_THAT(database->CreateTable(user), IsOk());
    TableSchema login;
    login.table_name = "login";
    login.columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                     {.name = "user_id", .type = Type::kInt, .nullable = true},
                     {.name = "until", .type = Type::kTimestamp, .nullable = true}};
    login.columns[1].references =
        ReferenceSchema{.columns = {"user_id"}, .table = "user", .on_delete = GetParam()};
    login.expires = "until";
    ASSERT_THAT(database->CreateTable(login), IsOk());
    ASSERT_THAT(Of("user").Insert({{"id", 1}}), IsOk());
    ASSERT_THAT(Of("login").Insert({{"id", 1}, {"user_id", 1}, {"until", "2026-01-22T00:10:00Z"}}),
                IsOk());
  }
  JsonTable Of(const std::string& table) { return JsonTable::Open(*database, table).value(); }

  Timestamp now = Minute(0);
  std::unique_ptr<Database> database;
};

// [schema-12.9]
TEST_P(ExpiringReferenceTest, ExpiredRecordKeepsNothingAndGoesWithWhatItReferences) {
  now = Minute(10);
  ASSERT_THAT(Of("user").Erase(1), IsOk());
  EXPECT_EQ(Of("login").size(), 0u);
  now = Minute(0);
  EXPECT_THAT(Of("login").Get(1), Fails(absl::StatusCode::kNotFound));
}

TEST_P(ExpiringReferenceTest, RecordThatHasNotExpiredIsTreatedAsAnyOther) {
  now = Minute(9);
  const absl::Status erased = Of("user").Erase(1);
  switch (GetParam()) {
    case OnDelete::kRestrict:
      EXPECT_THAT(erased, Fails(absl::StatusCode::kFailedPrecondition, "is referenced by login"));
      EXPECT_EQ(Of("login").size(), 1u);
      break;
    case OnDelete::kCascade:
      EXPECT_THAT(erased, IsOk());
      EXPECT_EQ(Of("login").size(), 0u);
      break;
    case OnDelete::kSetNull:
      EXPECT_THAT(erased, IsOk());
      EXPECT_EQ(Of("login").Get(1)->at("user_id"), nullptr);
  }
}

// [schema-12.9]
TEST_P(ExpiringReferenceTest, ExpiredRecordKeepsNothingFromBeingPurged) {
  now = Minute(10);
  ASSERT_THAT(database->Purge("user", {"1"}).status(), IsOk());
  now = Minute(0);
  EXPECT_THAT(Of("login").Get(1), Fails(absl::StatusCode::kNotFound));
}

TEST_P(ExpiringReferenceTest, PurgeTreatsARecordThatHasNotExpiredAsAnyOther) {
  now = Minute(9);
  const absl::Status purged = database->Purge("user", {"1"}).status();
  if (GetParam() == OnDelete::kRestrict) {
    EXPECT_THAT(purged, Fails(absl::StatusCode::kFailedPrecondition, "is referenced by login"));
  } else {
    EXPECT_THAT(purged, IsOk());
  }
  EXPECT_EQ(Of("login").size(), GetParam() == OnDelete::kCascade ? 0u : 1u);
}

// [schema-12.9] [schema-12.10]
TEST(ExpiringReferenceToNamesTest, ExpiredRecordKeepsNoNameFromBeingMigrated) {
  Timestamp now = Minute(9);
  Options options;
  options.maintenance = Maintenance::kManual;
  options.clock = [&now] { return now; };
  const auto database = Database::OpenInMemory(options).value();
  TableSchema user;
  user.table_name = "user";
  user.columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                  {.name = "name", .unique = true}};
  ASSERT_THAT(database->CreateTable(user), IsOk());
  TableSchema login;
  login.table_name = "login";
  login.columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                   {.name = "user"},
                   {.name = "until", .type = Type::kTimestamp}};
  login.references = {{.columns = {"user"}, .table = "user", .key = {"name"}}};
  login.expires = "until";
  ASSERT_THAT(database->CreateTable(login), IsOk());
  const JsonTable logins = JsonTable::Open(*database, "login").value();
  const JsonTable users = JsonTable::Open(*database, "user").value();
  ASSERT_THAT(users.Insert({{"id", 1}, {"name", "a"}}), IsOk());
  ASSERT_THAT(logins.Insert({{"id", 1}, {"user", "a"}, {"until", "2026-01-22T00:10:00Z"}}), IsOk());
  engine::AlterationRequest request;
  request.wanted = users.schema();
  request.wanted.columns.push_back({.name = "more", .nullable = true});
  request.change = [](std::string_view, std::string* changed) {
    changed->append(R"({"id":1,"name":"b","more":null})");
    return absl::OkStatus();
  };
  EXPECT_THAT(database->engine().Alter(request).status(),
              Fails(absl::StatusCode::kFailedPrecondition, "login"));
  now = Minute(10);
  const auto report = database->engine().Alter(request);
  ASSERT_THAT(report.status(), IsOk());
  EXPECT_TRUE(report->migrated);
  EXPECT_EQ(database->Stats().tables.size(), 2u);
  for (const TableStatistics& table : database->Stats().tables) {
    EXPECT_EQ(table.records, table.name == "user" ? 1u : 0u) << table.name;
  }
}

INSTANTIATE_TEST_SUITE_P(EachWay, ExpiringReferenceTest,
                         ::testing::Values(OnDelete::kRestrict, OnDelete::kCascade,
                                           OnDelete::kSetNull),
                         [](const auto& each) {
                           return each.param == OnDelete::kRestrict  ? "Restrict"
                                  : each.param == OnDelete::kCascade ? "Cascade"
                                                                     : "SetNull";
                         });

}  // namespace
}  // namespace linedb
