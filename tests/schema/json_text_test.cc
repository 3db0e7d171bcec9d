// Two spellings of one value would be two keys, and a number that reads back as another is lost
// data: these tests hold the text of single values to one spelling that reads back the same.

#include "schema/json_text.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "schema/base64.h"
#include "simdjson.h"
#include "tests/schema/random_seed.h"

namespace linedb::schema {
namespace {

std::string DoubleText(double value) {
  std::string text;
  return AppendJsonDouble(value, &text) ? text : "refused";
}

std::string StringText(std::string_view value) {
  std::string text = "|";
  return AppendJsonString(value, &text) ? text.substr(1) : text + "refused";
}

template <class Value, class Read>
std::string ReadAll(std::string_view text, Value* value, Read read) {
  const char* end = text.data() + text.size();
  const char* after = read(text.data(), end, value);
  if (after == nullptr) return "no value";
  return after == end ? "read" : "left " + std::string(after, end);
}

// [schema-3.1]
TEST(JsonTextTest, DoublesAreLaidOutAsPythonDoes) {
  const struct {
    double value;
    const char* text;
  } rows[] = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {3.0, "3.0"},
      {3.123, "3.123"},
      {-19.99, "-19.99"},
      {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"},
      {1.0 / 3, "0.3333333333333333"},
      {100.0, "100.0"},
      {123456.0625, "123456.0625"},
      {1e15, "1000000000000000.0"},
      {1e16, "1e+16"},
      {1.5e16, "1.5e+16"},
      {9999999999999998.0, "9999999999999998.0"},
      {123456789012345680.0, "1.2345678901234568e+17"},
      {1e-4, "0.0001"},
      {0.00012345, "0.00012345"},
      {1e-5, "1e-05"},
      {1.5e-7, "1.5e-07"},
      {5e-324, "5e-324"},
      {1e22, "1e+22"},
      {1e100, "1e+100"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {std::nan(""), "refused"},
      {std::numeric_limits<double>::infinity(), "refused"},
      {-std::numeric_limits<double>::infinity(), "refused"},
  };
  for (const auto& row : rows) EXPECT_EQ(DoubleText(row.value), row.text);
}

void ExpectShortestRoundTrip(double value) {
  const std::string text = DoubleText(value);
  double back = 0;
  ASSERT_EQ(ReadAll(text, &back, ReadDouble), "read") << text;
  ASSERT_EQ(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(value)) << text;
  // The library's shortest digits are ours, whatever the layout.
  char digits[64];
  const auto end = std::to_chars(digits, digits + 64, value, std::chars_format::scientific).ptr;
  double other = 0;
  std::from_chars(digits, end, other);
  ASSERT_EQ(other, back);
  const auto significant = [](std::string number) {
    number = number.substr(0, number.find('e'));
    std::erase_if(number, [](char c) { return !IsDigit(c); });
    number.erase(0, number.find_first_not_of('0'));
    number.erase(number.find_last_not_of('0') + 1);
    return number;
  };
  ASSERT_EQ(significant(text), significant(std::string(digits, end))) << text;
}

// [schema-3.1]
TEST(JsonTextTest, RandomDoublesReadBackTheSame) {
  std::mt19937_64 random(TestSeed());
  for (int i = 0; i < 100'000; ++i) {
    const double bits = std::bit_cast<double>(random());
    if (std::isfinite(bits)) ExpectShortestRoundTrip(bits);
    // Decimals as people write them go the short way.
    const auto digits = static_cast<double>(static_cast<std::int64_t>(random() >> 16));
    ExpectShortestRoundTrip(digits / std::pow(10, static_cast<double>(random() % 16)));
    ExpectShortestRoundTrip(static_cast<double>(random() % 10'000'000) / 1000);
  }
}

TEST(JsonTextTest, RandomFloatsReadBackTheSame) {
  std::mt19937_64 random(TestSeed());
  for (int i = 0; i < 100'000; ++i) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (!std::isfinite(value)) continue;
    TextWriter writer;
    ASSERT_EQ(WriteFloat(&writer, value), nullptr);
    const std::string text(writer.text());
    double back = 0;
    ASSERT_EQ(ReadAll(text, &back, ReadDouble), "read") << text;
    ASSERT_EQ(static_cast<float>(back), value) << text;
  }
}

TEST(JsonTextTest, DoublesAreReadByJsonsGrammarOnly) {
  const struct {
    const char* text;
    const char* outcome;
    double value;
  } rows[] = {
      {"3", "read", 3.0},
      {"-0.0", "read", -0.0},
      {"0.1", "read", 0.1},
      {"9007199254740993", "read", 9007199254740992.0},
      {"1.7976931348623157e308", "read", 1.7976931348623157e308},
      {"123456789012345678901234567890", "read", 123456789012345678901234567890.0},
      {"0.00000000000000000000000000001", "read", 1e-29},
      {"2.5E+3", "read", 2500.0},
      {"1e-400", "read", 0.0},
      {"3.5,", "left ,", 3.5},
      {"1e400", "no value", 0},
      {"-1e999999999999", "no value", 0},
      {"01.5", "no value", 0},
      {"1.", "no value", 0},
      {".5", "no value", 0},
      {"1.e5", "no value", 0},
      {"1e", "no value", 0},
      {"1e+", "no value", 0},
      {"-", "no value", 0},
      {"+1", "no value", 0},
      {"", "no value", 0},
      {"NaN", "no value", 0},
      {"0x10", "left x10", 0},
  };
  for (const auto& row : rows) {
    double value = 0;
    EXPECT_EQ(ReadAll(row.text, &value, ReadDouble), row.outcome) << row.text;
    if (row.outcome != std::string("no value")) {
      EXPECT_EQ(value, row.value) << row.text;
    }
  }
}

TEST(JsonTextTest, IntsAreReadExactlyOrNotAtAll) {
  const struct {
    const char* text;
    const char* outcome;
    std::int64_t value;
  } rows[] = {
      {"0", "read", 0},
      {"-1", "read", -1},
      {"9223372036854775807", "read", std::numeric_limits<std::int64_t>::max()},
      {"-9223372036854775808", "read", std::numeric_limits<std::int64_t>::min()},
      {"9223372036854775808", "no value", 0},
      {"-9223372036854775809", "no value", 0},
      {"99999999999999999999999999", "no value", 0},
      {"-0", "no value", 0},
      {"007", "no value", 0},
      {"-", "no value", 0},
      {"", "no value", 0},
      {"+5", "no value", 0},
      {"12}", "left }", 12},
  };
  for (const auto& row : rows) {
    std::int64_t value = 0;
    EXPECT_EQ(ReadAll(row.text, &value, ReadInt64), row.outcome) << row.text;
    if (row.outcome != std::string("no value")) {
      EXPECT_EQ(value, row.value) << row.text;
    }
  }
}

TEST(JsonTextTest, RandomIntsReadBackTheSame) {
  std::mt19937_64 random(TestSeed());
  for (int i = 0; i < 100'000; ++i) {
    const auto value = static_cast<std::int64_t>(random() >> (random() % 64));
    std::string text;
    AppendJsonInt(i % 2 == 0 ? value : -value, &text);
    std::int64_t back = 0;
    ASSERT_EQ(ReadAll(text, &back, ReadInt64), "read") << text;
    ASSERT_EQ(back, i % 2 == 0 ? value : -value);
  }
}

// [schema-3.2]
TEST(JsonTextTest, StringsHaveOnlyTheEscapesJsonDemands) {
  EXPECT_EQ(StringText("plain"), "\"plain\"");
  EXPECT_EQ(StringText(""), "\"\"");
  EXPECT_EQ(StringText("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
  EXPECT_EQ(StringText("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
  EXPECT_EQ(StringText(std::string_view("\0\x01\x1f\x7f", 4)), "\"\\u0000\\u0001\\u001f\x7f\"");
  EXPECT_EQ(StringText("Zoë 日本 🎓"), "\"Zoë 日本 🎓\"");
}

TEST(JsonTextTest, StringsThatAreNotUtf8AreRefusedAndAppendNothing) {
  for (const std::string bad : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xe2\x82", "\x80",
                                "\xf4\x90\x80\x80", "sixteen bytes and more\xfe"}) {
    EXPECT_EQ(StringText(bad), "|refused");
    EXPECT_EQ(FindBadUtf8("Zoë" + bad), bad.size() > 20 ? 26u : 4u);
  }
  EXPECT_EQ(FindBadUtf8("Zoë 日本 🎓"), std::string_view::npos);
}

// Every length and every place of a special byte, so that no block border is forgotten.
TEST(JsonTextTest, SpecialBytesAreFoundAtEveryPlace) {
  for (std::size_t size = 1; size <= 70; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      for (const char special : {'"', '\\', '\n', '\x1f'}) {
        std::string value(size, '~');
        value[place] = special;
        const std::string text = StringText(value);
        std::string back;
        ASSERT_EQ(ReadAll(text, &back, ReadString), "read");
        ASSERT_EQ(back, value);
        ASSERT_GT(text.size(), size + 2);
        ASSERT_EQ(SkipString(text.data(), text.data() + text.size()), text.data() + text.size());
      }
      std::string bad(size, ' ');
      bad[place] = '\x80';
      ASSERT_EQ(StringText(bad), "|refused");
    }
  }
}

TEST(JsonTextTest, RandomStringsReadBackTheSameHereAndInSimdjson) {
  std::mt19937_64 random(TestSeed());
  const std::vector<std::string> pieces = {"a", "\"", "\\", "\n", "\x01", "é", "日", "🎓", "word "};
  simdjson::dom::parser parser;
  for (int i = 0; i < 20'000; ++i) {
    std::string value;
    for (auto count = random() % 40; count > 0; --count) value += pieces[random() % pieces.size()];
    const std::string text = StringText(value);
    std::string back;
    ASSERT_EQ(ReadAll(text, &back, ReadString), "read") << text;
    ASSERT_EQ(back, value);
    ASSERT_EQ(parser.parse(text).get_string().value(), value);
  }
}

TEST(JsonTextTest, StringsThatAreTornOrWronglyEscapedAreNotRead) {
  for (const char* text :
       {"\"abc", "\"abc\\", "\"abc\\\"", "abc", "", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"",
        "\"\\ud800\\u0041\"", "\"\\ud800\\ud800\"", "\"\\udc00\"", "\"\\u12g4\""}) {
    std::string value;
    EXPECT_EQ(ReadAll(text, &value, ReadString), "no value") << text;
  }
  std::string value;
  EXPECT_EQ(ReadAll("\"\\ud83c\\udf93\\/\"", &value, ReadString), "read");
  EXPECT_EQ(value, "🎓/");
}

TEST(JsonTextTest, SkippingStepsOverAnyValue) {
  for (const std::string value :
       {"1", "null", "\"a\\\"b\"", "{\"a\":[1,{\"b\":\"]}\"}]}", "[]", "{}", "-1.5e+10"}) {
    for (const std::string rest : {"", ",\"x\":1}", "}"}) {
      const std::string text = value + rest;
      const char* after = SkipValue(text.data(), text.data() + text.size());
      ASSERT_NE(after, nullptr) << text;
      EXPECT_EQ(after - text.data(), static_cast<std::ptrdiff_t>(value.size())) << text;
    }
  }
  for (const std::string text : {"", "\"abc", "[1,2", "{\"a\":\"}", ",", "}"}) {
    EXPECT_EQ(SkipValue(text.data(), text.data() + text.size()), nullptr) << text;
  }
}

// [schema-3.3]
TEST(JsonTextTest, Base64HasOneTextForEachBytes) {
  const struct {
    const char* bytes;
    const char* text;
  } rows[] = {{"", ""},        {"f", "Zg=="},          {"fo", "Zm8="},
              {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}, {"\xff\xfe", "//4="}};
  for (const auto& row : rows) {
    const std::string bytes = row.bytes;
    std::string text(Base64Size(bytes.size()), '?');
    EncodeBase64(bytes.data(), bytes.size(), text.data());
    EXPECT_EQ(text, row.text);
    std::string back;
    EXPECT_TRUE(DecodeBase64(text, &back));
    EXPECT_EQ(back, bytes);
  }
  for (const char* text :
       {"Zg", "Zg=", "Zg==Zg==", "Zh==", "Zm9=", "Z===", "====", "Zm 9", "_w=="}) {
    std::string back;
    EXPECT_FALSE(DecodeBase64(text, &back)) << text;
  }
}

}  // namespace
}  // namespace linedb::schema
