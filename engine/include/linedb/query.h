// Queries over tables of described structs.
//
//   using linedb::Column;
//   linedb::Query<Student> good = students.Where(Column<&Student::gpa> >= 3.5 &&
//                                                Column<&Student::name>.StartsWith("A"));
//   std::vector<Student> first = *good.OrderBy(Column<&Student::name>).Limit(10).Rows();
//   good.Select<&Student::name, &Student::gpa>().ForEach(
//       [](const std::string& name, double gpa) { … });
//   for (const auto& [year, count, mean] :
//        *students.All()
//             .GroupBy<&Student::year>()
//             .Select(Column<&Student::year>, linedb::Count(),
//                     linedb::Average(Column<&Student::gpa>))
//             .Rows()) …
//   enrolments.All().Join<&Enrolment::student_id>(good).ForEach(
//       [](const Enrolment& enrolment, const Student& student) { … });
//   students.All().WhereExists<&Enrolment::student_id>(enrolments.All()).Count();
//   good.Update(Column<&Student::honours>.Set(true));  // how many there were
//   good.Erase();
//
// A query is a value. Its methods give another query, and leave it as it is; it can be kept, copied
// and used in any thread, as long as its Database is there. It reads nothing until it is run, and
// then what `in` sees: a ReadTransaction, a WriteTransaction (in its thread), or, if none is named,
// what is committed at that moment, all of it as of the same moment. ToText() shows it as text.
//
// The order of rows is that of OrderBy; null is before all else, text goes byte by byte. Rows that
// are equal there, and all rows without OrderBy, are in file order: that in which their records
// were written last. Of a join it is that of the first table, then that of the second; of groups,
// and of Distinct, that of each one's first record.
//
// How a query is run (by key, by an ordered index, by columns in memory while a ColumnSet holds
// them, or by reading the table) is chosen when it is run and has no influence on what comes out;
// Explain() tells what would be chosen, how many records are expected, and why. ForEach streams:
// without OrderBy, or where an index has the order, no row is kept; OrderBy with Limit keeps as
// many as that. What Rows returns is in memory.
//
// Errors of running: kInvalidArgument (a literal that no column can hold, as NaN; a part that has
// no meaning where it is; a limited query that is grouped or summed), kOutOfRange (a sum, or a
// selected computed int, beyond 64 bits), kFailedPrecondition (a value that does not fit its
// member; a transaction that has ended, a table that was dropped or altered), kDataLoss (damage).

#ifndef LINEDB_QUERY_H_
#define LINEDB_QUERY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/condition.h"
#include "linedb/query_result.h"
#include "linedb/query_spec.h"
#include "linedb/row_reader.h"
#include "linedb/table.h"

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
  constexpr bool kOneOfEach = sizeof...(Members) == 2 && (!kAllHere || std::is_same_v<T, Other>) &&
                              (!kAllThere || std::is_same_v<T, Other>);
  static_assert(kAllHere || kAllThere || kOneOfEach,
                "linedb: a join names members of one of its structs, or one of each");
  if constexpr (kOneOfEach) {
    constexpr auto kBoth = std::tuple(Members...);
    static_assert(std::is_same_v<Rows, std::tuple<T, Other>>,
                  "linedb: of two members the first is this query's struct's, the second the "
                  "other's");
    static_assert(CheckSameTypes<std::get<0>(kBoth)>({schema::MemberCodec<
                      typename ColumnTerm<std::get<1>(kBoth)>::Result>::kType}),
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

  absl::StatusOr<std::vector<Row>> Rows(engine::View in = {}) const {
    std::vector<Row> rows;
    absl::Status run = Run(in, [&](Row&& row) {
      rows.push_back(std::move(row));
      return true;
    });
    if (!run.ok()) return run;
    return rows;
  }
  absl::StatusOr<std::optional<Row>> First(engine::View in = {}) const {
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

  std::string ToText() const { return engine::QueryText(*query_); }
  absl::StatusOr<std::string> Explain(engine::View in = {}) const {
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

namespace engine {

// What queries of one table and joins have in common. `Derived` is made of a QuerySpec.
template <class Derived, class... Sources>
class QueryMethods {
 public:
  explicit QueryMethods(QuerySpec query) : query_(std::move(query)) {}

  // See Selection. A second OrderBy replaces the first.
  template <class... Orders>
  Derived OrderBy(const Orders&... orders) const {
    return Changed([&](QuerySpec* query) {
      query->order.clear();
      (AddOrder<Sources...>(orders, query), ...);
    });
  }
  Derived Limit(std::uint64_t rows) const {
    return Changed([&](QuerySpec* query) { query->limit = rows; });
  }
  Derived Offset(std::uint64_t rows) const {
    return Changed([&](QuerySpec* query) { query->offset = rows; });
  }

  // Values in place of records: columns, terms; or aggregates, then one row.
  //   Select(Column<&Student::name>, Column<&Student::gpa> * 25), Select<&Student::name>(),
  //   Select(linedb::Count(), linedb::Max(Column<&Student::gpa>))
  template <class... Parts>
  requires(sizeof...(Parts) > 0) auto Select(const Parts&... parts) const {
    return MakeSelection<Sources...>(query_, parts...);
  }
  template <auto... Members>
  requires(sizeof...(Members) > 0) auto Select() const {
    return MakeSelection<Sources...>(query_, ColumnTerm<Members>()...);
  }
  template <class... Terms>
  requires(sizeof...(Terms) > 0) Groups<Sources...> GroupBy(const Terms&... terms) const {
    QuerySpec query = query_;
    BeginGroups(&query);
    (query.groups.push_back(*OutputOf<Sources...>(terms, &query).of), ...);
    return Groups<Sources...>(std::move(query));
  }
  template <auto... Members>
  requires(sizeof...(Members) > 0) Groups<Sources...> GroupBy() const {
    return GroupBy(ColumnTerm<Members>()...);
  }

  // How many rows the query has.
  absl::StatusOr<std::uint64_t> Count(View in = {}) const { return CountRows(query_, in); }
  // Of all records of the query: linedb::Sum, Average, Min and Max.
  template <auto Member>
  auto Sum(View in = {}) const {
    return One(in, linedb::Sum(ColumnTerm<Member>()));
  }
  template <auto Member>
  auto Average(View in = {}) const {
    return One(in, linedb::Average(ColumnTerm<Member>()));
  }
  template <auto Member>
  auto Min(View in = {}) const {
    return One(in, linedb::Min(ColumnTerm<Member>()));
  }
  template <auto Member>
  auto Max(View in = {}) const {
    return One(in, linedb::Max(ColumnTerm<Member>()));
  }

  // The query in one line, for people.
  std::string ToText() const { return QueryText(query_); }
  // How it would be run now, in lines: for each table the way to its records, how many are
  // expected, and why that way; then what is done with them.
  absl::StatusOr<std::string> Explain(View in = {}) const { return ExplainQuery(query_, in); }
  const QuerySpec& spec() const { return query_; }

 protected:
  template <class Change>
  Derived Changed(Change&& change) const {
    Derived changed = static_cast<const Derived&>(*this);
    change(&changed.query_);
    return changed;
  }
  template <class Part>
  absl::StatusOr<OwnedOf<typename Part::Result>> One(View in, const Part& part) const {
    auto first = MakeSelection<Sources...>(query_, part).First(in);
    if (!first.ok()) return first.status();
    return std::get<0>(**std::move(first));
  }

  QuerySpec query_;
};

}  // namespace engine

// The pairs of records of two tables that match. Made by Query::Join.
template <class T, class U>
class JoinedQuery : public engine::QueryMethods<JoinedQuery<T, U>, T, U> {
  using Base = engine::QueryMethods<JoinedQuery<T, U>, T, U>;
  static_assert(!std::is_same_v<T, U>, "linedb: a table is not joined with itself");
  static_assert(!schema::StructCodec<T>::kHoldsViews && !schema::StructCodec<U>::kHoldsViews,
                "linedb: structs with std::string_view members are not joined: select columns");

 public:
  JoinedQuery(engine::QuerySpec query, bool first_same_order, bool second_same_order)
      : Base(std::move(query)),
        first_same_order_(first_same_order),
        second_same_order_(second_same_order) {}

  // Only pairs for which this holds, too.
  template <class Row>
  JoinedQuery Where(const Condition<Row>& condition) const {
    static_assert(engine::CheckSource<Condition<Row>, T, U>());
    return this->Changed([&](engine::QuerySpec* query) {
      engine::NoteFault(condition.operand().fault, query);
      query->where =
          engine::Both(query->where, engine::Named<Row, T, U>(condition.operand().expression));
    });
  }

  absl::StatusOr<std::vector<std::pair<T, U>>> Rows(engine::View in = {}) const {
    std::vector<std::pair<T, U>> rows;
    absl::Status run = ForEach(in, [&](const T& first, const U& second) {
      rows.emplace_back(first, second);
    });
    if (!run.ok()) return run;
    return rows;
  }
  // Calls `visit(const T&, const U&)`; see Selection::ForEach.
  template <class Visit>
  absl::Status ForEach(Visit&& visit) const {
    return ForEach(engine::View(), std::forward<Visit>(visit));
  }
  template <class Visit>
  absl::Status ForEach(engine::View in, Visit&& visit) const {
    const engine::RowReader<T> first(this->query_.sources[0].table, first_same_order_);
    const engine::RowReader<U> second(this->query_.sources[1].table, second_same_order_);
    T left{};
    U right{};
    absl::Status read;
    absl::Status run = engine::RunQuery(this->query_, in, [&](const engine::ResultRow& result) {
      read = first.ReadRow(result.line(0), &left, nullptr);
      if (read.ok()) read = second.ReadRow(result.line(1), &right, nullptr);
      return read.ok() && engine::Proceed(visit, std::as_const(left), std::as_const(right));
    });
    return run.ok() ? read : run;
  }

 private:
  bool first_same_order_;
  bool second_same_order_;
};

// The records of a table for which something holds. Made by Table::Where and Table::All.
template <class T>
class Query : public engine::QueryMethods<Query<T>, T> {
  using Base = engine::QueryMethods<Query<T>, T>;
  using Codec = schema::StructCodec<T>;

 public:
  Query(engine::TableCore core, bool same_order)
      : Base({.sources = {{core, core.schema().table_name}}}), same_order_(same_order) {}

  // Only records for which this holds, too.
  Query Where(const Condition<T>& condition) const {
    return this->Changed([&](engine::QuerySpec* query) {
      engine::NoteFault(condition.operand().fault, query);
      std::optional<Expression>& where = query->sources[0].where;
      where = engine::Both(where, condition.expression());
    });
  }

  // Only records for which the other query has a record that matches, or none. Named are members of
  // one struct, in the order of the other's primary key, which they hold; or one of each struct.
  // What holds null matches nothing.
  //   students.All().WhereExists<&Enrolment::student_id>(enrolments.Where(…))
  //   enrolments.All().WhereExists<&Enrolment::student_id>(students.Where(…))
  //   students.All().WhereNotExists<&Student::email, &Bounce::address>(bounces.All())
  template <auto... Members, class Other>
  Query WhereExists(const Query<Other>& other) const {
    return Exists(engine::MatchOf<T, Other, Members...>(), other.spec(), /*negated=*/false);
  }
  template <auto... Members, class Other>
  Query WhereNotExists(const Query<Other>& other) const {
    return Exists(engine::MatchOf<T, Other, Members...>(), other.spec(), /*negated=*/true);
  }

  // Pairs of records that match, as of WhereExists.
  //   enrolments.All().Join<&Enrolment::student_id>(students.All())
  // Neither may have OrderBy, Limit or Offset: these are the pairs'.
  template <auto... Members, class Other>
  JoinedQuery<T, Other> Join(const Query<Other>& other) const {
    engine::QuerySpec joined = engine::JoinSpecs(this->query_, other.spec(),
                                                 engine::MatchOf<T, Other, Members...>());
    return JoinedQuery<T, Other>(std::move(joined), same_order_, other.same_order());
  }

  // A struct with std::string_view members is read with a ReadTransaction only.
  absl::StatusOr<std::vector<T>> Rows() const {
    NeedsNoSnapshot();
    return Rows(engine::View());
  }
  absl::StatusOr<std::vector<T>> Rows(engine::View in) const {
    std::vector<T> rows;
    absl::Status run = ForEach(in, [&](const T& row) { rows.push_back(row); });
    if (!run.ok()) return run;
    return rows;
  }
  absl::StatusOr<std::optional<T>> First() const {
    NeedsNoSnapshot();
    return First(engine::View());
  }
  absl::StatusOr<std::optional<T>> First(engine::View in) const {
    std::optional<T> first;
    absl::Status run = this->Limit(1).ForEach(in, [&](const T& row) { first = row; });
    if (!run.ok()) return run;
    return first;
  }
  // Calls `visit(const T&)`; see Selection::ForEach. The row passed is reused.
  template <class Visit>
  absl::Status ForEach(Visit&& visit) const {
    NeedsNoSnapshot();
    return ForEach(engine::View(), std::forward<Visit>(visit));
  }
  template <class Visit>
  absl::Status ForEach(engine::View in, Visit&& visit) const {
    if (Codec::kHoldsViews && in.snapshot() == nullptr) return engine::NeedsSnapshotError();
    const engine::RowReader<T> reader(this->query_.sources[0].table, same_order_);
    T row{};
    absl::Status read;
    absl::Status run = engine::RunQuery(this->query_, in, [&](const engine::ResultRow& result) {
      read = reader.ReadRow(result.line(0), &row, reader.TextsOf(in));
      return read.ok() && engine::Proceed(visit, std::as_const(row));
    });
    return run.ok() ? read : run;
  }

  // Gives the columns of all these records new values: all of them or none. First all records are
  // found, then they are changed, so a record that moves is not met twice. How many they are. OrderBy
  // and Limit say which. A member of the primary key, or one twice, does not compile. Errors also as
  // Table::Update, and kInvalidArgument: a value that its column, or its member, cannot hold.
  //   good.Update(Column<&Student::gpa>.Set(Column<&Student::gpa> + 0.1),
  //               Column<&Student::email>.Set(std::nullopt))
  template <class... Assignments>
  requires(engine::kIsAssignment<Assignments> &&...)
      absl::StatusOr<std::uint64_t> Update(const Assignments&... assignments) const {
    return UpdateIn(nullptr, assignments...);
  }
  template <class... Assignments>
  requires(engine::kIsAssignment<Assignments> &&...) absl::StatusOr<std::uint64_t> Update(
      WriteTransaction& transaction, const Assignments&... assignments) const {
    return UpdateIn(&transaction, assignments...);
  }

  // Removes all these records, or none. How many they are.
  absl::StatusOr<std::uint64_t> Erase() const { return engine::EraseRows(this->query_, nullptr); }
  absl::StatusOr<std::uint64_t> Erase(WriteTransaction& transaction) const {
    return engine::EraseRows(this->query_, &transaction);
  }

  bool same_order() const { return same_order_; }

 private:
  static constexpr void NeedsNoSnapshot() {
    static_assert(!Codec::kHoldsViews,
                  "linedb: a struct with std::string_view members is read with a ReadTransaction");
  }
  Query Exists(engine::MatchSpec on, const engine::QuerySpec& other, bool negated) const {
    return this->Changed([&](engine::QuerySpec* query) {
      query->sources[0].exists.push_back(
          {std::move(on), std::make_shared<const engine::QuerySpec>(other), negated});
    });
  }
  template <auto... Members>
  absl::StatusOr<std::uint64_t> UpdateIn(WriteTransaction* transaction,
                                         const Assignment<Members>&... assignments) const {
    static_assert(sizeof...(Members) > 0, "linedb: an update names the members to replace");
    static_assert(engine::CheckAssignments<T>(static_cast<Assignment<Members>*>(nullptr)...));
    const std::vector<engine::AssignmentSpec> specs = {assignments.spec()...};
    return engine::UpdateRows(this->query_, transaction, specs);
  }

  bool same_order_;
};

template <class T>
Query<T> Table<T>::Where(Condition<T> condition) const {
  return All().Where(condition);
}
template <class T>
Query<T> Table<T>::All() const {
  return Query<T>(core_, same_order_);
}

}  // namespace linedb

#endif  // LINEDB_QUERY_H_
