// Values -> their canonical text (schema/FORMAT.md). Internal to linedb; in a public header only
// because the typed surface inlines it.

#ifndef LINEDB_TEXT_WRITER_H_
#define LINEDB_TEXT_WRITER_H_

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "linedb/value.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace linedb::schema {

// A line is at most this long, without its "\n".
inline constexpr std::size_t kLineBytesMax = (std::size_t{1} << 24) - 1;
// No JSON value nests deeper than this.
inline constexpr int kJsonDepthMax = 128;

// Where a value's text lies in its line.
struct FieldSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  std::string_view In(std::string_view line) const { return line.substr(begin, end - begin); }
  friend bool operator==(const FieldSpan&, const FieldSpan&) = default;
};

// Collects text: on the stack while it is short, so that a usual record costs no allocation.
class TextWriter {
 public:
  TextWriter() = default;
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  // Room for `size` more bytes, to be written there and then counted by Advance.
  char* Reserve(std::size_t size) {
    if (static_cast<std::size_t>(limit_ - cursor_) < size) [[unlikely]] {
      Grow(size);
    }
    return cursor_;
  }
  void Advance(std::size_t size) { cursor_ += size; }

  void Append(std::string_view text) {
    std::memcpy(Reserve(text.size()), text.data(), text.size());
    Advance(text.size());
  }
  void Append(char character) {
    *Reserve(1) = character;
    Advance(1);
  }

  std::size_t size() const { return static_cast<std::size_t>(cursor_ - begin_); }
  std::string_view text() const { return std::string_view(begin_, size()); }
  // Forgets what was written after the first `size` bytes.
  void Truncate(std::size_t size) { cursor_ = begin_ + size; }

 private:
  void Grow(std::size_t size);

  static constexpr std::size_t kStackBytes = 1024;
  char stack_[kStackBytes];
  std::unique_ptr<char[]> heap_;
  char* begin_ = stack_;
  char* cursor_ = stack_;
  char* limit_ = stack_ + kStackBytes;
};

// Why a value cannot be written, as a sentence that lives for ever, or null: it was written.
using Fault = const char*;

Fault WriteStringSlow(TextWriter* writer, std::string_view text);
// The shortest number that reads back the same, always with a point or an exponent.
Fault WriteDouble(TextWriter* writer, double value);
Fault WriteFloat(TextWriter* writer, float value);
Fault WriteTimestamp(TextWriter* writer, Timestamp time);
Fault WriteDate(TextWriter* writer, std::chrono::year_month_day day);
// Base64 in quotes.
void WriteBytes(TextWriter* writer, const void* bytes, std::size_t size);

inline void WriteInt(TextWriter* writer, std::int64_t value) {
  constexpr std::size_t kDigitsMax = 20;
  char* begin = writer->Reserve(kDigitsMax);
  writer->Advance(
      static_cast<std::size_t>(std::to_chars(begin, begin + kDigitsMax, value).ptr - begin));
}

inline void WriteBool(TextWriter* writer, bool value) {
  writer->Append(value ? std::string_view("true") : std::string_view("false"));
}

// Whether one of the 8 bytes is a control character, a quote, a backslash or not ASCII.
inline bool HasSpecialByte(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  constexpr std::uint64_t kHighs = 0x8080808080808080u;
  const std::uint64_t quote = word ^ (kOnes * '"');
  const std::uint64_t backslash = word ^ (kOnes * '\\');
  // Borrows cross bytes only upwards from a byte that is special itself: the sum is exact.
  return ((word | (word - kOnes * 0x20) | (quote - kOnes) | (backslash - kOnes)) & kHighs) != 0;
}

// Copies 8 bytes; whether one of them is special.
inline bool CopyWord(const char* from, char* to) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof(word));
  std::memcpy(to, &word, sizeof(word));
  return HasSpecialByte(word);
}

#if defined(__SSE2__)
inline bool CopyBlock(const char* from, char* to) {
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block);
  // As signed bytes both the control characters and all that is not ASCII are below a space.
  const __m128i special = _mm_or_si128(_mm_cmplt_epi8(block, _mm_set1_epi8(' ')),
                                       _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                                                    _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))));
  return _mm_movemask_epi8(special) != 0;
}
#else
inline bool CopyBlock(const char* from, char* to) {
  const bool first = CopyWord(from, to);
  return CopyWord(from + 8, to + 8) || first;
}
#endif

// Copies text that needs no escape and is ASCII; false, with `to` overwritten in part, if it does.
// The last bytes are copied by one block that overlaps the one before.
inline bool CopyPlain(std::string_view text, char* to) {
  const char* from = text.data();
  const std::size_t size = text.size();
  if (size >= 16) {
    for (std::size_t i = 0; i + 16 < size; i += 16) {
      if (CopyBlock(from + i, to + i)) return false;
    }
    return !CopyBlock(from + size - 16, to + size - 16);
  }
  if (size >= 8) {
    const bool first = CopyWord(from, to);
    return !CopyWord(from + size - 8, to + size - 8) && !first;
  }
  for (std::size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(from[i]);
    if (byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\') return false;
    to[i] = from[i];
  }
  return true;
}

// The text as a JSON string, in quotes, with only the escapes JSON demands.
inline Fault WriteString(TextWriter* writer, std::string_view text) {
  char* begin = writer->Reserve(text.size() + 2);
  if (!CopyPlain(text, begin + 1)) [[unlikely]] {
    return WriteStringSlow(writer, text);
  }
  begin[0] = '"';
  begin[text.size() + 1] = '"';
  writer->Advance(text.size() + 2);
  return nullptr;
}

}  // namespace linedb::schema

#endif  // LINEDB_TEXT_WRITER_H_
