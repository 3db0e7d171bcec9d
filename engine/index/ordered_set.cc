#include "engine/index/ordered_set.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <iterator>
#include <memory>

namespace linedb::engine {

OrderedSet::~OrderedSet() {
  if (key_bytes_ == 0) return;
  for (const OrderedEntry& entry : entries_) {
    if (!entry.is_inside()) delete[] entry.outside();
  }
}

// Has `emplace(key)` put the entry in its place, with a key of its own if that is outside of it.
template <class Emplace>
OrderedSet::Iterator OrderedSet::Enter(std::string_view key, Emplace&& emplace) {
  key = key.substr(0, OrderedEntry::kKeyBytesMax);
  if (key.size() <= OrderedEntry::kBytesInside) return emplace(key);
  auto owned = std::make_unique_for_overwrite<char[]>(key.size());
  std::memcpy(owned.get(), key.data(), key.size());
  const std::size_t size_before = entries_.size();
  const Iterator place = emplace(std::string_view(owned.get(), key.size()));
  if (entries_.size() == size_before) return place;
  static_cast<void>(owned.release());
  key_bytes_ += key.size();
  return place;
}

void OrderedSet::Insert(std::string_view key, std::uint64_t offset) {
  Enter(key, [&](std::string_view kept) { return entries_.emplace(kept, offset).first; });
}

void OrderedSet::InsertAll(OrderedEntries entries) {
  std::sort(entries.entries.begin(), entries.entries.end());
  Iterator next = end();
  for (const OrderedEntry& entry : entries.entries) {
    next = std::next(Enter(entry.key(), [&](std::string_view kept) {
      return entries_.emplace_hint(next, kept, entry.offset());
    }));
  }
}

bool OrderedSet::Erase(std::string_view key, std::uint64_t offset) {
  const auto found = entries_.find(OrderedEntry(key, offset));
  if (found == entries_.end()) return false;
  const OrderedEntry entry = *found;
  entries_.erase(found);
  if (entry.is_inside()) return true;
  assert(key_bytes_ >= entry.key_bytes());
  key_bytes_ -= entry.key_bytes();
  delete[] entry.outside();
  return true;
}

std::size_t OrderedSet::memory_bytes() const {
  // Nodes are half full at least, three quarters mostly.
  return entries_.size() * sizeof(OrderedEntry) * 4 / 3 + key_bytes_;
}

}  // namespace linedb::engine
