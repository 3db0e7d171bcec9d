// A sum that depended on the order of its parts would tell by which plan a query was run.

#include "engine/query/exact_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "tests/schema/random_seed.h"

namespace linedb::engine {
namespace {

double SumOf(const std::vector<double>& values) {
  ExactSum sum;
  for (const double value : values) sum.Add(value);
  return sum.Result();
}

TEST(ExactSumTest, RoundsTheTrueSumOnce) {
  constexpr double kMax = std::numeric_limits<double>::max();
  constexpr double kTiny = std::numeric_limits<double>::denorm_min();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::vector<std::pair<std::vector<double>, double>> rows = {
      {{}, 0},
      {{0.1, 0.2, 0.3}, 0.6},
      {{1e308, 1e308, -1e308, -1e308, 1}, 1},
      {{1e16, 1, -1e16}, 1},
      {{kMax, kTiny, -kMax}, kTiny},
      {{kMax, kMax}, kInfinity},
      {{-kMax, -kMax, kMax}, -kMax},
      {{kTiny, kTiny, -3 * kTiny}, -kTiny},
      {{9007199254740992.0, 1, 1e-300}, 9007199254740994.0},  // just above the tie
      {{9007199254740992.0, 1}, 9007199254740992.0},          // a tie goes to even
      {{9007199254740994.0, 1}, 9007199254740996.0},
      {{-9007199254740992.0, -1, -1e-300}, -9007199254740994.0},
      {{-0.5, 0.25}, -0.25},
      {{1, kInfinity, -5}, kInfinity},
  };
  for (const auto& [values, expected] : rows) EXPECT_EQ(SumOf(values), expected);
  EXPECT_TRUE(std::isnan(SumOf({kInfinity, -kInfinity})));
}

TEST(ExactSumTest, IsTheSameInAnyOrderAndInAnyParts) {
  std::mt19937_64 random(schema::TestSeed());
  for (int round = 0; round < 200; ++round) {
    std::vector<double> values;
    for (int i = 0; i < 100; ++i) {
      values.push_back(std::ldexp(static_cast<double>(static_cast<std::int64_t>(random())),
                                  static_cast<int>(random() % 600) - 300));
      if (random() % 2 == 0) values.push_back(-values.back());
    }
    const double expected = SumOf(values);
    std::shuffle(values.begin(), values.end(), random);
    ExactSum merged;
    for (std::size_t begin = 0; begin < values.size();) {
      ExactSum part;
      const std::size_t end = std::min(values.size(), begin + random() % 20);
      for (; begin < end; ++begin) part.Add(values[begin]);
      if (random() % 8 == 0) part.AddInteger(0);
      merged.Merge(part);
      if (begin < values.size()) merged.Add(values[begin++]);
    }
    EXPECT_EQ(merged.Result(), expected);
  }
}

TEST(ExactSumTest, TakesIntegersOfAllSizes) {
  ExactSum sum;
  sum.AddInteger(absl::MakeInt128(1, 0));  // 2^64
  sum.AddInteger(-5);
  sum.Add(0.5);
  sum.AddInteger(absl::MakeInt128(-1, 0));  // -2^64
  EXPECT_EQ(sum.Result(), -4.5);
}

}  // namespace
}  // namespace linedb::engine
