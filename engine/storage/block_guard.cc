#include "engine/storage/block_guard.h"

#include <xxhash.h>

#include <cassert>

#include "engine/storage/block_checksum.h"

namespace linedb::engine {

void BlockGuard::AddBlocks(const BlockSums& all) {
  if (all.size() <= full_blocks_.size()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  full_blocks_.Extend(all);
  compared_.Resize(full_blocks_.size());
  rest_.reset();  // it lies in a full block now
}

void BlockGuard::SetRest(std::uint64_t end, std::uint64_t checksum) {
  const std::lock_guard<std::mutex> lock(mutex_);
  assert(end / kChecksumBlockBytes == full_blocks_.size());
  rest_ = Sum{end, checksum};
  rest_compared_ = false;
}

void BlockGuard::Truncate(std::uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  full_blocks_.Truncate(bytes / kChecksumBlockBytes);
  compared_.Resize(0);
  compared_.Resize(full_blocks_.size());
  if (rest_ && rest_->end > bytes) rest_.reset();
}

bool BlockGuard::IsCompared(std::uint64_t begin, std::uint64_t end) const {
  if (!enabled_) return true;
  for (std::uint64_t block = begin / kChecksumBlockBytes; block * kChecksumBlockBytes < end;
       ++block) {
    const bool compared = block < compared_.size() ? compared_.Has(block)
                                                   : rest_compared_.load(std::memory_order_relaxed);
    if (!compared) return false;
  }
  return true;
}

std::optional<BlockGuard::Sum> BlockGuard::SumToCompare(std::uint64_t block, bool again) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (block < full_blocks_.size()) {
    if (compared_.Has(block) && !again) return std::nullopt;
    return Sum{(block + 1) * kChecksumBlockBytes, full_blocks_[block]};
  }
  if (block > full_blocks_.size() || !rest_) {
    if (block == full_blocks_.size()) rest_compared_ = true;  // nothing to compare it with
    return std::nullopt;
  }
  if (rest_compared_ && !again) return std::nullopt;
  return rest_;
}

std::optional<DamagedBlock> BlockGuard::Check(std::string_view file, std::uint64_t begin,
                                              std::uint64_t end, bool again) {
  if (!enabled_ && !again) return std::nullopt;
  for (std::uint64_t block = begin / kChecksumBlockBytes; block * kChecksumBlockBytes < end;
       ++block) {
    const std::optional<Sum> sum = SumToCompare(block, again);
    // What is not published may be cut off again while we look at it.
    if (!sum || sum->end > file.size()) continue;
    const std::uint64_t first = block * kChecksumBlockBytes;
    const std::uint64_t found = XXH3_64bits(file.data() + first, sum->end - first);
    if (found != sum->checksum) return DamagedBlock{first, sum->end, found, sum->checksum};
    const std::lock_guard<std::mutex> lock(mutex_);
    // The block may have filled up meanwhile, or have been cut.
    const bool was_full = sum->end == first + kChecksumBlockBytes;
    if (was_full && block < compared_.size()) compared_.Set(block);
    if (!was_full && block == full_blocks_.size()) rest_compared_ = true;
  }
  return std::nullopt;
}

bool BlockGuard::IsWhole(std::string_view file, std::uint64_t begin, std::uint64_t checksum) {
  const std::uint64_t blocks = file.size() / kChecksumBlockBytes;
  if (Check(file, begin, blocks * kChecksumBlockBytes, /*again=*/true)) return false;
  BlockChecksum sum;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (full_blocks_.size() < blocks) return false;
    BlockSums sums = full_blocks_;
    sums.Truncate(blocks);
    sum.TakeBlocks(sums);
  }
  sum.Append(file.substr(blocks * kChecksumBlockBytes));
  return sum.Total() == checksum;
}

}  // namespace linedb::engine
