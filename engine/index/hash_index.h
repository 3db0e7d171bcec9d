// A hash index of one key: from the hash of a key's text to the locations of its lines.

#ifndef LINEDB_ENGINE_INDEX_HASH_INDEX_H_
#define LINEDB_ENGINE_INDEX_HASH_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/storage/record_location.h"

namespace linedb::engine {

// A multimap in open addressing with linear probing. It keeps no keys: who looks up compares the
// line at the location found. A key has more than one entry while a transaction that wrote it is
// open: the committed version and the new one, told apart by where they lie.
//
// Any number of threads may call const methods at once; the others need the index for themselves.
class HashIndex {
 public:
  void Reserve(std::size_t entries);
  void Insert(std::uint64_t hash, RecordLocation location);
  // False if there is no such entry.
  bool Erase(std::uint64_t hash, RecordLocation location) {
    return EraseAt(hash, location.offset());
  }
  // The same of a line that begins there.
  bool EraseAt(std::uint64_t hash, std::uint64_t offset);

  // Forgets all entries, and keeps the room for them.
  void Clear();

  // The first location of this hash, newest (largest offset) first, that lies below `limit` and
  // that `accept(location)` takes; nothing if there is none.
  template <class Accept>
  RecordLocation Find(std::uint64_t hash, std::uint64_t limit, Accept&& accept) const {
    if (slots_.empty()) return {};
    for (std::uint64_t below = limit;;) {
      RecordLocation newest;
      for (std::size_t i = Home(hash); slots_[i].location; i = Next(i)) {
        const Slot& slot = slots_[i];
        if (slot.hash != hash || slot.location.offset() >= below) continue;
        if (!newest || slot.location.offset() > newest.offset()) newest = slot.location;
      }
      if (!newest || accept(newest)) return newest;
      below = newest.offset();
    }
  }

  // Brings a hash's slot to the processor ahead of its use.
  void Prefetch(std::uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[Home(hash)]);
  }

  // Calls `visit(hash, location)` for every entry, in no order.
  template <class Visit>
  void ForEach(Visit&& visit) const {
    for (const Slot& slot : slots_) {
      if (slot.location) visit(slot.hash, slot.location);
    }
  }

  std::size_t size() const { return size_; }
  std::size_t memory_bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    RecordLocation location;  // nothing: the slot is free
  };
  static_assert(sizeof(Slot) == 16);

  std::size_t Home(std::uint64_t hash) const { return hash & (slots_.size() - 1); }
  std::size_t Next(std::size_t i) const { return (i + 1) & (slots_.size() - 1); }
  void Rehash(std::size_t slot_count);

  std::vector<Slot> slots_;  // a power of two of them, at least a quarter free
  std::size_t size_ = 0;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_HASH_INDEX_H_
