// What the compiler knows of a described struct: its columns, its key, its schema. Internal to
// linedb; the base of StructCodec.

#ifndef LINEDB_STRUCT_LAYOUT_H_
#define LINEDB_STRUCT_LAYOUT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "linedb/describe.h"
#include "linedb/table_schema.h"

namespace linedb::schema {

template <class T>
struct StructLayout {
  static_assert(DescribedAsTable<T>,
                "linedb: this struct is not described as a table: specialise linedb::Describe "
                "for it, with a kTable made by DescribeTable");
  using Description = std::remove_cvref_t<decltype(Describe<T>::kTable)>;
  using Fields = FieldsTuple<T>;
  template <std::size_t I>
  using FieldAt = std::tuple_element_t<I, Fields>;
  static_assert(std::is_same_v<typename Description::Row, T>,
                "linedb: the Describe of a struct describes the members of another");

  static constexpr std::string_view kTableName = Description::kName;
  static constexpr std::size_t kFieldCount = std::tuple_size_v<Fields>;
  // A table without a primary key stores a hidden $rowid before its fields.
  static constexpr bool kHasRowId = Description::List::kPrimaryKeys == 0;
  static constexpr int kStoredColumns = static_cast<int>(kFieldCount) + (kHasRowId ? 1 : 0);

  // Whether field I is the key that is assigned when left out.
  template <std::size_t I>
  static constexpr bool kIsAssigned = FieldAt<I>::kPrimaryKey &&
                                      (FieldAt<I>::kAssigned ||
                                       MemberCodec<typename FieldAt<I>::Value>::kNullable);

  // The index of the member's field, or the number of fields.
  template <auto Member>
  static constexpr std::size_t kFieldIndex = []<std::size_t... I>(std::index_sequence<I...>) {
    std::size_t index = kFieldCount;
    static_cast<void>(
        ((IsSameMember<Member, FieldAt<I>::kMember>() ? (index = I, true) : false) || ...));
    return index;
  }
  (std::make_index_sequence<kFieldCount>());

  // The member's position among the stored columns.
  template <auto Member>
  static constexpr int kStoredColumn = [] {
    static_assert(kFieldIndex<Member> < kFieldCount,
                  "linedb: this is no described member of the table's struct");
    return static_cast<int>(kFieldIndex<Member>) + (kHasRowId ? 1 : 0);
  }();

  // Whether an update can name these members: true, or it does not compile.
  template <auto... Members>
  static constexpr bool AreUpdatable() {
    static_assert(sizeof...(Members) > 0, "linedb: an update names the members to replace");
    static_assert(((kFieldIndex<Members> < kFieldCount) && ...),
                  "linedb: this is no described member of the table's struct");
    static_assert((!FieldAt<kFieldIndex<Members>>::kPrimaryKey && ...),
                  "linedb: a member of the primary key cannot be replaced: a record with another "
                  "key is another record");
    constexpr std::array<std::size_t, sizeof...(Members)> kNamed = {kFieldIndex<Members>...};
    for (std::size_t i = 0; i < kNamed.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (kNamed[i] == kNamed[j]) return false;
      }
    }
    return true;
  }

  template <auto Member>
  using ValueOf = typename MemberPointer<decltype(Member)>::Value;
  template <auto Member>
  using PlainValueOf = typename WithoutOptional<ValueOf<Member>>::type;

 private:
  template <std::size_t I, std::size_t... Found>
  static constexpr auto CollectKey(std::index_sequence<Found...> found) {
    if constexpr (I == kFieldCount) {
      return found;
    } else if constexpr (FieldAt<I>::kPrimaryKey) {
      return CollectKey<I + 1>(std::index_sequence<Found..., I>());
    } else {
      return CollectKey<I + 1>(found);
    }
  }
  template <std::size_t I>
  using KeyPart = typename WithoutOptional<typename FieldAt<I>::Value>::type;
  template <class Indexes>
  struct KeyType;
  template <std::size_t... I>
  struct KeyType<std::index_sequence<I...>> {
    using type = std::tuple<KeyPart<I>...>;
  };
  template <std::size_t I>
  struct KeyType<std::index_sequence<I>> {
    using type = KeyPart<I>;
  };

 public:
  // The fields of the primary key, in order.
  using KeyIndexes = decltype(CollectKey<0>(std::index_sequence<>()));
  static constexpr bool kKeyIsTuple = KeyIndexes::size() > 1;
  // The primary key member's type without std::optional, a tuple of them for several, or the
  // $rowid's.
  using Key = std::conditional_t<kHasRowId, std::int64_t, typename KeyType<KeyIndexes>::type>;
  static constexpr bool kAssigned = []<std::size_t... I>(std::index_sequence<I...>) {
    return kHasRowId || (kIsAssigned<I> || ...);
  }
  (std::make_index_sequence<kFieldCount>());

  static constexpr int LastOf(std::initializer_list<int> columns) {
    int last = -1;
    for (const int column : columns) last = column > last ? column : last;
    return last;
  }
  static constexpr int FirstOf(std::initializer_list<int> columns) {
    int first = kStoredColumns;
    for (const int column : columns) first = column < first ? column : first;
    return first;
  }
  // Whether these stored columns are reached sooner from a line's end than from its begin. Strings
  // are longer than numbers; a json column cannot be passed over backwards.
  static constexpr bool IsNearerToEnd(std::initializer_list<int> columns) {
    const int first = FirstOf(columns) - (kHasRowId ? 1 : 0);
    const int last = LastOf(columns) - (kHasRowId ? 1 : 0);
    int from_begin = kHasRowId ? 1 : 0;
    int from_end = 0;
    bool possible = true;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      const auto add = [&](int field, Type type) {
        const int effort = type == Type::kString || type == Type::kJson ? 2 : 1;
        if (field <= last) from_begin += effort;
        if (field >= first) from_end += effort;
        if (field >= first && type == Type::kJson) possible = false;
      };
      (add(static_cast<int>(I), MemberCodec<typename FieldAt<I>::Value>::kType), ...);
    }
    (std::make_index_sequence<kFieldCount>());
    return possible && from_end < from_begin;
  }
  static constexpr int IndexOf(int wanted, std::initializer_list<int> columns) {
    int index = 0;
    for (const int column : columns) {
      if (column == wanted) return index;
      ++index;
    }
    return -1;
  }

  template <class Value>
  static constexpr decltype(auto) Plain(Value& value) {
    if constexpr (kIsOptional<std::remove_const_t<Value>>) {
      return *value;
    } else {
      return (value);
    }
  }

  // Whether the row leaves its assigned key to the table.
  static bool KeyLeftOut(const T& row) { return KeyLeftOutOf<FirstKeyIndex()>(row); }

  static Key KeyOf(const T& row, std::int64_t next_key) {
    if constexpr (kHasRowId) {
      return next_key;
    } else {
      if constexpr (kAssigned) {
        if (KeyLeftOut(row)) return static_cast<Key>(next_key);
      }
      return []<std::size_t... I>(const T& from, std::index_sequence<I...>) {
        return Key(Plain(from.*FieldAt<I>::kMember)...);
      }
      (row, KeyIndexes());
    }
  }

  static TableSchema MakeSchema() {
    TableSchema schema;
    schema.table_name = std::string(kTableName);
    std::apply([&](const auto&... field) { (AddColumn(field, &schema), ...); }, FieldsOf<T>());
    []<class... Parts>(std::tuple<Parts...>*, [[maybe_unused]] TableSchema* to) {
      (AddPart<Parts>(to), ...);
    }(static_cast<typename Description::Parts*>(nullptr), &schema);
    return schema;
  }

 private:
  static constexpr std::size_t FirstKeyIndex() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      std::size_t first = 0;
      static_cast<void>(((first = I, true) || ...));
      return first;
    }
    (KeyIndexes());
  }

  template <std::size_t I>
  static bool KeyLeftOutOf(const T& row) {
    const auto& value = row.*FieldAt<I>::kMember;
    if constexpr (kIsOptional<std::remove_cvref_t<decltype(value)>>) {
      return !value.has_value();
    } else {
      return value == 0;
    }
  }

  template <class F>
  static void AddColumn(const F& field, TableSchema* schema) {
    schema->columns.push_back(MakeColumn(field));
    if (F::kIndexed) schema->indexes.push_back({.columns = {std::string(F::kName)}});
    if (F::kExpires) schema->expires = std::string(F::kName);
  }

  template <class Part>
  static void AddPart(TableSchema* schema) {
    if constexpr (kIsUniqueKey<Part>) {
      schema->unique_keys.emplace_back(Part::kNames.begin(), Part::kNames.end());
    } else if constexpr (kIsIndex<Part>) {
      schema->indexes.push_back(
          {.columns = {Part::kNames.begin(), Part::kNames.end()}, .unique = Part::kUnique});
    } else if constexpr (kIsReference<Part>) {
      schema->references.push_back({.columns = {Part::kNames.begin(), Part::kNames.end()},
                                    .table = std::string(Part::kTable),
                                    .on_delete = Part::kOnDelete});
    } else if constexpr (kIsCheck<Part>) {
      schema->checks.emplace_back(Part::kExpression);
    } else {
      schema->version = Part::kVersion;
    }
  }

  template <class F>
  static ColumnSchema MakeColumn(const F& field) {
    using Value = typename F::Value;
    ColumnSchema column;
    column.name = std::string(F::kName);
    column.type = MemberCodec<Value>::kType;
    column.primary_key = F::kPrimaryKey;
    column.nullable = MemberCodec<Value>::kNullable || F::kAssigned;
    column.unique = F::kUnique;
    column.check = std::string(field.notes.check);
    column.id = field.notes.id;
    if (!field.notes.references_table.empty()) {
      column.references = {.columns = {column.name},
                           .table = std::string(field.notes.references_table),
                           .on_delete = field.notes.on_delete};
    }
    if constexpr (F::kHasDefault) {
      TextWriter writer;
      // A default that cannot be written is left as no JSON, which ValidateTableSchema refuses.
      if (MemberCodec<Value>::Write(&writer, Value(field.default_value)) != nullptr) {
        writer.Append('?');
      }
      if (writer.text() != "null") column.default_json = std::string(writer.text());
    }
    return column;
  }
};

}  // namespace linedb::schema

#endif  // LINEDB_STRUCT_LAYOUT_H_
