#include "engine/index/key_run_writer.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>
#include <utility>

#include "engine/index/key_run.h"

namespace linedb::engine {
namespace {

// Pages are handed on in portions of a mebibyte.
constexpr std::size_t kPagesTogether = 256;

constexpr int kSortBits = 12;

}  // namespace

void SortEntries(std::vector<KeyEntry>* entries) {
  constexpr std::size_t kParts = std::size_t{1} << kSortBits;
  if (std::is_sorted(entries->begin(), entries->end(), IsBefore)) return;
  if (entries->size() < 4 * kParts) {
    std::sort(entries->begin(), entries->end(), IsBefore);
    return;
  }
  std::vector<std::size_t> ends(kParts + 1, 0);
  const auto part_of = [](const KeyEntry& entry) { return entry.hash >> (64 - kSortBits); };
  for (const KeyEntry& entry : *entries) ++ends[part_of(entry) + 1];
  for (std::size_t part = 0; part < kParts; ++part) ends[part + 1] += ends[part];
  std::vector<KeyEntry> sorted(entries->size());
  std::vector<std::size_t> next(ends.begin(), ends.end() - 1);
  for (const KeyEntry& entry : *entries) sorted[next[part_of(entry)]++] = entry;
  for (std::size_t part = 0; part < kParts; ++part) {
    std::sort(sorted.begin() + static_cast<std::ptrdiff_t>(ends[part]),
              sorted.begin() + static_cast<std::ptrdiff_t>(ends[part + 1]), IsBefore);
  }
  *entries = std::move(sorted);
}

KeyRunWriter::KeyRunWriter(std::uint64_t key, const RunExtent& extent, std::uint64_t entries_max,
                           Sink sink)
    : footer_{.key = key,
              .extent = extent,
              .homes = entries_max * 100 / kRunEntriesPerHundredHomes + 1},
      seed_(RunSeed(key, extent, footer_.homes)),
      sink_(std::move(sink)) {
  pages_.reserve(kPagesTogether);
  pages_.emplace_back();
}

absl::Status KeyRunWriter::Add(const KeyEntry& entry) {
  assert(entry.location);
  const std::uint64_t slot = std::max(slot_next_, RunHome(entry.hash, footer_.homes));
  while (slot >= (footer_.pages + 1) * kRunPageSlots) {
    if (absl::Status ended = EndPage(); !ended.ok()) return ended;
  }
  pages_.back().slots[slot - footer_.pages * kRunPageSlots] = entry;
  slot_next_ = slot + 1;
  ++footer_.entries;
  return absl::OkStatus();
}

absl::Status KeyRunWriter::EndPage() {
  RunPage& page = pages_.back();
  page.number = footer_.pages++;
  page.checksum = RunPageChecksum(page, seed_);
  absl::Status flushed = pages_.size() == kPagesTogether ? Flush() : absl::OkStatus();
  pages_.emplace_back();
  return flushed;
}

absl::Status KeyRunWriter::Flush() {
  absl::Status taken = sink_(pages_);
  pages_.clear();
  return taken;
}

absl::Status KeyRunWriter::Finish() {
  while (footer_.pages * kRunPageSlots < footer_.homes ||
         footer_.pages * kRunPageSlots < slot_next_) {
    if (absl::Status ended = EndPage(); !ended.ok()) return ended;
  }
  footer_.checksum = XXH3_64bits(&footer_, offsetof(RunFooter, checksum));
  pages_.back() = std::bit_cast<RunPage>(footer_);
  return Flush();
}

}  // namespace linedb::engine
