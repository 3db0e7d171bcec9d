// The parts that tables are made of. Guards against an index that loses an entry when another is
// erased, a checksum that depends on how the bytes came, and a set that changes under a scan.

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/index/hash_index.h"
#include "engine/storage/block_checksum.h"
#include "engine/storage/block_sums.h"
#include "engine/storage/records_file.h"
#include "engine/storage/superseded_lines.h"
#include "tests/engine/status_matchers.h"
#include "tests/schema/random_seed.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"

namespace linedb::engine {
namespace {

using testing::Fails;
using testing::IsOk;

constexpr std::uint64_t kAll = ~std::uint64_t{0};

std::vector<std::uint64_t> OffsetsOf(const HashIndex& index, std::uint64_t hash,
                                     std::uint64_t limit = kAll) {
  std::vector<std::uint64_t> offsets;
  index.Find(hash, limit, [&offsets](RecordLocation location) {
    offsets.push_back(location.offset());
    return false;
  });
  return offsets;
}

TEST(HashIndexTest, AgreesWithAMultimapThroughRandomWork) {
  std::mt19937_64 random(schema::TestSeed());
  // Few homes, so that probes run into each other and around the end.
  for (const std::uint64_t homes : {1U, 3U, 16U, 1'000'000U}) {
    HashIndex index;
    std::multimap<std::uint64_t, std::uint64_t> model;
    for (int step = 0; step < 4000; ++step) {
      const std::uint64_t hash = random() % homes * 0x10000 + random() % homes;
      if (random() % 5 < 3 && model.size() < 300) {
        const std::uint64_t offset = static_cast<std::uint64_t>(step);
        index.Insert(hash, RecordLocation(offset, 8));
        model.emplace(hash, offset);
      } else if (!model.empty()) {
        const auto entry =
            std::next(model.begin(), static_cast<std::ptrdiff_t>(random() % model.size()));
        ASSERT_FALSE(index.Erase(entry->first + 1, RecordLocation(entry->second, 8)));
        ASSERT_TRUE(index.Erase(entry->first, RecordLocation(entry->second, 8)));
        ASSERT_FALSE(index.Erase(entry->first, RecordLocation(entry->second, 8)));
        model.erase(entry);
      }
      ASSERT_EQ(index.size(), model.size());
      if (step % 16 != 0) continue;
      for (auto at = model.begin(); at != model.end(); at = model.upper_bound(at->first)) {
        std::vector<std::uint64_t> expected;
        for (auto it = at; it != model.upper_bound(at->first); ++it) {
          expected.insert(expected.begin(), it->second);  // newest first
        }
        ASSERT_EQ(OffsetsOf(index, at->first), expected);
      }
    }
  }
}

TEST(HashIndexTest, FindsTheNewestBelowTheLimitThatIsAccepted) {
  HashIndex index;
  for (const std::uint64_t offset : {30U, 10U, 20U}) index.Insert(7, RecordLocation(offset, 8));
  EXPECT_EQ(OffsetsOf(index, 7), (std::vector<std::uint64_t>{30, 20, 10}));
  EXPECT_EQ(OffsetsOf(index, 7, 30), (std::vector<std::uint64_t>{20, 10}));
  const auto even = [](RecordLocation location) { return location.offset() == 10; };
  EXPECT_EQ(index.Find(7, kAll, even).offset(), 10U);
  EXPECT_FALSE(index.Find(8, kAll, even));
  EXPECT_FALSE(HashIndex().Find(7, kAll, even));
}

TEST(HashIndexTest, ReservedRoomIsNotGrownAgain) {
  HashIndex index;
  index.Reserve(1000);
  const std::size_t bytes = index.memory_bytes();
  for (std::uint64_t i = 0; i < 1000; ++i) index.Insert(i * 977, RecordLocation(i * 8, 8));
  EXPECT_EQ(index.memory_bytes(), bytes);
  std::uint64_t visited = 0;
  index.ForEach([&](std::uint64_t, RecordLocation) { ++visited; });
  EXPECT_EQ(visited, 1000U);
}

TEST(RecordLocationTest, HoldsTheLargestOffsetAndLength) {
  const RecordLocation location(RecordLocation::kOffsetMax, RecordLocation::kLengthMax);
  EXPECT_EQ(location.offset(), (std::uint64_t{1} << 40) - 1);
  EXPECT_EQ(location.length(), (std::uint64_t{1} << 24) - 1);
  EXPECT_TRUE(RecordLocation(0, 1));
  EXPECT_FALSE(RecordLocation());
}

// [engine-3.1]
TEST(BlockChecksumTest, IsTheSameHoweverTheBytesCome) {
  std::string bytes;
  for (unsigned i = 0; i < 200'000; ++i) bytes.push_back(static_cast<char>(i * i));
  for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{65'535},
                                   std::size_t{65'536}, std::size_t{65'537}, bytes.size()}) {
    const std::string part = bytes.substr(0, length);
    // As engine/FORMAT.md has it: the sum of the blocks' sums.
    std::string sums;
    for (std::size_t begin = 0; begin < length; begin += kChecksumBlockBytes) {
      const std::uint64_t sum = wal::ChecksumOf(part.substr(begin, kChecksumBlockBytes));
      sums.append(reinterpret_cast<const char*>(&sum), sizeof sum);
    }
    EXPECT_EQ(BlockChecksumOf(part), wal::ChecksumOf(sums)) << length;
    BlockChecksum checksum;
    for (std::size_t begin = 0; begin < length; begin += 7919) {
      checksum.Append(part.substr(begin, 7919));
      checksum.Total();
    }
    EXPECT_EQ(checksum.Total(), BlockChecksumOf(part)) << length;
    EXPECT_EQ(checksum.bytes(), length);
  }
}

TEST(SupersededLinesTest, HoldsExactlyTheOffsetsPutIn) {
  SupersededLines lines;
  const std::set<std::uint64_t> offsets = {0, 8, 27, 65'528, 65'536, 1'000'000, 500'000'001};
  for (const std::uint64_t offset : offsets) lines.Insert(offset);
  for (const std::uint64_t offset : offsets) EXPECT_TRUE(lines.Contains(offset)) << offset;
  for (const std::uint64_t offset : {16U, 35U, 65'520U, 65'544U, 999'992U, 1'000'008U}) {
    EXPECT_FALSE(lines.Contains(offset)) << offset;
  }
  EXPECT_FALSE(lines.Contains(600'000'000));
}

TEST(SupersededLinesTest, CopiesAreNotChangedByLaterInserts) {
  SupersededLines lines;
  lines.Insert(8);
  const SupersededLines copy = lines;
  lines.Insert(16);
  lines.Insert(1'000'000);
  EXPECT_TRUE(copy.Contains(8));
  EXPECT_FALSE(copy.Contains(16));
  EXPECT_FALSE(copy.Contains(1'000'000));
  EXPECT_TRUE(lines.Contains(8));
  EXPECT_TRUE(lines.Contains(16));
}

class RecordsFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(disk->CreateDirectory("data"), IsOk());
    auto file = disk->Open("data/t.records", wal::OpenMode::kCreateNew);
    ASSERT_THAT(file, IsOk());
    ASSERT_THAT((*file)->Append("{\"id\":1}\n{\"id\":2}\n"), IsOk());
  }
  RecordsFile Open(std::uint64_t bytes) {
    return RecordsFile::Open(disk->Open("data/t.records", wal::OpenMode::kAppend).value(), bytes)
        .value();
  }
  std::string Bytes() { return wal::ReadFile(*disk, "data/t.records").value(); }

  std::unique_ptr<wal::FileSystem> disk = wal::NewMemoryFileSystem();
};

TEST_F(RecordsFileTest, TailIsSeenBeforeAndAfterItIsWritten) {
  RecordsFile records = Open(18);
  records.tail() = "{\"id\":3}\n";
  EXPECT_EQ(records.View(RecordLocation(9, 8)), "{\"id\":2}");
  EXPECT_EQ(records.View(RecordLocation(18, 8)), "{\"id\":3}");
  EXPECT_EQ(records.end(), 27U);
  ASSERT_THAT(records.WriteTail(), IsOk());
  ASSERT_THAT(records.MapTail(), IsOk());
  EXPECT_EQ(records.file_bytes(), 18U);
  records.AcceptTail();
  EXPECT_EQ(records.file_bytes(), 27U);
  EXPECT_EQ(records.View(RecordLocation(18, 8)), "{\"id\":3}");
  EXPECT_EQ(Bytes(), "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
}

TEST_F(RecordsFileTest, UnwrittenTailLeavesTheFileAsItWas) {
  RecordsFile records = Open(18);
  records.tail() = "{\"id\":3}\n";
  ASSERT_THAT(records.WriteTail(), IsOk());
  ASSERT_THAT(records.UnwriteTail(), IsOk());
  EXPECT_EQ(Bytes(), "{\"id\":1}\n{\"id\":2}\n");
}

TEST_F(RecordsFileTest, SurplusIsJudgedAgainstTheTail) {
  RecordsFile records = Open(9);
  EXPECT_EQ(records.FileHoldsTail().value(), false);
  records.tail() = "{\"id\":2}\n";
  EXPECT_EQ(records.FileHoldsTail().value(), true);
  records.tail() = "{\"id\":9}\n";
  EXPECT_EQ(records.FileHoldsTail().value(), false);
  EXPECT_EQ(records.ReadSurplus().value(), "{\"id\":2}\n");
  ASSERT_THAT(records.CutSurplus(), IsOk());
  EXPECT_EQ(Bytes(), "{\"id\":1}\n");
}

TEST_F(RecordsFileTest, FileShorterThanTheCheckpointIsRefused) {
  EXPECT_THAT(RecordsFile::Open(disk->Open("data/t.records", wal::OpenMode::kRead).value(), 19),
              Fails(absl::StatusCode::kDataLoss, "18 bytes", "19"));
}

// Known at opening or added since, they are one list.
TEST(BlockSumsTest, WhereTheyComeFromMakesNoDifference) {
  using Items = std::vector<std::uint64_t>;
  const auto items = [](const BlockSums& sums) {
    Items all;
    for (const auto& part : sums.parts()) all.insert(all.end(), part.begin(), part.end());
    EXPECT_EQ(all.size(), sums.size());
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], sums[i]);
    return all;
  };
  BlockSums sums(std::make_shared<const Items>(Items{10, 11, 12}));
  sums.push_back(13);
  sums.push_back(14);
  BlockSums copy;
  EXPECT_EQ(items(copy), Items());
  copy.Extend(sums);
  EXPECT_EQ(items(copy), (Items{10, 11, 12, 13, 14}));
  copy.Truncate(4);  // among those added
  EXPECT_EQ(items(copy), (Items{10, 11, 12, 13}));
  copy.Truncate(2);  // among those known
  copy.push_back(20);
  EXPECT_EQ(items(copy), (Items{10, 11, 20}));
  EXPECT_EQ(items(sums), (Items{10, 11, 12, 13, 14}));
  copy.Extend(sums);
  EXPECT_EQ(items(copy), (Items{10, 11, 20, 13, 14}));
}

}  // namespace
}  // namespace linedb::engine
