#include "engine/index/ordered_set.h"

#include <cassert>
#include <cstring>
#include <memory>

namespace linedb::engine {

OrderedSet::~OrderedSet() {
  if (key_bytes_ == 0) return;
  for (const OrderedEntry& entry : entries_) {
    if (!entry.is_inside()) delete[] entry.outside();
  }
}

void OrderedSet::Insert(std::string_view key, std::uint64_t offset) {
  key = key.substr(0, OrderedEntry::kKeyBytesMax);
  if (key.size() <= OrderedEntry::kBytesInside) {
    entries_.emplace(key, offset);
    return;
  }
  auto owned = std::make_unique_for_overwrite<char[]>(key.size());
  std::memcpy(owned.get(), key.data(), key.size());
  if (!entries_.emplace(std::string_view(owned.get(), key.size()), offset).second) return;
  static_cast<void>(owned.release());
  key_bytes_ += key.size();
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
