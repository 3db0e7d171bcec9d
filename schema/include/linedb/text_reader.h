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
#include <utility>

#include "linedb/text_arena.h"
#include "linedb/text_search.h"
#include "linedb/value.h"

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

// The 8 bytes at `at`, the first in the lowest byte.
inline std::uint64_t LoadWord(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof(word));
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

// The first 8 bytes at `at`, with zeros from `end` on. There must be one at least.
inline std::uint64_t LoadUpToWord(const char* at, const char* end) {
  const std::ptrdiff_t size = end - at;
  if (size >= 8) return LoadWord(at);
  if (size < 4) {
    const auto byte = [at](std::ptrdiff_t i) {
      return std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
    };
    return byte(0) | byte(size / 2) | byte(size - 1);
  }
  const auto load = [](const char* from) {
    std::uint32_t half = 0;
    std::memcpy(&half, from, sizeof(half));
    if constexpr (std::endian::native == std::endian::big) half = __builtin_bswap32(half);
    return std::uint64_t{half};
  };
  // Where the halves overlap they are the same.
  return load(at) | load(end - 4) << (8 * (size - 4));
}

// Two loads that overlap compare what a call of memcmp would take longer for: names are short.
inline bool EqualBytes(const char* left, const char* right, std::size_t size) {
  if (size >= 8 && size <= 16) {
    return ((LoadWord(left) ^ LoadWord(right)) |
            (LoadWord(left + size - 8) ^ LoadWord(right + size - 8))) == 0;
  }
  return std::memcmp(left, right, size) == 0;
}

inline const char* ReadLiteral(const char* at, const char* end, std::string_view literal) {
  if (static_cast<std::size_t>(end - at) < literal.size()) return nullptr;
  return EqualBytes(at, literal.data(), literal.size()) ? at + literal.size() : nullptr;
}

inline const char* ReadBool(const char* at, const char* end, bool* value) {
  *value = at != end && *at == 't';
  return *value ? ReadLiteral(at, end, "true") : ReadLiteral(at, end, "false");
}

// The highest bit of each byte that is no digit, up to and with the first such byte; what stands
// behind it may be wrong, since borrows and carries start there.
inline std::uint64_t MarkNonDigits(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  return ((word + kOnes * 0x46) | (word - kOnes * '0')) & (kOnes * 0x80);
}

// The number that the first `count` bytes spell, which are digits; 1 to 8 of them.
inline std::uint64_t DigitsToNumber(std::uint64_t word, int count) {
  word <<= 64 - 8 * count;
  word = (word & 0x0f0f0f0f0f0f0f0fu) * 2561 >> 8;
  word = (word & 0x00ff00ff00ff00ffu) * 6553601 >> 16;
  return (word & 0x0000ffff0000ffffu) * 42949672960001u >> 32;
}

inline const char* ReadInt64Slow(const char* at, const char* end, std::int64_t* value) {
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

// Integers of up to seven digits without a loop, whose last turn no processor foresees.
inline const char* ReadInt64(const char* at, const char* end, std::int64_t* value) {
  const bool negative = at != end && *at == '-';
  const char* first = at + (negative ? 1 : 0);
  if (first == end) return nullptr;
  const std::uint64_t word = LoadUpToWord(first, end);
  const std::uint64_t marks = MarkNonDigits(word);
  const int digits = std::countr_zero(marks) / 8;
  const bool zero_first = (word & 0xff) == '0';
  if (marks == 0 || digits == 0 || (zero_first && (digits > 1 || negative))) [[unlikely]] {
    return ReadInt64Slow(at, end, value);
  }
  const auto magnitude = static_cast<std::int64_t>(DigitsToNumber(word, digits));
  *value = negative ? -magnitude : magnitude;
  return first + digits;
}

// Powers of ten that a double holds exactly.
inline constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                          1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// Any number; ReadDouble's way with those that are not short.
inline const char* ReadDoubleByLoop(const char* begin, const char* end, double* value) {
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

// Numbers of up to seven characters, such as 3.97 or -120.5, without a loop.
inline const char* ReadDouble(const char* begin, const char* end, double* value) {
  const bool negative = begin != end && *begin == '-';
  const char* at = begin + (negative ? 1 : 0);
  if (at == end) return nullptr;
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  const std::uint64_t word = LoadUpToWord(at, end);
  const std::uint64_t points = word ^ (kOnes * '.');  // zero bytes; the lowest is found exactly
  const int whole = std::countr_zero((points - kOnes) & ~points & (kOnes * 0x80)) / 8;
  if (whole == 0 || whole >= 7) [[unlikely]] {
    return ReadDoubleByLoop(begin, end, value);
  }
  // The digits of both sides, side by side; a zero follows, so that they have an end.
  const std::uint64_t whole_mask = (std::uint64_t{1} << (8 * whole)) - 1;
  const std::uint64_t digits = (word & whole_mask) | (word >> 8 & ~whole_mask);
  const int count = std::countr_zero(MarkNonDigits(digits)) / 8;
  const bool zero_first = (word & 0xff) == '0';
  if (count <= whole || count == 7 || (zero_first && whole > 1) ||
      (digits >> (8 * count) & 0xdf) == 'E') [[unlikely]] {
    return ReadDoubleByLoop(begin, end, value);
  }
  // Clinger, as below; without a branch for the sign.
  const double magnitude =
      static_cast<double>(static_cast<std::int64_t>(DigitsToNumber(digits, count))) /
      kPowersOfTen[count - whole];
  *value = negative ? -magnitude : magnitude;
  return at + count + 1;
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

// The text in its place; what has escapes is kept by `texts`.
inline const char* ReadView(const char* at, const char* end, std::string_view* value,
                            TextArena* texts) {
  if (at == end || *at != '"') return nullptr;
  const char* first = at + 1;
  const char* last = FindQuoteOrBackslash(first, end);
  if (last == end) return nullptr;
  if (*last != '"') [[unlikely]] {
    std::string text;
    const char* after = ReadStringSlow(at, end, &text);
    if (after != nullptr) *value = texts->Keep(std::move(text));
    return after;
  }
  *value = std::string_view(first, static_cast<std::size_t>(last - first));
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
  // An integer of up to seven digits in one step.
  const int digits = std::countr_zero(MarkNonDigits(LoadUpToWord(at, end))) / 8;
  const char* first = at;
  if (digits < 8) at += digits;
  while (at != end && *at > ' ' && *at != ',' && *at != '}' && *at != ']') ++at;
  return at == first ? nullptr : at;
}

// Where a value of this type begins that ends at `end`, in a line that begins at `begin`; null if
// it cannot be told. Judges nothing: what stands before it, the column's name, is for the caller to
// compare. Not for json, whose strings may hold anything.
template <Type kType>
const char* FindValueBackwards(const char* begin, const char* end) {
  static_assert(kType != Type::kJson);
  if (begin == end) return nullptr;
  if constexpr (kType == Type::kString || kType == Type::kBytes) {
    if (end[-1] == '"') return FindOpeningQuote(begin, end - 1);
  } else if constexpr (kType == Type::kTimestamp || kType == Type::kDate) {
    constexpr std::ptrdiff_t kBytes = kType == Type::kDate ? 12 : 29;
    if (end[-1] == '"') return end - begin > kBytes ? end - kBytes : nullptr;
  }
  const char* colon = FindLast(begin, end, ':');  // numbers and words have none
  return colon == nullptr ? nullptr : colon + 1;
}

}  // namespace linedb::schema

#endif  // LINEDB_TEXT_READER_H_
