#include "schema/base64.h"

#include <array>
#include <cstdint>

namespace linedb::schema {
namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoLetter = 0xff;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoLetter);
  for (std::size_t i = 0; i < kLetters.size(); ++i) {
    values[static_cast<unsigned char>(kLetters[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

std::uint8_t ValueOf(char letter) { return kValues[static_cast<unsigned char>(letter)]; }

}  // namespace

void EncodeBase64(const void* bytes, std::size_t size, char* text) {
  const auto* from = static_cast<const unsigned char*>(bytes);
  for (std::size_t i = 0; i < size; i += 3) {
    const std::size_t left = size - i;
    const std::uint32_t group = (std::uint32_t{from[i]} << 16) |
                                (left > 1 ? std::uint32_t{from[i + 1]} << 8 : 0) |
                                (left > 2 ? std::uint32_t{from[i + 2]} : 0);
    *text++ = kLetters[group >> 18];
    *text++ = kLetters[(group >> 12) & 63];
    *text++ = left > 1 ? kLetters[(group >> 6) & 63] : '=';
    *text++ = left > 2 ? kLetters[group & 63] : '=';
  }
}

bool DecodeBase64(std::string_view text, std::string* bytes) {
  bytes->clear();
  if (text.size() % 4 != 0) return false;
  if (text.empty()) return true;
  bytes->reserve(text.size() / 4 * 3);
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::size_t letters = text.size() - padding;
  std::uint32_t group = 0;
  std::size_t i = 0;
  for (; i < letters; ++i) {
    const std::uint8_t value = ValueOf(text[i]);
    if (value == kNoLetter) return false;
    group = (group << 6) | value;
    if (i % 4 == 3) {
      bytes->push_back(static_cast<char>(group >> 16));
      bytes->push_back(static_cast<char>(group >> 8));
      bytes->push_back(static_cast<char>(group));
      group = 0;
    }
  }
  // Two letters hold one byte and 4 bits more, three hold two bytes and 2 bits more.
  if (padding == 2) {
    if ((group & 0xf) != 0) return false;
    bytes->push_back(static_cast<char>(group >> 4));
  } else if (padding == 1) {
    if ((group & 0x3) != 0) return false;
    bytes->push_back(static_cast<char>(group >> 10));
    bytes->push_back(static_cast<char>(group >> 2));
  }
  return true;
}

}  // namespace linedb::schema
