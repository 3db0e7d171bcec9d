// Which C++ types a member may have, and how each is written and read: numbers, text, enums,
// times, bytes, std::optional. Internal to linedb; linedb/describe.h lists the types.

#ifndef LINEDB_FIELD_TYPES_H_
#define LINEDB_FIELD_TYPES_H_

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "linedb/field.h"
#include "linedb/text_reader.h"
#include "linedb/text_writer.h"
#include "linedb/value.h"

namespace linedb::schema {

// MemberCodec<X> of a storable type holds
//   kType       the column's type
//   kNullable   whether null is one of its values
//   Write       appends the value's canonical text, or returns why it cannot
//   Read        reads it at `at` into an existing value; where it ends, or null
template <class X>
struct MemberCodec;

template <class X>
concept Storable = requires {
  MemberCodec<X>::kType;
};

// The character types are left out: a char is a letter to its author, not a number.
template <class X>
concept StoredInteger = std::integral<X> && !std::same_as<X, bool> && !std::same_as<X, char> &&
                        !std::same_as<X, wchar_t> && !std::same_as<X, char8_t> &&
                        !std::same_as<X, char16_t> && !std::same_as<X, char32_t>;

template <StoredInteger X>
struct MemberCodec<X> {
  static constexpr Type kType = Type::kInt;
  static constexpr bool kNullable = false;

  static Fault Write(TextWriter* writer, X value) {
    if (!std::in_range<std::int64_t>(value)) return "out of range of a 64-bit signed integer";
    WriteInt(writer, static_cast<std::int64_t>(value));
    return nullptr;
  }
  static const char* Read(const char* at, const char* end, X* value) {
    std::int64_t wide = 0;
    at = ReadInt64(at, end, &wide);
    if (at == nullptr || !std::in_range<X>(wide)) return nullptr;
    *value = static_cast<X>(wide);
    return at;
  }
};

template <>
struct MemberCodec<bool> {
  static constexpr Type kType = Type::kBool;
  static constexpr bool kNullable = false;

  static Fault Write(TextWriter* writer, bool value) {
    WriteBool(writer, value);
    return nullptr;
  }
  static const char* Read(const char* at, const char* end, bool* value) {
    return ReadBool(at, end, value);
  }
};

template <>
struct MemberCodec<double> {
  static constexpr Type kType = Type::kFloat;
  static constexpr bool kNullable = false;

  static Fault Write(TextWriter* writer, double value) { return WriteDouble(writer, value); }
  static const char* Read(const char* at, const char* end, double* value) {
    return ReadDouble(at, end, value);
  }
};

// The shortest text that reads back the same float; as a double it may be another number.
template <>
struct MemberCodec<float> {
  static constexpr Type kType = Type::kFloat;
  static constexpr bool kNullable = false;

  static Fault Write(TextWriter* writer, float value) { return WriteFloat(writer, value); }
  static const char* Read(const char* at, const char* end, float* value) {
    double wide = 0;
    at = ReadDouble(at, end, &wide);
    constexpr double kMax = std::numeric_limits<float>::max();
    if (at == nullptr || wide > kMax || wide < -kMax) return nullptr;
    *value = static_cast<float>(wide);
    return at;
  }
};

template <>
struct MemberCodec<std::string> {
  static constexpr Type kType = Type::kString;
  static constexpr bool kNullable = false;

  static Fault Write(TextWriter* writer, const std::string& value) {
    return WriteString(writer, value);
  }
  static const char* Read(const char* at, const char* end, std::string* value) {
    return ReadString(at, end, value);
  }
};

// A view of the text in its file: valid as long as the snapshot that it was read with, which keeps
// texts that the file holds with escapes.
template <>
struct MemberCodec<std::string_view> {
  static constexpr Type kType = Type::kString;
  static constexpr bool kNullable = false;

  static Fault Write(TextWriter* writer, std::string_view value) {
    return WriteString(writer, value);
  }
  static const char* Read(const char* at, const char* end, std::string_view* value,
                          TextArena* texts) {
    return ReadView(at, end, value, texts);
  }
};

// Whether a member of this type points to what it was read from.
template <class X>
inline constexpr bool kHoldsView = false;
template <>
inline constexpr bool kHoldsView<std::string_view> = true;
template <>
inline constexpr bool kHoldsView<std::optional<std::string_view>> = true;

// MemberCodec<X>::Read of any member.
template <class X>
const char* ReadMember(const char* at, const char* end, X* value, TextArena* texts) {
  if constexpr (kHoldsView<X>) {
    return MemberCodec<X>::Read(at, end, value, texts);
  } else {
    return MemberCodec<X>::Read(at, end, value);
  }
}

template <class E>
concept NamedEnum = std::is_enum_v<E> && requires {
  DescribeEnum<E>::kNames;
};

template <class E>
requires std::is_enum_v<E> &&(!NamedEnum<E>)&&(!std::same_as<E, std::byte>)struct MemberCodec<E> {
  using Number = std::underlying_type_t<E>;
  // A char-sized underlying type is a number here.
  using Integer = std::conditional_t<StoredInteger<Number>, Number, std::int64_t>;
  static constexpr Type kType = Type::kInt;
  static constexpr bool kNullable = false;

  static Fault Write(TextWriter* writer, E value) {
    return MemberCodec<Integer>::Write(writer, static_cast<Integer>(value));
  }
  static const char* Read(const char* at, const char* end, E* value) {
    Integer number = 0;
    at = MemberCodec<Integer>::Read(at, end, &number);
    if (at == nullptr || !std::in_range<Integer>(number)) return nullptr;
    *value = static_cast<E>(number);
    return at;
  }
};

template <NamedEnum E>
struct MemberCodec<E> {
  static constexpr Type kType = Type::kString;
  static constexpr bool kNullable = false;

  static Fault Write(TextWriter* writer, E value) {
    for (const EnumName<E>& known : DescribeEnum<E>::kNames) {
      if (known.value == value) return WriteString(writer, known.name);
    }
    return "the enum's value has no name";
  }
  static const char* Read(const char* at, const char* end, E* value) {
    std::string name;
    at = ReadString(at, end, &name);
    if (at == nullptr) return nullptr;
    for (const EnumName<E>& known : DescribeEnum<E>::kNames) {
      if (known.name == name) {
        *value = known.value;
        return at;
      }
    }
    return nullptr;
  }
};

template <class Duration>
struct MemberCodec<std::chrono::sys_time<Duration>> {
  static constexpr Type kType = Type::kTimestamp;
  static constexpr bool kNullable = false;
  using Time = std::chrono::sys_time<Duration>;

  static Fault Write(TextWriter* writer, Time value) {
    return WriteTimestamp(writer, std::chrono::floor<std::chrono::microseconds>(value));
  }
  static const char* Read(const char* at, const char* end, Time* value) {
    Timestamp time;
    at = ReadTimestamp(at, end, &time);
    if (at == nullptr || !IsInRange(time)) return nullptr;
    *value = std::chrono::floor<Duration>(time);
    return at;
  }

 private:
  // Nanoseconds in 64 bits reach from 1677 to 2262 only.
  static bool IsInRange(Timestamp time) {
    using Seconds = std::chrono::duration<long double>;
    const Seconds since_epoch = time.time_since_epoch();
    return since_epoch > Seconds(Duration::min()) && since_epoch < Seconds(Duration::max());
  }
};

template <>
struct MemberCodec<std::chrono::year_month_day> {
  static constexpr Type kType = Type::kDate;
  static constexpr bool kNullable = false;

  static Fault Write(TextWriter* writer, std::chrono::year_month_day value) {
    return WriteDate(writer, value);
  }
  static const char* Read(const char* at, const char* end, std::chrono::year_month_day* value) {
    return ReadDate(at, end, value);
  }
};

template <class X>
concept ByteLike = std::same_as<X, std::byte> || std::same_as<X, std::uint8_t>;

template <ByteLike Byte>
struct MemberCodec<std::vector<Byte>> {
  static constexpr Type kType = Type::kBytes;
  static constexpr bool kNullable = false;

  static Fault Write(TextWriter* writer, const std::vector<Byte>& value) {
    WriteBytes(writer, value.data(), value.size());
    return nullptr;
  }
  static const char* Read(const char* at, const char* end, std::vector<Byte>* value) {
    std::string bytes;
    at = ReadBytes(at, end, &bytes);
    if (at == nullptr) return nullptr;
    const auto* first = reinterpret_cast<const Byte*>(bytes.data());
    value->assign(first, first + bytes.size());
    return at;
  }
};

template <class X>
inline constexpr bool kIsOptional = false;
template <class X>
inline constexpr bool kIsOptional<std::optional<X>> = true;

// An optional of what is nullable itself could not tell its two kinds of nothing apart.
template <class X>
requires Storable<X> &&(!MemberCodec<X>::kNullable) struct MemberCodec<std::optional<X>> {
  static constexpr Type kType = MemberCodec<X>::kType;
  static constexpr bool kNullable = true;

  static Fault Write(TextWriter* writer, const std::optional<X>& value) {
    if (value.has_value()) return MemberCodec<X>::Write(writer, *value);
    writer->Append("null");
    return nullptr;
  }
  // Reads into the value that is there, so that a string keeps its room.
  static const char* Read(const char* at, const char* end, std::optional<X>* value) {
    if (at != end && *at == 'n') {
      value->reset();
      return ReadLiteral(at, end, "null");
    }
    if (!value->has_value()) value->emplace();
    return MemberCodec<X>::Read(at, end, &**value);
  }
  static const char* Read(const char* at, const char* end, std::optional<X>* value,
                          TextArena* texts) {
    if (at != end && *at == 'n') {
      value->reset();
      return ReadLiteral(at, end, "null");
    }
    return MemberCodec<X>::Read(at, end, &value->emplace(), texts);
  }
};

template <class X>
struct WithoutOptional {
  using type = X;
};
template <class X>
struct WithoutOptional<std::optional<X>> {
  using type = X;
};

}  // namespace linedb::schema

#endif  // LINEDB_FIELD_TYPES_H_
