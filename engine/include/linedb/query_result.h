// Rows of a result -> C++ values. Internal to linedb; in a public header only because the typed
// surface inlines it.

#ifndef LINEDB_QUERY_RESULT_H_
#define LINEDB_QUERY_RESULT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "linedb/condition.h"
#include "linedb/query_spec.h"

namespace linedb::engine {

// The error of an output that does not fit the type it is read into.
absl::Status UnreadableOutput(const QuerySpec& query, const ResultRow& row, std::size_t output);
absl::Status NeedsSnapshotError();
void NoteFault(const char* fault, QuerySpec* query);
// Groups and aggregates are of all rows: a limit before them is a fault, an order has no effect.
void BeginGroups(QuerySpec* query);
QuerySpec JoinSpecs(const QuerySpec& first, const QuerySpec& second, MatchSpec on);

template <class X>
bool ReadText(const ResultRow& row, std::size_t i, X* value) {
  std::string_view text;
  if (!row.GetText(i, &text)) return false;
  if constexpr (std::is_same_v<X, std::string>) {
    value->assign(text);
  } else {
    const auto* first = reinterpret_cast<const typename X::value_type*>(text.data());
    value->assign(first, first + text.size());
  }
  return true;
}

template <class E>
bool ReadEnum(const ResultRow& row, std::size_t i, E* value) {
  if constexpr (schema::NamedEnum<E>) {
    std::string_view name;
    if (!row.GetText(i, &name)) return false;
    for (const EnumName<E>& known : DescribeEnum<E>::kNames) {
      if (known.name != name) continue;
      *value = known.value;
      return true;
    }
    return false;
  } else {
    using Integer = typename schema::MemberCodec<E>::Integer;
    std::int64_t number = 0;
    if (!row.GetInt(i, &number) || !std::in_range<Integer>(number)) return false;
    *value = static_cast<E>(number);
    return true;
  }
}

template <class X>
bool ReadTime(const ResultRow& row, std::size_t i, X* value) {
  Timestamp time;
  if (!row.GetTime(i, &time)) return false;
  using Seconds = std::chrono::duration<long double>;
  using Duration = typename X::duration;
  const Seconds since_epoch = time.time_since_epoch();
  if (since_epoch <= Seconds(Duration::min()) || since_epoch >= Seconds(Duration::max())) {
    return false;
  }
  *value = std::chrono::floor<Duration>(time);
  return true;
}

template <class X>
bool ReadJson(const ResultRow& row, std::size_t i, X* value) {
  std::string_view text = "null";
  if (!row.IsNull(i) && !row.GetText(i, &text)) return false;
  const char* end = text.data() + text.size();
  return schema::MemberCodec<X>::Read(text.data(), end, value) == end;
}

// Output `i` as an X; false if it does not fit.
template <class X>
bool ReadResult(const ResultRow& row, std::size_t i, X* value) {
  constexpr Kind kKind = KindOf<X>();
  if constexpr (schema::kIsOptional<X>) {
    value->reset();
    return row.IsNull(i) || ReadResult(row, i, &value->emplace());
  } else if constexpr (kKind == Kind::kBool) {
    return row.GetBool(i, value);
  } else if constexpr (std::is_floating_point_v<X>) {
    double wide = 0;
    const bool read = row.GetFloat(i, &wide);
    *value = static_cast<X>(wide);
    return read;
  } else if constexpr (kKind == Kind::kNumber) {
    std::int64_t wide = 0;
    if (!row.GetInt(i, &wide) || !std::in_range<X>(wide)) return false;
    *value = static_cast<X>(wide);
    return true;
  } else if constexpr (kKind == Kind::kText || kKind == Kind::kBytes) {
    return ReadText(row, i, value);
  } else if constexpr (kKind == Kind::kEnum) {
    return ReadEnum(row, i, value);
  } else if constexpr (kKind == Kind::kTime) {
    return ReadTime(row, i, value);
  } else if constexpr (kKind == Kind::kDate) {
    std::chrono::sys_days day;
    const bool read = row.GetDate(i, &day);
    *value = day;
    return read;
  } else {
    return ReadJson(row, i, value);
  }
}

template <class... Values>
absl::Status ReadResults(const QuerySpec& query, const ResultRow& row,
                         std::tuple<Values...>* values) {
  std::size_t i = 0;
  const bool read =
      std::apply([&](Values&... value) { return (ReadResult(row, i++, &value) && ...); }, *values);
  return read ? absl::OkStatus() : UnreadableOutput(query, row, i - 1);
}

template <class Struct, class Values>
inline constexpr bool kIsMadeOf = false;
template <class Struct, class... Values>
inline constexpr bool kIsMadeOf<Struct, std::tuple<Values...>> = requires(Values... values) {
  Struct{std::move(values)...};
};

template <class Row, class Values>
Row MakeRow(Values&& values) {
  if constexpr (std::is_same_v<Row, Values>) {
    return std::forward<Values>(values);
  } else {
    return std::apply([](auto&... value) { return Row{std::move(value)...}; }, values);
  }
}

// Whether a walk goes on: what the visitor returned, or true if it returns nothing.
template <class Visit, class... Arguments>
bool Proceed(Visit& visit, const Arguments&... arguments) {
  if constexpr (std::is_void_v<std::invoke_result_t<Visit&, const Arguments&...>>) {
    visit(arguments...);
    return true;
  } else {
    return static_cast<bool>(visit(arguments...));
  }
}

template <class Visit, class Row>
bool VisitResult(Visit& visit, const Row& row) {
  if constexpr (std::is_invocable_v<Visit&, const Row&>) {
    return Proceed(visit, row);
  } else {
    return std::apply([&](const auto&... values) { return Proceed(visit, values...); }, row);
  }
}

}  // namespace linedb::engine

#endif  // LINEDB_QUERY_RESULT_H_
