// Queries over tables of described structs.
//
//   using linedb::Column;
//   linedb::Query<Student> good = students.Where(Column<&Student::gpa> >= 3.5 &&
//                                                Column<&Student::name>.StartsWith("A"));
//   std::vector<Student> first = *good.OrderBy(Column<&Student::name>).Limit(10).Rows();
//   good.Select<&Student::name, &Student::gpa>().ForEach(
//       [](const std::string& name, double gpa) { … });
//   auto years = *students.All()
//                     .GroupBy<&Student::year>()
//                     .Select(Column<&Student::year>, linedb::Count(),
//                             linedb::Average(Column<&Student::gpa>))
//                     .Rows();
//   for (const auto& [year, count, mean] : years) …
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

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/condition.h"
#include "linedb/query_match.h"
#include "linedb/query_parts.h"
#include "linedb/query_result.h"
#include "linedb/query_spec.h"
#include "linedb/row_reader.h"
#include "linedb/selection.h"
#include "linedb/table.h"

namespace linedb {

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
  requires(sizeof...(Terms) > 0) Groups<Sources...> GroupBy(const Terms&... terms)
  const {
    QuerySpec query = query_;
    BeginGroups(&query);
    (query.groups.push_back(*OutputOf<Sources...>(terms, &query).of), ...);
    return Groups<Sources...>(std::move(query));
  }
  template <auto... Members>
  requires(sizeof...(Members) > 0) Groups<Sources...> GroupBy()
  const { return GroupBy(ColumnTerm<Members>()...); }

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

  absl::StatusOr<std::vector<std::pair<T, U>>> Rows(engine::View in = {}) const {  // all pairs
    std::vector<std::pair<T, U>> rows;
    absl::Status run =
        ForEach(in, [&](const T& first, const U& second) { rows.emplace_back(first, second); });
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
    engine::QuerySpec joined =
        engine::JoinSpecs(this->query_, other.spec(), engine::MatchOf<T, Other, Members...>());
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
  // found, then they are changed, so a record that moves is not met twice. How many they are.
  // OrderBy and Limit say which. A member of the primary key, or one twice, does not compile.
  // Errors also as Table::Update, and kInvalidArgument: a value that its column, or its member,
  // cannot hold.
  //   good.Update(Column<&Student::gpa>.Set(Column<&Student::gpa> + 0.1),
  //               Column<&Student::email>.Set(std::nullopt))
  template <class... Assignments>
  requires(engine::kIsAssignment<Assignments>&&...) absl::StatusOr<std::uint64_t> Update(
      const Assignments&... assignments)
  const { return UpdateIn(nullptr, assignments...); }
  template <class... Assignments>
  requires(engine::kIsAssignment<Assignments>&&...) absl::StatusOr<std::uint64_t> Update(
      WriteTransaction& transaction, const Assignments&... assignments)
  const { return UpdateIn(&transaction, assignments...); }

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
