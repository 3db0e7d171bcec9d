#include "engine/storage/block_checksum.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <span>

namespace linedb::engine {

// The block sums are hashed as they lie in memory, and the format says little-endian.
static_assert(std::endian::native == std::endian::little);

void BlockChecksum::FreeState::operator()(XXH3_state_s* state) const { XXH3_freeState(state); }

BlockChecksum::BlockChecksum() : block_(XXH3_createState()) { XXH3_64bits_reset(block_.get()); }
BlockChecksum::BlockChecksum(BlockChecksum&&) noexcept = default;
BlockChecksum& BlockChecksum::operator=(BlockChecksum&&) noexcept = default;
BlockChecksum::~BlockChecksum() = default;

void BlockChecksum::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::uint64_t room = kChecksumBlockBytes - bytes_ % kChecksumBlockBytes;
    const std::string_view part = bytes.substr(0, std::min<std::uint64_t>(room, bytes.size()));
    XXH3_64bits_update(block_.get(), part.data(), part.size());
    bytes_ += part.size();
    bytes.remove_prefix(part.size());
    if (bytes_ % kChecksumBlockBytes == 0) {
      full_blocks_.push_back(XXH3_64bits_digest(block_.get()));
      XXH3_64bits_reset(block_.get());
    }
  }
  assert(full_blocks_.size() == bytes_ / kChecksumBlockBytes);
}

void BlockChecksum::TakeBlocks(const BlockSums& checksums) {
  assert(bytes_ == 0);
  full_blocks_ = checksums;
  bytes_ = checksums.size() * kChecksumBlockBytes;
}

void BlockChecksum::Truncate(std::uint64_t bytes, std::string_view block) {
  assert(bytes <= bytes_ && block.size() == bytes % kChecksumBlockBytes);
  full_blocks_.Truncate(bytes / kChecksumBlockBytes);
  bytes_ = bytes - block.size();
  XXH3_64bits_reset(block_.get());
  Append(block);
}

std::uint64_t BlockChecksum::Rest() const { return XXH3_64bits_digest(block_.get()); }

std::uint64_t BlockChecksum::Total() const {
  const std::unique_ptr<XXH3_state_s, FreeState> total(XXH3_createState());
  XXH3_64bits_reset(total.get());
  for (const std::span<const std::uint64_t> sums : full_blocks_.parts()) {
    XXH3_64bits_update(total.get(), sums.data(), sums.size_bytes());
  }
  if (bytes_ % kChecksumBlockBytes != 0) {
    const std::uint64_t rest = Rest();
    XXH3_64bits_update(total.get(), &rest, sizeof rest);
  }
  return XXH3_64bits_digest(total.get());
}

std::uint64_t BlockChecksumOf(std::string_view bytes) {
  BlockChecksum checksum;
  checksum.Append(bytes);
  return checksum.Total();
}

}  // namespace linedb::engine
