// The form of a key run: an immutable hash table of one key over a range of a .records file, in
// pages that vouch for themselves. engine/FORMAT.md describes the file; this is all that its writer
// and its reader share.

#ifndef LINEDB_ENGINE_INDEX_KEY_RUN_FORMAT_H_
#define LINEDB_ENGINE_INDEX_KEY_RUN_FORMAT_H_

#include <array>
#include <cstdint>

#include "engine/storage/record_location.h"

namespace linedb::engine {

// One line and the hash of its key's text. A free slot has no location.
struct KeyEntry {
  std::uint64_t hash = 0;
  RecordLocation location;

  friend bool operator==(const KeyEntry&, const KeyEntry&) = default;
};
static_assert(sizeof(KeyEntry) == 16);

// By hash, then by where the line lies.
inline bool IsBefore(const KeyEntry& a, const KeyEntry& b) {
  return a.hash != b.hash ? a.hash < b.hash : a.location.offset() < b.location.offset();
}

inline constexpr std::uint64_t kRunPageBytes = 4096;
inline constexpr std::uint64_t kRunPageSlots = 255;

// Pages are in the byte order of the machine, which the file's magic number tells.
struct RunPage {
  std::uint64_t checksum = 0;  // XXH3-64 of the rest of the page, its seed the file's
  std::uint64_t number = 0;    // from 0, in the file
  std::array<KeyEntry, kRunPageSlots> slots;
};
static_assert(sizeof(RunPage) == kRunPageBytes);

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
// its home as those before it let it be: home(hash) = hash * homes / 2^64, rounded down.
struct RunFooter {
  std::uint64_t magic = kRunMagic;
  std::uint64_t key = 0;  // XXH3-64 of what the key is: see KeyIdentity
  RunExtent extent;
  std::uint64_t entries = 0;
  std::uint64_t homes = 0;
  std::uint64_t pages = 0;  // before this one; the slots behind `homes` take in what overflows
  std::array<std::uint64_t, 502> reserved = {};
  std::uint64_t checksum = 0;  // XXH3-64 of the rest of this page
};
static_assert(sizeof(RunFooter) == kRunPageBytes);

// How full the homes are, at most: a lookup then reads two neighbouring cache lines at worst, most
// times, and an entry costs less than 20 bytes of file.
inline constexpr std::uint64_t kRunEntriesPerHundredHomes = 85;

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_KEY_RUN_FORMAT_H_
