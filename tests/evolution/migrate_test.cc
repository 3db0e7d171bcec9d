// A migration that stops at the first bad record, so that mending a table takes as many runs as it
// has bad records; that changes something although a record does not fit; or that drops what nobody
// said to drop.

#include "linedb/migrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "linedb/json_table.h"
#include "tests/evolution/altered_table.h"

namespace linedb {
namespace {

using testing::AlteredTable;
using testing::ColumnOf;
using testing::Fails;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;
using testing::Persons;
using testing::PersonSchema;
using testing::ViolationsOf;

std::vector<std::string> MixedPersons() {
  return {
      R"({"name":"Ann","nick":"A","born":"2001-02-03","height":170,"grade":3.0,"code":"17"})",
      R"({"name":"Bob","nick":null,"born":"2002-03-04","height":9007199254740993,"grade":2.5,"code":"x"})",
      R"({"name":"Ann","nick":null,"born":"2002-03-04","height":-1,"grade":1.0,"code":"19"})"};
}

// [schema-13.4]
TEST(MigrateTest, AllRecordsThatDoNotFitAreListedAndNothingIsChanged) {
  AlteredTable table(PersonSchema(), MixedPersons());
  table.Update(
      R"({"id":1,"name":"Ann","nick":"A","born":"2001-02-03","height":170,"grade":3.5,"code":"17"})");
  TableSchema wanted = PersonSchema();
  ColumnOf(wanted, "nick").nullable = false;
  ColumnOf(wanted, "height").type = Type::kFloat;
  ColumnOf(wanted, "grade").type = Type::kInt;
  ColumnOf(wanted, "name").unique = true;
  ColumnOf(wanted, "code").type = Type::kInt;
  wanted.checks = {"height > 0"};
  const testing::Tree before = table.campus.Files();
  const auto report = table.Migrate(wanted, {Permission::kConstrain, Permission::kNarrow});
  ASSERT_THAT(report.status(), IsOk());
  EXPECT_EQ(ViolationsOf(*report),
            "2: nick: null is not allowed (2)\n"
            "2: height: expected float, found 9007199254740993 (2)\n"
            "2: grade: expected int, found 2.5 (2)\n"
            "2: code: expected int, found \"x\" (2)\n"
            "3: nick: null is not allowed (3)\n"
            "4: grade: expected int, found 3.5 (1)\n");
  EXPECT_EQ(report->violations_total, 6u);
  EXPECT_EQ(report->records, 3u);
  EXPECT_FALSE(report->migrated);
  EXPECT_EQ(testing::TreeDifference(before, table.campus.Files()), "");
  EXPECT_EQ(report->violations[0].ToText(),
            "data/person.records line 2: person.nick: null is not allowed (record 2)");
}

// [schema-13.4]
TEST(MigrateTest, UniqueValuesAndChecksAreJudgedByWhatRecordsWillBe) {
  AlteredTable table(PersonSchema(), MixedPersons());
  TableSchema wanted = PersonSchema();
  ColumnOf(wanted, "name").unique = true;
  wanted.unique_keys = {{"born", "nick"}};  // null clashes with nothing
  wanted.checks = {"height > 0", "name <> 'Bob' or grade > 2.5"};
  const auto report = table.Migrate(wanted, {Permission::kConstrain});
  ASSERT_THAT(report.status(), IsOk());
  EXPECT_EQ(ViolationsOf(*report),
            "2: name,grade: check \"name <> 'Bob' or grade > 2.5\" is false (2)\n"
            "3: name: the value \"Ann\" is in line 1 already (3)\n"
            "3: height: check \"height > 0\" is false (3)\n");
  EXPECT_EQ(report->violations[1].kind, ViolationKind::kUnique);
  EXPECT_EQ(report->violations[2].kind, ViolationKind::kCheck);
}

TEST(MigrateTest, ListIsAsLongAsAskedAndTheRestIsCounted) {
  std::vector<std::string> records;
  for (int i = 0; i < 50; ++i) {
    records.push_back(absl::StrCat(
        R"({"name":"N","born":"2001-02-03","height":1,"grade":1,"code":")", i, R"("})"));
  }
  AlteredTable table(PersonSchema(), records);
  engine::AlterationRequest request;
  request.wanted = PersonSchema();
  ColumnOf(request.wanted, "nick").nullable = false;
  request.options.permit = {Permission::kConstrain};
  request.options.violations_max = 7;
  const auto report = table.campus.engine->Alter(request);
  ASSERT_THAT(report.status(), IsOk());
  EXPECT_EQ(report->violations.size(), 7u);
  EXPECT_EQ(report->violations_total, 50u);
}

// [schema-13.3]
TEST(MigrateTest, NothingIsDroppedThatNobodyPermittedToDrop) {
  AlteredTable table(PersonSchema(), Persons());
  TableSchema wanted = PersonSchema();
  wanted.columns.pop_back();
  ColumnOf(wanted, "nick").nullable = false;
  const testing::Tree before = table.campus.Files();
  EXPECT_THAT(table.Migrate(wanted, {Permission::kConstrain}),
              Fails(absl::StatusCode::kFailedPrecondition, "this needs permission (drop)"));
  EXPECT_THAT(table.Migrate(wanted),
              Fails(absl::StatusCode::kFailedPrecondition, "needs permission (drop, constrain)"));
  EXPECT_EQ(testing::TreeDifference(before, table.campus.Files()), "");
  EXPECT_THAT(table.Migrate(wanted, {Permission::kDrop, Permission::kConstrain}), IsOk());
  EXPECT_EQ(table.Lines(),
            "{\"id\":1,\"name\":\"Ann\",\"nick\":\"A\",\"born\":\"2001-02-03\",\"height\":170,"
            "\"grade\":3.0,\"code\":\"17\"}\n"
            "{\"id\":2,\"name\":\"Bob\",\"nick\":\"B\",\"born\":\"2002-03-04\",\"height\":180,"
            "\"grade\":2.0,\"code\":\"18\"}\n");
  table.ExpectSameAfterReopening();
}

TEST(MigrateTest, DryRunJudgesAllRecordsOfAReaderToo) {
  AlteredTable table(PersonSchema(), MixedPersons());
  ASSERT_THAT(table.campus.Close(), IsOk());
  ASSERT_THAT(table.campus.OpenToRead(), IsOk());
  TableSchema wanted = PersonSchema();
  ColumnOf(wanted, "grade").type = Type::kInt;
  const testing::Tree before = table.campus.Files();
  const auto report = table.Migrate(wanted, {}, MigrateMode::kDryRun);
  ASSERT_THAT(report.status(), IsOk());
  EXPECT_EQ(ViolationsOf(*report), "2: grade: expected int, found 2.5 (2)\n");
  EXPECT_TRUE(report->rewrote);
  EXPECT_FALSE(report->migrated);
  EXPECT_EQ(testing::TreeDifference(before, table.campus.Files()), "");
}

// [schema-13.2]
TEST(MigrateTest, RenamedColumnKeepsItsValuesAndItsKeys) {
  TableSchema stored = PersonSchema();
  stored.checks = {"code <> ''"};
  AlteredTable table(stored, Persons());
  TableSchema wanted = stored;
  for (std::size_t i = 0; i < wanted.columns.size(); ++i)
    wanted.columns[i].id = ColumnIdOf(wanted, i);
  ColumnOf(wanted, "code").name = "number";
  wanted.checks = {"number <> ''"};
  const auto report = table.Migrate(wanted);
  ASSERT_THAT(report.status(), IsOk());
  EXPECT_THAT(table.Lines(), HasSubstr("\"number\":\"18\""));
  const int key = table.Core().FindKey("number");
  ASSERT_GE(key, 0);
  EXPECT_THAT(table.Core().Visit({}, key, "\"18\"",
                                 [](std::string_view line) {
                                   EXPECT_THAT(std::string(line), HasSubstr("Bob"));
                                   return absl::OkStatus();
                                 }),
              IsOk());
  table.ExpectSameAfterReopening();
}

// [schema-13.6]
TEST(MigrateTest, ConstraintsLeaveTheFileUnlessItHasSupersededLines) {
  AlteredTable table(PersonSchema(), Persons());
  TableSchema wanted = PersonSchema();
  ColumnOf(wanted, "name").unique = true;
  const std::string bytes = table.campus.Bytes("data/person.records");
  auto report = table.Migrate(wanted, {Permission::kConstrain});
  ASSERT_THAT(report.status(), IsOk());
  EXPECT_FALSE(report->rewrote);
  EXPECT_EQ(table.campus.Bytes("data/person.records"), bytes);
  table.ExpectSameAfterReopening();
  // A superseded line with a value that another record has now.
  table.Update(
      R"({"id":1,"name":"Eve","nick":"A","born":"2001-02-03","height":170,"grade":3.0,"code":"9"})");
  table.Update(
      R"({"id":2,"name":"Ann","nick":"A","born":"2001-02-03","height":170,"grade":3.0,"code":"8"})");
  table.Update(
      R"({"id":2,"name":"Ann","nick":"B","born":"2001-02-03","height":170,"grade":3.0,"code":"8"})");
  ColumnOf(wanted, "nick").unique = true;
  report = table.Migrate(wanted, {Permission::kConstrain});
  ASSERT_THAT(report.status(), IsOk());
  EXPECT_EQ(ViolationsOf(*report), "");
  EXPECT_TRUE(report->rewrote);
  table.ExpectSameAfterReopening();
}

TEST(MigrateTest, WhatIsThereAlreadyIsNotDoneAgain) {
  AlteredTable table(PersonSchema(), Persons());
  const testing::Tree before = table.campus.Files();
  const auto report = table.Migrate(PersonSchema());
  ASSERT_THAT(report.status(), IsOk());
  EXPECT_TRUE(report->plan.empty());
  EXPECT_FALSE(report->migrated);
  EXPECT_EQ(testing::TreeDifference(before, table.campus.Files()), "");
}

// [schema-13.7]
TEST(MigrateTest, VersionIsTheDescriptionsOrCountsChangesThatBarAProgram) {
  AlteredTable table(PersonSchema(), Persons());
  TableSchema wanted = PersonSchema();
  wanted.indexes = {{.columns = {"name"}}};
  ASSERT_THAT(table.Migrate(wanted), IsOk());
  EXPECT_EQ(table.Schema().version, 1);  // who knew the table goes on
  wanted.columns.push_back({.name = "phone", .nullable = true});
  ASSERT_THAT(table.Migrate(wanted), IsOk());
  EXPECT_EQ(table.Schema().version, 2);
  wanted.version = 7;
  ASSERT_THAT(table.Migrate(wanted), IsOk());
  EXPECT_EQ(table.Schema().version, 7);
  wanted.version = 6;
  EXPECT_THAT(table.Migrate(wanted),
              Fails(absl::StatusCode::kInvalidArgument,
                    "table person has version 7 in the database, this program knows version 6: "
                    "update the program"));
}

TEST(MigrateTest, KeyThatIsReferencedNeitherGoesNorChanges) {
  AlteredTable table(PersonSchema(), Persons());
  TableSchema other;
  other.table_name = "badge";
  other.columns = {
      {.name = "id", .type = Type::kInt, .primary_key = true},
      {.name = "person_code", .references = ReferenceSchema{{"person_code"}, "person", {"code"}}}};
  ASSERT_THAT(table.campus.engine->CreateTable(other), IsOk());
  for (const auto& change : std::vector<std::function<void(TableSchema&)>>{
           [](TableSchema& s) { ColumnOf(s, "code").unique = false; },
           [](TableSchema& s) { ColumnOf(s, "code").type = Type::kInt; },
           [](TableSchema& s) {
             std::erase_if(s.columns, [](const ColumnSchema& c) { return c.name == "code"; });
           }}) {
    TableSchema wanted = PersonSchema();
    change(wanted);
    EXPECT_THAT(table.Migrate(wanted, {Permission::kDrop, Permission::kNarrow}),
                Fails(absl::StatusCode::kFailedPrecondition, "person is referenced"));
  }
  TableSchema renamed = PersonSchema();
  ColumnOf(renamed, "code").id = 7;
  ColumnOf(renamed, "code").name = "sign";
  EXPECT_THAT(table.Migrate(renamed), Fails(absl::StatusCode::kFailedPrecondition,
                                            "drop that reference of table badge first"));
}

// Whoever comes first while the other waits for a transaction to end.
TEST(MigrateTest, KeyGoesOrIsReferencedByANewTableButNotBoth) {
  TableSchema other;
  other.table_name = "badge";
  other.columns = {
      {.name = "id", .type = Type::kInt, .primary_key = true},
      {.name = "person_code", .references = ReferenceSchema{{"person_code"}, "person", {"code"}}}};
  TableSchema wanted = PersonSchema();
  ColumnOf(wanted, "code").unique = false;
  for (int round = 0; round < 100; ++round) {
    AlteredTable table(PersonSchema(), Persons());
    absl::Status created;
    absl::Status altered;
    WriteTransaction transaction = table.campus.Begin();
    std::thread creator([&] { created = table.campus.engine->CreateTable(other); });
    std::thread changer([&] { altered = table.Migrate(wanted).status(); });
    ASSERT_THAT(transaction.Commit(), IsOk());
    creator.join();
    changer.join();
    EXPECT_NE(created.ok(), altered.ok()) << created << "\n" << altered;
  }
}

// [schema-10.15] [schema-13.4]
TEST(MigrateTest, RecordsThatReferenceNothingAreListedInADryRunToo) {
  AlteredTable table(PersonSchema(), Persons());
  TableSchema level;
  level.table_name = "level";
  level.columns = {{.name = "height", .type = Type::kInt, .primary_key = true}};
  ASSERT_THAT(table.campus.engine->CreateTable(level), IsOk());
  const engine::TableCore levels(table.campus.engine.get(),
                                 table.campus.engine->FindTable("level"));
  WriteTransaction transaction = table.campus.Begin();
  ASSERT_THAT(
      levels.WriteJson(transaction, engine::WriteMode::kInsert, "{\"height\":170}", nullptr),
      IsOk());
  ASSERT_THAT(transaction.Commit(), IsOk());
  TableSchema wanted = PersonSchema();
  ColumnOf(wanted, "height").references = ReferenceSchema{{"height"}, "level"};
  for (const MigrateMode mode : {MigrateMode::kDryRun, MigrateMode::kApply}) {
    const auto report = table.Migrate(wanted, {Permission::kConstrain}, mode);
    ASSERT_THAT(report.status(), IsOk());
    EXPECT_EQ(ViolationsOf(*report),
              "2: height: value 180 references level 180, which does not exist (2)\n");
    EXPECT_EQ(report->violations[0].kind, ViolationKind::kReference);
  }
  table.Update(
      R"({"id":2,"name":"Bob","nick":"B","born":"2002-03-04","height":170,"grade":2.0,"code":"18"})");
  EXPECT_TRUE(table.Migrate(wanted, {Permission::kConstrain})->migrated);
  table.ExpectSameAfterReopening();
}

TEST(MigrateTest, CheckThatDoesNotFitTheTableIsRefused) {
  AlteredTable table(PersonSchema(), Persons());
  TableSchema wanted = PersonSchema();
  wanted.checks = {"hieght > 0"};
  EXPECT_THAT(table.Migrate(wanted, {Permission::kConstrain}),
              Fails(absl::StatusCode::kInvalidArgument, "hieght"));
}

TEST(MigrateTest, ReadersGoOnWithWhatTheySaw) {
  for (const bool rewrites : {false, true}) {
    AlteredTable table(PersonSchema(), Persons());
    const engine::TableCore old = table.Core();
    auto snapshot = table.campus.engine->TakeSnapshot();
    ASSERT_THAT(snapshot.status(), IsOk());
    const ReadTransaction reading(table.campus.engine.get(), *std::move(snapshot));
    TableSchema wanted = PersonSchema();
    ColumnOf(wanted, rewrites ? "grade" : "name").unique = !rewrites;
    if (rewrites) ColumnOf(wanted, "grade").type = Type::kString;
    const auto report = table.Migrate(wanted, {Permission::kConstrain});
    ASSERT_THAT(report.status(), IsOk());
    EXPECT_EQ(report->rewrote, rewrites);
    auto cursor = old.Scan(reading);
    ASSERT_THAT(cursor.status(), IsOk());
    int seen = 0;
    for (std::string_view line; cursor->Next(&line); ++seen) {
      EXPECT_THAT(std::string(line), Not(HasSubstr("\"grade\":\"")));
    }
    EXPECT_EQ(seen, 2);
    EXPECT_THAT(old.Scan({}), Fails(absl::StatusCode::kFailedPrecondition, "altered"));
    table.Insert(R"({"name":"Cal","nick":"C","born":"2001-02-03","height":1,"grade":)" +
                 std::string(rewrites ? "\"1.0\"" : "1.0") + R"(,"code":"30"})");
    table.ExpectSameAfterReopening();
  }
}

// The index of a key has a number in its name, which after an alteration may be another key's, and
// a checksum of bytes, which may be the same bytes. So it says which key it is of.
TEST(MigrateTest, IndexFilesOfAnotherKeyAreNotTaken) {
  Options options = testing::ManualMaintenance();
  options.index_bytes_min = 1;
  TableSchema stored = PersonSchema();
  ColumnOf(stored, "name").unique = true;
  AlteredTable table(stored, {Persons()[0]}, options);
  ASSERT_THAT(table.campus.engine->Checkpoint(), IsOk());
  table.Insert(Persons()[1]);
  ASSERT_THAT(table.campus.engine->Checkpoint(), IsOk());  // writes the index of the first record
  ASSERT_THAT(table.campus.Files(), ::testing::Contains(::testing::Key(HasSubstr(".key2"))));
  TableSchema wanted = stored;
  ColumnOf(wanted, "name").unique = false;  // `code` is key 1 now, not 2
  const auto find = [&table] {
    return table.Core().Visit({}, table.Core().FindKey("code"), "\"17\"",
                              [](std::string_view) { return absl::OkStatus(); });
  };
  ASSERT_THAT(table.Migrate(wanted), IsOk());
  EXPECT_THAT(find(), IsOk());
  ASSERT_THAT(table.campus.Close(), IsOk());
  ASSERT_THAT(table.campus.Open(options), IsOk());
  EXPECT_THAT(find(), IsOk());
  EXPECT_EQ(table.campus.Problems(), "");
}

// [engine-4.12]
TEST(MigrateTest, EarlierRecordsStayUntilTheNextCheckpoint) {
  AlteredTable table(PersonSchema(), Persons());
  const std::string bytes = table.campus.Bytes("data/person.records");
  TableSchema wanted = PersonSchema();
  ColumnOf(wanted, "grade").type = Type::kString;
  ASSERT_THAT(table.Migrate(wanted), IsOk());
  EXPECT_EQ(table.campus.Bytes("data/person.records.before"), bytes);
  table.ExpectSameAfterReopening();
  EXPECT_EQ(table.campus.Bytes("data/person.records.before"), bytes);
  table.Insert(
      R"({"name":"Cal","nick":"C","born":"2001-02-03","height":1,"grade":"1.0","code":"30"})");
  ASSERT_THAT(table.campus.engine->Checkpoint(), IsOk());
  EXPECT_FALSE(table.campus.Files().contains("data/person.records.before"));
}

}  // namespace
}  // namespace linedb
