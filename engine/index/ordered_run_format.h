// The form of an ordered run: immutable sorted entries of one ordered index over a range of a
// .records file, in blocks that are vouched for. engine/FORMAT.md describes the file; this is all
// that its writer and its reader share.

#ifndef LINEDB_ENGINE_INDEX_ORDERED_RUN_FORMAT_H_
#define LINEDB_ENGINE_INDEX_ORDERED_RUN_FORMAT_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/index/key_run_format.h"
#include "engine/storage/record_location.h"

namespace linedb::engine {

// Numbers are in the byte order of the machine, which the file's magic number tells. Everything
// begins at a multiple of 8 bytes; what is between is zeros.
//
//   block, block, …   sorted by (key, offset)
//   OrderedBlock …    one for each, what they are and their checksums
//   OrderedFooter

// A block: this head; a word for each entry, the line's offset and below it (24 bits) where the
// rest of its key ends among the rests; the bytes with which all of its keys begin; then what
// follows these in each key, one behind the other.
struct OrderedBlockHead {
  std::uint32_t entries = 0;
  std::uint32_t shared_bytes = 0;
};
static_assert(sizeof(OrderedBlockHead) == 8);
inline constexpr int kOrderedRestBits = 24;
static_assert(RecordLocation::kOffsetBits + kOrderedRestBits == 64);

// A block takes in entries up to this size. A key that is longer than that stands alone.
inline constexpr std::size_t kOrderedBlockBytes = 4096;

struct OrderedBlock {
  std::uint64_t begin = 0;     // in the file; it ends where the next one, or the directory, begins
  std::uint64_t checksum = 0;  // XXH3-64 of its bytes, seeded with the run's seed plus its number
  std::uint64_t entries_before = 0;  // in blocks before it
  std::uint64_t head = 0;  // the 8 bytes of its first key behind the run's shared ones, as a number
};
static_assert(sizeof(OrderedBlock) == 32);

inline constexpr std::uint64_t kOrderedRunMagic = 0x316e75722d64726f;  // "ord-run1"

// The bytes with which all keys of the run begin; if they are more, the first of these.
inline constexpr std::size_t kOrderedSharedMax = 64;

struct OrderedFooter {
  std::uint64_t magic = kOrderedRunMagic;
  std::uint64_t index = 0;  // XXH3-64 of what the index is: see OrderIdentity
  RunExtent extent;
  std::uint64_t entries = 0;
  std::uint64_t blocks = 0;
  std::uint64_t directory = 0;           // where it begins
  std::uint64_t directory_checksum = 0;  // XXH3-64, seeded with the run's seed
  std::uint64_t shared_bytes = 0;
  std::array<char, kOrderedSharedMax> shared = {};
  std::uint64_t checksum = 0;  // XXH3-64 of the rest of this footer
};
static_assert(sizeof(OrderedFooter) == 12 * 8 + kOrderedSharedMax);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_ORDERED_RUN_FORMAT_H_
