// The types a column can have, the C++ names of the values that are not C++ types already, and
// Value: any one of them.

#ifndef LINEDB_VALUE_H_
#define LINEDB_VALUE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

using Bytes = std::vector<std::byte>;  // any bytes

// Time is kept in UTC to the microsecond; finer C++ time points are rounded down.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

// One value of any type, or null: what expressions compute and queries over columns known only at
// run time give back. A plain value; any thread may read one that no other changes.
class Value {
 public:
  Value() = default;  // null
  static Value Int(std::int64_t value) { return Value(Type::kInt, value); }
  static Value Bool(bool value) { return Value(Type::kBool, value ? 1 : 0); }
  static Value Float(double value) {
    Value made(Type::kFloat, 0);
    made.real_ = value;
    return made;
  }
  static Value String(std::string text) { return Value(Type::kString, std::move(text)); }
  // `bytes` as they are, not their base64.
  static Value Binary(std::string bytes) { return Value(Type::kBytes, std::move(bytes)); }
  static Value Time(Timestamp time) {
    return Value(Type::kTimestamp, time.time_since_epoch().count());
  }
  static Value Date(std::chrono::sys_days day) {
    return Value(Type::kDate, day.time_since_epoch().count());
  }
  // JSON text without spaces.
  static Value Json(std::string text) { return Value(Type::kJson, std::move(text)); }

  bool is_null() const { return !type_.has_value(); }  // whether it has none
  // Nothing for null.
  std::optional<Type> type() const { return type_; }

  // Each for a value of that type only.
  std::int64_t as_int() const { return number_; }
  bool as_bool() const { return number_ != 0; }
  double as_float() const { return real_; }
  const std::string& as_string() const { return text_; }
  const std::string& as_bytes() const { return text_; }
  const std::string& as_json() const { return text_; }
  Timestamp as_time() const { return Timestamp(std::chrono::microseconds(number_)); }
  std::chrono::sys_days as_date() const {
    return std::chrono::sys_days(std::chrono::days(static_cast<int>(number_)));
  }

  // The same type and the same value; null is null.
  friend bool operator==(const Value&, const Value&) = default;

 private:
  Value(Type type, std::int64_t number) : type_(type), number_(number) {}
  Value(Type type, std::string text) : type_(type), text_(std::move(text)) {}

  std::optional<Type> type_;
  std::int64_t number_ = 0;  // of an int, bool, timestamp (microseconds) or date (days)
  double real_ = 0;
  std::string text_;
};

}  // namespace linedb

#endif  // LINEDB_VALUE_H_
