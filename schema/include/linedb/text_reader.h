// Canonical text (schema/FORMAT.md) -> values. Internal to linedb; in a public header only because
// the typed surface inlines it.
//
// Each function reads one value at `at` and returns where it ends, or null if there is no such
// value. None reads at or past `end`. What they take is JSON without spaces; that a string is
// UTF-8 was checked before the line was written and is not checked again.

#ifndef LINEDB_TEXT_READER_H_
#define LINEDB_TEXT_READER_H_

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "linedb/value.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace linedb::schema {

const char* ReadStringSlow(const char* at, const char* end, std::string* value);
const char* ReadDoubleSlow(const char* at, const char* end, double* value);
const char* ReadTimestamp(const char* at, const char* end, Timestamp* value);
const char* ReadDate(const char* at, const char* end, std::chrono::year_month_day* value);
// Base64 in quotes, decoded into `value`.
const char* ReadBytes(const char* at, const char* end, std::string* value);
// An object or array, from its opening bracket.
const char* SkipNested(const char* at, const char* end);
const char* SkipStringRest(const char* at, const char* end);

inline bool IsDigit(char character) { return character >= '0' && character <= '9'; }

// The first quote or backslash, or `end`.
inline const char* FindQuoteOrBackslash(const char* at, const char* end) {
#if defined(__SSE2__)
  while (end - at >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i found = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                                       _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found));
    if (mask != 0) return at + std::countr_zero(mask);
    at += 16;
  }
#endif
  while (at != end && *at != '"' && *at != '\\') ++at;
  return at;
}

inline const char* ReadLiteral(const char* at, const char* end, std::string_view literal) {
  if (static_cast<std::size_t>(end - at) < literal.size()) return nullptr;
  return std::memcmp(at, literal.data(), literal.size()) == 0 ? at + literal.size() : nullptr;
}

inline const char* ReadBool(const char* at, const char* end, bool* value) {
  *value = at != end && *at == 't';
  return *value ? ReadLiteral(at, end, "true") : ReadLiteral(at, end, "false");
}

inline const char* ReadInt64(const char* at, const char* end, std::int64_t* value) {
  const bool negative = at != end && *at == '-';
  at += negative ? 1 : 0;
  const char* first = at;
  std::uint64_t magnitude = 0;
  while (at != end && IsDigit(*at)) {
    magnitude = magnitude * 10 + static_cast<std::uint64_t>(*at++ - '0');
  }
  const auto digits = at - first;
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  // 19 digits cannot have overflowed the 64 unsigned bits. A zero stands alone, without a sign.
  if (digits == 0 || digits > 19 || magnitude > kMax + (negative ? 1 : 0) ||
      (*first == '0' && (digits > 1 || negative))) {
    return nullptr;
  }
  *value = static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
  return at;
}

// Powers of ten that a double holds exactly.
inline constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                          1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

inline const char* ReadDouble(const char* begin, const char* end, double* value) {
  const char* at = begin;
  const bool negative = at != end && *at == '-';
  at += negative ? 1 : 0;
  const char* first = at;
  std::uint64_t digits = 0;
  while (at != end && IsDigit(*at)) digits = digits * 10 + static_cast<std::uint64_t>(*at++ - '0');
  const auto whole = at - first;
  std::ptrdiff_t fraction = 0;
  if (whole > 0 && at != end && *at == '.') {
    const char* point = at++;
    while (at != end && IsDigit(*at)) {
      digits = digits * 10 + static_cast<std::uint64_t>(*at++ - '0');
    }
    fraction = at - point - 1;
    if (fraction == 0) return nullptr;
  }
  if (whole == 0 || (whole > 1 && *first == '0')) return nullptr;
  // Clinger: an integer below 2^53 and a power of ten up to 22 are exact doubles, and the one
  // division rounds once, so the quotient is the nearest double.
  if (whole + fraction > 19 || digits > (std::uint64_t{1} << 53) ||
      (at != end && (*at | 0x20) == 'e')) [[unlikely]] {
    return ReadDoubleSlow(begin, end, value);
  }
  const double magnitude = static_cast<double>(digits) / kPowersOfTen[fraction];
  *value = negative ? -magnitude : magnitude;
  return at;
}

inline const char* ReadString(const char* at, const char* end, std::string* value) {
  if (at == end || *at != '"') return nullptr;
  const char* first = at + 1;
  const char* last = FindQuoteOrBackslash(first, end);
  if (last == end) return nullptr;
  if (*last != '"') [[unlikely]] {
    return ReadStringSlow(at, end, value);
  }
  value->assign(first, static_cast<std::size_t>(last - first));
  return last + 1;
}

// Steps over a string, from its opening quote.
inline const char* SkipString(const char* at, const char* end) {
  if (at == end || *at != '"') return nullptr;
  const char* last = FindQuoteOrBackslash(at + 1, end);
  if (last == end) return nullptr;
  return *last == '"' ? last + 1 : SkipStringRest(last, end);
}

// Steps over any value; a number or a word is not judged, but no space is part of one.
inline const char* SkipValue(const char* at, const char* end) {
  if (at == end) return nullptr;
  if (*at == '"') return SkipString(at, end);
  if (*at == '{' || *at == '[') return SkipNested(at, end);
  const char* first = at;
  while (at != end && *at > ' ' && *at != ',' && *at != '}' && *at != ']') ++at;
  return at == first ? nullptr : at;
}

}  // namespace linedb::schema

#endif  // LINEDB_TEXT_READER_H_
