// A plan that says something else than what is done, takes a renamed column for a new one, or a new
// one for one that was dropped, whose values then come back under another name.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "linedb/evolution.h"
#include "schema/column_match.h"
#include "schema/column_rename.h"
#include "schema/schema_document.h"
#include "tests/evolution/altered_table.h"

namespace linedb {
namespace {

using testing::ColumnOf;
using ::testing::HasSubstr;
using testing::PersonSchema;

std::string PlanOf(const TableSchema& stored, const TableSchema& wanted) {
  return PlanEvolution(stored, wanted).ToText();
}

void SayIds(TableSchema& schema) {
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    schema.columns[i].id = ColumnIdOf(schema, i);
  }
}

// [schema-13.1]
TEST(EvolutionPlanTest, EveryStepIsToldInWordsForPeople) {
  TableSchema stored = PersonSchema();
  stored.unique_keys = {{"name", "born"}};
  stored.checks = {"height > 0"};
  TableSchema wanted = PersonSchema();
  wanted.columns.erase(wanted.columns.begin() + 2);  // nick
  ColumnOf(wanted, "height").type = Type::kFloat;
  ColumnOf(wanted, "grade").type = Type::kInt;
  ColumnOf(wanted, "born").nullable = true;
  ColumnOf(wanted, "name").default_json = "\"?\"";
  wanted.columns.push_back({.name = "phone", .nullable = true});
  wanted.indexes = {{.columns = {"name", "born"}}};
  wanted.checks = {"grade <= 4"};
  wanted.version = 2;
  EXPECT_EQ(PlanOf(stored, wanted),
            "  raise the version from 1 to 2\n"
            "  give column name the default \"?\"\n"
            "  drop column nick and its values  [needs permission: drop]\n"
            "  allow null in column born\n"
            "  widen column height from int to float\n"
            "  narrow column grade from float to int, which every value must fit  [needs "
            "permission: narrow]\n"
            "  add column phone str, null for existing records\n"
            "  let (born, name) be unique no more\n"
            "  add index (name, born)\n"
            "  drop the check height > 0\n"
            "  check grade <= 4  [needs permission: constrain]\n");
}

// [schema-13.2]
TEST(EvolutionPlanTest, ColumnsAreTheSameByTheirIdsThenByTheirNames) {
  TableSchema wanted = PersonSchema();
  ColumnOf(wanted, "name").name = "full_name";
  EXPECT_EQ(PlanOf(PersonSchema(), wanted),
            "  drop column name and its values  [needs permission: drop]\n"
            "  refused: a new column must be nullable or have a default: column full_name str has "
            "no value for existing records; or migrate by a function\n");
  SayIds(wanted);
  EXPECT_EQ(PlanOf(PersonSchema(), wanted), "  rename column name to full_name\n");
  // Names change places: by their ids they are renamed, without them nothing happened but this.
  wanted = PersonSchema();
  SayIds(wanted);
  std::swap(ColumnOf(wanted, "nick").name, ColumnOf(wanted, "name").name);
  wanted.columns[1].name = "nick";
  wanted.columns[2].name = "name";
  EXPECT_EQ(PlanOf(PersonSchema(), wanted),
            "  rename column name to nick\n"
            "  rename column nick to name\n");
}

TEST(EvolutionPlanTest, KeysAndChecksFollowARenamedColumn) {
  TableSchema stored = PersonSchema();
  stored.unique_keys = {{"name", "born"}};
  stored.indexes = {{.columns = {"name"}}};
  stored.checks = {"name <> '' and height>0"};
  stored.references = {{{"name", "born"}, "person", {"name", "born"}}};
  TableSchema wanted = stored;
  SayIds(wanted);
  schema::RenameColumns({{"name", "full_name"}}, &wanted);
  EXPECT_EQ(PlanOf(stored, wanted), "  rename column name to full_name\n");
  EXPECT_THAT(wanted.checks[0], HasSubstr("full_name"));
}

TEST(EvolutionPlanTest, TwoSpellingsAreNoDifference) {
  TableSchema stored = PersonSchema();
  stored.unique_keys = {{"name", "born"}};
  stored.checks = {"height>0"};
  ColumnOf(stored, "grade").default_json = "1.0";
  TableSchema wanted = PersonSchema();
  wanted.unique_keys = {{"born", "name"}};
  ColumnOf(wanted, "height").check = "(height > 0)";
  ColumnOf(wanted, "grade").default_json = "1";
  EXPECT_EQ(PlanOf(stored, wanted), "");
}

// [schema-13.2]
TEST(EvolutionPlanTest, IdsOfColumnsThatAreGoneAreNotGivenAgain) {
  const TableSchema stored = PersonSchema();
  TableSchema without = stored;
  without.columns.pop_back();  // extra, id 8
  TableSchema dropped = schema::EvolvedSchema(stored, without, 2);
  EXPECT_EQ(dropped.column_id_max, 8);
  TableSchema again = without;
  again.columns.push_back({.name = "extra", .type = Type::kJson, .nullable = true});
  const TableSchema added = schema::EvolvedSchema(dropped, again, 3);
  EXPECT_EQ(added.columns.back().id, 9);
  EXPECT_EQ(added.column_id_max, 9);
  again.columns.back().id = 8;
  EXPECT_THAT(PlanOf(dropped, again), HasSubstr("refused: the id 8 of column extra was another"));
}

// [schema-1.8]
TEST(EvolutionPlanTest, IdsAreSaidOnlyWhereNamesDoNotTell) {
  const TableSchema stored = PersonSchema();
  TableSchema wanted = stored;
  wanted.columns.push_back({.name = "phone", .nullable = true});
  ColumnOf(wanted, "name").unique = true;
  const TableSchema added = schema::EvolvedSchema(stored, wanted, 2);
  EXPECT_EQ(added.column_id_max, 0);
  EXPECT_EQ(added.columns.back().id, 0);
  EXPECT_EQ(schema::SchemaFormatOf(added), 1);
  std::swap(wanted.columns[1], wanted.columns[2]);
  const TableSchema reordered = schema::EvolvedSchema(stored, wanted, 2);
  EXPECT_EQ(reordered.columns[1].id, 3);
  EXPECT_EQ(reordered.columns[2].id, 2);
  EXPECT_EQ(reordered.columns.back().id, 9);
  EXPECT_EQ(schema::SchemaFormatOf(reordered), 2);
}

// [schema-1.3]
TEST(EvolutionPlanTest, MembersThatNobodyKnowsStayWithTheirColumns) {
  TableSchema stored = PersonSchema();
  stored.unknown_members = ",\"owner\":\"registrar\"";
  ColumnOf(stored, "name").unknown_members = ",\"hint\":1";
  TableSchema wanted = PersonSchema();
  SayIds(wanted);
  ColumnOf(wanted, "name").name = "full_name";
  const TableSchema evolved = schema::EvolvedSchema(stored, wanted, 2);
  EXPECT_EQ(evolved.unknown_members, stored.unknown_members);
  EXPECT_EQ(evolved.columns[1].unknown_members, ",\"hint\":1");
}

TEST(EvolutionPlanTest, DifferencesAreThoseOfStepsThatBarOpening) {
  TableSchema stored = PersonSchema();
  stored.indexes = {{.columns = {"name"}}};
  TableSchema wanted = PersonSchema();
  std::swap(wanted.columns[1], wanted.columns[2]);
  ColumnOf(wanted, "height").default_json = "1";
  EXPECT_FALSE(PlanEvolution(stored, wanted).empty());
  EXPECT_TRUE(SchemaDifferences(stored, wanted).empty());
  stored.indexes[0].unique = true;
  EXPECT_FALSE(SchemaDifferences(stored, wanted).empty());
}

}  // namespace
}  // namespace linedb
