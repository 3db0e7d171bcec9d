// Finding the characters that matter in canonical text, many bytes at a time. Internal to linedb;
// in a public header only because the typed surface inlines it. Without state: any thread.

#ifndef LINEDB_TEXT_SEARCH_H_
#define LINEDB_TEXT_SEARCH_H_

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace linedb::schema {

#if defined(__SSE2__)
// A bit for each of the 16 bytes at `at` that is `wanted`.
inline std::uint32_t MarkBytes(const char* at, char wanted) {
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8(wanted))));
}
#endif

// The first quote or backslash, or `end`.
inline const char* FindQuoteOrBackslash(const char* at, const char* end) {
#if defined(__SSE2__)
  while (end - at >= 16) {
    const std::uint32_t marks = MarkBytes(at, '"') | MarkBytes(at, '\\');
    if (marks != 0) return at + std::countr_zero(marks);
    at += 16;
  }
#endif
  while (at != end && *at != '"' && *at != '\\') ++at;
  return at;
}

// The first newline, or null. Steps of 64 bytes: lines of a table are about as long as each other,
// so the number of steps seldom comes as a surprise.
inline const char* FindNewline(const char* at, const char* end) {
#if defined(__SSE2__)
  while (end - at >= 64) {
    const std::uint64_t marks = std::uint64_t{MarkBytes(at, '\n')} |
                                std::uint64_t{MarkBytes(at + 16, '\n')} << 16 |
                                std::uint64_t{MarkBytes(at + 32, '\n')} << 32 |
                                std::uint64_t{MarkBytes(at + 48, '\n')} << 48;
    if (marks != 0) return at + std::countr_zero(marks);
    at += 64;
  }
#endif
  if (at == end) return nullptr;
  return static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
}

// The last such byte of [begin, end), or null.
inline const char* FindLast(const char* begin, const char* end, char wanted) {
#if defined(__SSE2__)
  while (end - begin >= 16) {
    const std::uint32_t marks = MarkBytes(end - 16, wanted);
    if (marks != 0) return end - 16 + (31 - std::countl_zero(marks));
    end -= 16;
  }
#endif
  while (end != begin) {
    if (*--end == wanted) return end;
  }
  return nullptr;
}

// Of a string in a line that begins at `begin`, whose closing quote stands at `closing`, the
// opening quote, or null. Within a string each quote has a backslash before it; the opening one
// never has, in canonical text: a colon stands there.
inline const char* FindOpeningQuote(const char* begin, const char* closing) {
  const char* quote = closing;
  do {
    quote = FindLast(begin, quote, '"');
    if (quote == nullptr || quote == begin) return nullptr;
  } while (quote[-1] == '\\');
  return quote;
}

}  // namespace linedb::schema

#endif  // LINEDB_TEXT_SEARCH_H_
