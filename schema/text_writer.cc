#include "linedb/text_writer.h"

#include <algorithm>
#include <cmath>

#include "linedb/text_reader.h"
#include "schema/base64.h"
#include "simdjson.h"

namespace linedb::schema {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

// Writes one escape, at most 6 bytes; the byte behind it.
char* PutEscape(unsigned char byte, char* to) {
  constexpr std::string_view kCharacters = "\"\\\b\f\n\r\t";
  constexpr std::string_view kNames = "\"\\bfnrt";
  *to++ = '\\';
  const std::size_t which = kCharacters.find(static_cast<char>(byte));
  if (which != std::string_view::npos) {
    *to++ = kNames[which];
    return to;
  }
  *to++ = 'u';
  *to++ = '0';
  *to++ = '0';
  *to++ = kHexDigits[byte >> 4];
  *to++ = kHexDigits[byte & 0xf];
  return to;
}

bool NeedsEscape(char character) {
  return static_cast<unsigned char>(character) < 0x20 || character == '"' || character == '\\';
}

// Writes a magnitude that is an integer or has few decimals, which most stored numbers are. An
// integer of at most 15 digits over a power of ten, if it reads back as the same double, is its
// shortest text: no two decimals of up to 15 digits are the same double, so there is no shorter
// one. Returns the end, or null: not such a number.
char* PutShortDecimal(double magnitude, char* to) {
  constexpr double kDigitsMax = 1e15;
  if (!(magnitude < kDigitsMax)) return nullptr;
  const auto whole = static_cast<std::int64_t>(magnitude);
  if (static_cast<double>(whole) == magnitude) {
    to = std::to_chars(to, to + 20, whole).ptr;
    *to++ = '.';
    *to++ = '0';
    return to;
  }
  if (magnitude < 1e-4) return nullptr;
  for (const int decimals : {4, 9}) {
    const double power = kPowersOfTen[decimals];
    const double scaled = magnitude * power;
    if (!(scaled < kDigitsMax)) return nullptr;
    const auto digits = static_cast<std::int64_t>(scaled + 0.5);
    if (static_cast<double>(digits) / power != magnitude) continue;
    const auto divisor = static_cast<std::int64_t>(power);
    to = std::to_chars(to, to + 20, digits / divisor).ptr;
    *to++ = '.';
    std::int64_t fraction = digits % divisor;
    for (int i = decimals - 1; i >= 0; --i) {
      to[i] = static_cast<char>('0' + fraction % 10);
      fraction /= 10;
    }
    to += decimals;
    while (to[-1] == '0') --to;
    return to;
  }
  return nullptr;
}

// Lays out the digits of a number of `exponent` (10^exponent <= value) without an exponent.
char* PutFixed(std::string_view digits, int exponent, char* to) {
  const auto put = [&to](std::string_view text) { to = std::copy(text.begin(), text.end(), to); };
  if (exponent < 0) {
    put("0.");
    put(std::string_view("0000").substr(0, static_cast<std::size_t>(-exponent - 1)));
    put(digits);
    return to;
  }
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  put(digits.substr(0, whole));
  for (std::size_t i = digits.size(); i < whole; ++i) *to++ = '0';
  *to++ = '.';
  put(digits.size() > whole ? digits.substr(whole) : std::string_view("0"));
  return to;
}

template <class Number>
char* PutNumber(Number magnitude, char* to) {
  char text[32];
  const char* end =
      std::to_chars(text, text + sizeof(text), magnitude, std::chars_format::scientific).ptr;
  const char* e = std::find(static_cast<const char*>(text), end, 'e');
  int exponent = 0;
  std::from_chars(e[1] == '+' ? e + 2 : e + 1, end, exponent);
  // As Python's repr: without an exponent from 0.0001 up to 10^16.
  if (exponent < -4 || exponent >= 16) return std::copy(static_cast<const char*>(text), end, to);
  char digits[32];
  char* last = digits;
  for (const char* at = text; at != e; ++at) {
    if (*at != '.') *last++ = *at;
  }
  return PutFixed(std::string_view(digits, static_cast<std::size_t>(last - digits)), exponent, to);
}

template <class Number>
Fault WriteNumber(TextWriter* writer, Number value) {
  if (!std::isfinite(value)) [[unlikely]] {
    return std::isnan(value) ? "NaN is not a value" : "an infinity is not a value";
  }
  constexpr std::size_t kNumberBytesMax = 40;
  char* begin = writer->Reserve(kNumberBytesMax);
  char* to = begin;
  if (std::signbit(value)) *to++ = '-';
  const Number magnitude = std::fabs(value);
  char* end = nullptr;
  if constexpr (sizeof(Number) == sizeof(double)) end = PutShortDecimal(magnitude, to);
  if (end == nullptr) end = magnitude == 0 ? PutFixed("0", 0, to) : PutNumber(magnitude, to);
  writer->Advance(static_cast<std::size_t>(end - begin));
  return nullptr;
}

}  // namespace

void TextWriter::Grow(std::size_t size) {
  const std::size_t used = this->size();
  const std::size_t room = std::max(used + size, 2 * static_cast<std::size_t>(limit_ - begin_));
  auto grown = std::make_unique_for_overwrite<char[]>(room);
  std::memcpy(grown.get(), begin_, used);
  heap_ = std::move(grown);
  begin_ = heap_.get();
  cursor_ = begin_ + used;
  limit_ = begin_ + room;
}

Fault WriteStringSlow(TextWriter* writer, std::string_view text) {
  if (!simdjson::validate_utf8(text.data(), text.size())) return "the text is not UTF-8";
  writer->Append('"');
  const char* at = text.data();
  const char* end = at + text.size();
  while (true) {
    const char* run = at;
    while (at != end && !NeedsEscape(*at)) ++at;
    writer->Append(std::string_view(run, static_cast<std::size_t>(at - run)));
    if (at == end) break;
    char* to = writer->Reserve(6);
    writer->Advance(
        static_cast<std::size_t>(PutEscape(static_cast<unsigned char>(*at++), to) - to));
  }
  writer->Append('"');
  return nullptr;
}

Fault WriteDouble(TextWriter* writer, double value) { return WriteNumber(writer, value); }
Fault WriteFloat(TextWriter* writer, float value) { return WriteNumber(writer, value); }

void WriteBytes(TextWriter* writer, const void* bytes, std::size_t size) {
  const std::size_t letters = Base64Size(size);
  char* to = writer->Reserve(letters + 2);
  to[0] = '"';
  EncodeBase64(bytes, size, to + 1);
  to[letters + 1] = '"';
  writer->Advance(letters + 2);
}

}  // namespace linedb::schema
