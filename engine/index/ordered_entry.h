// An entry of an ordered index: the order key of a line and where the line begins.

#ifndef LINEDB_ENGINE_INDEX_ORDERED_ENTRY_H_
#define LINEDB_ENGINE_INDEX_ORDERED_ENTRY_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/storage/record_location.h"

namespace linedb::engine {

// 24 bytes. A key of up to 16 bytes stands in them; of a longer one the first 8, and where all of
// it lies: somebody else's memory. Where keys differ their first bytes mostly do, so a comparison
// is one of two numbers.
class OrderedEntry {
 public:
  // The last byte of a longer key's order does not count: no line is so long that it had one.
  static constexpr std::size_t kKeyBytesMax = RecordLocation::kLengthMax;
  static constexpr std::size_t kBytesInside = 16;

  OrderedEntry() = default;
  // `key` outlives the entry if it is longer than kBytesInside.
  OrderedEntry(std::string_view key, std::uint64_t offset)
      : place_(offset << RecordLocation::kLengthBits | std::min(key.size(), kKeyBytesMax)) {
    std::memcpy(bytes_.data(), key.data(), std::min(key.size(), kBytesInside));
    if (is_inside()) return;
    const char* const whole = key.data();
    std::memcpy(bytes_.data() + kHeadBytes, &whole, sizeof whole);
  }

  std::uint64_t offset() const { return place_ >> RecordLocation::kLengthBits; }
  std::size_t key_bytes() const { return place_ & RecordLocation::kLengthMax; }
  bool is_inside() const { return key_bytes() <= kBytesInside; }
  // As long-lived as the entry in its place, or as the memory that it points to.
  std::string_view key() const { return {is_inside() ? bytes_.data() : outside(), key_bytes()}; }
  // Of a key that is not inside.
  const char* outside() const {
    const char* whole = nullptr;
    std::memcpy(&whole, bytes_.data() + kHeadBytes, sizeof whole);
    return whole;
  }

  friend bool operator<(const OrderedEntry& a, const OrderedEntry& b) {
    const std::uint64_t head = a.Word(0);
    const std::uint64_t other = b.Word(0);
    if (head != other) return head < other;
    const int order = CompareRest(a, b);
    return order != 0 ? order < 0 : a.offset() < b.offset();
  }

 private:
  static constexpr std::size_t kHeadBytes = 8;
  static_assert(sizeof(const char*) == kBytesInside - kHeadBytes);

  std::uint64_t Word(std::size_t number) const {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes_.data() + number * sizeof word, sizeof word);
    return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
  }
  static int CompareRest(const OrderedEntry& a, const OrderedEntry& b) {
    if (!a.is_inside() || !b.is_inside()) return a.key().compare(b.key());
    const std::uint64_t rest = a.Word(1);
    const std::uint64_t other = b.Word(1);
    if (rest != other) return rest < other ? -1 : 1;
    return a.key_bytes() < b.key_bytes() ? -1 : a.key_bytes() > b.key_bytes() ? 1 : 0;
  }

  std::array<char, kBytesInside> bytes_ = {};  // zeros behind a shorter key
  std::uint64_t place_ = 0;                    // the offset, and below it the key's length
};
static_assert(sizeof(OrderedEntry) == 24);

// Entries with their keys, in any order. Moving it leaves the keys in their place.
class OrderedEntries {
 public:
  OrderedEntries() = default;
  OrderedEntries(OrderedEntries&&) = default;
  OrderedEntries& operator=(OrderedEntries&&) = default;

  void Add(std::string_view key, std::uint64_t offset) {
    entries.emplace_back(key.size() <= OrderedEntry::kBytesInside ? key : Keep(key), offset);
  }
  // Takes in all of another.
  void Append(OrderedEntries other) {
    entries.insert(entries.end(), other.entries.begin(), other.entries.end());
    for (std::unique_ptr<char[]>& chunk : other.chunks_) chunks_.push_back(std::move(chunk));
    other.entries = {};
    room_ = 0;
  }

  std::vector<OrderedEntry> entries;

 private:
  static constexpr std::size_t kChunkBytes = std::size_t{64} << 10;

  std::string_view Keep(std::string_view key) {
    if (key.size() > room_) {
      const std::size_t bytes = std::max(kChunkBytes, key.size());
      next_ = chunks_.emplace_back(std::make_unique<char[]>(bytes)).get();
      room_ = bytes;
    }
    char* const kept = std::exchange(next_, next_ + key.size());
    room_ -= key.size();
    std::memcpy(kept, key.data(), key.size());
    return {kept, key.size()};
  }

  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  std::size_t room_ = 0;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_ORDERED_ENTRY_H_
