// The form of a key run: an immutable hash table of one key over a range of a .records file, in
// pages that vouch for themselves. engine/FORMAT.md describes the file; this is all that its writer
// and its reader share.

#ifndef LINEDB_ENGINE_INDEX_KEY_RUN_FORMAT_H_
#define LINEDB_ENGINE_INDEX_KEY_RUN_FORMAT_H_

#include <algorithm>
#include <array>
#include <cstdint>

#include "engine/storage/record_location.h"

namespace linedb::engine {

// The hash of a key's text and where the line begins.
struct KeyEntry {
  std::uint64_t hash = 0;
  std::uint64_t offset = 0;

  friend bool operator==(const KeyEntry&, const KeyEntry&) = default;
};

inline bool IsBefore(const KeyEntry& a, const KeyEntry& b) {
  return a.hash != b.hash ? a.hash < b.hash : a.offset < b.offset;
}

// Where a hash would stand if nothing were in its way, and how far behind the beginning of that
// slot: home + fraction = hash * homes / 2^64, the fraction in 17 bits.
struct RunPlace {
  std::uint64_t home = 0;
  std::uint64_t fraction = 0;
};
inline constexpr int kRunFractionBits = 17;
inline RunPlace RunPlaceOf(std::uint64_t hash, std::uint64_t homes) {
  const unsigned __int128 product = static_cast<unsigned __int128>(hash) * homes;
  return {static_cast<std::uint64_t>(product >> 64),
          static_cast<std::uint64_t>(product) >> (64 - kRunFractionBits)};
}

// What a lookup reads of an entry, 8 bytes: from above the line's offset, the fraction of its
// place, and one more than how many slots behind its home it stands. 0: the slot is free.
class RunSlot {
 public:
  static constexpr int kDistanceBits = 7;
  // Or further: then its home is not known.
  static constexpr std::uint64_t kDistanceMax = (1 << kDistanceBits) - 1;

  constexpr RunSlot() = default;
  RunSlot(std::uint64_t offset, std::uint64_t fraction, std::uint64_t distance)
      : packed_(offset << (kRunFractionBits + kDistanceBits) | fraction << kDistanceBits |
                std::min(distance + 1, kDistanceMax)) {}

  bool is_free() const { return packed_ == 0; }
  std::uint64_t offset() const { return packed_ >> (kRunFractionBits + kDistanceBits); }
  std::uint64_t fraction() const {
    return packed_ >> kDistanceBits & ((std::uint64_t{1} << kRunFractionBits) - 1);
  }
  bool is_far() const { return (packed_ & kDistanceMax) == kDistanceMax; }
  // Of one that is not far.
  std::uint64_t distance() const { return (packed_ & kDistanceMax) - 1; }

 private:
  std::uint64_t packed_ = 0;
};
static_assert(sizeof(RunSlot) == 8);
static_assert(RecordLocation::kOffsetBits + kRunFractionBits + RunSlot::kDistanceBits == 64);

inline constexpr std::uint64_t kRunPageBytes = 4096;
inline constexpr std::uint64_t kRunPageSlots = 510;

// Pages are in the byte order of the machine, which the file's magic number tells. A page of slots
// has its twin with the whole hashes of the same entries, which only merging reads.
struct RunPage {
  std::uint64_t checksum = 0;  // XXH3-64 of the rest of the page, its seed the file's
  std::uint64_t number = 0;    // from 0, in the file
  std::array<std::uint64_t, kRunPageSlots> words = {};  // RunSlot or hashes
};
static_assert(sizeof(RunPage) == kRunPageBytes);

// Pages of slots stand together, so many of them, and behind them their twins: a writer keeps no
// more than these in memory.
inline constexpr std::uint64_t kRunGroupPages = 64;

// Where a page of slots, of `pages`, stands in the file.
inline std::uint64_t SlotPageNumber(std::uint64_t page) {
  return page / kRunGroupPages * 2 * kRunGroupPages + page % kRunGroupPages;
}
inline std::uint64_t HashPageNumber(std::uint64_t page, std::uint64_t pages) {
  const std::uint64_t group = page / kRunGroupPages * kRunGroupPages;
  return SlotPageNumber(page) + std::min(kRunGroupPages, pages - group);
}

// What a run is about: lines of the file's bytes [begin, end), which are the same bytes as when it
// was written if the checksums (engine/FORMAT.md) of the first `begin` and `end` bytes are the
// same.
struct RunExtent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t begin_checksum = 0;
  std::uint64_t end_checksum = 0;

  friend bool operator==(const RunExtent&, const RunExtent&) = default;
};

inline constexpr std::uint64_t kRunMagic = 0x316e75722d79656b;  // "key-run1"

// The last page of a run's file. The entries stand in the order of IsBefore; each is as near behind
// its home as those before it let it be.
struct RunFooter {
  std::uint64_t magic = kRunMagic;
  std::uint64_t key = 0;  // XXH3-64 of what the key is: see KeyIdentity
  RunExtent extent;
  std::uint64_t entries = 0;
  std::uint64_t homes = 0;
  std::uint64_t pages = 0;  // of slots; the slots behind `homes` take in what overflows
  std::array<std::uint64_t, 502> reserved = {};
  std::uint64_t checksum = 0;  // XXH3-64 of the rest of this page
};
static_assert(sizeof(RunFooter) == kRunPageBytes);

// How full the homes are, at most: then an entry stands two or three slots behind its home, in the
// same cache line most times.
inline constexpr std::uint64_t kRunEntriesPerHundredHomes = 85;

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_KEY_RUN_FORMAT_H_
