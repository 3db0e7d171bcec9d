// The parts of a description: Field, UniqueKey, EnumName. Use them through linedb/describe.h.

#ifndef LINEDB_FIELD_H_
#define LINEDB_FIELD_H_

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "linedb/fixed_string.h"

namespace linedb {

// How a struct is stored: specialise it for each, see linedb/describe.h.
template <class T>
struct Describe;

// The names by which an enum's values are stored, in place of their numbers:
//
//   template <>
//   struct linedb::DescribeEnum<Grade> {
//     static constexpr std::array<linedb::EnumName<Grade>, 2> kNames = {
//         {{Grade::kPass, "pass"}, {Grade::kFail, "fail"}}};
//   };
template <class E>
struct DescribeEnum;

template <class E>
struct EnumName {
  E value;
  std::string_view name;
};

namespace schema {

enum FieldFlag : unsigned {
  kFieldPlain = 0,
  kFieldPrimaryKey = 1,
  kFieldUnique = 2,
  kFieldAssigned = 4,
};

struct NoDefault {};

template <class Pointer>
struct MemberPointer {
  static constexpr bool kIsMember = false;
};
template <class R, class V>
struct MemberPointer<V R::*> {
  static constexpr bool kIsMember = !std::is_function_v<V>;
  using Row = R;
  using Value = V;
};

// One described member. The names and flags are part of the type, so that all checks and all
// literal text are the compiler's work; only the default is a value.
template <FixedString Name, auto Member, unsigned Flags, class DefaultValue>
struct FieldSpec {
  using Row = typename MemberPointer<decltype(Member)>::Row;
  using Value = typename MemberPointer<decltype(Member)>::Value;
  static constexpr auto kMember = Member;
  static constexpr bool kPrimaryKey = (Flags & kFieldPrimaryKey) != 0;
  static constexpr bool kUnique = (Flags & kFieldUnique) != 0;
  static constexpr bool kAssigned = (Flags & kFieldAssigned) != 0;
  static constexpr bool kHasDefault = !std::is_same_v<DefaultValue, NoDefault>;
  static constexpr std::string_view kName = Name.View();
  static constexpr auto kFixedName = Name;

  // The primary key, or a column of it: several make a compound key, in the order of fields. An
  // integer in a std::optional is assigned when empty: the largest ever used plus one.
  constexpr auto PrimaryKey() const { return With<kFieldPrimaryKey>(); }
  // The primary key in a plain integer that is assigned when it is 0.
  constexpr auto AssignedKey() const { return With<kFieldPrimaryKey | kFieldAssigned>(); }
  // No two records share a value; an empty std::optional clashes with nothing.
  constexpr auto Unique() const { return With<kFieldUnique>(); }
  // What a record that came without this column gets (a JSON record, an import).
  template <class D>
  constexpr auto Default(D value) const {
    static_assert(std::is_constructible_v<Value, D>,
                  "linedb: the default of a field has a type that its member cannot hold");
    return FieldSpec<Name, Member, Flags, D>{value};
  }

  DefaultValue default_value = {};

 private:
  template <unsigned More>
  constexpr auto With() const {
    return FieldSpec<Name, Member, Flags | More, DefaultValue>{default_value};
  }
};

template <FixedString... Names>
struct UniqueKeySpec {
  static constexpr std::array<std::string_view, sizeof...(Names)> kNames = {Names.View()...};
};

template <class T>
inline constexpr bool kIsField = false;
template <FixedString Name, auto Member, unsigned Flags, class D>
inline constexpr bool kIsField<FieldSpec<Name, Member, Flags, D>> = true;

template <class T>
inline constexpr bool kIsUniqueKey = false;
template <FixedString... Names>
inline constexpr bool kIsUniqueKey<UniqueKeySpec<Names...>> = true;

constexpr bool IsColumnName(std::string_view name) {
  if (name.empty() || name.size() > 128 || name[0] == '$') return false;
  for (const char character : name) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < 0x20 || byte == 0x7f || character == '"' || character == '\\') return false;
  }
  return true;
}

// Whether two pointers name the same member; of different types they do not.
template <auto A, auto B>
constexpr bool IsSameMember() {
  if constexpr (std::is_same_v<decltype(A), decltype(B)>) {
    return A == B;
  } else {
    return false;
  }
}

}  // namespace schema

// The column `Name` holds `Member`, a pointer to a data member such as &Student::name.
template <FixedString Name, auto Member>
constexpr auto Field() {
  static_assert(schema::MemberPointer<decltype(Member)>::kIsMember,
                "linedb: a Field takes a pointer to a data member, such as &Student::name");
  static_assert(schema::IsColumnName(Name.View()),
                "linedb: a column name has 1 to 128 bytes, does not begin with $, and holds no "
                "control character, quote or backslash");
  return schema::FieldSpec<Name, Member, schema::kFieldPlain, schema::NoDefault>{};
}

// No two records share the values of these columns together; give it to DescribeTable after the
// fields. A record with an empty std::optional among them clashes with nothing.
template <FixedString... Names>
constexpr auto UniqueKey() {
  static_assert(sizeof...(Names) >= 2,
                "linedb: a UniqueKey names two columns or more; for one use .Unique()");
  return schema::UniqueKeySpec<Names...>{};
}

}  // namespace linedb

#endif  // LINEDB_FIELD_H_
