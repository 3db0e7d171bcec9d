// What tells that a text is a value's canonical form already, so that it can be copied.

#ifndef LINEDB_SCHEMA_CANONICAL_VALUE_H_
#define LINEDB_SCHEMA_CANONICAL_VALUE_H_

#include <bit>
#include <cstddef>
#include <cstring>

#include "linedb/text_reader.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace linedb::schema {

// The first byte that stands in no JSON string as it is: a quote, a backslash, a control character;
// `end` if there is none. `high` collects the high bits of what was passed, and perhaps of some
// bytes behind it.
inline const char* FindEscape(const char* at, const char* end, unsigned* high) {
#if defined(__SSE2__)
  const __m128i control = _mm_set1_epi8(0x1f);
  while (end - at >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(block, control), block),
                                         _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                                                      _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
    // Also of bytes behind the one found, at worst: then the text is checked for nothing.
    *high |= static_cast<unsigned>(_mm_movemask_epi8(block));
    if (mask != 0) return at + std::countr_zero(mask);
    at += 16;
  }
#endif
  for (; at != end; ++at) {
    const auto byte = static_cast<unsigned char>(*at);
    if (byte < 0x20 || byte == '"' || byte == '\\') return at;
    *high |= byte & 0x80U;
  }
  return end;
}

// No two decimals of so many digits are the same double, so one without needless zeros is its
// double's shortest text.
inline constexpr std::size_t kExactDigits = 15;

// Where a number ends that is spelled as WriteDouble spells it, without an exponent and with up to
// kExactDigits digits; else null.
inline const char* PassFloat(const char* at, const char* end) {
  constexpr auto kDigitsMax = static_cast<std::ptrdiff_t>(kExactDigits);
  if (at != end && *at == '-') ++at;
  const char* const whole = at;
  while (at != end && IsDigit(*at)) ++at;
  const std::ptrdiff_t whole_digits = at - whole;
  if (whole_digits == 0 || (*whole == '0' && whole_digits > 1)) return nullptr;
  if (at == end || *at != '.') return nullptr;
  const char* const fraction = ++at;
  while (at != end && IsDigit(*at)) ++at;
  const std::ptrdiff_t fraction_digits = at - fraction;
  if (fraction_digits == 0 || whole_digits + fraction_digits > kDigitsMax) return nullptr;
  if (at[-1] == '0' && fraction_digits > 1) return nullptr;
  // Below 0.0001 it has an exponent.
  const bool tiny = *whole == '0' && fraction_digits > 4 && std::memcmp(fraction, "0000", 4) == 0;
  return tiny ? nullptr : at;
}

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_CANONICAL_VALUE_H_
