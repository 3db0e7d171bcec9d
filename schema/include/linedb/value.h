// The types a column can have, and the C++ names of the values that are not C++ types already.

#ifndef LINEDB_VALUE_H_
#define LINEDB_VALUE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace linedb {

// The type of a column. The numbers are frozen: never reuse one.
enum class Type : std::uint8_t {
  kInt = 1,        // 64-bit signed integer
  kFloat = 2,      // 64-bit float, finite; NaN and the infinities are refused
  kBool = 3,       // true or false
  kString = 4,     // UTF-8 text
  kBytes = 5,      // any bytes, base64 (RFC 4648, padded) in the file
  kTimestamp = 6,  // RFC 3339 in UTC with microseconds, "2026-01-22T20:31:17.592172Z"
  kDate = 7,       // "2026-01-22"
  kJson = 8,       // any JSON value
};

// The name a type has in a schema file: "int", "float", "bool", "str", "bytes", "timestamp",
// "date", "json". Any thread.
std::string_view TypeName(Type type);

// The type of that name, or nothing. Any thread.
std::optional<Type> ParseTypeName(std::string_view name);

using Bytes = std::vector<std::byte>;

// Time is kept in UTC to the microsecond; finer C++ time points are rounded down.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

}  // namespace linedb

#endif  // LINEDB_VALUE_H_
