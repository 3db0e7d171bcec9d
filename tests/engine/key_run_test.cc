// Guards against a lookup that misses a line, or finds one that is not there, because a file of the
// index was damaged, or because hashes crowd.

#include "engine/index/key_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "engine/index/key_run_writer.h"
#include "tests/engine/status_matchers.h"
#include "tests/faults/sanitized.h"
#include "tests/schema/random_seed.h"
#include "wal/file_system.h"

namespace linedb::engine {
namespace {

using testing::Fails;
using testing::IsOk;

constexpr std::uint64_t kKey = 4711;
constexpr std::uint64_t kAll = ~std::uint64_t{0};
constexpr RunExtent kExtent{0, std::uint64_t{1} << 30, 1, 2};

std::vector<KeyEntry> RandomEntries(std::size_t count, std::uint64_t hash_mask) {
  std::mt19937_64 random(schema::TestSeed());
  std::vector<KeyEntry> entries;
  for (std::size_t i = 0; i < count; ++i) {
    entries.push_back({random() & hash_mask, i * 100});
  }
  return entries;
}

// What the run finds that has the hash; it may name others, but every one once.
std::vector<std::uint64_t> OffsetsOf(const KeyRun& run, const std::vector<KeyEntry>& entries,
                                     std::uint64_t hash, std::uint64_t limit) {
  std::vector<std::uint64_t> offsets;
  run.Find(hash, limit, [&](std::uint64_t offset) {
    EXPECT_LT(offset, limit);
    if (entries[offset / 100].hash == hash) offsets.push_back(offset);
    return RecordLocation();
  });
  std::sort(offsets.begin(), offsets.end());
  return offsets;
}

std::vector<std::uint64_t> OffsetsOf(const std::vector<KeyEntry>& entries, std::uint64_t hash,
                                     std::uint64_t limit) {
  std::vector<std::uint64_t> offsets;
  for (const KeyEntry& entry : entries) {
    if (entry.hash == hash && entry.offset < limit) offsets.push_back(entry.offset);
  }
  return offsets;
}

// A run's file on a disk of its own.
struct RunFile {
  explicit RunFile(std::vector<KeyEntry> entries, const RunExtent& extent = kExtent) {
    EXPECT_THAT(disk->CreateDirectory("index"), IsOk());
    file = *disk->Open("index/run", wal::OpenMode::kCreateNew);
    SortEntries(&entries);
    KeyRunWriter writer(kKey, extent, entries.size(), [this](std::span<const RunPage> pages) {
      return file->Append({reinterpret_cast<const char*>(pages.data()), pages.size_bytes()});
    });
    for (const KeyEntry& entry : entries) EXPECT_THAT(writer.Add(entry), IsOk());
    EXPECT_THAT(writer.Finish(), IsOk());
    bytes = *wal::ReadFile(*disk, "index/run");
  }
  // The same with other bytes in it.
  absl::StatusOr<std::shared_ptr<KeyRun>> OpenWith(const std::string& changed) {
    EXPECT_THAT(file->Truncate(0), IsOk());
    EXPECT_THAT(file->Append(changed), IsOk());
    return KeyRun::Open(*file, kKey);
  }

  std::unique_ptr<wal::FileSystem> disk = wal::NewMemoryFileSystem();
  std::unique_ptr<wal::File> file;
  std::string bytes;
};

TEST(KeyRunTest, FindsWhatAMultimapFindsWhetherHashesCrowdOrNot) {
  for (const std::uint64_t mask : {~std::uint64_t{0}, std::uint64_t{0xff}, ~std::uint64_t{0} << 60,
                                   ~std::uint64_t{0xffff}, std::uint64_t{0}}) {
    for (const std::size_t count :
         std::initializer_list<std::size_t>{0, 1, 2, 254, 255, 256, 3000}) {
      const std::vector<KeyEntry> entries = RandomEntries(count, mask);
      RunFile written(entries);
      const auto mapped = KeyRun::Open(*written.file, kKey);
      ASSERT_THAT(mapped, IsOk());
      const auto made = KeyRun::Make(kKey, kExtent, entries);
      EXPECT_EQ((*mapped)->entries(), count);
      EXPECT_EQ((*mapped)->extent(), kExtent);
      for (std::size_t i = 0; i < count; i += count / 100 + 1) {
        const std::uint64_t hash = entries[i].hash;
        const std::uint64_t limit = i % 3 == 0 ? kAll : count * 50;
        const std::vector<std::uint64_t> expected = OffsetsOf(entries, hash, limit);
        EXPECT_EQ(OffsetsOf(**mapped, entries, hash, limit), expected) << mask << " " << count;
        EXPECT_EQ(OffsetsOf(*made, entries, hash, limit), expected) << mask << " " << count;
        EXPECT_EQ(OffsetsOf(**mapped, entries, hash + 1, kAll), OffsetsOf(entries, hash + 1, kAll));
      }
      EXPECT_THAT((*mapped)->CompareAll(), IsOk());
    }
  }
}

TEST(KeyRunTest, ItsReaderWalksEveryEntryInOrder) {
  std::vector<KeyEntry> entries = RandomEntries(5000, ~std::uint64_t{0});
  RunFile written(entries);
  SortEntries(&entries);
  const auto run = KeyRun::Open(*written.file, kKey);
  ASSERT_THAT(run, IsOk());
  KeyRun::Reader reader(**run);
  std::vector<KeyEntry> walked;
  for (KeyEntry entry; reader.Next(&entry);) walked.push_back(entry);
  EXPECT_EQ(walked, entries);
  EXPECT_FALSE(reader.damaged());
}

// [engine-7.3]
TEST(KeyRunTest, ADamagedByteAnywhereChangesNoAnswer) {
  constexpr int kStride = testing::kSanitized ? 9 : 1;  // odd, so that each bit has its turn
  const std::vector<KeyEntry> entries = RandomEntries(700, ~std::uint64_t{0});
  RunFile written(entries);
  int refused = 0;
  int mended = 0;
  for (std::size_t at = 0; at < written.bytes.size(); at += kStride) {
    std::string changed = written.bytes;
    changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
    const auto run = written.OpenWith(changed);
    if (!run.ok()) {
      EXPECT_THAT(run, Fails(absl::StatusCode::kDataLoss, ""));
      ++refused;
      continue;
    }
    EXPECT_THAT((*run)->CompareAll(), Fails(absl::StatusCode::kDataLoss, "not what was written"));
    int rebuilt = 0;
    (*run)->SetRebuild([&](const RunExtent& extent) {
      EXPECT_EQ(extent, kExtent);
      ++rebuilt;
      return entries;
    });
    for (std::size_t i = 0; i < entries.size(); i += 7) {
      ASSERT_EQ(OffsetsOf(**run, entries, entries[i].hash, kAll),
                std::vector<std::uint64_t>{entries[i].offset})
          << "byte " << at;
      ASSERT_EQ(OffsetsOf(**run, entries, ~entries[i].hash, kAll),
                OffsetsOf(entries, ~entries[i].hash, kAll));
    }
    EXPECT_LE(rebuilt, 1);
    mended += rebuilt;
  }
  EXPECT_GT(refused, 4000 / kStride);  // the footer
  EXPECT_GT(mended, 8000 / kStride);   // the pages
}

TEST(KeyRunTest, ItsFileCutAnywhereIsRefusedOrFindsEverything) {
  const std::vector<KeyEntry> entries = RandomEntries(700, ~std::uint64_t{0});
  RunFile written(entries);
  for (std::size_t length = 0; length < written.bytes.size(); length += 13) {
    EXPECT_FALSE(written.OpenWith(written.bytes.substr(0, length)).ok()) << length;
  }
  EXPECT_FALSE(written.OpenWith(written.bytes + std::string(kRunPageBytes, '\0')).ok());
}

TEST(KeyRunTest, ARunOfAnotherKeyIsNotTaken) {
  RunFile written(RandomEntries(700, ~std::uint64_t{0}));
  EXPECT_THAT(KeyRun::Open(*written.file, kKey + 1),
              Fails(absl::StatusCode::kFailedPrecondition, "another"));
}

TEST(KeyRunTest, APageOfAnotherRunOfTheSameEntriesIsNotTaken) {
  const std::vector<KeyEntry> entries = RandomEntries(700, ~std::uint64_t{0});
  RunFile written(entries);
  const RunFile other(entries, {0, kExtent.end, 1, 3});
  ASSERT_EQ(written.bytes.size(), other.bytes.size());
  for (std::size_t page = 0; page + kRunPageBytes < written.bytes.size(); page += kRunPageBytes) {
    std::string changed = written.bytes;
    changed.replace(page, kRunPageBytes, other.bytes, page, kRunPageBytes);
    const auto run = written.OpenWith(changed);
    ASSERT_THAT(run, IsOk());
    EXPECT_THAT((*run)->CompareAll(), Fails(absl::StatusCode::kDataLoss)) << page;
  }
}

TEST(KeyRunTest, IsBrokenIfItCanNeitherBeReadNorMadeAnew) {
  const std::vector<KeyEntry> entries = RandomEntries(300, ~std::uint64_t{0});
  RunFile written(entries);
  std::string changed = written.bytes;
  changed[100] = static_cast<char>(changed[100] ^ 1);
  const auto run = written.OpenWith(changed);
  ASSERT_THAT(run, IsOk());
  (*run)->SetRebuild([](const RunExtent&) -> absl::StatusOr<std::vector<KeyEntry>> {
    return absl::DataLossError("the records, too");
  });
  EXPECT_FALSE((*run)->broken());
  for (const KeyEntry& entry : entries) OffsetsOf(**run, entries, entry.hash, kAll);
  EXPECT_TRUE((*run)->broken());
}

TEST(KeyRunTest, SortsAsTheStandardLibraryDoes) {
  for (const std::size_t count : std::initializer_list<std::size_t>{10, 20'000}) {
    std::vector<KeyEntry> entries = RandomEntries(count, ~std::uint64_t{0});
    std::vector<KeyEntry> expected = entries;
    std::sort(expected.begin(), expected.end(), IsBefore);
    SortEntries(&entries);
    EXPECT_EQ(entries, expected);
  }
}

}  // namespace
}  // namespace linedb::engine
