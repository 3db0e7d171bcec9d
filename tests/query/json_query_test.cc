// Queries by text.

#include "linedb/json_query.h"

#include "tests/query/university.h"

namespace linedb::query_test {
namespace {

class JsonQueryTest : public University {
 protected:
  JsonQueryTest()
      : table_(*JsonTable::Open(*db_, "student")),
        json_enrolments_(*JsonTable::Open(*db_, "enrolment")) {}

  static std::string Text(const JsonQuery& query) {
    const auto rows = query.Rows();
    if (!rows.ok()) return std::string(rows.status().message());
    std::string text;
    for (const Json& row : *rows) text += row.dump() + "\n";
    return text;
  }

  JsonTable table_;
  JsonTable json_enrolments_;
};

TEST_F(JsonQueryTest, RowsAreRecordsOrWhatIsSelected) {
  const auto good = table_.Where("gpa >= 3.5 and starts_with(name, 'A')");
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_EQ((*good->Rows())[1], *table_.Get(4));
  EXPECT_EQ(Text(good->Select("name, gpa * 10 as \"ten times\", born, photo, email is null")
                     .OrderBy("name")),
            "{\"name\":\"Alan\",\"ten times\":35.0,\"born\":\"2001-02-03\",\"photo\":null,"
            "\"email is null\":false}\n"
            "{\"name\":\"Alice\",\"ten times\":39.0,\"born\":\"1999-05-01\",\"photo\":null,"
            "\"email is null\":false}\n");
  EXPECT_EQ((*good->First())->at("name"), "Alice");
  EXPECT_EQ(*good->Count(), 2U);
}

TEST_F(JsonQueryTest, GroupsOrderByNamesAndAggregates) {
  EXPECT_EQ(Text(table_.All()
                     .GroupBy("year")
                     .Select("year, count(*), avg(gpa) as mean, max(name)")
                     .OrderBy("mean desc, count(*)")),
            "{\"year\":1,\"count(*)\":2,\"mean\":3.9,\"max(name)\":\"Dave \\\"D\\\" Ünal\"}\n"
            "{\"year\":3,\"count(*)\":1,\"mean\":3.5,\"max(name)\":\"Alan\"}\n"
            "{\"year\":2,\"count(*)\":2,\"mean\":2.5,\"max(name)\":\"Carol\"}\n");
  EXPECT_EQ(Text(table_.All().Select("sum(year)")), "{\"sum(year)\":9}\n");
  EXPECT_EQ(Text(table_.All().Select("year").Distinct().OrderBy("year desc").Limit(2)),
            "{\"year\":3}\n{\"year\":2}\n");
}

TEST_F(JsonQueryTest, JoinsNameTheirTables) {
  const JsonQuery joined =
      json_enrolments_.All().Join(*table_.Where("gpa > 3"), "student_id = id");
  EXPECT_EQ(Text(joined.Where("course = 'os' or student.name = 'Alan'")
                     .Select("student.name, course, grade")),
            "{\"student.name\":\"Alice\",\"course\":\"os\",\"grade\":null}\n"
            "{\"student.name\":\"Alan\",\"course\":\"ai\",\"grade\":1.0}\n");
  EXPECT_EQ((*joined.Rows())[0].at("enrolment").at("course"), "db");
  EXPECT_EQ((*joined.Rows())[0].at("student").at("name"), "Alice");
  const JsonQuery pairs = table_.All().Join(table_.All(), "year = year", "peer");
  EXPECT_EQ(*pairs.Where("student.id < peer.id").Count(), 2U);
  EXPECT_EQ(*table_.All().WhereExists(json_enrolments_.All(), "id = student_id").Count(), 3U);
  EXPECT_EQ(*table_.All().WhereNotExists(json_enrolments_.All(), "id = student_id").Count(), 2U);
}

TEST_F(JsonQueryTest, WhatIsWrongIsSaidWithItsPlace) {
  EXPECT_EQ(table_.Where("gpa >").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(table_.Where("nobody = 1").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(table_.Where("gpa").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(table_.Where("name > 3").status().code(), absl::StatusCode::kInvalidArgument);
  const std::vector<std::pair<JsonQuery, std::string>> rows = {
      {table_.All().Select("count(*), name"),
       "student: name is neither an aggregate nor among what is grouped by"},
      {table_.All().Select("avg(name)"), "student: avg(name): str is no number"},
      {table_.All().Select("max(tags)"), "student: max(tags): json has no order"},
      {table_.All().OrderBy("tags"), "student: json has no order"},
      {table_.All().OrderBy("count(*)"), "student: an aggregate orders rows that are not grouped"},
      {table_.All().Distinct(),
       "student: whole records are all different: Distinct is of what is selected"},
      {table_.All().GroupBy("year"), "student: groups have no records: select something"},
      {table_.All().Join(table_.All(), "id = id"),
       "student: a table that is joined with itself needs another name there"},
      {table_.All().Join(json_enrolments_.All(), "name = student_id"),
       "student: a join of str with int: name = student_id"},
      {table_.All().Join(json_enrolments_.All(), "name"),
       "student: \"name\": expected a column here = a column there"},
  };
  for (const auto& [query, message] : rows) EXPECT_EQ(Text(query), message);
  EXPECT_FALSE(table_.All().OrderBy("gpa descending").status().ok());
}

}  // namespace
}  // namespace linedb::query_test
