// Entries of an ordered index in memory, while they come and go.

#ifndef LINEDB_ENGINE_INDEX_ORDERED_SET_H_
#define LINEDB_ENGINE_INDEX_ORDERED_SET_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/container/btree_set.h"
#include "engine/index/ordered_entry.h"

namespace linedb::engine {

// Any number of threads may call const methods at once; the others need the set for themselves.
class OrderedSet {
 public:
  using Iterator = absl::btree_set<OrderedEntry>::const_iterator;

  OrderedSet() = default;
  OrderedSet(OrderedSet&& other) noexcept { Swap(other); }
  OrderedSet& operator=(OrderedSet&& other) noexcept {
    OrderedSet moved(std::move(other));
    Swap(moved);
    return *this;
  }
  ~OrderedSet();

  // Copies the key. An entry that is there already stays.
  void Insert(std::string_view key, std::uint64_t offset);
  // The same of many, in any order: sorted first, each finds its place beside the one before.
  void InsertAll(OrderedEntries entries);
  // False if there is no such entry.
  bool Erase(std::string_view key, std::uint64_t offset);

  // The first entry that is not before (key, offset).
  Iterator LowerBound(std::string_view key, std::uint64_t offset) const {
    return entries_.lower_bound(OrderedEntry(key, offset));
  }
  Iterator begin() const { return entries_.begin(); }
  Iterator end() const { return entries_.end(); }

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  std::size_t memory_bytes() const;

 private:
  template <class Emplace>
  Iterator Enter(std::string_view key, Emplace&& emplace);
  void Swap(OrderedSet& other) {
    entries_.swap(other.entries_);
    std::swap(key_bytes_, other.key_bytes_);
  }

  absl::btree_set<OrderedEntry> entries_;  // owns the keys that are outside of its entries
  std::size_t key_bytes_ = 0;              // of these
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_ORDERED_SET_H_
