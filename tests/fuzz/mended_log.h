// No mutation finds a checksum of 64 bits, so without help none gets past the first line. Here a
// log gets the checksums that fit what stands in it.

#ifndef LINEDB_TESTS_FUZZ_MENDED_LOG_H_
#define LINEDB_TESTS_FUZZ_MENDED_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wal/wal_format.h"
#include "wal/wal_line.h"

namespace linedb::fuzz {

// The checksum that the line (with its "\n") should have.
inline std::uint64_t FittingChecksum(std::string_view line, bool is_header,
                                     std::uint64_t previous) {
  const std::string_view body = line.substr(0, line.size() - wal::kTailBytes);
  if (!is_header) return wal::ChecksumAfter(previous, body);
  return wal::ChecksumOf(body.substr(wal::HeaderRangeStart(body).value_or(0)));
}

// A line (from 1) that keeps the digits it has, so that there is a damaged one among good ones; and
// what the line behind it was written after: those digits, or the right ones.
struct Spared {
  std::uint64_t line = 0;  // 0: none
  bool digits_count = false;
};

// The log with the right digits in each line that has room for them.
inline std::string MendLog(std::string_view text, Spared spared = {}) {
  std::string mended;
  std::uint64_t previous = 0;
  std::uint64_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    ++number;
    const std::size_t newline = text.find('\n', begin);
    const std::size_t end = newline == std::string_view::npos ? text.size() : newline + 1;
    const std::string_view line = text.substr(begin, end - begin);
    const std::optional<std::uint64_t> found = wal::ChecksumInTail(line);
    if (found.has_value()) previous = FittingChecksum(line, begin == 0, previous);
    if (found.has_value() && number != spared.line) {
      mended.append(line.substr(0, line.size() - wal::kLinkBytes)).append(wal::LinkOf(previous));
    } else {
      mended.append(line);
      if (found.has_value() && spared.digits_count) previous = *found;
    }
    begin = end;
  }
  return mended;
}

}  // namespace linedb::fuzz

#endif  // LINEDB_TESTS_FUZZ_MENDED_LOG_H_
