// A reader that takes what is no JSON puts into a database what no other program can read. So this
// one is held against simdjson on damaged text: both take it, or neither does.

#include "schema/json_reader.h"

#include <random>
#include <string>

#include "gtest/gtest.h"
#include "linedb/text_reader.h"
#include "simdjson.h"
#include "tests/schema/random_seed.h"

namespace linedb::schema {
namespace {

// The canonical text, or "<byte>: <reason>".
std::string Copied(std::string_view text) {
  JsonReader reader(text);
  TextWriter writer;
  if (reader.CheckUtf8() && reader.CopyValue(&writer) && reader.ExpectEnd()) {
    return std::string(writer.text());
  }
  return std::to_string(reader.fault().byte) + ": " + reader.fault().reason;
}

// [schema-3.5] [schema-3.6]
TEST(JsonReaderTest, ValuesAreCopiedInCanonicalForm) {
  const struct {
    std::string text;
    std::string outcome;
  } rows[] = {
      {" { \"b\" : 1 , \"a\" : [ 1.50 , -0 , null ] } ", "{\"b\":1,\"a\":[1.5,0,null]}"},
      {"[]", "[]"},
      {"{ }", "{}"},
      {"\"\\u00e9\\/\\u000a\"", "\"é/\\n\""},
      {"18446744073709551615", "18446744073709551615"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"18446744073709551616", "0: 18446744073709551616 is out of range of a 64-bit integer"},
      {"[-9223372036854775809]", "1: -9223372036854775809 is out of range of a 64-bit integer"},
      {"1E2", "100.0"},
      {"[1, 1e400]", "4: 1e400 is out of range of a 64-bit float"},
      {"1e-400", "0.0"},
      {"{\"a\":1,\"b\":2,\"a\":3}", "13: the member \"a\" is doubled"},
      {"[{\"x\":{\"y\":1,\"\\u0079\":2}}]", "13: the member \"y\" is doubled"},
      {"[1,]", "3: no JSON value: ]"},
      {"{\"a\":1,}", "7: expected a member's name in quotes"},
      {"[1 2]", "3: expected ',' or ']'"},
      {"{\"a\" 1}", "5: expected ':'"},
      {"{\"a\":1 \"b\":2}", "7: expected ',' or '}'"},
      {"{a:1}", "1: expected a member's name in quotes"},
      {"[NaN]", "1: NaN is not a value"},
      {"-Infinity", "0: -Infinity is not a value"},
      {"tru", "0: no JSON value: tru"},
      {"nulls", "0: no JSON value: nulls"},
      {"01", "0: no JSON value: 01"},
      {"", "0: the text ends where a value is due"},
      {"[1", "2: expected ',' or ']'"},
      {"[1,", "3: the text ends where a value is due"},
      {"1 2", "2: text after the end: 2"},
      {"\"abc", "0: a string without its closing quote"},
      {"[\"a\tb\"]", "3: a control character in a string"},
      {"[\"ab\\x\"]", "4: a wrong escape in a string"},
      {"[\"\\ud800\"]", "2: a wrong escape in a string"},
      {"[\"\xff\"]", "2: the text is not UTF-8"},
      {std::string("[1]\0", 4), "3: text after the end: \\0"},
  };
  for (const auto& row : rows) {
    std::string outcome = Copied(row.text);
    if (outcome.ends_with('\0')) outcome.replace(outcome.size() - 1, 1, "\\0");
    EXPECT_EQ(outcome, row.outcome);
  }
}

TEST(JsonReaderTest, DepthIsLimitedWithoutDanger) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(Copied(nested(128)), nested(128));
  EXPECT_EQ(Copied(nested(129)), "128: nests deeper than 128 levels");
  EXPECT_EQ(Copied(nested(1'000'000)), "128: nests deeper than 128 levels");
  EXPECT_EQ(Copied(std::string(1'000'000, '[')), "128: nests deeper than 128 levels");
}

TEST(JsonReaderTest, LargeObjectsWithoutDoubledMembersAreFast) {
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i) text += "\"m" + std::to_string(i) + "\":0,";
  text += "\"m77\":0}";
  EXPECT_EQ(Copied(text), std::to_string(text.size() - 8) + ": the member \"m77\" is doubled");
}

TEST(JsonReaderTest, ExcerptsAreCutBetweenCharacters) {
  const std::string text = "x\"" + std::string(58, 'a') + "日本\"";
  JsonReader reader(std::string_view(text).substr(1));
  EXPECT_EQ(reader.Excerpt(), "\"" + std::string(58, 'a') + "...");
}

TEST(JsonReaderTest, LinesAndColumnsAreCountedFromOne) {
  EXPECT_EQ(LineAndColumn("ab\ncd", 0), "line 1 column 1");
  EXPECT_EQ(LineAndColumn("ab\ncd", 4), "line 2 column 2");
  EXPECT_EQ(LineAndColumn("ab\ncd", 99), "line 2 column 3");
}

TEST(JsonReaderTest, DamagedTextIsJudgedAsSimdjsonJudgesIt) {
  std::mt19937_64 random(TestSeed());
  const std::string sound =
      R"({"id": 12, "a": [1.5e3, -0.25, true, null, "x\"\\\u00e9\n"], "o": {"p": {}, "q": []}})";
  const std::string bytes = R"(0123456789eE+-.,:{}[]"\ntrufalse u )";
  simdjson::dom::parser parser;
  int accepted = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text = sound;
    for (auto changes = 1 + random() % 2; changes > 0; --changes) {
      const std::size_t place = random() % text.size();
      if (random() % 3 == 0)
        text.erase(place, 1);
      else if (random() % 2 == 0)
        text.insert(place, 1, bytes[random() % bytes.size()]);
      else
        text[place] = bytes[random() % bytes.size()];
    }
    const std::string outcome = Copied(text);
    const bool taken =
        outcome.empty() || !IsDigit(outcome[0]) || outcome.find(": ") == std::string::npos;
    // Doubled members are ours alone to refuse.
    if (outcome.find("doubled") != std::string::npos) continue;
    const bool simdjson_takes = parser.parse(text).error() == simdjson::SUCCESS;
    ASSERT_EQ(taken, simdjson_takes) << text << "\n" << outcome;
    if (!taken) continue;
    ++accepted;
    ASSERT_EQ(Copied(outcome), outcome);
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace linedb::schema
