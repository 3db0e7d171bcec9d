// The fixed parts of a log line, and the strict scanners of what stands between them.
//
//   {"lsn":4711,…,"old_record":null,"checksum":"9a7c01d2e3f40516"}\n
//   |<--------- body -------------->|<--------- tail, 32 bytes -->|
//                                                |<- link, 19 ->|
//
// A line's checksum is taken over the link of the line before and its own body, so a line can be
// judged knowing nothing but the 16 digits before it.

#ifndef LINEDB_WAL_WAL_LINE_H_
#define LINEDB_WAL_WAL_LINE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wal/wal_format.h"

namespace linedb::wal {

inline constexpr std::string_view kChecksumKey = ",\"checksum\":\"";
inline constexpr std::string_view kLineEnd = "\"}\n";
inline constexpr std::size_t kLinkBytes = kChecksumDigits + kLineEnd.size();
inline constexpr std::size_t kTailBytes = kChecksumKey.size() + kLinkBytes;
static_assert(kLinkBytes == 19 && kTailBytes == 32, "wal/FORMAT.md says so");

// Every header of ours begins with this, whatever its version.
inline constexpr std::string_view kHeaderStart = "{\"format\":\"linedb-wal\",\"version\":";
inline constexpr std::string_view kPreviousKey = ",\"previous\":\"";

// What stands around the texts of an operation's line, in this order. Strings' quotes are theirs.
inline constexpr std::string_view kOperationStart = "{\"lsn\":";
inline constexpr std::string_view kTransactionKey = ",\"txn\":";
inline constexpr std::string_view kTimestampKey = ",\"timestamp\":\"";
inline constexpr std::string_view kOperationKey = "\",\"operation\":\"";
inline constexpr std::string_view kTableKey = "\",\"table\":\"";
inline constexpr std::string_view kRecordKey = "\",\"record\":";
inline constexpr std::string_view kOldRecordKey = ",\"old_record\":";
inline constexpr std::string_view kCommitKey = ",\"commit\":true,\"durable\":";

// The end of a line as the next line's checksum sees it.
std::string LinkOf(std::uint64_t checksum);

// The checksum that stands in a whole line ("\n" included); nothing if its tail is not one.
std::optional<std::uint64_t> ChecksumInTail(std::string_view line);

// The checksum a line should have that follows digits of this value.
std::uint64_t ChecksumAfter(std::uint64_t previous, std::string_view body);

// Reads digits without sign and leading zeros from the front of `text`.
bool ConsumeNumber(std::string_view* text, std::uint64_t* number);
bool ConsumePrefix(std::string_view* text, std::string_view prefix);

// Whether the text stands for itself between quotes: no quote, backslash or control character.
bool IsPlain(std::string_view text);

// Reads exactly what AppendOperationLine writes up to the checksum, and nothing else; never past
// the end of `body`, whatever it holds. Leaves line, byte alone.
bool ParseOperationBody(std::string_view body, LogEntry* entry);

// Reads what stands in a body behind `"record":`, and fills record, old_record, commit and durable;
// the entry's lsn must be there already.
bool ParseOperationRecords(std::string_view text, LogEntry* entry);

// Reads a header up to its checksum: known members in any order, unknown ones skipped.
bool ParseHeaderBody(std::string_view body, LogHeader* header);

// Where a header's checksum begins: the digits of its "previous". What is before them is the same
// in all logs of this version and is compared byte by byte; nothing if it differs.
std::optional<std::size_t> HeaderRangeStart(std::string_view body);

}  // namespace linedb::wal

#endif  // LINEDB_WAL_WAL_LINE_H_
