// What a query is made of beside conditions: aggregates, orders, and assignments of an update.
//
//   students.All().GroupBy<&Student::year>().Select(Column<&Student::year>, linedb::Count())
//   …OrderBy(linedb::Max(Column<&Student::gpa>).Descending(), Column<&Student::year>)
//   …Update(Column<&Student::gpa>.Set(Column<&Student::gpa> + 0.1))
//
// Everything here is a value: keep it, copy it, use it in any thread.

#ifndef LINEDB_QUERY_PARTS_H_
#define LINEDB_QUERY_PARTS_H_

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "linedb/condition.h"
#include "linedb/query_operand.h"
#include "linedb/query_spec.h"
#include "linedb/struct_codec.h"

namespace linedb {

// An aggregate over the records of a query, or of each group of them; nulls do not count. Made by
// the functions below. The row type is void for Count().
template <class RowType, class ResultType>
class AggregateTerm {
 public:
  using Row = RowType;
  using Result = ResultType;
  AggregateTerm(engine::Aggregate aggregate, std::optional<engine::Operand> of)
      : aggregate_(aggregate), of_(std::move(of)) {}

  Ordering<Row> Ascending() const { return Ordering<Row>(*this); }  // by it, least first
  Ordering<Row> Descending() const { return Ordering<Row>(*this).Descending(); }  // greatest first

  engine::Aggregate aggregate() const { return aggregate_; }
  const std::optional<engine::Operand>& of() const { return of_; }

 private:
  engine::Aggregate aggregate_;
  std::optional<engine::Operand> of_;
};

namespace engine {

template <class X>
inline constexpr bool kIsAggregate = false;
template <class RowType, class ResultType>
inline constexpr bool kIsAggregate<AggregateTerm<RowType, ResultType>> = true;
template <class X>
inline constexpr bool kIsOrdering = false;
template <class RowType>
inline constexpr bool kIsOrdering<Ordering<RowType>> = true;

// A sum of ints is one, of floats a double.
template <class V>
using SumOf = std::conditional_t<std::floating_point<V>, double, std::int64_t>;
// Text of its own in place of a view.
template <class V>
using OwnedOf =
    std::conditional_t<std::is_same_v<V, std::string_view>, std::string,
                       std::conditional_t<std::is_same_v<V, std::optional<std::string_view>>,
                                          std::optional<std::string>, V>>;

template <class X>
constexpr bool CheckSummed() {
  static_assert(KindOf<typename X::Value>() == Kind::kNumber,
                "linedb: a sum or average is of numbers");
  return true;
}
template <class X>
constexpr bool CheckOrdered() {
  static_assert(KindOf<typename X::Value>() != Kind::kJson,
                "linedb: a member stored as json has no order: neither OrderBy, Min nor Max");
  return true;
}

}  // namespace engine

// How many records.
inline AggregateTerm<void, std::int64_t> Count() {
  return {engine::Aggregate::kCount, std::nullopt};
}
// How many values that are not null.
template <engine::IsTerm X>
AggregateTerm<typename X::Row, std::int64_t> Count(const X& of) {
  return {engine::Aggregate::kCount, of.operand()};
}
// Null of no values. A sum of floats is the exact one, rounded once, so it does not depend on the
// order. kOutOfRange, when the query runs, if it is too large for its type.
template <engine::IsTerm X>
AggregateTerm<typename X::Row, std::optional<engine::SumOf<typename X::Value>>> Sum(const X& of) {
  static_assert(engine::CheckSummed<X>());
  return {engine::Aggregate::kSum, of.operand()};
}
template <engine::IsTerm X>
AggregateTerm<typename X::Row, std::optional<double>> Average(const X& of) {
  static_assert(engine::CheckSummed<X>());
  return {engine::Aggregate::kAverage, of.operand()};
}
template <engine::IsTerm X>
AggregateTerm<typename X::Row, std::optional<engine::OwnedOf<typename X::Value>>> Min(const X& of) {
  static_assert(engine::CheckOrdered<X>());
  return {engine::Aggregate::kMin, of.operand()};
}
template <engine::IsTerm X>
AggregateTerm<typename X::Row, std::optional<engine::OwnedOf<typename X::Value>>> Max(const X& of) {
  static_assert(engine::CheckOrdered<X>());
  return {engine::Aggregate::kMax, of.operand()};
}

// By what a query's rows are ordered: a term or an aggregate, ascending unless said.
template <class RowType>
class Ordering {
 public:
  using Row = RowType;
  template <engine::IsTerm X>
  explicit Ordering(const X& term)
      : order_{.by = {.of = term.operand().expression}}, fault_(term.operand().fault) {
    static_assert(engine::CheckOrdered<X>());
  }
  template <class Result>
  explicit Ordering(const AggregateTerm<RowType, Result>& by)
      : order_{.by = {.aggregate = by.aggregate()}} {
    if (!by.of().has_value()) return;
    order_.by.of = by.of()->expression;
    fault_ = by.of()->fault;
  }
  Ordering Descending() const {
    Ordering made = *this;
    made.order_.descending = true;
    return made;
  }

  const engine::OrderSpec& order() const { return order_; }
  const char* fault() const { return fault_; }

 private:
  engine::OrderSpec order_;
  const char* fault_ = nullptr;
};

// What a column of the records found becomes; see ColumnTerm::Set.
template <auto Member>
class Assignment {
 public:
  using Row = typename schema::MemberPointer<decltype(Member)>::Row;
  explicit Assignment(engine::AssignmentSpec spec) : spec_(std::move(spec)) {}
  const engine::AssignmentSpec& spec() const { return spec_; }

 private:
  engine::AssignmentSpec spec_;
};

namespace engine {

template <auto Member, class X>
constexpr bool CheckAssignable() {
  using Layout = schema::StructLayout<typename schema::MemberPointer<decltype(Member)>::Row>;
  using Value = typename schema::MemberPointer<decltype(Member)>::Value;
  using Plain = typename schema::WithoutOptional<Value>::type;
  using From = ValueTypeOf<X>;
  constexpr bool kIsNull = KindOf<From>() == Kind::kNull;
  static_assert(Layout::template AreUpdatable<Member>());
  static_assert(!kIsNull || schema::MemberCodec<Value>::kNullable,
                "linedb: a member that is no std::optional cannot become null");
  static_assert(std::is_same_v<RowTypeOf<X>, void> ||
                    std::is_same_v<RowTypeOf<X>, typename Layout::Description::Row>,
                "linedb: a condition or term mixes the columns of two structs");
  if constexpr (!kIsNull) {
    static_assert(KindOf<Plain>() == KindOf<From>() || std::is_convertible_v<From, Plain>,
                  "linedb: the value is none that the member can hold");
    static_assert(
        KindOf<Plain>() != Kind::kNumber || !std::integral<Plain> || !std::floating_point<From>,
        "linedb: an integer member cannot become a floating-point number");
  }
  return true;
}

template <class X>
inline constexpr bool kIsAssignment = false;
template <auto Member>
inline constexpr bool kIsAssignment<Assignment<Member>> = true;

template <class T, auto... Members>
constexpr bool CheckAssignments(const Assignment<Members>*...) {
  static_assert((std::is_same_v<typename Assignment<Members>::Row, T> && ...),
                "linedb: the columns of a struct are used in a query over another");
  static_assert(schema::StructLayout<T>::template AreUpdatable<Members...>(),
                "linedb: an update names a member twice");
  return true;
}

// What a member can hold of the numbers that its column can.
template <class Plain>
AssignmentSpec AssignmentOf(std::string_view column, Operand value) {
  AssignmentSpec made{std::string(column), std::move(value.expression), value.fault};
  if constexpr (schema::StoredInteger<Plain> && sizeof(Plain) < sizeof(std::int64_t)) {
    made.least = static_cast<std::int64_t>(std::numeric_limits<Plain>::min());
    made.most = static_cast<std::int64_t>(std::numeric_limits<Plain>::max());
  } else if constexpr (std::unsigned_integral<Plain> && !std::same_as<Plain, bool>) {
    made.least = 0;
  }
  return made;
}

}  // namespace engine

template <auto Member>
template <class X>
Assignment<Member> ColumnTerm<Member>::Set(const X& value) const {
  static_assert(engine::CheckAssignable<Member, X>());
  using Plain = typename schema::WithoutOptional<Result>::type;
  const auto make = [](engine::Operand operand) {
    return Assignment<Member>(engine::AssignmentOf<Plain>(name(), std::move(operand)));
  };
  if constexpr (engine::IsTerm<X>) {
    return make(value.operand());
  } else if constexpr (schema::kIsOptional<X>) {
    return make(value.has_value() ? engine::LiteralOperand<Plain>(*value) : engine::NullOperand());
  } else {
    return make(engine::LiteralOperand<Plain>(value));
  }
}

}  // namespace linedb

#endif  // LINEDB_QUERY_PARTS_H_
