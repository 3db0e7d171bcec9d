// Guards against a sort that leaves rows in a wrong order: those that differ late in a long text,
// by a NUL, by the sign of a zero or by one in 2^53, and those that came from several threads.

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "engine/query/order_prefix.h"
#include "linedb/database.h"
#include "linedb/json_query.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using engine::OrderPrefix;
using schema::ValueView;

// That no greater value has a smaller number, level for level; and no other one an exact equal.
void ExpectOrdered(const std::vector<ValueView>& values) {
  OrderPrefix prefix;
  for (const ValueView& value : values) prefix.Add(value);
  for (const ValueView& a : values) {
    for (const ValueView& b : values) {
      for (std::size_t level = 0; level < 4; ++level) {
        const std::uint64_t of_a = prefix.Of(a, level);
        const std::uint64_t of_b = prefix.Of(b, level);
        if (of_a != of_b) {
          EXPECT_EQ(of_a < of_b, schema::CompareValues(a, b) < 0) << a.text << '|' << b.text;
          break;
        }
        EXPECT_TRUE(!prefix.is_exact() || schema::CompareValues(a, b) == 0);
      }
    }
  }
}

TEST(OrderPrefixTest, NumbersComeInTheOrderOfTheirValues) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  std::vector<ValueView> whole;
  for (const std::int64_t number :
       {kLeast, kLeast + 1, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1},
        (std::int64_t{1} << 53), (std::int64_t{1} << 53) + 1, kMost - 1, kMost}) {
    whole.push_back(ValueView::Number(Type::kInt, number));
  }
  std::vector<ValueView> fractions;
  for (const double number : {-1e308, -1.5, -1e-308, -0.0, 0.0, 5e-324, 0.1, 9007199254740992.0,
                              9223372036854775808.0, 1e308}) {
    fractions.push_back(ValueView::Real(number));
  }
  ExpectOrdered(whole);
  ExpectOrdered(fractions);
  std::vector<ValueView> mixed = whole;
  mixed.insert(mixed.end(), fractions.begin(), fractions.end());
  ExpectOrdered(mixed);
  mixed.emplace_back();
  ExpectOrdered(mixed);
  whole.emplace_back();
  ExpectOrdered(whole);
}

TEST(OrderPrefixTest, TextsComeInTheOrderOfTheirBytes) {
  using namespace std::string_literals;
  const std::vector<std::string> texts = {""s,
                                          "\0"s,
                                          "\0\0"s,
                                          "a"s,
                                          "a\0"s,
                                          "ab"s,
                                          "abcdefgh"s,
                                          "abcdefgh\0"s,
                                          "abcdefghi"s,
                                          "abcdefgh\0\0\0\0\0\0\0\0\0"s,
                                          "abcdefghabcdefgh"s,
                                          "abcdefghabcdefghz"s,
                                          "\xc3\xa9"s,
                                          "\xff\xff\xff\xff\xff\xff\xff\xff\xff"s};
  for (const std::string& beginning : {""s, "Student "s, "x"s}) {
    std::vector<std::string> longer;
    for (const std::string& text : texts) longer.push_back(beginning + text);
    std::vector<ValueView> values = {{}};
    for (const std::string& text : longer) values.push_back(ValueView::Text(Type::kString, text));
    ExpectOrdered(values);
  }
}

TEST(SortTest, ManyRowsOfEqualBeginningsAreSortedAsByAStableSort) {
  std::mt19937_64 random(schema::TestSeed());
  auto database = *Database::OpenInMemory();
  ASSERT_TRUE(
      database
          ->CreateTable({.table_name = "t",
                         .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                                     {.name = "s", .type = Type::kString}}})
          .ok());
  const JsonTable table = *JsonTable::Open(*database, "t");
  std::vector<std::string> texts(100000);
  auto transaction = *database->Begin();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    texts[i] = "Student of the year " + std::string(random() % 3 * 8, 'x') +
               std::to_string(random() % 9) + std::string(random() % 40, 'y') +
               std::to_string(random() % 100);
    ASSERT_TRUE(
        table.Insert(transaction, {{"id", static_cast<std::int64_t>(i)}, {"s", texts[i]}}).ok());
  }
  ASSERT_TRUE(transaction.Commit().ok());
  std::vector<std::size_t> expected(texts.size());
  std::iota(expected.begin(), expected.end(), std::size_t{0});
  std::stable_sort(expected.begin(), expected.end(),
                   [&](std::size_t a, std::size_t b) { return texts[a] < texts[b]; });
  std::vector<std::size_t> found;
  ASSERT_TRUE(table.All()
                  .OrderBy("s")
                  .ForEach([&](const Json& record) {
                    found.push_back(record["id"].get<std::size_t>());
                    return true;
                  })
                  .ok());
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace linedb
