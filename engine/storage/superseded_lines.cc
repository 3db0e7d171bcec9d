#include "engine/storage/superseded_lines.h"

#include <xxhash.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace linedb::engine {
namespace {

constexpr SupersededChunk kAllSuperseded = [] {
  SupersededChunk chunk = {};
  for (std::uint64_t& bits : chunk) bits = ~std::uint64_t{0};
  return chunk;
}();

}  // namespace

SupersededBase::SupersededBase(std::shared_ptr<const void> owner, const SupersededChunk* chunks,
                               std::span<const Entry> entries)
    : owner_(std::move(owner)), chunks_(chunks), entries_(entries), compared_(entries.size()) {
  if (!entries.empty()) places_.resize(entries.back().chunk + 1);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    places_[entries[i].chunk] = static_cast<std::uint32_t>(i + 1);
  }
}

const SupersededChunk* SupersededBase::Find(std::uint64_t chunk) const {
  if (chunk >= places_.size()) return nullptr;
  const std::vector<SupersededChunk>* mended = mended_.load(std::memory_order_acquire);
  if (mended == nullptr) {
    const std::uint32_t place = places_[chunk];
    if (place == 0) return nullptr;
    if (compared_.Has(place - 1) || Compare(place - 1)) return &chunks_[place - 1];
    Mend();
    mended = mended_.load(std::memory_order_acquire);
  }
  if (mended == nullptr) return &kAllSuperseded;
  return chunk < mended->size() ? &(*mended)[chunk] : nullptr;
}

bool SupersededBase::Compare(std::uint32_t place) const {
  if (XXH3_64bits(&chunks_[place], sizeof chunks_[place]) != entries_[place].checksum) return false;
  compared_.Set(place);
  return true;
}

void SupersededBase::Mend() const {
  const std::lock_guard<std::mutex> lock(mend_mutex_);
  if (mended_.load(std::memory_order_relaxed) != nullptr || broken()) return;
  absl::StatusOr<std::vector<SupersededChunk>> chunks =
      rebuild_ ? rebuild_() : absl::DataLossError("damaged");
  if (!chunks.ok()) {
    broken_ = true;
    return;
  }
  mended_owner_ = std::make_unique<std::vector<SupersededChunk>>(*std::move(chunks));
  mended_.store(mended_owner_.get(), std::memory_order_release);
}

bool SupersededBase::CompareAll() const {
  for (std::uint32_t place = 0; place < entries_.size(); ++place) {
    if (!compared_.Has(place) && !Compare(place)) return false;
  }
  return true;
}

void SupersededLines::Insert(std::uint64_t offset) {
  const std::uint64_t bit = offset / kLineBytesMin;
  const std::uint64_t number = bit / kSupersededChunkBits;
  if (number >= chunks_.size()) chunks_.resize(number + 1);
  std::shared_ptr<SupersededChunk>& chunk = chunks_[number];
  if (chunk == nullptr) {
    const SupersededChunk* before = base_ == nullptr ? nullptr : base_->Find(number);
    chunk = before == nullptr ? std::make_shared<SupersededChunk>()
                              : std::make_shared<SupersededChunk>(*before);
  } else if (chunk.use_count() > 1) {
    chunk = std::make_shared<SupersededChunk>(*chunk);  // a scan still reads the old one
  } else {
    // A scan that let go just now has read it before: use_count() alone does not order its reads
    // before the write below, changing the count does.
    std::shared_ptr<SupersededChunk>(chunk).reset();
  }
  (*chunk)[bit % kSupersededChunkBits / 64] |= std::uint64_t{1} << (bit % 64);
}

std::uint64_t SupersededLines::chunk_end() const {
  return std::max<std::uint64_t>(chunks_.size(), base_ == nullptr ? 0 : base_->chunk_end());
}

void SupersededLines::Rebase(std::shared_ptr<const SupersededBase> base,
                             const SupersededLines& written) {
  base_ = std::move(base);
  for (std::size_t i = 0; i < std::min(chunks_.size(), written.chunks_.size()); ++i) {
    if (chunks_[i] == written.chunks_[i]) chunks_[i].reset();
  }
}

std::uint64_t SupersededLines::memory_bytes() const {
  const auto made = std::count_if(chunks_.begin(), chunks_.end(),
                                  [](const auto& chunk) { return chunk != nullptr; });
  return chunks_.capacity() * sizeof(chunks_[0]) +
         static_cast<std::uint64_t>(made) * sizeof(SupersededChunk);
}

}  // namespace linedb::engine
