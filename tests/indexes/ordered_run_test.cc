// Guards against an ordered run that loses or invents entries: walked from any place in either
// direction it is the sorted list it was made from, in memory and in a file, whole and damaged.

#include "engine/index/ordered_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/index/ordered_index.h"
#include "engine/index/ordered_run_writer.h"
#include "tests/engine/status_matchers.h"
#include "tests/schema/random_seed.h"

namespace linedb::engine {
namespace {

using linedb::testing::Fails;
using linedb::testing::IsOk;

using Pairs = std::vector<std::pair<std::string, std::uint64_t>>;

constexpr std::uint64_t kIndex = 77;
constexpr RunExtent kExtent{0, 1 << 20, 1, 2};

OrderedEntries EntriesOf(const Pairs& pairs) {
  OrderedEntries entries;
  for (const auto& [key, offset] : pairs) entries.Add(key, offset);
  return entries;
}

std::string Bytes(const Pairs& sorted) {
  std::string bytes;
  OrderedRunWriter writer(kIndex, kExtent, [&](std::string_view more) {
    bytes.append(more);
    return absl::OkStatus();
  });
  for (const auto& [key, offset] : sorted) EXPECT_THAT(writer.Add(key, offset), IsOk());
  EXPECT_THAT(writer.Finish(), IsOk());
  return bytes;
}

class OrderedRunTest : public ::testing::Test {
 protected:
  void SetUp() override {
    random.seed(schema::TestSeed());
    ASSERT_THAT(disk->CreateDirectory("/disk"), IsOk());
  }
  std::size_t Pick(std::size_t below) { return random() % below; }

  // Keys of many lengths that share much.
  std::string AnyKey() {
    std::string key = Pick(3) == 0 ? "" : std::string("shared by all of them or nearly all");
    for (std::size_t i = Pick(12); i > 0; --i) key.push_back(static_cast<char>('a' + Pick(3)));
    if (Pick(50) == 0) key.append(5000, 'x');
    return key;
  }
  Pairs AnyPairs(std::size_t count) {
    Pairs pairs;
    for (std::size_t i = 0; i < count; ++i) pairs.push_back({AnyKey(), 8 * (i + 1)});
    std::shuffle(pairs.begin(), pairs.end(), random);
    return pairs;
  }
  std::shared_ptr<OrderedRun> InFile(const std::string& bytes) {
    file = disk->Open("/disk/run", wal::OpenMode::kCreateNew).value();
    EXPECT_THAT(file->Append(bytes), IsOk());
    return OrderedRun::Open(*file, kIndex).value();
  }

  std::mt19937_64 random;
  std::unique_ptr<wal::FileSystem> disk = wal::NewMemoryFileSystem();
  std::unique_ptr<wal::File> file;
};

// Walks from `from` in both directions.
void ExpectWalks(const OrderedRun& run, const Pairs& sorted, const std::string& key,
                 std::uint64_t offset) {
  const auto from = static_cast<std::size_t>(
      std::lower_bound(sorted.begin(), sorted.end(), std::pair(key, offset)) - sorted.begin());
  OrderedRun::Walk walk(run);
  walk.Seek(key, offset);
  ASSERT_EQ(walk.rank(), from);
  for (std::size_t i = from; i < std::min(from + 300, sorted.size()); ++i, walk.Next()) {
    ASSERT_TRUE(walk.valid());
    ASSERT_EQ(std::pair(std::string(walk.key()), walk.offset()), sorted[i]);
  }
  ASSERT_EQ(walk.valid(), from + 300 < sorted.size());
  walk.Seek(key, offset);
  for (std::size_t i = from; i > from - std::min<std::size_t>(from, 300); --i) {
    walk.Previous();
    ASSERT_TRUE(walk.valid());
    ASSERT_EQ(std::pair(std::string(walk.key()), walk.offset()), sorted[i - 1]);
  }
  if (from <= 300) {
    walk.Previous();
    ASSERT_FALSE(walk.valid());
  }
}

TEST_F(OrderedRunTest, WalksAsTheSortedListInMemoryAndInAFile) {
  for (const std::size_t count : {0u, 1u, 2u, 50u, 3000u}) {
    Pairs pairs = AnyPairs(count);
    const auto in_memory = OrderedRun::Make(kIndex, kExtent, EntriesOf(pairs));
    std::sort(pairs.begin(), pairs.end());
    if (file != nullptr) {
      ASSERT_THAT(disk->Remove("/disk/run"), IsOk());
    }
    const auto in_file = InFile(Bytes(pairs));
    ASSERT_EQ(in_file->entries(), count);
    ASSERT_THAT(in_file->CompareAll(), IsOk());
    for (int i = 0; i < 200; ++i) {
      const std::string key =
          pairs.empty() || Pick(2) == 0 ? AnyKey() : pairs[Pick(pairs.size())].first;
      const std::uint64_t offset = 8 * Pick(count + 2) + Pick(2);
      ASSERT_NO_FATAL_FAILURE(ExpectWalks(*in_memory, pairs, key, offset)) << i;
      ASSERT_NO_FATAL_FAILURE(ExpectWalks(*in_file, pairs, key, offset)) << i;
    }
  }
}

TEST_F(OrderedRunTest, LayersWalkAsOneSortedList) {
  Pairs pairs = AnyPairs(500);
  OrderedIndex index;
  std::size_t i = 0;
  for (; i < 100; ++i) index.Insert(pairs[i].first, pairs[i].second);
  index.Freeze();
  for (; i < 200; ++i) index.Insert(pairs[i].first, pairs[i].second);
  const auto part = [&](std::size_t begin, std::size_t end) {
    return OrderedRun::Make(kIndex, kExtent,
                            EntriesOf(Pairs(pairs.begin() + static_cast<std::ptrdiff_t>(begin),
                                            pairs.begin() + static_cast<std::ptrdiff_t>(end))));
  };
  // What was frozen goes with the runs that replace it: here it is in the second of them.
  index.SetRuns({part(200, 350), part(0, 100), part(350, 500)});
  std::sort(pairs.begin(), pairs.end());
  EXPECT_EQ(index.Estimate("", std::nullopt), 500U);
  for (const WalkOrder order : {WalkOrder::kAscending, WalkOrder::kDescending}) {
    OrderedWalk walk(order);
    walk.AddAll(index);
    order == WalkOrder::kAscending ? walk.Seek("", 0) : walk.SeekEnd();
    Pairs found;
    std::string_view key;
    for (std::uint64_t offset = 0; walk.Next(&key, &offset);) found.emplace_back(key, offset);
    if (order == WalkOrder::kDescending) std::reverse(found.begin(), found.end());
    EXPECT_EQ(found, pairs);
  }
}

TEST_F(OrderedRunTest, EraseForgetsOneEntryOfMany) {
  OrderedIndex index;
  const std::string long_key(100, 'k');
  for (std::uint64_t offset = 8; offset <= 32; offset += 8) index.Insert(long_key, offset);
  EXPECT_TRUE(index.Erase(long_key, 16));
  EXPECT_FALSE(index.Erase(long_key, 16));
  EXPECT_FALSE(index.Erase("k", 8));
  EXPECT_EQ(index.Estimate("", std::nullopt), 3U);
}

// [engine-16.7]
TEST_F(OrderedRunTest, EveryDamagedByteIsMendedOrRefused) {
  Pairs pairs = AnyPairs(400);
  std::sort(pairs.begin(), pairs.end());
  const std::string whole = Bytes(pairs);
  for (std::size_t byte = 0; byte < whole.size(); byte += 1 + Pick(400)) {
    std::string damaged = whole;
    damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << Pick(8)));
    if (file != nullptr) {
      ASSERT_THAT(disk->Remove("/disk/run"), IsOk());
    }
    file = disk->Open("/disk/run", wal::OpenMode::kCreateNew).value();
    ASSERT_THAT(file->Append(damaged), IsOk());
    absl::StatusOr<std::shared_ptr<OrderedRun>> run = OrderedRun::Open(*file, kIndex);
    if (!run.ok()) continue;  // its footer
    int rebuilt = 0;
    (*run)->SetRebuild([&](const RunExtent& extent) -> absl::StatusOr<OrderedEntries> {
      EXPECT_EQ(extent, kExtent);
      ++rebuilt;
      return EntriesOf(pairs);
    });
    EXPECT_THAT((*run)->CompareAll(), Fails(absl::StatusCode::kDataLoss, "not what was written"));
    OrderedWalk walk(WalkOrder::kAscending);
    walk.Add(**run);
    Pairs found;
    std::string_view key;
    walk.Seek("", 0);
    for (std::uint64_t offset = 0; walk.Next(&key, &offset);) found.emplace_back(key, offset);
    ASSERT_TRUE(walk.damaged()) << byte;
    ASSERT_LT(found.size(), pairs.size());
    ASSERT_TRUE(walk.Mend());
    ASSERT_EQ(rebuilt, 1);
    ASSERT_TRUE((*run)->in_memory());
    ASSERT_NO_FATAL_FAILURE(ExpectWalks(**run, pairs, pairs[200].first, pairs[200].second));
  }
}

// [engine-16.7]
TEST_F(OrderedRunTest, IsBrokenWhereTheRecordsAreDamagedToo) {
  Pairs pairs = AnyPairs(10);
  std::sort(pairs.begin(), pairs.end());
  std::string bytes = Bytes(pairs);
  bytes[20] = static_cast<char>(bytes[20] ^ 1);
  const std::shared_ptr<OrderedRun> run = InFile(bytes);
  OrderedWalk walk(WalkOrder::kDescending);
  walk.Add(*run);
  walk.SeekEnd();
  std::string_view key;
  std::uint64_t offset = 0;
  while (walk.Next(&key, &offset)) {  // blocks behind the damaged one, if there are
  }
  EXPECT_TRUE(walk.damaged());
  EXPECT_FALSE(walk.Mend());
  EXPECT_TRUE(run->broken());
}

TEST_F(OrderedRunTest, AnotherIndexsRunIsNotTaken) {
  InFile(Bytes({{"a", 8}}));
  EXPECT_THAT(OrderedRun::Open(*file, kIndex + 1).status(),
              Fails(absl::StatusCode::kFailedPrecondition, "another index"));
}

}  // namespace
}  // namespace linedb::engine
