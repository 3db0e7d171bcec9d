#include "schema/schema_document.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace linedb::schema {
namespace {

using testing::HasSubstr;

const char kFull[] = R"({
  "format": 1,
  "table_name": "track",
  "schema": {
    "playlist": {"type": "int",   "primary_key": true,  "nullable": false, "unique": false},
    "título":   {"type": "str",   "primary_key": true,  "nullable": false, )"
                     R"("unique": true, "default": "x", "note": {"a": 1}},
    "length":   {"type": "float", "primary_key": false, "nullable": true,  )"
                     R"("unique": false, "default": 0.5}
  },
  "unique_keys": [["título", "length"], ["playlist", "length"]],
  "version": 3,
  "created_at": "2026-01-22T20:31:17.592172Z",
  "owner": "library",
  "tags": [1, 2]
}
)";

std::string Outcome(std::string_view text) {
  const auto document = ParseSchemaDocument(text);
  if (document.ok()) return FormatSchemaDocument(document->schema);
  return document.status().ToString();
}

// [schema-1.2] [schema-1.3]
TEST(SchemaDocumentTest, DocumentsAreWrittenBackAsTheyWere) {
  std::string expected = kFull;
  // Values of unknown members are kept without spaces inside.
  expected.replace(expected.find("{\"a\": 1}"), 8, "{\"a\":1}");
  expected.replace(expected.find("[1, 2]"), 6, "[1,2]");
  EXPECT_EQ(Outcome(kFull), expected);
  EXPECT_EQ(Outcome(expected), expected);
  const TableSchema schema = ParseSchemaDocument(kFull)->schema;
  EXPECT_EQ(schema.version, 3);
  EXPECT_EQ(schema.unknown_members, R"(,"owner":"library","tags":[1,2])");
  EXPECT_EQ(schema.columns[1].unknown_members, R"(,"note":{"a":1})");
}

// [schema-1.7]
TEST(SchemaDocumentTest, CompactDocumentsHoldTheSame) {
  const TableSchema schema = ParseSchemaDocument(kFull)->schema;
  const std::string compact = FormatSchemaDocumentCompact(schema);
  EXPECT_EQ(compact,
            R"({"format":1,"table_name":"track","schema":{"playlist":{"type":"int",)"
            R"("primary_key":true,"nullable":false,"unique":false},"título":{"type":"str",)"
            R"("primary_key":true,"nullable":false,"unique":true,"default":"x","note":{"a":1}},)"
            R"("length":{"type":"float","primary_key":false,"nullable":true,"unique":false,)"
            R"("default":0.5}},"unique_keys":[["título","length"],["playlist","length"]],)"
            R"("version":3,"created_at":"2026-01-22T20:31:17.592172Z","owner":"library",)"
            R"("tags":[1,2]})");
  EXPECT_EQ(ParseSchemaDocument(compact)->schema, schema);
}

TEST(SchemaDocumentTest, DefaultsGetTheirCanonicalForm) {
  const auto document = ParseSchemaDocument(
      R"({"format":1,"table_name":"t","schema":{"a":{"type":"float","default":3},)"
      R"("b":{"type":"str","nullable":true,"default":null}}})");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->schema.columns[0].default_json, "3.0");
  EXPECT_EQ(document->schema.columns[1].default_json, std::nullopt);
  EXPECT_EQ(document->schema.version, 1);
}

// [schema-1.4] [schema-1.5]
TEST(SchemaDocumentTest, WrongDocumentsAreRefusedWithLineAndColumn) {
  const struct {
    const char* text;
    const char* outcome;
  } rows[] = {
      {"", "DATA_LOSS: line 1 column 1: expected an object, found the end"},
      {"{\n  \"format\": 1,\n  \"table_name\": \"t", "DATA_LOSS: line 3 column 17: a string"},
      {"{\n \"schema\": {]\n}", "DATA_LOSS: line 2 column 13: expected a member's name"},
      {"{\"format\": 3, \"anything\": []}",
       "FAILED_PRECONDITION: line 1 column 12: schema format 3 is newer than this program, which "
       "reads up to format 2"},
      {"{\"anything\": [],\n\"format\": 7}",
       "FAILED_PRECONDITION: line 2 column 11: schema format 7"},
      // Damage can make a 1 a 3, so a newer document must be whole.
      {"{\"format\": 3, \"anything\": [}", "DATA_LOSS: line 1 column 28"},
      {"{\"format\": 3} x", "DATA_LOSS: line 1 column 15"},
      {"{\"format\": 0}", "DATA_LOSS: line 1 column 12: expected an integer from 1, found 0"},
      {"{\"format\": 1.5}", "DATA_LOSS: line 1 column 12: expected an integer from 1"},
      {"{\"format\": \"1\"}", "DATA_LOSS: line 1 column 12: no JSON value: \"1\""},
      {"{\"format\": 1, \"schema\": {\"a\": {\"type\": \"int\"}}}",
       "DATA_LOSS: line 1 column 1: the member table_name is missing"},
      {"{\"format\": 1, \"table_name\": \"t\"}",
       "DATA_LOSS: line 1 column 1: the member schema is missing"},
      {"{\"format\":1,\"table_name\":5}",
       "DATA_LOSS: line 1 column 26: expected a string, found 5"},
      {"{\"format\":1,\"table_name\":\"t\",\"table_name\":\"t\"}",
       "DATA_LOSS: line 1 column 30: the member table_name is doubled"},
      {"{\"format\":1,\"table_name\":\"t\",\"schema\":{\"a\":{}}}",
       "DATA_LOSS: line 1 column 44: the member type is missing"},
      {"{\"format\":1,\"table_name\":\"t\",\"schema\":{\"a\":{\"type\":\"dict\"}}}",
       "DATA_LOSS: line 1 column 52: there is no type dict"},
      {"{\"format\":1,\"table_name\":\"t\",\"schema\":{\"a\":{\"type\":\"int\",\"unique\":1}}}",
       "DATA_LOSS: line 1 column 67: expected true or false, found 1"},
      {"{\"format\":1,\"table_name\":\"t\",\"schema\":{\"a\":{\"type\":\"int\"},\"a\":{}}}",
       "DATA_LOSS: line 1 column 59: the member \"a\" is doubled"},
      {"{\"format\":1,\"table_name\":\"t\",\"schema\":{\"$a\":{\"type\":\"int\"}}}",
       "INVALID_ARGUMENT: table t: column $a: names that begin with $"},
      {"{\"format\":1,\"table_name\":\"t\",\"schema\":{\"a\":{\"type\":\"int\"}}} x",
       "DATA_LOSS: line 1 column 61: text after the end: x"},
      {"{\"format\":1,\"x\":\"\xff\"}", "DATA_LOSS: line 1 column 18: the text is not UTF-8"},
  };
  for (const auto& row : rows) EXPECT_THAT(Outcome(row.text), HasSubstr(row.outcome)) << row.text;
}

// As the Python original writes them (json.dumps with indent=2, no "\n" at the end).
std::string OriginalDocument(const std::string& table,
                             const std::vector<std::vector<std::string>>& columns,
                             const std::string& created_at) {
  std::string text = "{\n  \"table_name\": \"" + table + "\",\n  \"schema\": {\n";
  for (const std::vector<std::string>& column : columns) {
    text += "    \"" + column[0] + "\": {\n      \"type\": \"" + column[1] +
            "\",\n      \"primary_key\": " + column[2] + ",\n      \"nullable\": " + column[3] +
            ",\n      \"unique\": " + column[4] + "\n    }" +
            (&column == &columns.back() ? "\n" : ",\n");
  }
  return text + "  },\n  \"created_at\": \"" + created_at + "\"\n}";
}

// [schema-6.1]
TEST(SchemaDocumentTest, TheOriginalsDocumentsAreRead) {
  const std::vector<std::string> id = {"id", "int", "true", "true", "false"};
  const std::string student = OriginalDocument("student",
                                               {id,
                                                {"name", "str", "false", "false", "false"},
                                                {"email", "str", "false", "true", "true"},
                                                {"gpa", "float", "false", "true", "false"}},
                                               "2026-01-22T20:31:17.592172");
  const std::string course = OriginalDocument("course",
                                              {id,
                                               {"code", "str", "false", "true", "true"},
                                               {"title", "str", "false", "true", "false"},
                                               {"credits", "int", "false", "true", "false"}},
                                              "2026-01-22T20:31:17");
  const std::string enrollment = OriginalDocument("enrollment",
                                                  {id,
                                                   {"student_id", "int", "false", "false", "false"},
                                                   {"course_id", "int", "false", "false", "false"},
                                                   {"grade", "str", "false", "true", "false"},
                                                   {"active", "bool", "false", "true", "false"}},
                                                  "2026-01-22T20:31:17.600001");
  for (const std::string& text : {student, course, enrollment}) {
    const auto document = ParseSchemaDocument(text);
    ASSERT_TRUE(document.ok()) << document.status();
    EXPECT_EQ(document->format, 0);
    const std::string ours = FormatSchemaDocument(document->schema);
    EXPECT_EQ(ParseSchemaDocument(ours)->schema, document->schema);
    EXPECT_EQ(ParseSchemaDocument(ours)->format, 1);
  }
  EXPECT_EQ(ParseSchemaDocument(student)->schema.created_at, "2026-01-22T20:31:17.592172");
  EXPECT_EQ(ParseSchemaDocument(enrollment)->schema.columns[4].type, Type::kBool);
}

// [schema-6.1]
TEST(SchemaDocumentTest, TheOriginalsOtherTypesAreJson) {
  const auto document =
      ParseSchemaDocument(OriginalDocument("t",
                                           {{"k", "str", "true", "true", "false"},
                                            {"a", "dict", "false", "true", "false"},
                                            {"b", "Optional[list]", "false", "true", "false"}},
                                           "2026-01-22T20:31:17"));
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_FALSE(document->schema.columns[0].nullable);
  EXPECT_EQ(document->schema.columns[1].type, Type::kJson);
  EXPECT_EQ(document->schema.columns[2].type, Type::kJson);
}

}  // namespace
}  // namespace linedb::schema
