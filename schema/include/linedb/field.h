// The parts of a description: Field, UniqueKey, EnumName. Use them through linedb/describe.h.

#ifndef LINEDB_FIELD_H_
#define LINEDB_FIELD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "linedb/fixed_string.h"
#include "linedb/table_schema.h"

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
  kFieldIndexed = 8,
  kFieldExpires = 16,
};

struct NoDefault {};

// What a field says beside its name, member, flags and default.
struct FieldNotes {
  std::string_view check = {};
  std::string_view references_table = {};
  OnDelete on_delete = OnDelete::kRestrict;
  std::int64_t id = 0;
};

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
  static constexpr bool kIndexed = (Flags & kFieldIndexed) != 0;
  static constexpr bool kExpires = (Flags & kFieldExpires) != 0;
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
  // Records are kept in the order of this column, too: an ordered index of it alone.
  constexpr auto Indexed() const { return With<kFieldIndexed>(); }
  // The timestamp from which on the record is not seen any more; it goes with a compaction.
  constexpr auto Expires() const { return With<kFieldExpires>(); }
  // What a record that came without this column gets (a JSON record, an import).
  template <class D>
  constexpr auto Default(D value) const {
    static_assert(std::is_constructible_v<Value, D>,
                  "linedb: the default of a field has a type that its member cannot hold");
    return FieldSpec<Name, Member, Flags, D>{value, notes};
  }
  // An expression that no record may make false, as "gpa >= 0 and gpa <= 4": linedb/expression.h.
  constexpr auto Check(std::string_view expression) const {
    auto with = *this;
    with.notes.check = expression;
    return with;
  }
  // The value is the primary key of a record of that table, or null.
  constexpr auto References(std::string_view table,
                            OnDelete on_delete = OnDelete::kRestrict) const {
    auto with = *this;
    with.notes.references_table = table;
    with.notes.on_delete = on_delete;
    return with;
  }
  // What stays when the column is renamed: the number of the column of the stored table that this
  // field is, whatever its name there. Left out: the column of the same name.
  constexpr auto Id(std::int64_t id) const {
    auto with = *this;
    with.notes.id = id;
    return with;
  }

  DefaultValue default_value = {};
  FieldNotes notes = {};

 private:
  template <unsigned More>
  constexpr auto With() const {
    return FieldSpec<Name, Member, Flags | More, DefaultValue>{default_value, notes};
  }
};

// Columns by name, of a key, an index or a reference.
template <FixedString... Names>
struct ColumnNames {
  static constexpr std::array<std::string_view, sizeof...(Names)> kNames = {Names.View()...};
};
template <FixedString... Names>
struct UniqueKeySpec : ColumnNames<Names...> {};
template <bool kUniqueIndex, FixedString... Names>
struct IndexSpec : ColumnNames<Names...> {
  static constexpr bool kUnique = kUniqueIndex;
};
template <FixedString Table, OnDelete kDeletion, FixedString... Names>
struct ReferenceSpec : ColumnNames<Names...> {
  static constexpr std::string_view kTable = Table.View();
  static constexpr OnDelete kOnDelete = kDeletion;
};
template <FixedString Expression>
struct CheckSpec {
  static constexpr std::string_view kExpression = Expression.View();
};
template <std::int64_t kNumber>
struct VersionSpec {
  static constexpr std::int64_t kVersion = kNumber;
};

template <class T>
inline constexpr bool kIsField = false;
template <FixedString Name, auto Member, unsigned Flags, class D>
inline constexpr bool kIsField<FieldSpec<Name, Member, Flags, D>> = true;

template <class T>
inline constexpr bool kIsUniqueKey = false;
template <FixedString... Names>
inline constexpr bool kIsUniqueKey<UniqueKeySpec<Names...>> = true;

template <class T>
inline constexpr bool kIsIndex = false;
template <bool kUnique, FixedString... Names>
inline constexpr bool kIsIndex<IndexSpec<kUnique, Names...>> = true;

template <class T>
inline constexpr bool kIsReference = false;
template <FixedString Table, OnDelete kDeletion, FixedString... Names>
inline constexpr bool kIsReference<ReferenceSpec<Table, kDeletion, Names...>> = true;

template <class T>
inline constexpr bool kIsCheck = false;
template <FixedString Expression>
inline constexpr bool kIsCheck<CheckSpec<Expression>> = true;

template <class T>
inline constexpr bool kIsVersion = false;
template <std::int64_t kNumber>
inline constexpr bool kIsVersion<VersionSpec<kNumber>> = true;

// A part of a table's description that names columns.
template <class T>
inline constexpr bool kNamesColumns = kIsUniqueKey<T> || kIsIndex<T> || kIsReference<T>;

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

// Records are kept in the order of these columns, too, for queries by ranges of the first ones;
// give it to DescribeTable after the fields. For one column .Indexed() says the same.
template <FixedString... Names>
constexpr auto Index() {
  static_assert(sizeof...(Names) >= 1, "linedb: an Index names a column or more");
  return schema::IndexSpec<false, Names...>{};
}
// The same, and no two records share the values together, as of a UniqueKey.
template <FixedString... Names>
constexpr auto UniqueIndex() {
  static_assert(sizeof...(Names) >= 1, "linedb: a UniqueIndex names a column or more");
  return schema::IndexSpec<true, Names...>{};
}

// These columns together are the primary key of a record of another table; a record with an empty
// std::optional among them references nothing. For one column .References() says the same.
//   linedb::Reference<"course", linedb::OnDelete::kCascade, "department", "number">()
template <FixedString Table, OnDelete kOnDelete, FixedString... Names>
constexpr auto Reference() {
  static_assert(sizeof...(Names) >= 1, "linedb: a Reference names a column or more");
  return schema::ReferenceSpec<Table, kOnDelete, Names...>{};
}

// An expression over several columns that no record may make false: linedb/expression.h.
//   linedb::Check<"began <= ended">()
template <FixedString Expression>
constexpr auto Check() {
  return schema::CheckSpec<Expression>{};
}

// The version of the description, for migrations by functions (linedb/migrate.h). Left out: 1.
template <std::int64_t kNumber>
constexpr auto Version() {
  static_assert(kNumber >= 1, "linedb: versions count from 1");
  return schema::VersionSpec<kNumber>{};
}

}  // namespace linedb

#endif  // LINEDB_FIELD_H_
