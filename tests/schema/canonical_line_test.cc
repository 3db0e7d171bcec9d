// What takes the fast way must come out as from the general reader, and what is wrong must be left
// to it. A space before the first brace is never taken fast, so the general reader can be asked for
// any text. The seed is printed; set LINEDB_TEST_SEED to repeat a run.

#include "schema/canonical_line.h"

#include <bit>
#include <cmath>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "schema/json_text.h"
#include "schema/record_codec.h"
#include "tests/schema/random_seed.h"

namespace linedb::schema {
namespace {

RecordLayout WideLayout() {
  return RecordLayout::Create({.table_name = "t",
                               .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                                           {.name = "na\"me\xc3\xa9", .nullable = true},
                                           {.name = "f", .type = Type::kFloat, .nullable = true},
                                           {.name = "b", .type = Type::kBool},
                                           {.name = "at", .type = Type::kTimestamp},
                                           {.name = "on", .type = Type::kDate}}})
      .value();
}

RecordLayout FloatLayout() {
  return RecordLayout::Create({.table_name = "t",
                               .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                                           {.name = "f", .type = Type::kFloat}}})
      .value();
}

struct Taken {
  bool taken = false;
  std::string line;
  std::vector<FieldSpan> spans;

  friend bool operator==(const Taken&, const Taken&) = default;
};

Taken TakeFast(const RecordLayout& layout, const std::string& json) {
  // Exactly as long as the text, so that the address sanitizer sees a read past its end.
  const std::vector<char> exact(json.begin(), json.end());
  Taken fast{false, "before", std::vector<FieldSpan>(layout.columns().size())};
  fast.taken = TakeCanonical(layout, {exact.data(), exact.size()}, &fast.line, fast.spans.data());
  EXPECT_TRUE(fast.taken || fast.line == "before");
  return fast;
}

Taken TakeGeneral(const RecordLayout& layout, const std::string& json) {
  Taken general{false, "before", {}};
  general.taken =
      CanonicalizeRecord(layout, " " + json, {}, &general.line, &general.spans, nullptr).ok();
  return general;
}

// Whether it was taken fast.
bool ExpectAsTheGeneralReader(const RecordLayout& layout, const std::string& json) {
  const Taken fast = TakeFast(layout, json);
  if (fast.taken) {
    EXPECT_TRUE(fast == TakeGeneral(layout, json)) << json;
  }
  return fast.taken;
}

class CanonicalLineTest : public testing::Test {
 protected:
  CanonicalLineTest() : random_(TestSeed()) {}

  std::size_t Below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }
  template <typename Choices>
  std::string OneOf(const Choices& choices) {
    return std::string(choices[Below(std::size(choices))]);
  }

  std::string Spaces() {
    static constexpr std::string_view kSpaces[] = {"", "", "", " ", "\t", "  ", "\r", "\n"};
    return spaced_ ? OneOf(kSpaces) : "";
  }

  // A record of WideLayout, canonical or nearly.
  std::string RandomRecord() {
    static constexpr std::string_view kInts[] = {"0",  "-7", "9223372036854775807", "123", "null",
                                                 "-0", "01", "9223372036854775808", "1.0"};
    static constexpr std::string_view kTexts[] = {"null",
                                                  "\"\"",
                                                  "\"A\"",
                                                  "\"sixteen letters.\"",
                                                  "\"J\xc3\xbcrgen der Lange, 1.\"",
                                                  "\"\xff\"",
                                                  "\"a\\n\"",
                                                  "\"\x7f\"",
                                                  "\"\x01 and more than sixteen letters\""};
    static constexpr std::string_view kFloats[] = {"0.0",   "-0.0",    "3.25", "100.0", "0.0001",
                                                   "1e-05", "0.00001", "1.50", "1",     "null"};
    static constexpr std::string_view kBools[] = {"true", "false", "truer", "null"};
    static constexpr std::string_view kTimes[] = {
        "\"2026-01-22T20:31:17.592172Z\"", "\"0000-01-01T00:00:00.000000Z\"",
        "\"2026-01-22T20:31:17Z\"", "\"2026-01-22T20:31:17.592172+01:00\"",
        "\"2026-13-22T20:31:17.592172Z\""};
    static constexpr std::string_view kDates[] = {"\"2026-02-28\"", "\"2026-02-29\"", "\"2026\""};
    static constexpr std::string_view kFirst[] = {"{\"id\"", "{ \"id\""};
    spaced_ = Below(2) == 0;
    // The first choices are right; the others are rare, or hardly a record would be.
    const auto pick = [this](const auto& choices, std::size_t right) {
      const std::size_t end = Below(20) == 0 ? std::size(choices) : right;
      return std::string(choices[Below(end)]);
    };
    std::string text = Below(9) == 0 ? OneOf(kFirst) : "{" + Spaces() + "\"id\"";
    const auto value = [&](const std::string& name, const std::string& of) {
      if (!name.empty()) text += Spaces() + "," + Spaces() + name;
      text += Spaces() + ":" + Spaces() + of;
    };
    value("", pick(kInts, 4));
    value("\"na\\\"me\xc3\xa9\"", pick(kTexts, 5));
    value("\"f\"", pick(kFloats, 5));
    value("\"b\"", pick(kBools, 2));
    value("\"at\"", pick(kTimes, 2));
    value("\"on\"", pick(kDates, 1));
    return text + Spaces() + "}" + Spaces();
  }

  std::mt19937_64 random_;
  bool spaced_ = false;
};

TEST_F(CanonicalLineTest, RandomRecordsComeOutAsFromTheGeneralReader) {
  const RecordLayout layout = WideLayout();
  int taken = 0;
  for (int round = 0; round < 20000; ++round) {
    taken += ExpectAsTheGeneralReader(layout, RandomRecord()) ? 1 : 0;
  }
  EXPECT_GT(taken, 10000);
}

TEST_F(CanonicalLineTest, DamagedRecordsAreTakenAsTheGeneralReaderTakesThem) {
  static constexpr std::string_view kBytes = "\"\\{}[]:,.-+eE0123456789 tfn\t\x01\x7f\x80\xc3\xff";
  const RecordLayout layout = WideLayout();
  for (int round = 0; round < 50000; ++round) {
    std::string record = RandomRecord();
    for (std::size_t damages = 1 + Below(3); damages > 0; --damages) {
      const std::size_t at = Below(record.size());
      switch (Below(3)) {
        case 0:
          record.erase(at, 1 + Below(4));
          break;
        case 1:
          record.insert(at, 1, kBytes[Below(kBytes.size())]);
          break;
        default:
          record[at] = kBytes[Below(kBytes.size())];
      }
      if (record.empty()) record = "{";
    }
    ExpectAsTheGeneralReader(layout, record);
  }
}

// Every prefix of a record, and every prefix with a record behind it.
TEST_F(CanonicalLineTest, PartOfARecordIsNoRecord) {
  const RecordLayout layout = WideLayout();
  const std::string record =
      "{\"id\":1,\"na\\\"me\xc3\xa9\":\"J\xc3\xbcrgen der Lange, 1.\",\"f\":3.25,\"b\":true,"
      "\"at\":\"2026-01-22T20:31:17.592172Z\",\"on\":\"2026-02-28\"}";
  EXPECT_TRUE(ExpectAsTheGeneralReader(layout, record));
  for (std::size_t bytes = 0; bytes < record.size(); ++bytes) {
    EXPECT_FALSE(TakeFast(layout, record.substr(0, bytes)).taken) << bytes;
    if (bytes == 0) continue;
    EXPECT_FALSE(TakeFast(layout, record.substr(0, bytes) + record).taken) << bytes;
  }
}

TEST_F(CanonicalLineTest, NumbersAreTakenOnlyInTheirShortestSpelling) {
  const RecordLayout layout = FloatLayout();
  int taken = 0;
  for (int round = 0; round < 200000; ++round) {
    // As doubles are, and as people write them.
    std::string number;
    if (Below(4) == 0) {
      const double any = std::bit_cast<double>(random_());
      if (!std::isfinite(any) || !AppendJsonDouble(any, &number)) continue;
    } else {
      number = Below(8) == 0 ? "-" : "";
      for (std::size_t digits = 1 + Below(17); digits > 0; --digits) {
        number.push_back(static_cast<char>('0' + (Below(3) == 0 ? 0 : Below(10))));
      }
      number.insert(Below(number.size() + 1), ".");
    }
    taken += ExpectAsTheGeneralReader(layout, "{\"id\":1,\"f\":" + number + "}") ? 1 : 0;
  }
  EXPECT_GT(taken, 10000);
}

TEST_F(CanonicalLineTest, NullIsTakenOnlyWhereItStays) {
  const RecordLayout layout =
      RecordLayout::Create(
          {.table_name = "t",
           .columns = {{.name = "id", .type = Type::kInt, .primary_key = true, .nullable = true},
                       {.name = "s"},
                       {.name = "n", .nullable = true}}})
          .value();
  EXPECT_TRUE(ExpectAsTheGeneralReader(layout, R"({"id":1,"s":"a","n":null})"));
  EXPECT_FALSE(TakeFast(layout, R"({"id":null,"s":"a","n":null})").taken);
  EXPECT_FALSE(TakeFast(layout, R"({"id":1,"s":null,"n":null})").taken);
}

}  // namespace
}  // namespace linedb::schema
