// The checksums of a file's full blocks.

#ifndef LINEDB_ENGINE_STORAGE_BLOCK_SUMS_H_
#define LINEDB_ENGINE_STORAGE_BLOCK_SUMS_H_

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace linedb::engine {

// A list of them. Those that were known at opening are in memory once, however many lists have
// them, so that opening a large table does not copy them from list to list. One thread at a time.
class BlockSums {
 public:
  using Known = std::shared_ptr<const std::vector<std::uint64_t>>;

  BlockSums() = default;
  explicit BlockSums(Known known) : known_(std::move(known)), known_count_(known_->size()) {}

  std::size_t size() const { return known_count_ + added_.size(); }
  std::uint64_t operator[](std::size_t block) const {
    assert(block < size());
    return block < known_count_ ? (*known_)[block] : added_[block - known_count_];
  }
  // One after the other they are all of them.
  std::array<std::span<const std::uint64_t>, 2> parts() const {
    if (known_ == nullptr) return {{{}, added_}};
    return {std::span(*known_).first(known_count_), added_};
  }

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
    known_count_ = std::min(known_count_, count);
    added_.resize(count - known_count_);
  }

 private:
  Known known_;
  std::size_t known_count_ = 0;  // of the first of them
  std::vector<std::uint64_t> added_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_BLOCK_SUMS_H_
