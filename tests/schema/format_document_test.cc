// The examples of schema/FORMAT.md, read from the document itself: what it shows is what is done.

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "linedb/expression.h"
#include "schema/record_codec.h"
#include "schema/schema_document.h"

namespace linedb::schema {
namespace {

// The text between the fences of the block with this info string.
std::string Example(const std::string& info) {
  std::ifstream file(LINEDB_SOURCE_DIR "/schema/FORMAT.md");
  std::stringstream document;
  document << file.rdbuf();
  const std::string text = document.str();
  const std::string fence = "```" + info + "\n";
  const std::size_t begin = text.find(fence);
  EXPECT_NE(begin, std::string::npos) << info;
  if (begin == std::string::npos) return "";
  const std::size_t first = begin + fence.size();
  return text.substr(first, text.find("```", first) - first);
}

// [schema-1.2]
TEST(FormatDocumentTest, TheExampleSchemaIsWrittenAsShown) {
  const std::string example = Example("json student.schema.json");
  const auto document = ParseSchemaDocument(example);
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(FormatSchemaDocument(document->schema), example);
}

// [schema-2.1] [schema-2.2] [schema-2.4]
TEST(FormatDocumentTest, TheExampleLinesAreCanonical) {
  const auto document = ParseSchemaDocument(Example("json student.schema.json"));
  ASSERT_TRUE(document.ok()) << document.status();
  const RecordLayout layout = RecordLayout::Create(document->schema).value();
  std::istringstream lines(Example("jsonl student.records"));
  std::string line;
  std::vector<std::string> tombstones;
  int records = 0;
  while (std::getline(lines, line)) {
    if (IsTombstone(line)) {
      tombstones.push_back(TombstoneKey(layout, line).value_or("none"));
      continue;
    }
    std::string canonical;
    std::vector<FieldSpan> spans;
    RecordError error;
    ASSERT_TRUE(CanonicalizeRecord(layout, line, {}, &canonical, &spans, &error).ok())
        << error.reason;
    EXPECT_EQ(canonical, line);
    ++records;
  }
  EXPECT_EQ(records, 4);
  EXPECT_EQ(tombstones, std::vector<std::string>{"2"});
}

// [schema-9.2]
TEST(FormatDocumentTest, TheExampleChecksAreWrittenAsShown) {
  std::istringstream lines(Example("text checks"));
  std::string line;
  int checks = 0;
  for (; std::getline(lines, line); ++checks) {
    const auto expression = Expression::Parse(line);
    ASSERT_TRUE(expression.ok()) << line << " " << expression.status();
    EXPECT_EQ(expression->ToText(), line);
  }
  EXPECT_EQ(checks, 4);
}

}  // namespace
}  // namespace linedb::schema
