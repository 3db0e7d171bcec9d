// Puts a damaged line of a log right where its checksum says how.

#ifndef LINEDB_WAL_MEND_LINE_H_
#define LINEDB_WAL_MEND_LINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace linedb::wal {

// Whether two checksums differ in so few of their digits that one is the other, damaged.
bool IsNearlyChecksum(std::string_view digits, std::uint64_t checksum);

// The body of a line of this checksum that differs from `body` in one byte, behind digits of value
// `previous`; nothing if there is none, or the line is too long for all to be tried.
std::optional<std::string> MendBody(std::uint64_t previous, std::string_view body,
                                    std::uint64_t checksum);
// The same of any text that has this XXH3-64.
std::optional<std::string> MendText(std::string_view text, std::uint64_t checksum);

}  // namespace linedb::wal

#endif  // LINEDB_WAL_MEND_LINE_H_
