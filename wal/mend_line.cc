#include "wal/mend_line.h"

#include <cassert>

#include "wal/wal_format.h"
#include "wal/wal_line.h"

namespace linedb::wal {
namespace {

// All values of every byte are tried up to this length (a quarter of a second), and the flips of
// every bit up to the other.
constexpr std::size_t kEveryByteMax = 4096;
constexpr std::size_t kEveryBitMax = 16 * 1024;

constexpr int kDigitsAlikeMin = 12;

}  // namespace

bool IsNearlyChecksum(std::string_view digits, std::uint64_t checksum) {
  const std::string expected = FormatChecksum(checksum);
  assert(digits.size() == expected.size());
  int alike = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) alike += digits[i] == expected[i] ? 1 : 0;
  return alike >= kDigitsAlikeMin;
}

std::optional<std::string> MendText(std::string_view text, std::uint64_t checksum) {
  if (text.size() > kEveryBitMax) return std::nullopt;
  std::string mended(text);
  for (char& byte : mended) {
    const char before = byte;
    const auto number = static_cast<unsigned char>(before);
    for (unsigned bit = 1; bit < 256; bit <<= 1) {
      byte = static_cast<char>(number ^ bit);
      if (ChecksumOf(mended) == checksum) return mended;
    }
    for (unsigned flips = 3; flips < 256 && text.size() <= kEveryByteMax; ++flips) {
      byte = static_cast<char>(number ^ flips);
      if (ChecksumOf(mended) == checksum) return mended;
    }
    byte = before;
  }
  return std::nullopt;
}

std::optional<std::string> MendBody(std::uint64_t previous, std::string_view body,
                                    std::uint64_t checksum) {
  const std::string link = LinkOf(previous);
  std::optional<std::string> mended = MendText(link + std::string(body), checksum);
  // Digits before it that are wrong themselves are another line's matter.
  if (!mended.has_value() || !mended->starts_with(link)) return std::nullopt;
  return mended->substr(link.size());
}

}  // namespace linedb::wal
