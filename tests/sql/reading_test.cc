// How many records a statement reads: SQL that walks a whole table for each question answers
// rightly, and is of no use. Every way to records that the engine has is taken where it leads to
// fewer.

#include <atomic>

#include "tests/sql/sql_fixture.h"

namespace linedb::sql_test {
namespace {

constexpr int kPeople = 1000;
constexpr int kVisits = 3000;

// Person i: city i % 10, born i % 100; every fiftieth has no e-mail. Visit i: of person i % 1000.
class ReadingTest : public SqlTest {
 protected:
  void SetUp() override {
    std::vector<Json> people;
    for (int i = 0; i < kPeople; ++i) {
      const std::string number = std::to_string(i);
      people.push_back({{"id", i},
                        {"email", i % 50 != 0 ? Json(number + "@x.org") : Json()},
                        {"city", "city " + std::to_string(i % 10)},
                        {"born", i % 100},
                        {"nick", "n" + number}});
    }
    Create({.table_name = "person",
            .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                        {.name = "email", .type = Type::kString, .nullable = true, .unique = true},
                        {.name = "city", .type = Type::kString},
                        {.name = "born", .type = Type::kInt},
                        {.name = "nick", .type = Type::kString}},
            .indexes = {{{"city", "born"}}, {{"born"}}, {{"email"}}}},
           people);
    std::vector<Json> visits;
    for (int i = 0; i < kVisits; ++i) {
      const int person = i % kPeople;
      visits.push_back({{"shop", i / kPeople},
                        {"person_id", person},
                        {"person_nick", "n" + std::to_string(person)},
                        {"paid", i % 7}});
    }
    Create({.table_name = "visit",
            .columns = {{.name = "shop", .type = Type::kInt, .primary_key = true},
                        {.name = "person_id", .type = Type::kInt, .primary_key = true},
                        {.name = "person_nick", .type = Type::kString},
                        {.name = "paid", .type = Type::kInt}}},
           visits);
    OpenSession();
  }
};

// [sql-4]
TEST_F(ReadingTest, WhatKeysAndIndexesFindIsReadAndNothingElse) {
  struct Row {
    const char* sql;
    std::uint64_t reads;
  };
  const Row rows[] = {
      {"SELECT * FROM person WHERE id = 500", 1},
      {"SELECT * FROM person WHERE id = 5000", 0},
      {"SELECT * FROM person WHERE id = 500 AND nick = 'x'", 1},
      {"SELECT * FROM person WHERE 500 = id", 1},
      {"SELECT * FROM person WHERE id = NULL", 0},
      {"SELECT * FROM person WHERE id = '500'", 1},
      {"SELECT * FROM person WHERE id = 'x'", 0},
      {"SELECT * FROM person WHERE id = 2.5", 0},
      {"SELECT * FROM person WHERE id IN (1, 2, 3, 2)", 3},
      {"SELECT * FROM person WHERE id = (SELECT 7)", 1},
      {"SELECT * FROM person WHERE email = '8@x.org'", 1},
      {"SELECT * FROM person WHERE id = 1 OR email = '8@x.org'", 2},
      {"SELECT * FROM visit WHERE shop = 1 AND person_id = 7", 1},
      {"SELECT * FROM visit WHERE person_id = 7 AND shop IN (0, 2)", 2},
      {"SELECT * FROM person WHERE born = 42", 10},
      {"SELECT * FROM person WHERE born > 97", 20},
      {"SELECT * FROM person WHERE born >= 98", 20},
      {"SELECT * FROM person WHERE born BETWEEN 10 AND 12", 30},
      {"SELECT * FROM person WHERE born < 1", 10},
      {"SELECT * FROM person WHERE born < 0", 0},
      {"SELECT * FROM person WHERE born > 97.5 AND born < '99'", 10},
      {"SELECT * FROM person WHERE born > 12 AND born < 11", 0},
      {"SELECT * FROM person WHERE city = 'city 3' AND born = 13", 10},
      {"SELECT * FROM person WHERE city = 'city 3' AND born BETWEEN 3 AND 23", 30},
      {"SELECT * FROM person WHERE city GLOB 'city 3*' AND born = 13", 10},
      {"SELECT * FROM person WHERE email IS NULL", 20},
      {"SELECT * FROM person WHERE email IS '8@x.org'", 1},
      {"SELECT count(*) FROM person", 1000},
  };
  for (const Row& row : rows) EXPECT_EQ(Reads(row.sql), row.reads) << row.sql;
}

// [sql-4]
TEST_F(ReadingTest, AnOrderThatAnIndexHasIsNotSorted) {
  struct Row {
    const char* sql;
    std::uint64_t reads;
  };
  const Row rows[] = {
      {"SELECT * FROM person LIMIT 10", 10},
      {"SELECT * FROM person LIMIT 10 OFFSET 5", 15},
      {"SELECT * FROM person ORDER BY born LIMIT 10", 10},
      {"SELECT * FROM person ORDER BY born DESC LIMIT 10 OFFSET 5", 15},
      {"SELECT * FROM person ORDER BY city, born LIMIT 3", 3},
      {"SELECT * FROM person ORDER BY city DESC, born DESC LIMIT 3", 3},
      {"SELECT * FROM person ORDER BY city DESC, born LIMIT 3", 1000},
      {"SELECT * FROM person WHERE city = 'city 3' ORDER BY born LIMIT 3", 3},
      {"SELECT * FROM person WHERE city = 'city 3' ORDER BY born DESC LIMIT 3", 3},
      {"SELECT * FROM person WHERE born > 50 ORDER BY born LIMIT 3", 3},
      {"SELECT max(born) FROM person", 1},
      {"SELECT min(born) FROM person WHERE born > 20", 1},
      {"SELECT * FROM person ORDER BY nick LIMIT 3", 1000},
  };
  for (const Row& row : rows) EXPECT_EQ(Reads(row.sql), row.reads) << row.sql;
}

// [sql-4]
TEST_F(ReadingTest, JoinsLookUpTheOtherTable) {
  // By a key: the records of one table, and one of the other for each.
  EXPECT_EQ(Reads("SELECT count(*) FROM visit CROSS JOIN person ON id = person_id WHERE paid = 3"),
            3000 + 429u);
  EXPECT_EQ(Reads("SELECT * FROM person LEFT JOIN visit ON shop = 0 AND person_id = id"), 2000u);
  EXPECT_EQ(Reads("SELECT (SELECT nick FROM person WHERE id = person_id) FROM visit LIMIT 4"), 8u);
}

// [sql-4] Over columns without a key a table is made once; it pays from the third time on.
TEST_F(ReadingTest, AJoinOverColumnsWithoutKeyReadsEachTableAFewTimes) {
  const std::string join =
      "SELECT count(*) FROM person CROSS JOIN visit ON person_nick = nick AND paid = 3";
  EXPECT_EQ(Rows(join), "[429]");
  // Twice a scan, once for the table, and then what is found.
  EXPECT_LT(Reads(join), kPeople + 3u * kVisits + 500);
  EXPECT_EQ(Reads("SELECT * FROM visit WHERE person_nick = (SELECT nick FROM person LIMIT 1)"),
            1u + kVisits);
}

// [sql-4] What an index takes for different SQLite may take for equal.
TEST_F(ReadingTest, WhatNoIndexComparesIsNotLookedUp) {
  EXPECT_EQ(Rows("SELECT id FROM person WHERE email COLLATE NOCASE = '8@X.ORG'"), "[8]");
  EXPECT_EQ(Rows("SELECT id FROM person WHERE city COLLATE NOCASE = 'CITY 3' AND born < 13"),
            Rows("SELECT id FROM person WHERE city = 'city 3' AND +born = 3"));
  std::vector<Json> codes = {{{"id", 1}, {"text", "05"}, {"place", 3}},
                             {{"id", 2}, {"text", "5"}, {"place", 2}},
                             {{"id", 3}, {"text", "5.0"}, {"place", 1}}};
  for (int id = 4; id < 300; ++id) codes.push_back({{"id", id}, {"text", "x"}, {"place", 0}});
  Create({.table_name = "code",
          .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                      {.name = "text", .type = Type::kString},
                      {.name = "place", .type = Type::kInt}},
          .indexes = {{{"text", "place"}}}},
         codes);
  OpenSession();
  EXPECT_EQ(Rows("SELECT place FROM code WHERE text = 5"), "[2]");
  // A cast has the affinity of a number, and so the text is compared as one.
  EXPECT_EQ(Rows("SELECT place FROM code WHERE text = CAST(5 AS INTEGER) ORDER BY place"),
            "[1][2][3]");
  EXPECT_EQ(
      Rows("SELECT place FROM code WHERE text = CAST((SELECT '5') AS INTEGER) ORDER BY place"),
      "[1][2][3]");
  EXPECT_EQ(Rows("SELECT count(*) FROM person JOIN code ON text = person.id"), "[3]");
}

// [sql-4]
TEST_F(ReadingTest, ThePlanIsToldInWords) {
  const auto plan = [this](const std::string& sql) { return Rows("EXPLAIN QUERY PLAN " + sql); };
  EXPECT_NE(plan("SELECT * FROM person WHERE id = 1").find(":key id by id =\""), std::string::npos);
  EXPECT_NE(plan("SELECT * FROM person WHERE city = 'a' AND born > 3 ORDER BY born DESC")
                .find(":index city,born by city = and born >, descending\""),
            std::string::npos);
  EXPECT_NE(plan("SELECT * FROM visit").find(":scan\""), std::string::npos);
}

// [sql-5]
TEST_F(ReadingTest, ASessionSeesOneMomentOfAllTables) {
  const JsonTable people = *JsonTable::Open(*database_, "person");
  const JsonTable visits = *JsonTable::Open(*database_, "visit");
  ASSERT_TRUE(people.Erase(7).ok());
  ASSERT_TRUE(
      visits.Insert({{"shop", 9}, {"person_id", 7}, {"person_nick", "n7"}, {"paid", 1}}).ok());
  ASSERT_TRUE(database_->Checkpoint().ok());
  const std::string query =
      "SELECT (SELECT count(*) FROM person WHERE id = 7), (SELECT count(*) FROM person), "
      "(SELECT count(*) FROM visit WHERE shop = 9 AND person_id = 7)";
  EXPECT_EQ(Rows(query), "[1,1000,0]");
  OpenSession();
  EXPECT_EQ(Rows(query), "[0,999,1]");
}

TEST_F(ReadingTest, AnInterruptEndsAStatementWhereverItIs) {
  std::atomic<int> asked = 0;
  for (const char* endless :
       {"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
        "SELECT count(*) FROM visit a, visit b, visit c, visit d WHERE a.paid + d.paid > 99"}) {
    asked = 0;
    session_->set_interrupted([&asked] { return ++asked > 3; });
    EXPECT_TRUE(absl::IsCancelled(Ask(*session_, endless).status)) << endless;
  }
  session_->set_interrupted({});
  EXPECT_EQ(Rows("SELECT 1"), "[1]");
}

TEST_F(ReadingTest, AVisitorThatHasEnoughEndsTheStatement) {
  int seen = 0;
  const absl::Status run =
      session_->Run("SELECT * FROM person", {.row = [&seen](const auto&) { return ++seen < 3; }});
  EXPECT_TRUE(run.ok());
  EXPECT_EQ(seen, 3);
}

}  // namespace
}  // namespace linedb::sql_test
