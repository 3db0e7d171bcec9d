// Members that are stored as a json column: vectors, nested described structs, and JSON values of
// a library such as nlohmann/json. Internal to linedb; linedb/describe.h lists the types.

#ifndef LINEDB_FIELD_TYPES_JSON_H_
#define LINEDB_FIELD_TYPES_JSON_H_

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "linedb/field_types.h"

namespace linedb::schema {

template <class X>
requires Storable<X> &&(!ByteLike<X>)&&(!kHoldsView<X>)struct MemberCodec<std::vector<X>> {
  static constexpr Type kType = Type::kJson;
  static constexpr bool kNullable = false;

  static Fault Write(TextWriter* writer, const std::vector<X>& values) {
    char before = '[';
    for (const auto& value : values) {
      writer->Append(before);
      before = ',';
      if (const Fault fault = MemberCodec<X>::Write(writer, value)) return fault;
    }
    if (values.empty()) writer->Append('[');
    writer->Append(']');
    return nullptr;
  }

  // Elements that are there are read into, so that their strings keep their room.
  static const char* Read(const char* at, const char* end, std::vector<X>* values) {
    if (at == end || *at != '[') return nullptr;
    std::size_t count = 0;
    if (++at != end && *at == ']') {
      values->clear();
      return at + 1;
    }
    while (true) {
      if (count == values->size()) values->emplace_back();
      at = ReadElement(at, end, count++, values);
      if (at == nullptr || at == end) return nullptr;
      if (*at == ']') break;
      if (*at++ != ',') return nullptr;
    }
    values->resize(count);
    return at + 1;
  }

 private:
  static const char* ReadElement(const char* at, const char* end, std::size_t index,
                                 std::vector<X>* values) {
    if constexpr (std::same_as<X, bool>) {
      bool value = false;
      at = ReadBool(at, end, &value);
      (*values)[index] = value;
      return at;
    } else {
      return MemberCodec<X>::Read(at, end, &(*values)[index]);
    }
  }
};

// The described fields of a struct, whether it is described as a table or for nesting only.
template <class T>
concept DescribedAsTable = requires {
  Describe<T>::kTable.fields;
};
template <class T>
concept DescribedAsFields = requires {
  Describe<T>::kFields.fields;
};
template <class T>
concept Described = DescribedAsTable<T> || DescribedAsFields<T>;

template <class T>
constexpr const auto& FieldsOf() {
  if constexpr (DescribedAsTable<T>) {
    return Describe<T>::kTable.fields;
  } else {
    return Describe<T>::kFields.fields;
  }
}

template <class T>
using FieldsTuple = std::remove_cvref_t<decltype(FieldsOf<T>())>;

// What stands before a value: `First` is `{` or `,`, then the name in quotes and a colon.
template <FixedString Name, char First>
inline constexpr auto kMemberPrefix = [] {
  constexpr std::string_view kName = Name.View();
  std::array<char, kName.size() + 4> prefix{};
  prefix[0] = First;
  prefix[1] = '"';
  for (std::size_t i = 0; i < kName.size(); ++i) prefix[i + 2] = kName[i];
  prefix[kName.size() + 2] = '"';
  prefix[kName.size() + 3] = ':';
  return prefix;
}();

template <std::size_t N>
constexpr std::string_view ViewOf(const std::array<char, N>& text) {
  return std::string_view(text.data(), N);
}

template <Described T>
struct MemberCodec<T> {
  static constexpr Type kType = Type::kJson;
  static constexpr bool kNullable = false;

  static Fault Write(TextWriter* writer, const T& value) {
    return WriteFields(writer, value, std::make_index_sequence<kCount>());
  }

  // Members in any order; those left out get their initial values, unknown ones are passed over.
  static const char* Read(const char* at, const char* end, T* value) {
    constexpr bool kOwnsTexts = []<std::size_t... I>(std::index_sequence<I...>) {
      return (!kHoldsView<typename FieldAt<I>::Value> && ...);
    }
    (std::make_index_sequence<kCount>());
    static_assert(kOwnsTexts, "linedb: a std::string_view is a member of a table's struct only");
    if (at == end || *at != '{') return nullptr;
    *value = T{};
    if (++at != end && *at == '}') return at + 1;
    std::string name;
    while (true) {
      at = ReadString(at, end, &name);
      if (at == nullptr || at == end || *at++ != ':') return nullptr;
      at = ReadMember(name, at, end, value, std::make_index_sequence<kCount>());
      if (at == nullptr || at == end) return nullptr;
      if (*at == '}') return at + 1;
      if (*at++ != ',') return nullptr;
    }
  }

 private:
  static constexpr std::size_t kCount = std::tuple_size_v<FieldsTuple<T>>;
  template <std::size_t I>
  using FieldAt = std::tuple_element_t<I, FieldsTuple<T>>;

  template <std::size_t... I>
  static Fault WriteFields(TextWriter* writer, const T& value, std::index_sequence<I...>) {
    Fault fault = nullptr;
    const bool written = (((fault = WriteField<I>(writer, value)) == nullptr) && ...);
    if (written) writer->Append('}');
    return fault;
  }
  template <std::size_t I>
  static Fault WriteField(TextWriter* writer, const T& value) {
    using F = FieldAt<I>;
    writer->Append(ViewOf(kMemberPrefix < F::kFixedName, I == 0 ? '{' : ',' >));
    return MemberCodec<typename F::Value>::Write(writer, value.*F::kMember);
  }

  template <std::size_t... I>
  static const char* ReadMember(std::string_view name, const char* at, const char* end, T* value,
                                std::index_sequence<I...>) {
    const char* next = nullptr;
    const bool known =
        ((name == FieldAt<I>::kName && (next = ReadField<I>(at, end, value), true)) || ...);
    return known ? next : SkipValue(at, end);
  }
  template <std::size_t I>
  static const char* ReadField(const char* at, const char* end, T* value) {
    using F = FieldAt<I>;
    return MemberCodec<typename F::Value>::Read(at, end, &(value->*F::kMember));
  }
};

// A JSON value of nlohmann/json, known by its shape so that its header is the user's to include.
template <class X>
concept JsonLike = !Described<X> && requires(const X& value, const char* at) {
  { X::parse(at, at, nullptr, false) } -> std::same_as<X>;
  { value.dump() } -> std::convertible_to<std::string>;
  { value.is_discarded() } -> std::same_as<bool>;
  { value.is_number_float() } -> std::same_as<bool>;
};

// Null is a JSON value, so such a column is nullable without a std::optional. The value is written
// by walking it, not by its dump(): that throws at bad UTF-8 and turns NaN into null.
template <JsonLike X>
struct MemberCodec<X> {
  static constexpr Type kType = Type::kJson;
  static constexpr bool kNullable = true;

  static Fault Write(TextWriter* writer, const X& value) { return WriteAt(writer, value, 0); }

  static const char* Read(const char* at, const char* end, X* value) {
    const char* after = SkipValue(at, end);
    if (after == nullptr) return nullptr;
    *value = X::parse(at, after, nullptr, false);
    return value->is_discarded() ? nullptr : after;
  }

 private:
  static Fault WriteAt(TextWriter* writer, const X& value, int depth) {
    if (value.is_structured()) return WriteStructured(writer, value, depth);
    if (value.is_string()) {
      return WriteString(writer, value.template get_ref<const std::string&>());
    }
    if (value.is_number_float()) return WriteDouble(writer, value.template get<double>());
    if (value.is_number_unsigned()) {
      // Beyond the range of int64_t these are kept, exactly: a json column is not an int column.
      WriteUnsigned(writer, value.template get<std::uint64_t>());
    } else if (value.is_number()) {
      WriteInt(writer, value.template get<std::int64_t>());
    } else if (value.is_boolean()) {
      WriteBool(writer, value.template get<bool>());
    } else if (value.is_null()) {
      writer->Append("null");
    } else {
      return "binary or discarded JSON cannot be stored";
    }
    return nullptr;
  }

  static Fault WriteStructured(TextWriter* writer, const X& value, int depth) {
    if (depth == kJsonDepthMax) return "JSON nests deeper than 128 levels";
    const bool is_object = value.is_object();
    char before = is_object ? '{' : '[';
    if (value.empty()) writer->Append(before);
    for (const auto& item : value.items()) {
      writer->Append(before);
      before = ',';
      if (is_object) {
        if (const Fault fault = WriteString(writer, item.key())) return fault;
        writer->Append(':');
      }
      if (const Fault fault = WriteAt(writer, item.value(), depth + 1)) return fault;
    }
    writer->Append(is_object ? '}' : ']');
    return nullptr;
  }

  static void WriteUnsigned(TextWriter* writer, std::uint64_t value) {
    writer->Append(std::to_string(value));
  }
};

}  // namespace linedb::schema

#endif  // LINEDB_FIELD_TYPES_JSON_H_
