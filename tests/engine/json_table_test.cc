// Guards against what comes from outside: a record that no C++ type has checked. Whatever is wrong
// with it, the error says where, and nothing is written.

#include "linedb/json_table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "linedb/database.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"

namespace linedb {
namespace {

using testing::Fails;
using testing::FailsAs;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::Student;

TableSchema SchemaOf(const std::string& name) {
  return {.table_name = name,
          .columns = {{.name = "id", .type = Type::kInt, .primary_key = true, .nullable = true},
                      {.name = "name", .type = Type::kString},
                      {.name = "credits", .type = Type::kInt, .nullable = true},
                      {.name = "score", .type = Type::kFloat, .default_json = "1.5"},
                      {.name = "extra", .type = Type::kJson, .nullable = true}}};
}

Json Nested(int depth) {
  Json json = 1;
  for (int i = 0; i < depth; ++i) json = Json::array({std::move(json)});
  return json;
}

class JsonTableTest : public ::testing::Test {
 protected:
  void SetUp() override {
    db = Database::OpenInMemory().value();
    ASSERT_THAT(db->CreateTable(SchemaOf("course")), IsOk());
  }
  JsonTable courses() { return JsonTable::Open(*db, "course").value(); }

  std::unique_ptr<Database> db;
};

TEST_F(JsonTableTest, LeftOutMembersTakeKeyDefaultOrNull) {
  EXPECT_EQ(courses().Insert({{"name", "Algebra"}}).value(), 1);
  EXPECT_EQ(courses().Get(1)->dump(),
            R"({"id":1,"name":"Algebra","credits":null,"score":1.5,"extra":null})");
}

TEST_F(JsonTableTest, RecordsAreInsertedChangedFoundAndErased) {
  ASSERT_THAT(courses().Insert({{"name", "Algebra"}, {"extra", {{"deep", {1, 2}}}}}), IsOk());
  ASSERT_THAT(courses().Update({{"id", 1}, {"name", "Analysis"}}), IsOk());
  EXPECT_EQ(courses().Upsert({{"name", "Logic"}, {"id", 7}}).value(), 7);
  std::string names;
  ASSERT_THAT(courses().ForEach([&names](const Json& course) {
    names += course["name"].get<std::string>() + " ";
    return true;
  }),
              IsOk());
  EXPECT_EQ(names, "Analysis Logic ");
  ASSERT_THAT(courses().Erase(7), IsOk());
  EXPECT_THAT(courses().Erase(7), Fails(absl::StatusCode::kNotFound, "course", "7"));
  EXPECT_THAT(courses().FindBy("name", "Logic"),
              Fails(absl::StatusCode::kInvalidArgument, "no key on name"));
  EXPECT_EQ(courses().size(), 1U);
}

TEST_F(JsonTableTest, TransactionsAssignKeysAfterTheirOwn) {
  {
    auto transaction = db->Begin();
    ASSERT_THAT(transaction, IsOk());
    EXPECT_EQ(courses().Insert(*transaction, {{"name", "Algebra"}}).value(), 1);
    EXPECT_EQ(courses().Upsert(*transaction, {{"name", "Logic"}}).value(), 2);
    EXPECT_EQ((*courses().Get(*transaction, 2))["name"], "Logic");
    ASSERT_THAT(courses().Erase(*transaction, 1), IsOk());
    EXPECT_THAT(courses().Get(2), Fails(absl::StatusCode::kNotFound));
  }
  EXPECT_EQ(courses().size(), 0U);
  EXPECT_EQ(courses().Insert({{"name", "Analysis"}}).value(), 1);
}

TEST_F(JsonTableTest, CompoundKeysAreArrays) {
  ASSERT_THAT(db->OpenTable<testing::Enrollment>(), IsOk());
  const JsonTable enrollments = JsonTable::Open(*db, "enrollment").value();
  const auto key = enrollments.Insert({{"student_id", 1}, {"course_id", 2}});
  ASSERT_THAT(key, IsOk());
  EXPECT_EQ(key->dump(), "[1,2]");
  EXPECT_EQ((*enrollments.Get(Json::array({1, 2})))["grade"], nullptr);
  ASSERT_THAT(enrollments.Erase(*key), IsOk());
}

struct BadRecord {
  std::string what;
  Json record;
  std::vector<std::string> words;
};

TEST_F(JsonTableTest, WhatDoesNotFitIsRefusedAndNothingIsWritten) {
  const std::vector<BadRecord> rows = {
      {"wrong type", {{"name", 7}}, {"course.name", "str"}},
      {"a float as int", {{"name", "a"}, {"credits", 1.5}}, {"course.credits", "int"}},
      {"a string as float", {{"name", "a"}, {"score", "high"}}, {"course.score", "float"}},
      {"unknown column", {{"name", "a"}, {"nmae", "b"}}, {"course", "nmae"}},
      {"missing column", {{"credits", 3}}, {"course.name"}},
      {"null where none may be", {{"name", nullptr}}, {"course.name", "null"}},
      {"null in place of a default", {{"name", "a"}, {"score", nullptr}}, {"course.score"}},
      {"integer out of range",
       {{"name", "a"}, {"credits", std::numeric_limits<std::uint64_t>::max()}},
       {"course.credits"}},
      {"NaN", {{"name", "a"}, {"score", std::nan("")}}, {"course", "NaN"}},
      {"infinity within json", {{"name", "a"}, {"extra", {{"x", INFINITY}}}}, {"course"}},
      {"bad UTF-8", {{"name", "\xc3\x28"}}, {"UTF-8"}},
      {"half a surrogate", {{"name", "\xed\xa0\x80"}}, {"UTF-8"}},
      {"a string of 20 MiB", {{"name", std::string(20 << 20, 'a')}}, {"course"}},
      {"no object", Json::array({1, 2}), {"object"}},
      {"nothing", nullptr, {"object"}},
      {"a member of linedb's", {{"name", "a"}, {"$deleted", true}}, {"$deleted"}},
  };
  ASSERT_THAT(courses().Insert({{"name", "there already"}}), IsOk());
  const Statistics before = db->Stats();
  for (const BadRecord& row : rows) {
    const auto inserted = courses().Insert(row.record);
    for (const std::string& word : row.words) {
      EXPECT_THAT(inserted, Fails(absl::StatusCode::kInvalidArgument, word)) << row.what;
    }
    EXPECT_LT(inserted.status().message().size(), 2000U) << row.what;
  }
  // Never copied: nlohmann copies by recursion, and its test must not be this library's.
  Json deep = {{"name", "a"}};
  deep["extra"] = Nested(10'000);
  EXPECT_THAT(courses().Insert(deep), Fails(absl::StatusCode::kInvalidArgument, "nest", "deep"));
  const Statistics after = db->Stats();
  EXPECT_EQ(after.log_bytes, before.log_bytes);
  EXPECT_EQ(after.last_lsn, before.last_lsn);
  EXPECT_EQ(after.tables[0].file_bytes, before.tables[0].file_bytes);
  EXPECT_EQ(courses().Insert({{"name", "next"}}).value(), 2);
}

TEST_F(JsonTableTest, DeepestAllowedNestingComesBack) {
  const Json deep = Nested(120);
  ASSERT_THAT(courses().Insert({{"name", "a"}, {"extra", deep}}), IsOk());
  EXPECT_EQ((*courses().Get(1))["extra"], deep);
}

TEST_F(JsonTableTest, KeysThatDoNotFitAreRefused) {
  std::vector<Json> keys = {"abc", 1.5, nullptr, Json::array({1, 2}), NAN, "\xff"};
  keys.push_back(Nested(10'000));
  for (const Json& key : keys) {
    EXPECT_THAT(courses().Get(key), Fails(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(courses().Erase(key), Fails(absl::StatusCode::kInvalidArgument));
  }
}

// [engine-1.2]
TEST_F(JsonTableTest, TableNamesThatAreNoFileNamesAreRefused) {
  for (const std::string& name :
       std::vector<std::string>{"../x", "", "a/b", "a.b", ".", "1a", "a b", "ä",
                                std::string("a\0b", 3), "a\n", std::string(65, 'a')}) {
    EXPECT_THAT(db->CreateTable(SchemaOf(name)), Fails(absl::StatusCode::kInvalidArgument)) << name;
    EXPECT_THAT(JsonTable::Open(*db, name), Fails(absl::StatusCode::kNotFound)) << name;
  }
  EXPECT_THAT(db->TableNames(), ::testing::ElementsAre("course"));
  EXPECT_EQ(db->Stats().last_lsn, 1U);
}

// [engine-1.2]
TEST_F(JsonTableTest, TablesThatExistAreNotMadeAgain) {
  EXPECT_THAT(db->CreateTable(SchemaOf("course")),
              Fails(absl::StatusCode::kAlreadyExists, "course"));
  EXPECT_THAT(db->CreateTable(SchemaOf("Course")),
              Fails(absl::StatusCode::kAlreadyExists, "Course", "course", "case"));
  EXPECT_THAT(JsonTable::Open(*db, "coruse"),
              Fails(absl::StatusCode::kNotFound, "did you mean \"course\"?"));
}

// What a program's struct meets in a file that another program made.
class StoredSchemaTest : public JsonTableTest {
 protected:
  static TableSchema Students() { return schema::StructCodec<Student>::Schema(); }
};

TEST_F(StoredSchemaTest, ColumnsInAnotherOrderAreReadAndWritten) {
  TableSchema reversed = Students();
  std::swap(reversed.columns.front(), reversed.columns.back());
  ASSERT_THAT(db->CreateTable(reversed), IsOk());
  const auto students = db->OpenTable<Student>();
  ASSERT_THAT(students, IsOk());
  EXPECT_EQ(students->Insert({.name = "Alice", .email = "a", .gpa = 3.5}).value(), 1);
  ASSERT_THAT(students->Update({.id = 1, .name = "Alicia", .email = "b", .gpa = 2.5}), IsOk());
  EXPECT_EQ(students->Get(1)->name, "Alicia");
  EXPECT_EQ(students->FindBy<&Student::email>("b")->gpa, 2.5);
  double sum = 0;
  ASSERT_THAT(students->ForEachOf<&Student::gpa>([&sum](double gpa) { sum += gpa; }), IsOk());
  EXPECT_EQ(sum, 2.5);
  EXPECT_EQ(JsonTable::Open(*db, "student")->Get(1)->dump(),
            R"({"gpa":2.5,"name":"Alicia","email":"b","id":1})");
  EXPECT_THAT(students->Insert({.name = "Bob", .email = "b"}),
              Fails(absl::StatusCode::kAlreadyExists, "student.email"));
}

TEST_F(StoredSchemaTest, DifferencesAreListedAllAtOnce) {
  TableSchema other = Students();
  other.columns[1].type = Type::kBytes;
  other.columns[2].unique = false;
  other.columns.push_back({.name = "phone", .type = Type::kString, .nullable = true});
  ASSERT_THAT(db->CreateTable(other), IsOk());
  EXPECT_THAT(db->OpenTable<Student>(),
              Fails(absl::StatusCode::kFailedPrecondition, "student", "name", "email", "phone"));
}

}  // namespace

struct SmallNumber {
  std::int64_t id = 0;
  std::int8_t number = 0;
};

}  // namespace linedb

template <>
struct linedb::Describe<linedb::SmallNumber> {
  static constexpr auto kTable = linedb::DescribeTable<"small_number">(
      linedb::Field<"id", &linedb::SmallNumber::id>().PrimaryKey(),
      linedb::Field<"number", &linedb::SmallNumber::number>());
};

namespace linedb {
namespace {

TEST_F(StoredSchemaTest, ValuesThatDoNotFitTheStructAreToldNotCutShort) {
  const auto numbers = db->OpenTable<SmallNumber>();
  ASSERT_THAT(numbers, IsOk());
  ASSERT_THAT(numbers->Insert({.id = 1, .number = 127}), IsOk());
  ASSERT_THAT(JsonTable::Open(*db, "small_number")->Insert({{"id", 2}, {"number", 128}}), IsOk());
  EXPECT_EQ(numbers->Get(1)->number, 127);
  EXPECT_THAT(numbers->Get(2),
              Fails(absl::StatusCode::kFailedPrecondition, "small_number.number", "128"));
  EXPECT_THAT(numbers->ForEach([](const SmallNumber&) {}),
              Fails(absl::StatusCode::kFailedPrecondition, "small_number.number", "128"));
  EXPECT_THAT(numbers->ForEachOf<&SmallNumber::number>([](std::int8_t) {}),
              Fails(absl::StatusCode::kFailedPrecondition, "small_number.number", "128"));
}

}  // namespace
}  // namespace linedb
