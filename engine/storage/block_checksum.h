// The checksum of a .records file: XXH3-64 over the XXH3-64s of its blocks, so that it grows with
// the file and a damaged block can be named. engine/FORMAT.md defines it.

#ifndef LINEDB_ENGINE_STORAGE_BLOCK_CHECKSUM_H_
#define LINEDB_ENGINE_STORAGE_BLOCK_CHECKSUM_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "engine/storage/block_sums.h"

struct XXH3_state_s;

namespace linedb::engine {

inline constexpr std::uint64_t kChecksumBlockBytes = 64 * 1024;

// One thread at a time.
class BlockChecksum {
 public:
  BlockChecksum();
  BlockChecksum(BlockChecksum&&) noexcept;
  BlockChecksum& operator=(BlockChecksum&&) noexcept;
  ~BlockChecksum();

  // Takes in the bytes that follow those taken in so far.
  void Append(std::string_view bytes);
  // Begins with full blocks whose checksums are known; of none taken in so far.
  void TakeBlocks(const BlockSums& checksums);
  // Goes back to the first `bytes` bytes; `block` are those of them behind the last full block.
  void Truncate(std::uint64_t bytes, std::string_view block);
  // Of all bytes so far. Of none: the XXH3-64 of nothing.
  std::uint64_t Total() const;
  std::uint64_t bytes() const { return bytes_; }
  // Of the full blocks, in order, and of the bytes behind them.
  const BlockSums& full_blocks() const { return full_blocks_; }
  std::uint64_t Rest() const;

 private:
  struct FreeState {
    void operator()(XXH3_state_s* state) const;
  };

  std::uint64_t bytes_ = 0;
  BlockSums full_blocks_;
  std::unique_ptr<XXH3_state_s, FreeState> block_;  // the block not yet full
};

// Of a whole file at once.
std::uint64_t BlockChecksumOf(std::string_view bytes);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_BLOCK_CHECKSUM_H_
