// What linedb's values are in SQL, and how results are told.

#include <chrono>

#include "tests/sql/sql_fixture.h"

namespace linedb::sql_test {
namespace {

TableSchema AllTypes() {
  return {.table_name = "thing",
          .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                      {.name = "real", .type = Type::kFloat, .nullable = true},
                      {.name = "yes", .type = Type::kBool, .nullable = true},
                      {.name = "text", .type = Type::kString, .nullable = true},
                      {.name = "bytes", .type = Type::kBytes, .nullable = true},
                      {.name = "moment", .type = Type::kTimestamp, .nullable = true},
                      {.name = "day", .type = Type::kDate, .nullable = true},
                      {.name = "info", .type = Type::kJson, .nullable = true}}};
}

class SqlValuesTest : public SqlTest {
 protected:
  void SetUp() override {
    Create(AllTypes(), {{{"id", 1},
                         {"real", 2.0},
                         {"yes", true},
                         {"text", "Zo\u00eb \"\\\n"},
                         {"bytes", "AP8="},
                         {"moment", "2026-01-22T20:31:17.5Z"},
                         {"day", "2026-01-22"},
                         {"info", {{"a", {1, 2.5, nullptr}}}}},
                        {{"id", 2}, {"text", std::string("a\0b", 3)}, {"info", "Alien"}}});
    OpenSession();
  }
};

// [sql-2]
TEST_F(SqlValuesTest, EachTypeHasItsPlaceInSqlite) {
  EXPECT_EQ(Rows("SELECT typeof(id), typeof(real), typeof(yes), typeof(text), typeof(bytes), "
                 "typeof(moment), typeof(day), typeof(info), typeof(NULL) FROM thing WHERE id = 1"),
            R"(["integer","real","integer","text","blob","text","text","text","null"])");
  EXPECT_EQ(Rows("SELECT DISTINCT typeof(real), typeof(yes), typeof(bytes), typeof(moment), "
                 "typeof(day) FROM thing WHERE id = 2"),
            R"(["null","null","null","null","null"])");
}

// [sql-2]
TEST_F(SqlValuesTest, ValuesComeOutAsTheyWentIn) {
  EXPECT_EQ(Rows("SELECT * FROM thing WHERE id = 1"),
            R"([1,2.0,true,"Zoë \"\\\n","AP8=","2026-01-22T20:31:17.500000Z","2026-01-22",)"
            R"({"a":[1,2.5,null]}])");
  EXPECT_EQ(Rows("SELECT * FROM thing WHERE id = 2"),
            R"([2,null,null,"a\u0000b",null,null,null,"Alien"])");
}

// [sql-2]
TEST_F(SqlValuesTest, ComparisonsAreThoseOfSqlite) {
  struct Row {
    const char* condition;
    const char* ids;
  };
  const Row rows[] = {{"yes", "[1]"},
                      {"yes = true", "[1]"},
                      {"yes = 1", "[1]"},
                      {"yes = 'true'", ""},
                      {"id = '1'", "[1]"},
                      {"id = '01' AND text > '01'", "[1]"},
                      {"id = 1.0", "[1]"},
                      {"id < 1.5", "[1]"},
                      {"real = 2", "[1]"},
                      {"bytes = x'00ff'", "[1]"},
                      {"bytes = 'AP8='", ""},
                      {"moment = '2026-01-22T20:31:17.500000Z'", "[1]"},
                      {"moment = '2026-01-22T20:31:17.5Z'", ""},
                      {"moment >= '2026' AND moment < '2026-01-23'", "[1]"},
                      {"date(moment) = day", "[1]"},
                      {"julianday(moment) > julianday('2026-01-22 20:31:17')", "[1]"},
                      {"day BETWEEN '2026-01-01' AND '2026-12-31'", "[1]"},
                      {"info = 'Alien'", ""},
                      {"info = '\"Alien\"'", "[2]"},
                      {"info ->> '$' = 'Alien'", "[2]"},
                      {"info ->> '$.a[1]' = 2.5", "[1]"},
                      {"json_type(info) = 'object'", "[1]"},
                      {"text LIKE 'zo_ %'", "[1]"},
                      {"real IS NULL", "[2]"}};
  for (const Row& row : rows) {
    EXPECT_EQ(Rows(std::string("SELECT id FROM thing WHERE ") + row.condition), row.ids)
        << row.condition;
  }
}

// [sql-2]
TEST_F(SqlValuesTest, JsonFunctionsReadJsonColumns) {
  EXPECT_EQ(Rows("SELECT e.value FROM thing, json_each(info, '$.a') AS e WHERE thing.id = 1"),
            "[1][2.5][null]");
  EXPECT_EQ(Rows("SELECT json_group_array(json(info)) FROM thing"),
            R"(["[{\"a\":[1,2.5,null]},\"Alien\"]"])");
}

TEST_F(SqlValuesTest, WhatJsonCannotSayIsStillRead) {
  EXPECT_EQ(Rows("SELECT 9e999, -9e999"), "[1e999,-1e999]");
  EXPECT_EQ(Rows("SELECT CAST(x'61ff' AS TEXT)"), "[\"a\uFFFD\"]");
  EXPECT_EQ(Rows("SELECT info FROM thing WHERE id = 2 UNION ALL SELECT '[1'"),
            R"(["Alien"]["[1"])");
  EXPECT_EQ(Rows("SELECT yes FROM thing WHERE id = 1 UNION ALL SELECT 7"), "[true][7]");
}

TEST_F(SqlValuesTest, ColumnsOfAResultHaveEachANameOfItsOwn) {
  EXPECT_EQ(Names("SELECT a.id, b.id, b.id AS id_2, count(*) FROM thing a JOIN thing b"),
            "id|id_3|id_2|count(*)|");
}

TEST_F(SqlValuesTest, StatementsOfATextRunOneAfterTheOther) {
  EXPECT_EQ(Rows("SELECT 1; -- one\n\n SELECT 2 ;; /* two */"), "[1][2]");
  EXPECT_EQ(Rows("-- nothing"), "");
}

class SqlNamesTest : public SqlTest {};

// [sql-3]
TEST_F(SqlNamesTest, AnyNameIsFoundInQuotesAndInAnyCase) {
  Create({.table_name = "order",
          .columns = {{.name = "first name", .type = Type::kString, .primary_key = true},
                      {.name = "a\"b", .type = Type::kInt},
                      {.name = "it's", .type = Type::kInt},
                      {.name = "Stra\u00dfe", .type = Type::kString}}},
         {{{"first name", "Ann"}, {"a\"b", 1}, {"it's", 2}, {"Stra\u00dfe", "Am Wall"}}});
  OpenSession();
  EXPECT_EQ(Rows("SELECT \"First Name\", \"a\"\"b\", \"it's\", \"Stra\u00dfe\" FROM \"ORDER\" "
                 "WHERE \"first name\" = 'Ann'"),
            R"(["Ann",1,2,"Am Wall"])");
  EXPECT_EQ(Names("SELECT * FROM \"order\""), "first name|a\"b|it's|Stra\u00dfe|");
}

// [sql-3]
TEST_F(SqlNamesTest, NamesThatDifferInCaseAloneGetANumber) {
  Create({.table_name = "Student",
          .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                      {.name = "ID", .type = Type::kString}}},
         {{{"id", 1}, {"ID", "a"}}});
  OpenSession();
  EXPECT_EQ(Rows("SELECT id, ID_2 FROM Student"), "[1,\"a\"]");
}

// [sql-3]
TEST_F(SqlNamesTest, TablesAndColumnsAreListedWhereSqliteListsThem) {
  Create(AllTypes(), {});
  OpenSession();
  EXPECT_EQ(Rows("SELECT type, name FROM sqlite_schema"), R"(["table","thing"])");
  EXPECT_EQ(Rows("SELECT name, type, pk FROM pragma_table_info('thing') LIMIT 3"),
            R"(["id","INTEGER",1]["real","REAL",0]["yes","BOOLEAN",0])");
}

TEST_F(SqlNamesTest, ATableWithoutKeyHasItsRowNumber) {
  Create({.table_name = "note", .columns = {{.name = "text", .type = Type::kString}}},
         {{{"text", "a"}}, {{"text", "b"}}});
  OpenSession();
  EXPECT_EQ(Rows("SELECT rowid, text FROM note ORDER BY rowid DESC"), R"([2,"b"][1,"a"])");
}

}  // namespace
}  // namespace linedb::sql_test
