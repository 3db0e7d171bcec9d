// Which lines of a .records file no longer are a record's last word: older versions, deleted
// records and tombstones.

#ifndef LINEDB_ENGINE_STORAGE_SUPERSEDED_LINES_H_
#define LINEDB_ENGINE_STORAGE_SUPERSEDED_LINES_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace linedb::engine {

// A set of line offsets. The shortest line there can be is `{"a":1}` and its "\n", eight bytes, so
// no two lines begin in the same eight bytes and one bit for each eight bytes of file is exact. The
// bits come in chunks that are made when first needed, so a table without superseded lines costs
// nothing.
//
// Copies share chunks until one of them changes (copy on write): a scan copies the set and is not
// disturbed by what is superseded while it runs. A single object is for one thread at a time.
class SupersededLines {
 public:
  static constexpr std::uint64_t kLineBytesMin = 8;
  // What BlockHasAny answers for: that many bytes of file, from a multiple of it.
  static constexpr std::uint64_t kBlockBytes = 64 * 1024;

  void Insert(std::uint64_t offset);
  bool Contains(std::uint64_t offset) const {
    const std::uint64_t bit = offset / kLineBytesMin;
    const std::uint64_t chunk = bit / kChunkBits;
    if (chunk >= chunks_.size() || chunks_[chunk] == nullptr) return false;
    return ((*chunks_[chunk])[bit % kChunkBits / 64] >> (bit % 64) & 1) != 0;
  }
  // False only if no line that begins in the block of this byte is superseded.
  bool BlockHasAny(std::uint64_t offset) const {
    const std::uint64_t chunk = offset / kBlockBytes;
    return chunk < chunks_.size() && chunks_[chunk] != nullptr;
  }

 private:
  static constexpr std::uint64_t kChunkBits = kBlockBytes / kLineBytesMin;
  using Chunk = std::array<std::uint64_t, kChunkBits / 64>;

  std::vector<std::shared_ptr<Chunk>> chunks_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_SUPERSEDED_LINES_H_
