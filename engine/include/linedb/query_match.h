// By which columns two tables are joined. Internal to linedb; in a public header only because
// linedb/query.h inlines it.

#ifndef LINEDB_QUERY_MATCH_H_
#define LINEDB_QUERY_MATCH_H_

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "linedb/condition.h"
#include "linedb/query_spec.h"
#include "linedb/struct_codec.h"

namespace linedb::engine {

template <class Row, auto... Members>
std::vector<std::string> NamesOf() {
  return {std::string(ColumnTerm<Members>::name())...};
}

// The columns of T that make up its primary key.
template <class T>
std::vector<std::string> KeyNamesOf() {
  using Layout = schema::StructLayout<T>;
  static_assert(!Layout::kHasRowId, "linedb: a table without a primary key is not joined by it");
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::vector<std::string>{std::string(Layout::template FieldAt<I>::kName)...};
  }
  (typename Layout::KeyIndexes());
}

template <auto... Members>
constexpr bool CheckSameTypes(std::initializer_list<Type> others) {
  constexpr std::array<Type, sizeof...(Members)> kTypes = {
      schema::MemberCodec<typename ColumnTerm<Members>::Result>::kType...};
  std::size_t i = 0;
  for (const Type other : others) {
    if (kTypes[i] != other || other == Type::kJson) return false;
    ++i;
  }
  return true;
}

// Members of one struct that hold the primary key of the other.
template <class Parent, auto... Members>
constexpr bool HoldKey() {
  using Layout = schema::StructLayout<Parent>;
  static_assert(!Layout::kHasRowId, "linedb: a table without a primary key is not joined by it");
  static_assert(Layout::KeyIndexes::size() == sizeof...(Members),
                "linedb: a join names a member for each column of the other's primary key, or one "
                "member of each struct");
  if constexpr (!Layout::kHasRowId && Layout::KeyIndexes::size() == sizeof...(Members)) {
    constexpr bool kSame = []<std::size_t... I>(std::index_sequence<I...>) {
      return CheckSameTypes<Members...>(
          {schema::MemberCodec<typename Layout::template FieldAt<I>::Value>::kType...});
    }
    (typename Layout::KeyIndexes());
    static_assert(kSame, "linedb: two tables are joined by columns of the same type, and not json");
  }
  return true;
}

// Which columns of T and Other match: see Query::WhereExists.
template <class T, class Other, auto... Members>
MatchSpec MatchOf() {
  static_assert(sizeof...(Members) > 0, "linedb: name the members that two tables are joined by");
  using Rows = std::tuple<typename ColumnTerm<Members>::MemberRow...>;
  constexpr bool kAllHere = (std::is_same_v<typename ColumnTerm<Members>::MemberRow, T> && ...);
  constexpr bool kAllThere =
      (std::is_same_v<typename ColumnTerm<Members>::MemberRow, Other> && ...);
  constexpr bool kOneOfEach =
      sizeof...(Members) == 2 &&
      (!kAllHere || std::is_same_v<T, Other>)&&(!kAllThere || std::is_same_v<T, Other>);
  static_assert(kAllHere || kAllThere || kOneOfEach,
                "linedb: a join names members of one of its structs, or one of each");
  if constexpr (kOneOfEach) {
    constexpr auto kBoth = std::tuple(Members...);
    static_assert(std::is_same_v<Rows, std::tuple<T, Other>>,
                  "linedb: of two members the first is this query's struct's, the second the "
                  "other's");
    static_assert(
        CheckSameTypes<std::get<0>(kBoth)>(
            {schema::MemberCodec<typename ColumnTerm<std::get<1>(kBoth)>::Result>::kType}),
        "linedb: two tables are joined by columns of the same type, and not json");
    return {NamesOf<T, std::get<0>(kBoth)>(), NamesOf<Other, std::get<1>(kBoth)>()};
  } else if constexpr (kAllHere) {
    static_assert(HoldKey<Other, Members...>());
    return {NamesOf<T, Members...>(), KeyNamesOf<Other>()};
  } else {
    static_assert(HoldKey<T, Members...>());
    return {KeyNamesOf<T>(), NamesOf<Other, Members...>()};
  }
}

}  // namespace linedb::engine

#endif  // LINEDB_QUERY_MATCH_H_
