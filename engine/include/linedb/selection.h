// Rows of values that a query gives in place of records. linedb/query.h makes them.

#ifndef LINEDB_SELECTION_H_
#define LINEDB_SELECTION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/query_parts.h"
#include "linedb/query_result.h"
#include "linedb/query_spec.h"

namespace linedb {

namespace engine {

template <class Row, class... Sources>
inline constexpr bool kIsOneOf = std::is_void_v<Row> || (std::is_same_v<Row, Sources> || ...);

// Does not compile unless the part of a query is about a struct that the query reads.
template <class Part, class... Sources>
constexpr bool CheckSource() {
  static_assert(kIsOneOf<typename Part::Row, Sources...>,
                "linedb: the columns of a struct are used in a query over another");
  return true;
}

// The expression as a query of these structs names its columns.
template <class Row, class... Sources>
Expression Named(const Expression& expression) {
  if constexpr (sizeof...(Sources) > 1 && !std::is_void_v<Row>) {
    return QualifyColumns(expression, schema::StructLayout<Row>::kTableName);
  } else {
    return expression;
  }
}

template <class... Sources, class Part>
OutputSpec OutputOf(const Part& part, QuerySpec* query) {
  static_assert(CheckSource<Part, Sources...>());
  using Row = typename Part::Row;
  if constexpr (kIsAggregate<Part>) {
    OutputSpec output{.aggregate = part.aggregate()};
    if (part.of().has_value()) {
      NoteFault(part.of()->fault, query);
      output.of = Named<Row, Sources...>(part.of()->expression);
    }
    return output;
  } else {
    NoteFault(part.operand().fault, query);
    return {.of = Named<Row, Sources...>(part.operand().expression)};
  }
}

template <class... Sources, class Part>
void AddOrder(const Part& part, QuerySpec* query) {
  static_assert(CheckSource<Part, Sources...>());
  using Row = typename Part::Row;
  if constexpr (kIsOrdering<Part>) {
    NoteFault(part.fault(), query);
    OrderSpec order = part.order();
    if (order.by.of.has_value()) order.by.of = Named<Row, Sources...>(*order.by.of);
    query->order.push_back(std::move(order));
  } else {
    AddOrder<Sources...>(Ordering<Row>(part), query);
  }
}

}  // namespace engine

// Rows of values: of columns, computed terms, and aggregates. Made by Select. `Row` is a tuple, or
// the struct of As; `Sources` are the structs of the tables that are read.
template <class Row, class Values, class... Sources>
class Selection {
 public:
  explicit Selection(std::shared_ptr<const engine::QuerySpec> query) : query_(std::move(query)) {}

  // Of rows that are equal in all values only the first.
  Selection Distinct() const {
    return Changed([](engine::QuerySpec* query) { query->distinct = true; });
  }
  // By columns, terms or, of groups, by what they are grouped by and aggregates; each ascending
  // unless .Descending(). A second OrderBy replaces the first.
  template <class... Orders>
  Selection OrderBy(const Orders&... orders) const {
    return Changed([&](engine::QuerySpec* query) {
      query->order.clear();
      (engine::AddOrder<Sources...>(orders, query), ...);
    });
  }
  Selection Limit(std::uint64_t rows) const {
    return Changed([&](engine::QuerySpec* query) { query->limit = rows; });
  }
  // Passes over that many rows before the first.
  Selection Offset(std::uint64_t rows) const {
    return Changed([&](engine::QuerySpec* query) { query->offset = rows; });
  }
  // Rows as structs, made of the values in braces: Select<&Student::name, …>().As<NameAndGpa>().
  template <class Struct>
  Selection<Struct, Values, Sources...> As() const {
    static_assert(engine::kIsMadeOf<Struct, Values>,
                  "linedb: the struct cannot be made, in braces, of the values that are selected");
    return Selection<Struct, Values, Sources...>(query_);
  }

  absl::StatusOr<std::vector<Row>> Rows(engine::View in = {}) const {  // all, in order
    std::vector<Row> rows;
    absl::Status run = Run(in, [&](Row&& row) {
      rows.push_back(std::move(row));
      return true;
    });
    if (!run.ok()) return run;
    return rows;
  }
  absl::StatusOr<std::optional<Row>> First(engine::View in = {}) const {  // or nothing
    std::optional<Row> first;
    absl::Status run = Limit(1).Run(in, [&](Row&& row) {
      first.emplace(std::move(row));
      return false;
    });
    if (!run.ok()) return run;
    return first;
  }
  // Calls `visit(values...)`, or `visit(const Row&)`, for each row; it may return bool: false ends
  // the walk. It may read, and write with a transaction of its own, also the one that is read in:
  // what is visited is as it was when the call began.
  template <class Visit>
  absl::Status ForEach(Visit&& visit) const {
    return ForEach(engine::View(), std::forward<Visit>(visit));
  }
  template <class Visit>
  absl::Status ForEach(engine::View in, Visit&& visit) const {
    return Run(in, [&](Row&& row) { return engine::VisitResult(visit, row); });
  }
  // How many rows there are.
  absl::StatusOr<std::uint64_t> Count(engine::View in = {}) const {
    return engine::CountRows(*query_, in);
  }

  std::string ToText() const { return engine::QueryText(*query_); }  // the query
  absl::StatusOr<std::string> Explain(engine::View in = {}) const {  // how it would go
    return engine::ExplainQuery(*query_, in);
  }
  const engine::QuerySpec& spec() const { return *query_; }

 private:
  template <class Change>
  Selection Changed(Change&& change) const {
    auto changed = std::make_shared<engine::QuerySpec>(*query_);
    change(changed.get());
    return Selection(std::move(changed));
  }
  template <class Take>
  absl::Status Run(engine::View in, Take&& take) const {
    absl::Status read;
    absl::Status run = engine::RunQuery(*query_, in, [&](const engine::ResultRow& result) {
      Values values{};
      read = engine::ReadResults(*query_, result, &values);
      return read.ok() && take(engine::MakeRow<Row>(std::move(values)));
    });
    return run.ok() ? read : run;
  }

  std::shared_ptr<const engine::QuerySpec> query_;

  template <class, class, class...>
  friend class Selection;
};

namespace engine {

// What Select makes of parts.
template <class SourceTuple, class... Parts>
struct SelectionOf;
template <class... Sources, class... Parts>
struct SelectionOf<std::tuple<Sources...>, Parts...> {
  using Values = std::tuple<OwnedOf<typename Parts::Result>...>;
  using type = Selection<Values, Values, Sources...>;
};

template <class... Sources, class... Parts>
auto MakeSelection(QuerySpec query, const Parts&... parts) {
  static_assert(sizeof...(Parts) > 0, "linedb: Select names what to select");
  if constexpr ((kIsAggregate<Parts> || ...)) BeginGroups(&query);
  query.outputs = {OutputOf<Sources...>(parts, &query)...};
  using Made = typename SelectionOf<std::tuple<Sources...>, Parts...>::type;
  return Made(std::make_shared<const QuerySpec>(std::move(query)));
}

}  // namespace engine

// The groups of a query's records that are equal in some terms. Made by GroupBy.
template <class... Sources>
class Groups {
 public:
  explicit Groups(engine::QuerySpec query) : query_(std::move(query)) {}

  // One row for each group: terms by which it is grouped, and aggregates.
  template <class... Parts>
  auto Select(const Parts&... parts) const {
    return engine::MakeSelection<Sources...>(query_, parts...);
  }

 private:
  engine::QuerySpec query_;
};

}  // namespace linedb

#endif  // LINEDB_SELECTION_H_
