// Entries that are put into the tree together have to be those that one by one would be there: an
// entry that is lost is a record that a query does not find.

#include "engine/index/ordered_set.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/schema/random_seed.h"

namespace linedb::engine {
namespace {

using Entries = std::vector<std::pair<std::string, std::uint64_t>>;

// Keys inside of an entry and outside of it, many of them several times.
Entries SomeEntries(std::mt19937_64& random, std::size_t count) {
  Entries entries;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(random() % 50);
    entries.emplace_back(random() % 2 == 0 ? number : std::string(20, 'x') + number, random() % 9);
  }
  return entries;
}

Entries Seen(const OrderedSet& set) {
  Entries entries;
  for (const OrderedEntry& entry : set) entries.emplace_back(entry.key(), entry.offset());
  return entries;
}

TEST(OrderedSetTest, EntriesTogetherAreTheSameAsOneByOne) {
  std::mt19937_64 random(schema::TestSeed());
  for (int round = 0; round < 50; ++round) {
    OrderedSet one_by_one;
    OrderedSet together;
    for (const auto& [key, offset] : SomeEntries(random, random() % 20)) {
      one_by_one.Insert(key, offset);
      together.Insert(key, offset);
    }
    OrderedEntries entries;
    for (const auto& [key, offset] : SomeEntries(random, random() % 500)) {
      one_by_one.Insert(key, offset);
      entries.Add(key, offset);
    }
    together.InsertAll(std::move(entries));
    ASSERT_EQ(Seen(together), Seen(one_by_one));
    EXPECT_EQ(together.memory_bytes(), one_by_one.memory_bytes());
    for (const auto& [key, offset] : Seen(one_by_one)) EXPECT_TRUE(together.Erase(key, offset));
    EXPECT_TRUE(together.empty());
  }
}

}  // namespace
}  // namespace linedb::engine
