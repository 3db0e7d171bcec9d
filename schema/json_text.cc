#include "schema/json_text.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <system_error>

#include "simdjson.h"

namespace linedb::schema {
namespace {

template <class Write>
bool AppendWritten(std::string* text, Write write) {
  TextWriter writer;
  if (write(&writer) != nullptr) return false;
  text->append(writer.text());
  return true;
}

// The four hexadecimal digits at `at`, or -1.
int ReadHex4(const char* at, const char* end) {
  if (end - at < 4) return -1;
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const char digit = at[i];
    const char lower = static_cast<char>(digit | 0x20);
    if (!IsDigit(digit) && (lower < 'a' || lower > 'f')) return -1;
    value = value * 16 + (IsDigit(digit) ? digit - '0' : lower - 'a' + 10);
  }
  return value;
}

void AppendUtf8(int code, std::string* text) {
  const auto push = [text](int byte) { text->push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    push(code);
  } else if (code < 0x800) {
    push(0xc0 | (code >> 6));
    push(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    push(0xe0 | (code >> 12));
    push(0x80 | ((code >> 6) & 0x3f));
    push(0x80 | (code & 0x3f));
  } else {
    push(0xf0 | (code >> 18));
    push(0x80 | ((code >> 12) & 0x3f));
    push(0x80 | ((code >> 6) & 0x3f));
    push(0x80 | (code & 0x3f));
  }
}

// Appends the character of the \uXXXX whose digits are at `at`, taking the second half of a
// surrogate pair with it. Where it ends, or null.
const char* UnescapeUnicode(const char* at, const char* end, std::string* text) {
  int code = ReadHex4(at, end);
  if (code < 0 || (code >= 0xdc00 && code < 0xe000)) return nullptr;
  at += 4;
  if (code >= 0xd800 && code < 0xdc00) {
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return nullptr;
    const int low = ReadHex4(at + 2, end);
    if (low < 0xdc00 || low >= 0xe000) return nullptr;
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    at += 6;
  }
  AppendUtf8(code, text);
  return at;
}

// As UnescapeUnicode, of any escape, from the character behind its backslash.
const char* UnescapeOne(const char* at, const char* end, std::string* text) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kCharacters = "\"\\/\b\f\n\r\t";
  if (at == end) return nullptr;
  if (*at == 'u') return UnescapeUnicode(at + 1, end, text);
  const std::size_t which = kNames.find(*at);
  if (which == std::string_view::npos) return nullptr;
  text->push_back(kCharacters[which]);
  return at + 1;
}

// How many bytes the character at `text` has by UTF-8, or 0.
std::size_t Utf8CharacterBytes(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < bytes) return 0;
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, beyond U+10FFFF.
  if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) >= 0xa0) ||
      (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) >= 0x90)) {
    return 0;
  }
  return bytes;
}

// Whether a number that from_chars found out of range is too small rather than too large.
bool IsTiny(std::string_view number) {
  const std::size_t e = std::min(number.find_first_of("eE"), number.size());
  std::int64_t exponent = 0;
  if (e < number.size()) {
    const bool negative = number[e + 1] == '-';
    const std::string_view digits = number.substr(e + (IsDigit(number[e + 1]) ? 1 : 2));
    for (const char digit : digits)
      exponent = std::min<std::int64_t>(exponent * 10 + digit - '0', 1 << 28);
    exponent = negative ? -exponent : exponent;
  }
  const std::size_t first = number.find_first_of("123456789");
  const std::size_t point = std::min(number.find('.'), e);
  const auto magnitude = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  return magnitude + exponent < 0;
}

}  // namespace

bool AppendJsonString(std::string_view value, std::string* text) {
  return AppendWritten(text, [&](TextWriter* writer) { return WriteString(writer, value); });
}

void AppendJsonInt(std::int64_t value, std::string* text) {
  char digits[20];
  text->append(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
}

bool AppendJsonDouble(double value, std::string* text) {
  return AppendWritten(text, [&](TextWriter* writer) { return WriteDouble(writer, value); });
}

std::size_t FindBadUtf8(std::string_view text) {
  if (simdjson::validate_utf8(text.data(), text.size())) return std::string_view::npos;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t bytes = Utf8CharacterBytes(text.substr(at));
    if (bytes == 0) break;
    at += bytes;
  }
  return at;
}

const char* Unescape(const char* at, const char* end, std::string* text) {
  while (at != end) {
    const char* run = at;
    while (at != end && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
    text->append(run, at);
    if (at == end) break;
    if (*at != '\\') return at;
    const char* after = UnescapeOne(at + 1, end, text);
    if (after == nullptr) return at;
    at = after;
  }
  return nullptr;
}

DoubleRange ParseJsonDouble(std::string_view number, double* value) {
  const char* end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, *value);
  if (error == std::errc::result_out_of_range) {
    if (!IsTiny(number)) return DoubleRange::kTooLarge;
    *value = number.front() == '-' ? -0.0 : 0.0;
    return DoubleRange::kFinite;
  }
  return error == std::errc() && stop == end ? DoubleRange::kFinite : DoubleRange::kNotANumber;
}

const char* ScanNumber(const char* at, const char* end, bool* is_integer) {
  const auto digits = [end](const char* from) {
    while (from != end && IsDigit(*from)) ++from;
    return from;
  };
  if (at != end && *at == '-') ++at;
  const char* first = at;
  at = digits(at);
  if (at == first || (*first == '0' && at - first > 1)) return nullptr;
  *is_integer = true;
  if (at != end && *at == '.') {
    *is_integer = false;
    first = ++at;
    at = digits(at);
    if (at == first) return nullptr;
  }
  if (at != end && (*at | 0x20) == 'e') {
    *is_integer = false;
    if (++at != end && (*at == '+' || *at == '-')) ++at;
    first = at;
    at = digits(at);
    if (at == first) return nullptr;
  }
  return at;
}

}  // namespace linedb::schema
