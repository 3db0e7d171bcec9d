#include "linedb/table_schema.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace linedb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TableSchema Student() {
  return {.table_name = "student",
          .columns = {{.name = "id", .type = Type::kInt, .primary_key = true, .nullable = true},
                      {.name = "name"},
                      {.name = "email", .nullable = true, .unique = true}},
          .unique_keys = {{"name", "email"}}};
}

TEST(TableSchemaTest, TypeNamesAreFrozen) {
  const char* names[] = {"int", "float", "bool", "str", "bytes", "timestamp", "date", "json"};
  for (int number = 1; number <= 8; ++number) {
    EXPECT_EQ(TypeName(static_cast<Type>(number)), names[number - 1]);
    EXPECT_EQ(ParseTypeName(names[number - 1]), static_cast<Type>(number));
  }
  EXPECT_EQ(ParseTypeName("Int"), std::nullopt);
  EXPECT_EQ(ParseTypeName(""), std::nullopt);
}

TEST(TableSchemaTest, TableNamesAreFileNames) {
  for (const std::string& name : {std::string("student"), std::string("_"), std::string(64, 'a')}) {
    EXPECT_TRUE(ValidateTableName(name).ok()) << name;
  }
  for (const std::string name : {"", "9a", "a-b", "a/b", "../a", "a.b", "é", "a b"}) {
    EXPECT_EQ(ValidateTableName(name).code(), absl::StatusCode::kInvalidArgument) << name;
  }
  EXPECT_FALSE(ValidateTableName(std::string(65, 'a')).ok());
}

// [schema-1.1] [schema-1.6]
TEST(TableSchemaTest, SchemasThatDoNotFitTogetherSayWhy) {
  struct Row {
    void (*change)(TableSchema*);
    const char* reason;
  };
  const std::vector<Row> rows = {
      {[](TableSchema* s) { s->table_name = std::string("a b"); }, "cannot be a table's name"},
      {[](TableSchema* s) { s->columns.clear(); }, "it has no columns"},
      {[](TableSchema* s) { s->version = 0; }, "its version is below 1"},
      {[](TableSchema* s) { s->columns[1].name = std::string(""); }, "a column has no name"},
      {[](TableSchema* s) { s->columns[1].name = std::string("$x"); },
       "$x: names that begin with $"},
      {[](TableSchema* s) { s->columns[1].name = std::string("a\nb"); }, "control character"},
      {[](TableSchema* s) { s->columns[1].name = std::string("\xff"); }, "not UTF-8"},
      {[](TableSchema* s) { s->columns[1].name = std::string(129, 'a'); }, "has 129 bytes"},
      {[](TableSchema* s) { s->columns[1].name = std::string("id"); },
       "column id stands in it twice"},
      {[](TableSchema* s) { s->columns[1].type = static_cast<Type>(9); },
       "no type has the number 9"},
      {[](TableSchema* s) { s->columns[0].type = Type::kString; }, "must be an int, not str"},
      {[](TableSchema* s) { s->columns[1].primary_key = true; }, "id: no column of a compound"},
      {[](TableSchema* s) { s->columns[0].default_json = std::string("1"); },
       "assigned when left out"},
      {[](TableSchema* s) { s->columns[2].type = Type::kJson; },
       "email: a json column can be no key"},
      {[](TableSchema* s) { s->columns[1].type = Type::kJson; },
       "name: a json column can be no key"},
      {[](TableSchema* s) { s->columns[1].default_json = std::string("1"); },
       "student: column name: default: expected str, found 1"},
      {[](TableSchema* s) { s->columns[1].default_json = std::string("null"); },
       "null is not allowed"},
      {[](TableSchema* s) { s->columns[1].default_json = std::string("\"a\" 1"); },
       "text after the end"},
      {[](TableSchema* s) { s->unique_keys[0] = {"name"}; }, "two columns or more"},
      {[](TableSchema* s) {
         s->unique_keys[0] = {"name", "name"};
       },
       "twice"},
      {[](TableSchema* s) {
         s->unique_keys[0] = {"name", "x"};
       },
       "there is no column x"},
      {[](TableSchema* s) {
         s->unique_keys.push_back({"email", "name"});
       },
       "the same columns"},
  };
  EXPECT_TRUE(ValidateTableSchema(Student()).ok());
  for (const Row& row : rows) {
    TableSchema schema = Student();
    row.change(&schema);
    const absl::Status status = ValidateTableSchema(schema);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << row.reason;
    EXPECT_THAT(status.ToString(), HasSubstr(row.reason));
  }
}

TEST(TableSchemaTest, SchemasOfTheSameRecordsDoNotDiffer) {
  TableSchema other = Student();
  std::swap(other.columns[0], other.columns[2]);
  other.created_at = std::string("2026-01-22T20:31:17Z");
  other.unknown_members = std::string(",\"x\":1");
  other.unique_keys = {{"email", "name"}};
  other.columns[2].unique = true;
  EXPECT_THAT(SchemaDifferences(Student(), other), IsEmpty());
}

TEST(TableSchemaTest, DifferencesAreToldOneSentenceEach) {
  TableSchema expected = Student();
  expected.columns[1].name = std::string("full_name");
  expected.columns[2].type = Type::kBytes;
  expected.columns[2].nullable = false;
  expected.columns[2].unique = false;
  expected.unique_keys = {{"full_name", "email"}};
  EXPECT_THAT(SchemaDifferences(Student(), expected),
              ElementsAre("column name is in the database only",
                          "column email: the type is str in the database, bytes in the program",
                          "column email: nullable is yes in the database, no in the program",
                          "column email: unique is yes in the database, no in the program",
                          "column full_name is in the program only",
                          "unique key (email,name) is in the database only",
                          "unique key (email,full_name) is in the program only"));
}

}  // namespace
}  // namespace linedb
