#include "engine/index/hash_index.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

namespace linedb::engine {
namespace {

constexpr std::size_t kSlotsMin = 16;

std::size_t SlotsFor(std::size_t entries) {
  return std::max(kSlotsMin, std::bit_ceil(entries + entries / 3 + 1));
}

}  // namespace

void HashIndex::Reserve(std::size_t entries) {
  if (SlotsFor(entries) > slots_.size()) Rehash(SlotsFor(entries));
}

void HashIndex::Insert(std::uint64_t hash, RecordLocation location) {
  assert(location);
  if ((size_ + 1) * 4 > slots_.size() * 3) Rehash(std::max(kSlotsMin, slots_.size() * 2));
  std::size_t i = Home(hash);
  while (slots_[i].location) i = Next(i);
  slots_[i] = {hash, location};
  ++size_;
}

bool HashIndex::EraseAt(std::uint64_t hash, std::uint64_t offset) {
  if (slots_.empty()) return false;
  std::size_t hole = Home(hash);
  while (slots_[hole].hash != hash || slots_[hole].location.offset() != offset ||
         !slots_[hole].location) {
    if (!slots_[hole].location) return false;
    hole = Next(hole);
  }
  // Entries behind the hole move into it if it lies between their home and them, so that no probe
  // ends early (Knuth 6.4, algorithm R).
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = Next(hole); slots_[i].location; i = Next(i)) {
    const std::size_t home = Home(slots_[i].hash);
    if (((i - home) & mask) >= ((i - hole) & mask)) {
      slots_[hole] = slots_[i];
      hole = i;
    }
  }
  slots_[hole] = Slot{};
  --size_;
  return true;
}

void HashIndex::Clear() {
  std::fill(slots_.begin(), slots_.end(), Slot{});
  size_ = 0;
}

void HashIndex::Rehash(std::size_t slot_count) {
  assert(std::has_single_bit(slot_count) && slot_count > size_);
  std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slot_count));
  for (const Slot& slot : old) {
    if (!slot.location) continue;
    std::size_t i = Home(slot.hash);
    while (slots_[i].location) i = Next(i);
    slots_[i] = slot;
  }
}

}  // namespace linedb::engine
