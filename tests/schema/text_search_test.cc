// The ways to read a value without a loop, and a line from its end, beside the plain ways: on
// random text they must agree, or a record would read differently depending on where it lies.

#include "linedb/text_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "linedb/struct_codec.h"
#include "linedb/text_reader.h"
#include "tests/schema/described_structs.h"
#include "tests/schema/random_seed.h"

namespace linedb::schema {
namespace {

using StudentCodec = StructCodec<Student>;

// Exactly as long as the text, so that a sanitizer sees a read beyond it.
std::vector<char> Exactly(const std::string& text) { return {text.begin(), text.end()}; }

std::string RandomText(std::mt19937_64& random, const std::string& letters, std::size_t size_max) {
  std::string text;
  for (std::size_t size = random() % (size_max + 1); size > 0; --size) {
    text.push_back(letters[random() % letters.size()]);
  }
  return text;
}

template <class Number, class Fast, class Slow>
void ExpectSame(const std::string& text, Fast&& fast, Slow&& slow) {
  const std::vector<char> bytes = Exactly(text);
  const char* begin = bytes.data();
  const char* end = begin + bytes.size();
  Number quick = 77;
  Number plain = 77;
  const char* quick_end = fast(begin, end, &quick);
  const char* plain_end = slow(begin, end, &plain);
  ASSERT_EQ(quick_end == nullptr, plain_end == nullptr) << text;
  if (plain_end == nullptr) return;
  ASSERT_EQ(quick_end - begin, plain_end - begin) << text;
  ASSERT_EQ(quick, plain) << text;
  ASSERT_EQ(std::signbit(static_cast<double>(quick)), std::signbit(static_cast<double>(plain)));
}

TEST(TextSearchTest, NumbersReadTheSameWithAndWithoutALoop) {
  std::mt19937_64 random(TestSeed());
  for (int i = 0; i < 300'000; ++i) {
    std::string text = RandomText(random, "0123456789012345678901234567890123456789..-eE+,} ", 12);
    if (random() % 2 == 0) {
      text = std::to_string(static_cast<std::int64_t>(random()) >> (random() % 64)) +
             (random() % 2 == 0 ? "." + std::to_string(random() >> (random() % 64)) : "") +
             RandomText(random, ",}eE.0\x80\xff", 9);
    }
    ExpectSame<std::int64_t>(text, ReadInt64, ReadInt64Slow);
    ExpectSame<double>(text, ReadDouble, ReadDoubleByLoop);
    ASSERT_FALSE(HasFatalFailure());
  }
}

TEST(TextSearchTest, BytesAreFoundWhereAPlainSearchFindsThem) {
  std::mt19937_64 random(TestSeed());
  for (int i = 0; i < 20'000; ++i) {
    const std::string text =
        RandomText(random, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n\"\\:", 200);
    const std::vector<char> bytes = Exactly(text);
    const char* begin = bytes.data();
    const char* end = begin + bytes.size();
    const auto at = [&](const char* found) {
      return found == nullptr ? std::string::npos : static_cast<std::size_t>(found - begin);
    };
    ASSERT_EQ(at(FindNewline(begin, end)), text.find('\n')) << text;
    ASSERT_EQ(at(FindLast(begin, end, ':')), text.rfind(':')) << text;
    const std::size_t either = text.find_first_of("\"\\");
    ASSERT_EQ(static_cast<std::size_t>(FindQuoteOrBackslash(begin, end) - begin),
              std::min(either, text.size()));
  }
}

Student RandomStudent(std::mt19937_64& random) {
  Student row{static_cast<std::int64_t>(random()) >> (random() % 64),
              RandomText(random, "ab \\\"\\\"\n,:{}é", 60), std::nullopt,
              static_cast<double>(static_cast<std::int64_t>(random()) >> (random() % 64)) / 1000};
  if (random() % 4 != 0) row.email = RandomText(random, "ab\",\\\\:gpaemail", 40);
  return row;
}

TEST(TextSearchTest, ColumnsReadFromTheEndAreThoseOfTheWholeLine) {
  static_assert(StudentCodec::Layout::IsNearerToEnd({2, 3}));
  static_assert(!StudentCodec::Layout::IsNearerToEnd({1}));
  std::mt19937_64 random(TestSeed());
  int damaged_read = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string line;
    FieldSpan spans[4];
    Student row = RandomStudent(random);
    if (!StudentCodec::Encode(row, 0, &line, spans).ok()) continue;  // a letter cut in two
    const bool damaged = random() % 2 == 0;
    if (damaged && random() % 2 == 0) line.resize(random() % line.size());
    if (damaged && !line.empty()) line[random() % line.size()] = "\"\\:,}0.x"[random() % 8];
    const std::vector<char> bytes = Exactly(line);
    const std::string_view text(bytes.data(), bytes.size());
    Student whole;
    const int outcome = StudentCodec::Decode(text, &whole);
    if (!damaged) {
      ASSERT_EQ(outcome, kDecoded) << line;
    }
    std::tuple<double, std::optional<std::string>> values;
    const int columns = StudentCodec::DecodeColumns<&Student::gpa, &Student::email>(text, &values);
    // A line that is whole is read whole; of a damaged one the rest may be all right.
    if (outcome != kDecoded) continue;
    damaged_read += damaged ? 1 : 0;
    ASSERT_EQ(columns, kDecoded) << line;
    ASSERT_EQ(values, std::make_tuple(whole.gpa, whole.email)) << line;
  }
  EXPECT_GT(damaged_read, 0);
}

TEST(TextSearchTest, EveryTypeIsPassedOverFromTheEnd) {
  struct Case {
    Type type;
    const char* value;
  };
  const Case cases[] = {{Type::kInt, "-12"},
                        {Type::kFloat, "1.5e-7"},
                        {Type::kBool, "false"},
                        {Type::kString, "\"a\\\"b\\\\\""},
                        {Type::kString, "null"},
                        {Type::kString, "\"\""},
                        {Type::kDate, "\"2026-01-22\""},
                        {Type::kDate, "null"},
                        {Type::kTimestamp, "\"2026-01-22T20:31:17.592172Z\""},
                        {Type::kBytes, "\"AP8=\""}};
  for (const Case& row : cases) {
    const std::string line = std::string("{\"x\":\"\\\\\",\"a\":") + row.value;
    const char* begin = line.data();
    const char* end = begin + line.size();
    const char* found = nullptr;
    switch (row.type) {
      case Type::kInt:
        found = FindValueBackwards<Type::kInt>(begin, end);
        break;
      case Type::kFloat:
        found = FindValueBackwards<Type::kFloat>(begin, end);
        break;
      case Type::kBool:
        found = FindValueBackwards<Type::kBool>(begin, end);
        break;
      case Type::kString:
        found = FindValueBackwards<Type::kString>(begin, end);
        break;
      case Type::kDate:
        found = FindValueBackwards<Type::kDate>(begin, end);
        break;
      case Type::kTimestamp:
        found = FindValueBackwards<Type::kTimestamp>(begin, end);
        break;
      case Type::kBytes:
        found = FindValueBackwards<Type::kBytes>(begin, end);
        break;
      case Type::kJson:
        break;
    }
    EXPECT_EQ(found == nullptr ? "nothing" : std::string(found, end), row.value);
  }
}

}  // namespace
}  // namespace linedb::schema
