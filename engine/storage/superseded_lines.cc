#include "engine/storage/superseded_lines.h"

namespace linedb::engine {

void SupersededLines::Insert(std::uint64_t offset) {
  const std::uint64_t bit = offset / kLineBytesMin;
  const std::uint64_t index = bit / kChunkBits;
  if (index >= chunks_.size()) chunks_.resize(index + 1);
  std::shared_ptr<Chunk>& chunk = chunks_[index];
  if (chunk == nullptr) {
    chunk = std::make_shared<Chunk>();
  } else if (chunk.use_count() > 1) {
    chunk = std::make_shared<Chunk>(*chunk);  // a scan still reads the old one
  } else {
    // A scan that let go just now has read it before: use_count() alone does not order its reads
    // before the write below, changing the count does.
    std::shared_ptr<Chunk>(chunk).reset();
  }
  (*chunk)[bit % kChunkBits / 64] |= std::uint64_t{1} << (bit % 64);
}

}  // namespace linedb::engine
