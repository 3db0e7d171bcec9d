// Records by the C API: what goes in as JSON text comes out as the table has it, and what is wrong
// with it is told with its place.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/c_api/reports.h"
#include "linedb/linedb.h"
#include "linedb/statistics.h"
#include "tests/c_api/c_campus.h"

namespace linedb {
namespace {

using testing::CCampusTest;
using ::testing::HasSubstr;
using testing::Taken;

class CRecordTest : public CCampusTest {};

TEST_F(CRecordTest, RecordsAreInsertedPutUpdatedAndDeleted) {
  char* key = nullptr;
  ASSERT_EQ(linedb_insert(db, nullptr, "student", R"( {"name":"Zoë"} )", &key, &error), LINEDB_OK);
  EXPECT_EQ(Taken(key), "1");
  EXPECT_EQ(Get("1"), R"({"id":1,"name":"Zoë","gpa":null})");
  EXPECT_EQ(linedb_put(db, nullptr, "student", R"({"id":1,"name":"Zoe","gpa":3})", &key, &error),
            LINEDB_OK);
  EXPECT_EQ(Taken(key), "1");
  EXPECT_EQ(Get("1"), R"({"id":1,"name":"Zoe","gpa":3.0})");
  EXPECT_EQ(linedb_update(db, nullptr, "student", R"({"id":2,"name":"Bob"})", &error),
            LINEDB_NOT_FOUND);
  EXPECT_EQ(linedb_delete(db, nullptr, "student", "1", &error), LINEDB_OK);
  EXPECT_EQ(linedb_delete(db, nullptr, "student", "1", &error), LINEDB_NOT_FOUND);
  EXPECT_EQ(Get("1"), "NOT_FOUND");
}

TEST_F(CRecordTest, RecordIsFoundByItsUniqueKey) {
  char* record = nullptr;
  ASSERT_EQ(Insert(R"({"name":"Ada"})"), LINEDB_OK);
  EXPECT_EQ(linedb_find(db, nullptr, "student", "name", "\"Ada\"", &record, &error), LINEDB_OK);
  EXPECT_EQ(Taken(record), R"({"id":1,"name":"Ada","gpa":null})");
  EXPECT_EQ(linedb_find(db, nullptr, "student", "gpa", "1", &record, &error),
            LINEDB_INVALID_ARGUMENT);
  EXPECT_EQ(record, nullptr);
  EXPECT_THAT(error.message, HasSubstr("no key on gpa"));
}

TEST_F(CRecordTest, FaultOfARecordIsNamedAndNothingIsWritten) {
  const struct {
    const char* record;
    int code;
    const char* words;
  } rows[] = {
      {R"({"name":"Ada","gpa":"good"})", LINEDB_INVALID_ARGUMENT, "gpa"},
      {R"({"name":"Ada","name":"Eve"})", LINEDB_INVALID_ARGUMENT, "name"},
      {R"({"name":"Ada","age":1})", LINEDB_INVALID_ARGUMENT, "age"},
      {R"({"name":"Ada"} extra)", LINEDB_INVALID_ARGUMENT, "student"},
      {R"({"name":"Bob"})", LINEDB_ALREADY_EXISTS, "Bob"},
  };
  ASSERT_EQ(Insert(R"({"name":"Bob"})"), LINEDB_OK);
  for (const auto& row : rows) {
    EXPECT_EQ(Insert(row.record), row.code) << row.record;
    EXPECT_THAT(error.message, HasSubstr(row.words)) << row.record;
  }
  EXPECT_EQ(Rows(R"({"table":"student"})").size(), 1U);
}

TEST_F(CRecordTest, ErrorIsSetAnewByEachCall) {
  EXPECT_EQ(Get("1"), "NOT_FOUND");
  EXPECT_EQ(error.code, LINEDB_NOT_FOUND);
  EXPECT_NE(error.message, nullptr);
  EXPECT_EQ(Insert(R"({"name":"Ada"})"), LINEDB_OK);
  EXPECT_EQ(error.code, LINEDB_OK);
  EXPECT_EQ(error.message, nullptr);
}

TEST_F(CRecordTest, TransactionIsSeenByItsOwnReadsUntilItIsCommitted) {
  linedb_transaction* writer = nullptr;
  ASSERT_EQ(linedb_begin_with(db, LINEDB_DURABILITY_BUFFERED, &writer, &error), LINEDB_OK);
  ASSERT_EQ(Insert(R"({"name":"Ada"})", writer), LINEDB_OK);
  EXPECT_EQ(Get("1", writer), R"({"id":1,"name":"Ada","gpa":null})");
  EXPECT_EQ(Get("1"), "NOT_FOUND");
  ASSERT_EQ(linedb_commit(writer, &error), LINEDB_OK);
  EXPECT_EQ(Get("1"), R"({"id":1,"name":"Ada","gpa":null})");
}

TEST_F(CRecordTest, RollbackAndSavepointsUndoWhatWasDone) {
  linedb_transaction* writer = nullptr;
  std::int64_t first = 0;
  std::int64_t second = 0;
  ASSERT_EQ(linedb_begin(db, &writer, &error), LINEDB_OK);
  ASSERT_EQ(linedb_set_savepoint(writer, &first, &error), LINEDB_OK);
  ASSERT_EQ(Insert(R"({"name":"Ada"})", writer), LINEDB_OK);
  ASSERT_EQ(linedb_set_savepoint(writer, &second, &error), LINEDB_OK);
  EXPECT_EQ(linedb_rollback_to(writer, first, &error), LINEDB_OK);
  EXPECT_EQ(Get("1", writer), "NOT_FOUND");
  EXPECT_EQ(linedb_rollback_to(writer, second, &error), LINEDB_FAILED_PRECONDITION);
  EXPECT_EQ(linedb_rollback_to(writer, 3, &error), LINEDB_INVALID_ARGUMENT);
  ASSERT_EQ(Insert(R"({"name":"Bob"})", writer), LINEDB_OK);
  ASSERT_EQ(linedb_rollback(writer, &error), LINEDB_OK);
  EXPECT_EQ(Rows(R"({"table":"student"})").size(), 0U);
}

TEST_F(CRecordTest, TableWithoutKeyShowsNoHiddenColumn) {
  ASSERT_EQ(
      linedb_create_table(db, R"({"table_name":"note","schema":{"text":{"type":"str"}}})", &error),
      LINEDB_OK);
  ASSERT_EQ(linedb_insert(db, nullptr, "note", R"({"text":"a"})", nullptr, &error), LINEDB_OK);
  EXPECT_THAT(Rows(R"({"table":"note"})"), ::testing::ElementsAre(R"({"text":"a"})"));
}

TEST_F(CRecordTest, TablesAreListedDescribedAlteredAndDropped) {
  char* text = nullptr;
  ASSERT_EQ(linedb_table_schema(db, "student", &text, &error), LINEDB_OK);
  std::string schema = Taken(text);
  EXPECT_THAT(schema, HasSubstr("\"gpa\":"));
  const std::size_t column = schema.find("\"gpa\"");
  schema.insert(column, R"("year":{"type":"int","default":1},)");
  EXPECT_EQ(linedb_alter_table(db, schema.c_str(), &error), LINEDB_OK) << error.message;
  ASSERT_EQ(Insert(R"({"name":"Ada"})"), LINEDB_OK);
  EXPECT_EQ(Get("1"), R"({"id":1,"name":"Ada","year":1,"gpa":null})");
  EXPECT_EQ(linedb_create_table(db, schema.c_str(), &error), LINEDB_ALREADY_EXISTS);
  EXPECT_EQ(linedb_drop_table(db, "student", &error), LINEDB_OK);
  ASSERT_EQ(linedb_table_names(db, &text, &error), LINEDB_OK);
  EXPECT_EQ(Taken(text), "[]");
  EXPECT_EQ(Insert(R"({"name":"Ada"})"), LINEDB_NOT_FOUND);
}

TEST_F(CRecordTest, ReportsAreJsonWithTheNamesOfTheStructs) {
  char* text = nullptr;
  ASSERT_EQ(Insert(R"({"name":"Ada"})"), LINEDB_OK);
  ASSERT_EQ(linedb_checkpoint(db, &text, &error), LINEDB_OK);
  EXPECT_THAT(Taken(text), HasSubstr(R"({"needed":true,"lsn":)"));
  ASSERT_EQ(linedb_statistics(db, &text, &error), LINEDB_OK);
  EXPECT_THAT(Taken(text), HasSubstr(R"("tables":[{"name":"student","records":1,)"));
  EXPECT_EQ(linedb_verify("/no/such/place", &text, &error), LINEDB_NOT_FOUND);
  EXPECT_EQ(text, nullptr);
}

// The C API once gave "" for a key that is not known, where dbtool gave null.
TEST(CReportTest, VerifyGivesNullForAKeyThatIsNotKnown) {
  const std::string text = c_api::ReportText(VerifyReport{
      .tables = 1,
      .records = 2,
      .log_lines = 3,
      .archives = 4,
      .problems = {{.file = "data/a.records",
                    .line = 5,
                    .byte = 6,
                    .kind = "record",
                    .key = "",
                    .message = "m"},
                   {.file = "data/a.records", .kind = "reference", .key = "7", .message = "n"}}});
  EXPECT_EQ(
      text,
      R"({"tables":1,"records":2,"log_lines":3,"archives":4,"problems":[)"
      R"({"file":"data/a.records","line":5,"byte":6,"kind":"record","key":null,"message":"m"},)"
      R"({"file":"data/a.records","line":0,"byte":0,"kind":"reference","key":"7","message":"n"}]})");
}

}  // namespace
}  // namespace linedb
