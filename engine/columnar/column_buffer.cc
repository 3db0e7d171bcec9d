#include "engine/columnar/column_buffer.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <utility>

namespace linedb::engine {

ColumnBuffer::ColumnBuffer(ColumnMemory memory, std::size_t bytes)
    : memory_(std::move(memory)),
      capacity_((std::max<std::size_t>(bytes, 1) + kAlignment - 1) / kAlignment * kAlignment),
      data_(::operator new(capacity_, std::align_val_t(kAlignment))) {
  memory_->fetch_add(capacity_, std::memory_order_relaxed);
}

ColumnBuffer::~ColumnBuffer() {
  ::operator delete(data_, std::align_val_t(kAlignment));
  memory_->fetch_sub(capacity_, std::memory_order_relaxed);
}

std::shared_ptr<ColumnBuffer> GrowBuffer(const ColumnMemory& memory,
                                         std::shared_ptr<ColumnBuffer> old, std::size_t used,
                                         std::size_t needed, bool complete) {
  assert(used <= needed && (old != nullptr || used == 0));
  std::size_t bytes = needed;
  if (old != nullptr && old->capacity() >= needed) {
    const std::size_t spare = old->capacity() - needed;
    if (!complete || spare <= needed / 4 + ColumnBuffer::kAlignment) return old;
  } else if (old != nullptr && !complete) {
    bytes = std::max(needed, 2 * old->capacity());
  }
  auto grown = std::make_shared<ColumnBuffer>(memory, bytes);
  if (used > 0) std::memcpy(grown->As<char>(), old->As<char>(), used);
  return grown;
}

std::shared_ptr<ColumnBuffer> NewBits(const ColumnMemory& memory, std::size_t bits,
                                      const ColumnBuffer* old, std::size_t old_bits) {
  assert(old == nullptr || old_bits <= bits);
  auto made = std::make_shared<ColumnBuffer>(memory, WordsOf(bits) * sizeof(std::uint64_t));
  std::memset(made->As<char>(), 0, made->capacity());
  if (old == nullptr || old_bits == 0) return made;
  std::uint64_t* words = made->As<std::uint64_t>();
  std::memcpy(words, old->As<std::uint64_t>(), WordsOf(old_bits) * sizeof(std::uint64_t));
  if (old_bits % 64 != 0) words[old_bits / 64] &= (std::uint64_t{1} << (old_bits % 64)) - 1;
  return made;
}

void SetBits(std::uint64_t* words, std::size_t begin, std::size_t end) {
  for (; begin < end && begin % 64 != 0; ++begin) SetBit(words, begin);
  for (; begin + 64 <= end; begin += 64) words[begin / 64] = ~std::uint64_t{0};
  for (; begin < end; ++begin) SetBit(words, begin);
}

}  // namespace linedb::engine
