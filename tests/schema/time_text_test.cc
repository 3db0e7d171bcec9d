#include "schema/time_text.h"

#include <random>
#include <string>

#include "gtest/gtest.h"
#include "tests/schema/random_seed.h"

namespace linedb::schema {
namespace {

std::string Normalized(std::string_view text, bool naive_is_utc = false) {
  const auto time = ParseTimestamp(text, naive_is_utc);
  return time.has_value() ? FormatTimestamp(*time) : "refused";
}

// [schema-3.4] [schema-5.4]
TEST(TimeTextTest, TimestampsAreNormalisedToUtcMicroseconds) {
  const struct {
    const char* text;
    const char* outcome;
  } rows[] = {
      {"2026-01-22T20:31:17.592172Z", "2026-01-22T20:31:17.592172Z"},
      {"2026-01-22T20:31:17Z", "2026-01-22T20:31:17.000000Z"},
      {"2026-01-22t20:31:17.5z", "2026-01-22T20:31:17.500000Z"},
      {"2026-01-22 20:31:17.123456789Z", "2026-01-22T20:31:17.123456Z"},
      {"2026-01-22T20:31:17+02:00", "2026-01-22T18:31:17.000000Z"},
      {"2026-12-31T23:31:17-00:30", "2027-01-01T00:01:17.000000Z"},
      {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z"},
      {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
      {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"},
      {"2026-02-29T00:00:00Z", "refused"},
      {"2026-13-01T00:00:00Z", "refused"},
      {"2026-01-22T24:00:00Z", "refused"},
      {"2026-01-22T20:60:00Z", "refused"},
      {"2026-01-22T20:31:60Z", "refused"},
      {"2026-01-22T20:31:17.Z", "refused"},
      {"2026-01-22T20:31:17.1234567891Z", "refused"},
      {"2026-01-22T20:31:17+2:00", "refused"},
      {"2026-01-22T20:31:17+0200", "refused"},
      {"2026-01-22T20:31:17+24:00", "refused"},
      {"2026-01-22T20:31:17Z ", "refused"},
      {"2026-01-22T20:31:17", "refused"},
      {"2026-01-22", "refused"},
      {"0000-01-01T00:00:00+01:00", "refused"},
      {"9999-12-31T23:59:59-01:00", "refused"},
      {"", "refused"},
  };
  for (const auto& row : rows) EXPECT_EQ(Normalized(row.text), row.outcome) << row.text;
}

// [schema-6.2]
TEST(TimeTextTest, NaiveTimestampsAreUtcOnlyOnRequest) {
  EXPECT_EQ(Normalized("2026-01-22T20:31:17", true), "2026-01-22T20:31:17.000000Z");
  EXPECT_EQ(Normalized("2026-01-22T20:31:17.5", true), "2026-01-22T20:31:17.500000Z");
  EXPECT_EQ(Normalized("2026-01-22T20:31:17x", true), "refused");
  EXPECT_EQ(Normalized("2026-01-22T20:31", true), "refused");
}

TEST(TimeTextTest, RandomTimestampsReadBackTheSame) {
  std::mt19937_64 random(TestSeed());
  std::uniform_int_distribution<std::int64_t> microseconds(-62'167'219'200'000'000,
                                                           253'402'300'799'999'999);
  for (int i = 0; i < 100'000; ++i) {
    const Timestamp time{std::chrono::microseconds(microseconds(random))};
    const std::string text = FormatTimestamp(time);
    ASSERT_EQ(text.size(), 27u);
    ASSERT_EQ(ParseTimestamp(text, false), time) << text;
  }
}

TEST(TimeTextTest, DatesAreDaysOfTheCalendar) {
  for (const char* day : {"2026-01-22", "2024-02-29", "0000-01-01", "9999-12-31"}) {
    EXPECT_TRUE(IsDate(day)) << day;
  }
  for (const char* day : {"2026-02-29", "2026-00-10", "2026-1-22", "2026-01-22Z", "26-01-22", "",
                          "2026/01/22", "2026-01-32"}) {
    EXPECT_FALSE(IsDate(day)) << day;
  }
}

}  // namespace
}  // namespace linedb::schema
