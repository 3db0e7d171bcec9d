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
  slots_.reserve(kRunGroupPages);
  hashes_.reserve(kRunGroupPages);
  slots_.emplace_back();
  hashes_.emplace_back();
}

absl::Status KeyRunWriter::Add(const KeyEntry& entry) {
  const RunPlace place = RunPlaceOf(entry.hash, footer_.homes);
  const std::uint64_t slot = std::max(slot_next_, place.home);
  while (slot >= (footer_.pages + 1) * kRunPageSlots) {
    if (absl::Status ended = EndPage(); !ended.ok()) return ended;
  }
  const std::uint64_t i = slot - footer_.pages * kRunPageSlots;
  slots_.back().words[i] =
      std::bit_cast<std::uint64_t>(RunSlot(entry.offset, place.fraction, slot - place.home));
  hashes_.back().words[i] = entry.hash;
  slot_next_ = slot + 1;
  ++footer_.entries;
  return absl::OkStatus();
}

absl::Status KeyRunWriter::EndPage() {
  ++footer_.pages;
  absl::Status ended = slots_.size() == kRunGroupPages ? EndGroup() : absl::OkStatus();
  slots_.emplace_back();
  hashes_.emplace_back();
  return ended;
}

void KeyRunWriter::Number(RunPage& page, std::uint64_t number) const {
  page.number = number;
  page.checksum = RunPageChecksum(page, seed_);
}

absl::Status KeyRunWriter::EndGroup() {
  assert(slots_.size() == hashes_.size() && footer_.pages >= slots_.size());
  const std::uint64_t first = footer_.pages - slots_.size();
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    Number(slots_[i], SlotPageNumber(first + i));
    Number(hashes_[i], HashPageNumber(first + i, footer_.pages));
  }
  absl::Status taken = sink_(slots_);
  if (taken.ok()) taken = sink_(hashes_);
  slots_.clear();
  hashes_.clear();
  return taken;
}

absl::Status KeyRunWriter::Finish() {
  const std::uint64_t slots = std::max(footer_.homes, slot_next_);
  while (footer_.pages * kRunPageSlots < slots) {
    if (absl::Status ended = EndPage(); !ended.ok()) return ended;
  }
  // The page begun behind the last one is none.
  slots_.pop_back();
  hashes_.pop_back();
  absl::Status done = slots_.empty() ? absl::OkStatus() : EndGroup();
  if (!done.ok()) return done;
  footer_.checksum = XXH3_64bits(&footer_, offsetof(RunFooter, checksum));
  const auto page = std::bit_cast<RunPage>(footer_);
  return sink_({&page, 1});
}

}  // namespace linedb::engine
