// Queries as JSON objects: each member does what the method of JsonQuery does, and a member that is
// misspelled is refused, where it would otherwise give all records.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "linedb/linedb.h"
#include "tests/c_api/c_campus.h"

namespace linedb {
namespace {

using testing::CCampusTest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Taken;

class CQueryTest : public CCampusTest {
 protected:
  CQueryTest() {
    EXPECT_EQ(linedb_create_table(db,
                                  R"({"table_name":"enrolment","schema":{
                                    "student_id":{"type":"int"},"course":{"type":"str"}}})",
                                  &error),
              LINEDB_OK)
        << error.message;
    for (const char* student : {R"({"name":"Ada","gpa":3.9})", R"({"name":"Bob","gpa":2.5})",
                                R"({"name":"Zoë","gpa":3.9})"}) {
      EXPECT_EQ(Insert(student), LINEDB_OK);
    }
    for (const char* enrolment :
         {R"({"student_id":1,"course":"Logic"})", R"({"student_id":3,"course":"Art"})"}) {
      EXPECT_EQ(linedb_insert(db, nullptr, "enrolment", enrolment, nullptr, &error), LINEDB_OK);
    }
  }
};

TEST_F(CQueryTest, EachMemberShapesTheRows) {
  EXPECT_THAT(Rows(R"({"table":"student","where":"gpa < 3"})"),
              ElementsAre(R"({"id":2,"name":"Bob","gpa":2.5})"));
  EXPECT_THAT(Rows(R"({"table":"student","select":"name","order_by":"name desc","limit":1,
                       "offset":1})"),
              ElementsAre(R"({"name":"Bob"})"));
  EXPECT_THAT(Rows(R"({"table":"student","group_by":"gpa","select":"gpa, count(*) as n",
                       "order_by":"n desc"})"),
              ElementsAre(R"({"gpa":3.9,"n":2})", R"({"gpa":2.5,"n":1})"));
  EXPECT_THAT(Rows(R"({"table":"student","select":"gpa","distinct":true})"),
              ElementsAre(R"({"gpa":3.9})", R"({"gpa":2.5})"));
}

TEST_F(CQueryTest, OtherTablesAreJoinedAndAskedFor) {
  EXPECT_THAT(Rows(R"({"table":"student","select":"name","exists":[
                       {"table":"enrolment","on":"id = student_id","where":"course = 'Art'"}]})"),
              ElementsAre(R"({"name":"Zoë"})"));
  EXPECT_THAT(Rows(R"({"table":"student","select":"name","exists":[
                       {"table":"enrolment","on":"id = student_id","not":true}]})"),
              ElementsAre(R"({"name":"Bob"})"));
  EXPECT_THAT(Rows(R"({"table":"student","where":"name = 'Ada'","join":
                       {"table":"enrolment","on":"id = student_id"}})"),
              ElementsAre(R"({"student":{"id":1,"name":"Ada","gpa":3.9},)"
                          R"("enrolment":{"student_id":1,"course":"Logic"}})"));
  EXPECT_THAT(Rows(R"({"table":"student","select":"name","join":{"table":"enrolment","as":"taken",
                       "on":"id = student_id","pairs_where":"taken.course = 'Art'"}})"),
              ElementsAre(R"({"name":"Zoë"})"));
}

TEST_F(CQueryTest, WhatIsNoQueryIsRefusedByTheMemberAtFault) {
  const struct {
    const char* query;
    const char* words;
  } rows[] = {
      {"", "not JSON"},
      {"[]", "an object is expected"},
      {"{}", "query.table: is missing"},
      {R"({"table":"student","were":"gpa > 3"})", "query.were: there is no such member"},
      {R"({"table":"student","limit":-1})", "query.limit: a count is expected"},
      {R"({"table":"student","limit":1,"limit":2})", "limit is there twice"},
      {R"({"table":"student","where":1})", "query.where: a string is expected"},
      {R"({"table":"student","distinct":1})", "query.distinct: true or false"},
      {R"({"table":"student","exists":{}})", "query.exists: an array"},
      {R"({"table":"student","exists":[{"table":"enrolment"}]})", "query.exists.on: is missing"},
      {R"({"table":"student","join":{"table":"enrolment","on":"id = student_id","an":1}})",
       "query.join.an: there is no such member"},
      {R"({"table":"student","where":"age > 3"})", "age"},
      {R"({"table":"student","order_by":"name up"})", "student"},
      {R"({"table":"studend"})", "student"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(Rows(row.query), ElementsAre(HasSubstr(row.words))) << row.query;
  }
}

TEST_F(CQueryTest, CursorSeesTheMomentAtWhichItWasOpened) {
  for (const char* query : {R"({"table":"student"})", R"({"table":"student","where":"id > 0"})"}) {
    linedb_transaction* snapshot = nullptr;
    linedb_cursor* cursor = nullptr;
    const char* row = nullptr;
    int rows = 0;
    ASSERT_EQ(linedb_begin_read(db, &snapshot, &error), LINEDB_OK);
    ASSERT_EQ(linedb_cursor_open(db, snapshot, query, &cursor, &error), LINEDB_OK);
    ASSERT_EQ(linedb_rollback(snapshot, &error), LINEDB_OK);
    ASSERT_EQ(Insert(R"({"name":"Eve"})"), LINEDB_OK);
    while (linedb_cursor_next(cursor, &row, &error) == LINEDB_OK && row != nullptr) ++rows;
    EXPECT_EQ(rows, 3) << query;
    EXPECT_EQ(linedb_cursor_next(cursor, &row, &error), LINEDB_OK);
    EXPECT_EQ(row, nullptr);
    EXPECT_EQ(linedb_cursor_close(cursor, &error), LINEDB_OK);
    EXPECT_EQ(linedb_cursor_next(cursor, &row, &error), LINEDB_INVALID_ARGUMENT);
    ASSERT_EQ(linedb_delete_where(db, nullptr, R"({"table":"student","where":"name = 'Eve'"})",
                                  nullptr, &error),
              LINEDB_OK);
  }
}

TEST_F(CQueryTest, VisitEndsWhereTheVisitorSaysSo) {
  int visits = 0;
  const auto stop = [](void* context, const char*) {
    ++*static_cast<int*>(context);
    return 0;
  };
  EXPECT_EQ(linedb_query(db, nullptr, R"({"table":"student"})", stop, &visits, &error), LINEDB_OK);
  EXPECT_EQ(visits, 1);
}

TEST_F(CQueryTest, RecordsAreCountedChangedAndRemovedByQuery) {
  std::uint64_t count = 0;
  char* plan = nullptr;
  linedb_transaction* writer = nullptr;
  const char* good = R"({"table":"student","where":"gpa > 3"})";
  ASSERT_EQ(linedb_begin(db, &writer, &error), LINEDB_OK);
  EXPECT_EQ(linedb_update_where(db, writer, good, "gpa = gpa - 1", &count, &error), LINEDB_OK);
  EXPECT_EQ(count, 2U);
  EXPECT_EQ(linedb_count(db, writer, good, &count, &error), LINEDB_OK);
  EXPECT_EQ(count, 0U);
  EXPECT_THAT(Rows(good, writer), ElementsAre());
  EXPECT_EQ(linedb_rollback(writer, &error), LINEDB_OK);
  EXPECT_EQ(linedb_delete_where(db, nullptr, good, &count, &error), LINEDB_OK);
  EXPECT_EQ(count, 2U);
  EXPECT_EQ(linedb_update_where(db, nullptr, good, "id = 1", &count, &error),
            LINEDB_INVALID_ARGUMENT);
  EXPECT_EQ(linedb_explain(db, nullptr, good, &plan, &error), LINEDB_OK);
  EXPECT_THAT(Taken(plan), HasSubstr("student"));
}

}  // namespace
}  // namespace linedb
