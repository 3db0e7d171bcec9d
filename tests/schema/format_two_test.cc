// Guards against a program that opens a table, does not know one of its constraints, and writes
// records or a schema file without it: what says more than format 1 has a format of its own.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/schema_document.h"

namespace linedb::schema {
namespace {

using testing::HasSubstr;

constexpr char kFull[] =
    R"({)"
    "\n"
    R"(  "format": 2,)"
    "\n"
    R"(  "table_name": "course",)"
    "\n"
    R"(  "schema": {)"
    "\n"
    R"(    "id":      {"type": "int",       "primary_key": true,  "nullable": true, )"
    R"( "unique": false, "id": 4},)"
    "\n"
    R"(    "credits": {"type": "int",       "primary_key": false, "nullable": false, )"
    R"("unique": false, "default": 3, "check": "credits between 1 and 9", "id": 2},)"
    "\n"
    R"(    "teacher": {"type": "int",       "primary_key": false, "nullable": true, )"
    R"( "unique": false, "references": {"table": "teacher", "on_delete": "set null"}, )"
    R"("id": 7},)"
    "\n"
    R"(    "room":    {"type": "str",       "primary_key": false, "nullable": false, )"
    R"("unique": false, "references": {"table": "room", "key": ["name"], )"
    R"("on_delete": "cascade"}, "id": 8, "note": 1},)"
    "\n"
    R"(    "until":   {"type": "timestamp", "primary_key": false, "nullable": true, )"
    R"( "unique": false, "id": 9})"
    "\n"
    R"(  },)"
    "\n"
    R"(  "unique_keys": [["credits", "room"]],)"
    "\n"
    R"(  "indexes": [{"columns": ["room", "credits"], "unique": false}, )"
    R"({"columns": ["until"], "unique": true}],)"
    "\n"
    R"(  "checks": ["credits > 1 or room != 'A \"1\"'", "id is not null"],)"
    "\n"
    R"(  "references": [{"columns": ["room", "credits"], "table": "plan", )"
    R"("on_delete": "restrict"}, {"columns": ["credits", "teacher"], )"
    R"("table": "course", "key": ["id", "credits"], "on_delete": "cascade"}],)"
    "\n"
    R"(  "expires": "until",)"
    "\n"
    R"(  "column_id_max": 12,)"
    "\n"
    R"(  "version": 3,)"
    "\n"
    R"(  "created_at": "2026-01-22T20:31:17.592172Z",)"
    "\n"
    R"(  "owner": "library")"
    "\n"
    R"(})"
    "\n";

// [schema-1.2] [schema-1.3] [schema-1.8]
TEST(FormatTwoTest, DocumentsWithAllMembersAreWrittenBackAsTheyWere) {
  const auto document = ParseSchemaDocument(kFull);
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(FormatSchemaDocument(document->schema), kFull);
  const auto compact = ParseSchemaDocument(FormatSchemaDocumentCompact(document->schema));
  ASSERT_TRUE(compact.ok()) << compact.status();
  EXPECT_EQ(compact->schema, document->schema);
  EXPECT_EQ(compact->format, 2);
}

TEST(FormatTwoTest, MembersAreReadAsWhatTheySay) {
  const TableSchema schema = ParseSchemaDocument(kFull)->schema;
  EXPECT_EQ(schema.columns[1].check, "credits between 1 and 9");
  EXPECT_EQ(schema.columns[2].references,
            (ReferenceSchema{
                .columns = {"teacher"}, .table = "teacher", .on_delete = OnDelete::kSetNull}));
  EXPECT_EQ(
      schema.columns[3].references,
      (ReferenceSchema{
          .columns = {"room"}, .table = "room", .key = {"name"}, .on_delete = OnDelete::kCascade}));
  EXPECT_EQ(schema.columns[4].id, 9);
  EXPECT_EQ(schema.indexes[0], (IndexSchema{.columns = {"room", "credits"}}));
  EXPECT_EQ(schema.indexes[1], (IndexSchema{.columns = {"until"}, .unique = true}));
  EXPECT_EQ(schema.checks,
            (std::vector<std::string>{"credits > 1 or room != 'A \"1\"'", "id is not null"}));
  EXPECT_EQ(schema.references[1], (ReferenceSchema{.columns = {"credits", "teacher"},
                                                   .table = "course",
                                                   .key = {"id", "credits"},
                                                   .on_delete = OnDelete::kCascade}));
  EXPECT_EQ(schema.expires, "until");
  EXPECT_EQ(schema.column_id_max, 12);
  EXPECT_EQ(AllReferences(schema).size(), 4u);
  EXPECT_EQ(AllChecks(schema).size(), 3u);
}

TableSchema Course() {
  return {.table_name = "course",
          .columns = {{.name = "id", .type = Type::kInt, .primary_key = true, .nullable = true},
                      {.name = "credits", .type = Type::kInt},
                      {.name = "room", .nullable = true},
                      {.name = "until", .type = Type::kTimestamp, .nullable = true},
                      {.name = "more", .type = Type::kJson, .nullable = true}}};
}

// [schema-1.8]
TEST(FormatTwoTest, EachNewMemberAloneMakesItFormatTwoAndNothingElseDoes) {
  const std::vector<void (*)(TableSchema*)> members = {
      [](TableSchema* s) { s->columns[1].check = "credits > 0"; },
      [](TableSchema* s) { s->columns[1].references = {.columns = {"credits"}, .table = "plan"}; },
      [](TableSchema* s) { s->columns[1].id = 2; },
      [](TableSchema* s) { s->indexes = {{.columns = {"credits"}}}; },
      [](TableSchema* s) { s->checks = {"credits > 0"}; },
      [](TableSchema* s) { s->references = {{.columns = {"credits"}, .table = "plan"}}; },
      [](TableSchema* s) { s->expires = "until"; },
      [](TableSchema* s) { s->column_id_max = 5; },
  };
  TableSchema old = Course();
  old.unique_keys = {{"credits", "room"}};
  old.version = 7;
  old.columns[1].default_json = "3";
  old.unknown_members = ",\"owner\":1";
  EXPECT_EQ(SchemaFormatOf(old), 1);
  EXPECT_THAT(FormatSchemaDocument(old), HasSubstr("\"format\": 1,"));
  EXPECT_THAT(FormatSchemaDocumentCompact(old), HasSubstr("\"format\":1,"));
  for (const auto& add : members) {
    TableSchema schema = old;
    add(&schema);
    EXPECT_EQ(SchemaFormatOf(schema), 2);
    const std::string text = FormatSchemaDocument(schema);
    EXPECT_THAT(text, HasSubstr("\"format\": 2,"));
    EXPECT_THAT(FormatSchemaDocumentCompact(schema), HasSubstr("\"format\":2,"));
    const auto again = ParseSchemaDocument(text);
    ASSERT_TRUE(again.ok()) << again.status() << text;
    EXPECT_EQ(again->schema, schema);
  }
}

// [schema-1.5]
TEST(FormatTwoTest, WrongMembersAreRefusedWithLineAndColumn) {
  const struct {
    const char* member;
    const char* outcome;
  } rows[] = {
      {R"("indexes":{})", "DATA_LOSS: line 1 column 78: expected an array"},
      {R"("indexes":["a"])", "expected an object"},
      {R"("indexes":[{}])", "the member columns is missing"},
      {R"("indexes":[{"columns":["a"],"order":1}])", "there is no member order"},
      {R"("indexes":[{"columns":["a"],"columns":["a"]}])", "the member columns is doubled"},
      {R"("indexes":[{"columns":[1]}])", "expected a string, found 1"},
      {R"("indexes":[{"columns":["a"],"unique":0}])", "expected true or false, found 0"},
      {R"("checks":"a > 1")", "expected an array"},
      {R"("checks":[1])", "expected a string, found 1"},
      {R"("references":[{"table":"u"}])", "the member columns is missing"},
      {R"("references":[{"columns":["a"]}])", "the member table is missing"},
      {R"("references":[{"columns":["a"],"table":"u","on_delete":"ignore"}])",
       "expected restrict, cascade or set null, found ignore"},
      {R"("references":[{"columns":["a"],"table":"u","kay":[]}])", "there is no member kay"},
      {R"("expires":1)", "expected a string, found 1"},
      {R"("column_id_max":0)", "expected an integer from 1, found 0"},
  };
  const std::string begin =
      R"({"format":2,"table_name":"t","schema":{"a":{"type":"int","default":1}},)";
  for (const auto& row : rows) {
    const auto document = ParseSchemaDocument(begin + row.member + "}");
    EXPECT_EQ(document.status().code(), absl::StatusCode::kDataLoss) << row.member;
    EXPECT_THAT(document.status().ToString(), HasSubstr(row.outcome)) << row.member;
    EXPECT_THAT(document.status().ToString(), HasSubstr("line 1 column ")) << row.member;
  }
}

TEST(FormatTwoTest, WrongMembersOfAColumnAreRefusedWithLineAndColumn) {
  const struct {
    const char* member;
    const char* outcome;
  } rows[] = {
      {R"("check":1)", "expected a string, found 1"},
      {R"("id":0)", "expected an integer from 1, found 0"},
      {R"("id":"1")", "no JSON value: \"1\""},
      {R"("references":"u")", "expected an object"},
      {R"("references":{})", "the member table is missing"},
      {R"("references":{"table":"u","columns":["a"]})", "there is no member columns"},
      {R"("references":{"table":"u","on_delete":"Cascade"})",
       "expected restrict, cascade or set null, found Cascade"},
  };
  for (const auto& row : rows) {
    const auto document = ParseSchemaDocument(
        std::string(R"({"format":2,"table_name":"t","schema":{"a":{"type":"int",)") + row.member +
        "}}}");
    EXPECT_EQ(document.status().code(), absl::StatusCode::kDataLoss) << row.member;
    EXPECT_THAT(document.status().ToString(), HasSubstr(row.outcome)) << row.member;
  }
}

struct ValidationRow {
  void (*change)(TableSchema*);
  const char* reason;
};

void ExpectRefused(const std::vector<ValidationRow>& rows) {
  EXPECT_TRUE(ValidateTableSchema(Course()).ok());
  for (const ValidationRow& row : rows) {
    TableSchema schema = Course();
    row.change(&schema);
    const absl::Status status = ValidateTableSchema(schema);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << row.reason;
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.reason));
  }
}

// [schema-8.1] [schema-8.2] [schema-8.3] [schema-8.4]
TEST(FormatTwoTest, MembersThatDoNotFitTheColumnsSayWhy) {
  const std::vector<ValidationRow> rows = {
      {[](TableSchema* s) { s->indexes = {{.columns = {}}}; }, "an index has no columns"},
      {[](TableSchema* s) {
         s->indexes = {{.columns = {"id", "x"}}};
       },
       "index (id,x): there is no column x"},
      {[](TableSchema* s) {
         s->indexes = {{.columns = {"id", "id"}}};
       },
       "stands in it twice"},
      {[](TableSchema* s) { s->indexes = {{.columns = {"more"}}}; },
       "index (more): json column more has no order"},
      {[](TableSchema* s) {
         s->indexes = {{.columns = {"id"}}, {.columns = {"id"}, .unique = true}};
       },
       "two indexes have the same columns"},
      {[](TableSchema* s) { s->references = {{.columns = {}, .table = "u"}}; },
       "a reference has no columns"},
      {[](TableSchema* s) { s->references = {{.columns = {"room"}, .table = "a b"}}; },
       "\"a b\" cannot be a table's name"},
      {[](TableSchema* s) {
         s->references = {{.columns = {"room"}, .table = "u", .key = {"a", "b"}}};
       },
       "it has 1 columns, the key of u 2"},
      {[](TableSchema* s) { s->references = {{.columns = {"x"}, .table = "u"}}; },
       "reference (x): there is no column x"},
      {[](TableSchema* s) {
         s->references = {{.columns = {"room", "room"}, .table = "u"}};
       },
       "reference (room,room): a column stands in it twice"},
      {[](TableSchema* s) { s->references = {{.columns = {"more"}, .table = "u"}}; },
       "a json column can be no key"},
      {[](TableSchema* s) {
         s->columns[1].references = {
             .columns = {"credits"}, .table = "u", .on_delete = OnDelete::kSetNull};
       },
       "column credits cannot become null"},
      {[](TableSchema* s) {
         s->columns[0].references = {
             .columns = {"id"}, .table = "u", .on_delete = OnDelete::kSetNull};
       },
       "column id cannot become null"},
      {[](TableSchema* s) { s->expires = "x"; }, "expires: there is no column x"},
      {[](TableSchema* s) { s->expires = "room"; }, "expires: column room is no timestamp but str"},
      {[](TableSchema* s) { s->columns[1].id = -1; }, "column credits: its id is below 1"},
      // Unsaid, the third column's is 3.
      {[](TableSchema* s) { s->columns[1].id = 3; }, "column room: another column has the id 3"},
      {[](TableSchema* s) { s->column_id_max = 4; },
       "column_id_max is 4, but a column has the id 5"},
  };
  ExpectRefused(rows);
}

// [schema-9.3]
TEST(FormatTwoTest, ChecksThatDoNotFitTheColumnsSayWhy) {
  const std::vector<ValidationRow> rows = {
      {[](TableSchema* s) { s->columns[1].check = "credits >"; },
       "table course: column credits: check \"credits >\": byte 9: expected a column"},
      {[](TableSchema* s) { s->columns[1].check = "credits + 1"; },
       "expected a condition, which is true or false; credits + 1 is of type int"},
      {[](TableSchema* s) { s->columns[1].check = "credits = room"; },
       "column credits (int) cannot be compared with column room (str)"},
      {[](TableSchema* s) {
         s->checks = {"credits > 1", "x > 1"};
       },
       "table course: check \"x > 1\": table course has no column x"},
      {[](TableSchema* s) { s->checks = {"until > 'soon'"}; }, "expected a timestamp as"},
      {[](TableSchema* s) { s->checks = {""}; }, "check \"\": byte 0: expected"},
      {[](TableSchema* s) { s->checks = {"room = '\xff'"}; }, "byte 8: expected UTF-8"},
  };
  ExpectRefused(rows);
}

}  // namespace
}  // namespace linedb::schema
