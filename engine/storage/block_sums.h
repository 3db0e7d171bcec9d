// The checksums of a file's full blocks.

#ifndef LINEDB_ENGINE_STORAGE_BLOCK_SUMS_H_
#define LINEDB_ENGINE_STORAGE_BLOCK_SUMS_H_

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace linedb::engine {

// A list of them, in two parts: those that were known at opening stay where they lie in a mapped
// file, so that it costs nothing to open a large table; those since are in memory. A copy shares
// the first part. One thread at a time.
class BlockSums {
 public:
  BlockSums() = default;
  // `owner` keeps `mapped` alive.
  BlockSums(std::shared_ptr<const void> owner, std::span<const std::uint64_t> mapped)
      : owner_(std::move(owner)), mapped_(mapped) {}

  std::size_t size() const { return mapped_.size() + added_.size(); }
  std::uint64_t operator[](std::size_t block) const {
    assert(block < size());
    return block < mapped_.size() ? mapped_[block] : added_[block - mapped_.size()];
  }
  // One after the other they are all of them.
  std::array<std::span<const std::uint64_t>, 2> parts() const { return {mapped_, added_}; }

  void push_back(std::uint64_t checksum) { added_.push_back(checksum); }
  // Takes over what `longer`, of the same file, has behind these.
  void Extend(const BlockSums& longer) {
    if (size() == 0) {
      *this = longer;
      return;
    }
    for (std::size_t block = size(); block < longer.size(); ++block) push_back(longer[block]);
  }
  void Truncate(std::size_t count) {
    assert(count <= size());
    if (count < mapped_.size()) mapped_ = mapped_.first(count);
    added_.resize(count - mapped_.size());
  }
  // Those that `mapped` has, too, are from now on where it has them.
  void Rebase(const BlockSums& mapped) {
    if (mapped.size() > size()) return;
    BlockSums sums = mapped;
    sums.Extend(*this);
    *this = std::move(sums);
  }

 private:
  std::shared_ptr<const void> owner_;
  std::span<const std::uint64_t> mapped_;
  std::vector<std::uint64_t> added_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_BLOCK_SUMS_H_
