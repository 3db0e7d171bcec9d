// How a C++ struct is stored as a table: its columns, keys and defaults. No macros.
//
//   struct Student {
//     std::optional<std::int64_t> id = {};
//     std::string name;
//     std::optional<std::string> email = {};
//     double gpa = 0.0;
//   };
//   template <>
//   struct linedb::Describe<Student> {
//     static constexpr auto kTable = linedb::DescribeTable<"student">(
//         linedb::Field<"id", &Student::id>().PrimaryKey(),
//         linedb::Field<"name", &Student::name>(),
//         linedb::Field<"email", &Student::email>().Unique(),
//         linedb::Field<"gpa", &Student::gpa>().Default(0.0));
//   };
//
// The struct is a plain aggregate, and every member is described: one that is forgotten does not
// compile. A description is a constant, so any thread may use it, for ever.
//
// A member may be
//   any integer            int; unsigned values beyond 2^63-1 are refused when written
//   double, float          float; NaN and the infinities are refused when written
//   bool                   bool
//   std::string            str, which is UTF-8
//   an enum                int, or str if DescribeEnum (linedb/field.h) names its values
//   time_point of system_clock, linedb::Timestamp      timestamp, rounded down to microseconds
//   std::chrono::year_month_day                        date
//   linedb::Bytes, std::vector<std::uint8_t>           bytes
//   std::vector of these, a described struct, nlohmann::json      json
//   std::optional of these: the column is nullable

#ifndef LINEDB_DESCRIBE_H_
#define LINEDB_DESCRIBE_H_

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "linedb/field.h"
#include "linedb/field_types.h"
#include "linedb/field_types_json.h"

namespace linedb {
namespace schema {

// Stands for a member of any type in AcceptsMembers.
struct AnyMember {
  template <class X>
  constexpr operator X() const noexcept;
};
template <std::size_t>
using AnyMemberAt = AnyMember;

template <class T, std::size_t... I>
constexpr bool AcceptsMembers(std::index_sequence<I...>) {
  return requires { T{AnyMemberAt<I>{}...}; };
}

// Whether the aggregate has at least that many members: braces with more do not compile.
template <class T, std::size_t kCount>
inline constexpr bool kHasMembers = AcceptsMembers<T>(std::make_index_sequence<kCount>());

constexpr bool IsTableName(std::string_view name) {
  if (name.empty() || name.size() > 64 || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '_') return false;
  }
  return true;
}

template <class... Fields>
struct FieldList {
  static constexpr std::size_t kCount = sizeof...(Fields);
  using First = std::tuple_element_t<0, std::tuple<Fields...>>;
  using Row = typename First::Row;
  static constexpr bool kOneRow = (std::is_same_v<Row, typename Fields::Row> && ...);
  static constexpr int kPrimaryKeys = (0 + ... + (Fields::kPrimaryKey ? 1 : 0));
  static constexpr bool kAnyAssigned = (Fields::kAssigned || ...);

  static constexpr bool HasColumn(std::string_view name) {
    return ((Fields::kName == name) || ...);
  }
  static constexpr int CountColumn(std::string_view name) {
    return (0 + ... + (Fields::kName == name ? 1 : 0));
  }
  static constexpr bool kNamesDiffer = ((CountColumn(Fields::kName) == 1) && ...);
  template <auto Member>
  static constexpr int kMemberCount = (0 + ... + (IsSameMember<Member, Fields::kMember>() ? 1 : 0));
  static constexpr bool kMembersDiffer = ((kMemberCount<Fields::kMember> == 1) && ...);
};

// Of each field for itself; the compiler's note about it shows the field's name.
template <class F>
constexpr bool CheckField() {
  static_assert(Storable<typename F::Value>,
                "linedb: a member has a type that cannot be stored; linedb/describe.h lists the "
                "types, and a nested struct needs a Describe of its own");
  if constexpr (Storable<typename F::Value>) {
    using Codec = MemberCodec<typename F::Value>;
    constexpr bool kIsKey = F::kPrimaryKey || F::kUnique;
    static_assert(!kIsKey || Codec::kType != Type::kJson,
                  "linedb: a member stored as json can be no key: equal values may differ in text");
    static_assert(!F::kPrimaryKey || !Codec::kNullable || Codec::kType == Type::kInt,
                  "linedb: a primary key in a std::optional must be an integer, which is then "
                  "assigned when empty");
    static_assert(!F::kAssigned || StoredInteger<typename F::Value>,
                  "linedb: an AssignedKey is a plain integer member; a std::optional one takes "
                  ".PrimaryKey()");
    static_assert(!F::kExpires || Codec::kType == Type::kTimestamp,
                  "linedb: the member that says when a record expires is a point in time");
    static_assert(!F::kIndexed || Codec::kType != Type::kJson,
                  "linedb: a member stored as json can be no index: values have no order");
    static_assert(!F::kHasDefault || !(F::kAssigned || (F::kPrimaryKey && Codec::kNullable)),
                  "linedb: a key that is assigned when left out has no default");
  }
  return true;
}

template <class... Fields>
constexpr bool CheckFields() {
  static_assert((kIsField<Fields> && ...), "linedb: a description takes Field<...>() only");
  using List = FieldList<Fields...>;
  static_assert(List::kOneRow, "linedb: the members described belong to different structs");
  if constexpr (List::kOneRow) {
    using Row = typename List::Row;
    static_assert(std::is_aggregate_v<Row>,
                  "linedb: a described struct is a plain aggregate: no constructors, no private "
                  "members");
    static_assert(List::kMembersDiffer, "linedb: a member is described twice");
    static_assert(List::kNamesDiffer, "linedb: two fields have the same column name");
    static_assert(!List::kMembersDiffer || !kHasMembers<Row, List::kCount + 1>,
                  "linedb: a member of the struct is not described; every member needs a Field");
    static_assert(List::kCount <= 64, "linedb: a described struct has at most 64 members");
  }
  return (CheckField<Fields>() && ...);
}

// Of a part that names columns.
template <class List, class Key>
constexpr bool CheckColumnNames() {
  constexpr bool kKnown = [] {
    for (const std::string_view name : Key::kNames) {
      if (!List::HasColumn(name)) return false;
    }
    return true;
  }();
  static_assert(kKnown,
                "linedb: a key, index or reference names a column that is not among the fields");
  constexpr bool kDifferent = [] {
    for (std::size_t i = 0; i < Key::kNames.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (Key::kNames[i] == Key::kNames[j]) return false;
      }
    }
    return true;
  }();
  static_assert(kDifferent, "linedb: a key, index or reference names a column twice");
  return true;
}

// Fields only: for a struct that is nested in others and is no table itself.
template <class... Fields>
struct FieldsDescription {
  std::tuple<Fields...> fields;
};

template <FixedString TableName, class FieldsTuple, class PartsTuple>
struct TableDescription;

template <FixedString TableName, class... Fields, class... OtherParts>
struct TableDescription<TableName, std::tuple<Fields...>, std::tuple<OtherParts...>> {
  using List = FieldList<Fields...>;
  using Row = typename List::Row;
  // Keys, indexes, references, checks, the version.
  using Parts = std::tuple<OtherParts...>;
  static constexpr std::string_view kName = TableName.View();

  std::tuple<Fields...> fields;
};

template <class List, class Part>
constexpr bool CheckPart() {
  if constexpr (kNamesColumns<Part>) {
    return CheckColumnNames<List, Part>();
  } else {
    return true;
  }
}

template <class... Fields, class... Parts>
constexpr bool CheckTable(const std::tuple<Fields...>*, const std::tuple<Parts...>*) {
  using List = FieldList<Fields...>;
  static_assert(List::kPrimaryKeys <= 1 || !List::kAnyAssigned,
                "linedb: a key that is assigned is the only primary key column");
  if constexpr (CheckFields<Fields...>() && (Storable<typename Fields::Value> && ...)) {
    static_assert(
        List::kPrimaryKeys <= 1 ||
            !((Fields::kPrimaryKey && MemberCodec<typename Fields::Value>::kNullable) || ...),
        "linedb: no member of a compound primary key is a std::optional");
  }
  static_assert((0 + ... + (Fields::kExpires ? 1 : 0)) <= 1,
                "linedb: a table has one column that says when a record expires");
  static_assert((0 + ... + (kIsVersion<Parts> ? 1 : 0)) <= 1, "linedb: a table has one Version");
  return (CheckPart<List, Parts>() && ...);
}

template <class Part>
constexpr auto FieldOnly(const Part& part) {
  if constexpr (kIsField<Part>) {
    return std::tuple<Part>(part);
  } else {
    return std::tuple<>();
  }
}
template <class Part>
constexpr auto PartOnly(const Part& part) {
  if constexpr (kIsField<Part>) {
    return std::tuple<>();
  } else {
    return std::tuple<Part>(part);
  }
}
template <class Part>
inline constexpr bool kIsPart =
    kIsField<Part> || kNamesColumns<Part> || kIsCheck<Part> || kIsVersion<Part>;

}  // namespace schema

// The description of a table named `Name` ([A-Za-z_][A-Za-z0-9_]*, at most 64 bytes): its Fields
// in the order in which records hold them, then what concerns several of them: UniqueKey, Index,
// UniqueIndex, Reference, Check, Version. What does not fit together does not compile, with a
// message that begins with "linedb:".
template <FixedString Name, class... Parts>
constexpr auto DescribeTable(Parts... parts) {
  static_assert(schema::IsTableName(Name.View()),
                "linedb: a table name is [A-Za-z_][A-Za-z0-9_]*, at most 64 bytes: it is a file "
                "name");
  static_assert(
      (schema::kIsPart<Parts> && ...),
      "linedb: DescribeTable takes Field, UniqueKey, Index, UniqueIndex, Reference, Check "
      "and Version only");
  static_assert((schema::kIsField<Parts> || ...), "linedb: a table has at least one Field");
  using Fields = decltype(std::tuple_cat(schema::FieldOnly(parts)...));
  using Others = decltype(std::tuple_cat(schema::PartOnly(parts)...));
  static_assert(schema::CheckTable(static_cast<Fields*>(nullptr), static_cast<Others*>(nullptr)));
  return schema::TableDescription<Name, Fields, Others>{
      std::tuple_cat(schema::FieldOnly(parts)...)};
}

// The description of a struct that is only nested in others, as `kFields` of its Describe:
//
//   template <>
//   struct linedb::Describe<Address> {
//     static constexpr auto kFields = linedb::DescribeFields(
//         linedb::Field<"street", &Address::street>(), linedb::Field<"zip", &Address::zip>());
//   };
template <class... Fields>
constexpr auto DescribeFields(Fields... fields) {
  static_assert(sizeof...(Fields) > 0, "linedb: a described struct has at least one Field");
  static_assert(schema::CheckFields<Fields...>());
  return schema::FieldsDescription<Fields...>{std::tuple<Fields...>(fields...)};
}

}  // namespace linedb

#endif  // LINEDB_DESCRIBE_H_
