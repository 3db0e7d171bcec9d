// Memory of a column's arrays: aligned as Arrow wants it, and counted.

#ifndef LINEDB_ENGINE_COLUMNAR_COLUMN_BUFFER_H_
#define LINEDB_ENGINE_COLUMNAR_COLUMN_BUFFER_H_

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace linedb::engine {

static_assert(std::endian::native == std::endian::little,
              "bitmaps are read as words and, by Arrow, as bytes");

// How many bytes of arrays a table has in memory, whoever holds them.
using ColumnMemory = std::shared_ptr<std::atomic<std::uint64_t>>;

// Bytes that never move. What readers were shown of them never changes; behind it, the owner may
// write on. Freed by whoever lets go last, in any thread.
class ColumnBuffer {
 public:
  static constexpr std::size_t kAlignment = 64;

  // Uninitialised; `bytes` is rounded up.
  ColumnBuffer(ColumnMemory memory, std::size_t bytes);
  ~ColumnBuffer();
  ColumnBuffer(const ColumnBuffer&) = delete;
  ColumnBuffer& operator=(const ColumnBuffer&) = delete;

  std::size_t capacity() const { return capacity_; }
  template <class X>
  X* As() {
    return static_cast<X*>(data_);
  }
  template <class X>
  const X* As() const {
    return static_cast<const X*>(data_);
  }

 private:
  ColumnMemory memory_;
  std::size_t capacity_;
  void* data_;
};

// Room for `needed` bytes with the first `used` of `old` (may be null): `old` itself if it is large
// enough, or a copy. An array that is `complete` gets no more room than it needs.
std::shared_ptr<ColumnBuffer> GrowBuffer(const ColumnMemory& memory,
                                         std::shared_ptr<ColumnBuffer> old, std::size_t used,
                                         std::size_t needed, bool complete);

constexpr std::size_t WordsOf(std::size_t bits) { return (bits + 63) / 64; }

// `bits` zeros, or, where `old` is not null, its first `old_bits` bits and zeros behind them.
std::shared_ptr<ColumnBuffer> NewBits(const ColumnMemory& memory, std::size_t bits,
                                      const ColumnBuffer* old, std::size_t old_bits);

inline void SetBit(std::uint64_t* words, std::size_t bit) {
  words[bit / 64] |= std::uint64_t{1} << (bit % 64);
}
inline bool TestBit(const std::uint64_t* words, std::size_t bit) {
  return (words[bit / 64] >> (bit % 64) & 1) != 0;
}
// Sets the bits of [begin, end).
void SetBits(std::uint64_t* words, std::size_t begin, std::size_t end);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_COLUMNAR_COLUMN_BUFFER_H_
