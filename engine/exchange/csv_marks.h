// Finds the bytes of a CSV row that may mean something, many bytes with one look.

#ifndef LINEDB_ENGINE_EXCHANGE_CSV_MARKS_H_
#define LINEDB_ENGINE_EXCHANGE_CSV_MARKS_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "engine/exchange/csv_shape.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace linedb::engine {

// The marks of 16 bytes that lie anywhere: a bit for each byte that is one, the first the lowest.
class CsvMarkFinder {
 public:
  static constexpr std::size_t kBytes = 16;

#if defined(__SSE2__)
  explicit CsvMarkFinder(const CsvDialect& dialect)
      : delimiter_(_mm_set1_epi8(dialect.delimiter)),
        quote_(_mm_set1_epi8(dialect.quotes ? '"' : dialect.delimiter)) {}

  unsigned Marks(const char* at, unsigned* high) const {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    *high |= static_cast<unsigned>(_mm_movemask_epi8(block));
    const __m128i returns_and_nuls = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('\r')),
                                                  _mm_cmpeq_epi8(block, _mm_setzero_si128()));
    const __m128i others =
        _mm_or_si128(_mm_cmpeq_epi8(block, delimiter_), _mm_cmpeq_epi8(block, quote_));
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(others, returns_and_nuls)));
  }

 private:
  const __m128i delimiter_;
  const __m128i quote_;
#else
  explicit CsvMarkFinder(const CsvDialect& dialect)
      : delimiter_(dialect.delimiter), quote_(dialect.quotes ? '"' : dialect.delimiter) {}

  unsigned Marks(const char* at, unsigned* high) const {
    unsigned marks = 0;
    for (std::size_t i = 0; i < kBytes; ++i) {
      const char byte = at[i];
      *high |= static_cast<unsigned char>(byte) & 0x80u;
      const bool is_mark = byte == delimiter_ || byte == quote_ || byte == '\r' || byte == '\0';
      marks |= unsigned{is_mark} << i;
    }
    return marks;
  }

 private:
  const char delimiter_;
  const char quote_;
#endif
};

// The delimiters, quotes (if the dialect has them), carriage returns and NULs of a text, one after
// the other.
class CsvMarks {
 public:
  CsvMarks(std::string_view text, const CsvDialect& dialect)
      : finder_(dialect), begin_(text.data()), next_(begin_), end_(begin_ + text.size()) {}

  // The next one, or the end.
  const char* Next() {
    while (marks_ == 0) {
      if (next_ == end_) return end_;
      Load();
    }
    const char* const found = base_ + std::countr_zero(marks_);
    marks_ &= marks_ - 1;
    return found;
  }

  // Of all bytes, once Next has returned the end.
  bool ascii() const { return high_ == 0; }

 private:
  static constexpr std::size_t kBlock = CsvMarkFinder::kBytes;

  // Of the next 64 bytes, or fewer at the end.
  void Load() {
    base_ = next_;
    const std::size_t size = std::min<std::size_t>(64, static_cast<std::size_t>(end_ - base_));
    std::size_t at = 0;
    for (; at + kBlock <= size; at += kBlock) {
      marks_ |= std::uint64_t{finder_.Marks(base_ + at, &high_)} << at;
    }
    if (at < size) marks_ |= std::uint64_t{MarksOfRest(size - at)} << at;
    next_ = base_ + size;
  }

  // Of the last bytes, fewer than a block: by a block that ends with them.
  unsigned MarksOfRest(std::size_t size) {
    if (static_cast<std::size_t>(end_ - begin_) >= kBlock) {
      return finder_.Marks(end_ - kBlock, &high_) >> (kBlock - size);
    }
    char block[kBlock];
    std::memset(block, 'x', kBlock);  // no delimiter is a letter
    std::memcpy(block, end_ - size, size);
    return finder_.Marks(block, &high_);
  }

  const CsvMarkFinder finder_;
  const char* const begin_;
  const char* base_ = nullptr;  // of the bytes that marks_ tells of
  const char* next_;
  const char* const end_;
  std::uint64_t marks_ = 0;
  unsigned high_ = 0;  // not 0: a byte is not ASCII
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_CSV_MARKS_H_
