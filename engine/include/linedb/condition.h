// Conditions over the columns of a described struct, and the terms that they are made of.
// linedb/query.h tells what to do with them.
//
//   Column<&Student::gpa> >= 3.5 && Column<&Student::name>.StartsWith("A")
//   Column<&Student::year> % 2 == 0 || Column<&Student::email>.IsNull()
//   Column<&Student::country>.In({"DE", "FR"}) && !Column<&Student::gpa>.Between(1, 2)
//
// Both sides of a comparison are of one kind: numbers, text, bool, bytes, points in time, dates,
// values of the same enum, or of the same type that is stored as json (which are only equal or
// not). Text with a number, or columns of two structs, does not compile, with a message that begins
// with "linedb:". What compares a null is neither true nor false; linedb/expression.h has the
// rules.
//
// Everything here is a value: keep it, copy it, use it in any thread.

#ifndef LINEDB_CONDITION_H_
#define LINEDB_CONDITION_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "linedb/expression.h"
#include "linedb/query_operand.h"
#include "linedb/struct_codec.h"

namespace linedb {
namespace engine {

// What columns and computed terms have in common.
template <class Derived, class RowType, class ValueType>
class TermMethods : public TermTag {
 public:
  using Row = RowType;
  using Value = ValueType;

  // One of these. An empty list has nothing.
  Condition<Row> In(std::initializer_list<Value> values) const { return OneOf(values); }
  template <class Range>
  Condition<Row> In(const Range& values) const {
    return OneOf(values);
  }
  // low <= this <= high.
  template <class Low, class High>
  Condition<Row> Between(const Low& low, const High& high) const {
    static_assert(CheckOneRow<Derived, Low>() && CheckOneRow<Derived, High>());
    static_assert(CheckComparable<Value, ValueTypeOf<Low>>() &&
                  CheckComparable<Value, ValueTypeOf<High>>());
    return Condition<Row>(CombineList(Operator::kBetween, self().operand(),
                                      {OperandFor<Value>(low), OperandFor<Value>(high)}));
  }
  Condition<Row> IsNull() const {
    return Condition<Row>(Combine(Operator::kIsNull, self().operand()));
  }
  Condition<Row> IsNotNull() const {
    return Condition<Row>(Combine(Operator::kIsNotNull, self().operand()));
  }
  // Of text, and of bytes with bytes.
  template <class X>
  Condition<Row> StartsWith(const X& text) const {
    return Search(Operator::kStartsWith, text);
  }
  template <class X>
  Condition<Row> EndsWith(const X& text) const {
    return Search(Operator::kEndsWith, text);
  }
  template <class X>
  Condition<Row> Contains(const X& text) const {
    return Search(Operator::kContains, text);
  }
  // Characters of a text, bytes of bytes.
  Term<Row, std::int64_t> Length() const {
    static_assert(KindOf<Value>() == Kind::kText || KindOf<Value>() == Kind::kBytes,
                  "linedb: a length is of text or bytes");
    return Term<Row, std::int64_t>(Combine(Operator::kLength, self().operand()));
  }

  // For OrderBy; a term alone is in ascending order. Null is before everything else.
  Ordering<Row> Ascending() const { return Ordering<Row>(self()); }
  Ordering<Row> Descending() const { return Ordering<Row>(self()).Descending(); }

 private:
  const Derived& self() const { return static_cast<const Derived&>(*this); }

  template <class Range>
  Condition<Row> OneOf(const Range& values) const {
    using Element = std::remove_cvref_t<decltype(*std::begin(values))>;
    static_assert(CheckComparable<Value, Element>());
    std::vector<Operand> list;
    for (const auto& value : values) list.push_back(LiteralOperand<Value, Element>(value));
    return Condition<Row>(CombineList(Operator::kIn, self().operand(), list));
  }
  template <class X>
  Condition<Row> Search(Operator op, const X& text) const {
    constexpr Kind kKind = KindOf<Value>();
    static_assert(kKind == Kind::kText || kKind == Kind::kBytes,
                  "linedb: StartsWith, EndsWith and Contains are of text or bytes");
    static_assert(CheckOneRow<Derived, X>() && CheckComparable<Value, ValueTypeOf<X>>());
    return Condition<Row>(Combine(op, self().operand(), OperandFor<Value>(text)));
  }
};

}  // namespace engine

// gcc takes a template over a member of a struct in a nameless namespace for one that other files
// may see, and warns.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif

// The column of a member: linedb::Column<&Student::gpa>.
template <auto Member>
class ColumnTerm : public engine::TermMethods<
                       ColumnTerm<Member>, typename schema::MemberPointer<decltype(Member)>::Row,
                       typename schema::WithoutOptional<
                           typename schema::MemberPointer<decltype(Member)>::Value>::type> {
 public:
  using MemberRow = typename schema::MemberPointer<decltype(Member)>::Row;
  // What a query that selects it gives; a text of its own in place of a view.
  using Result = typename schema::MemberPointer<decltype(Member)>::Value;
  static constexpr auto kMember = Member;

  static constexpr std::string_view name() {  // the column's
    using Layout = schema::StructLayout<MemberRow>;
    static_assert(Layout::template kFieldIndex<Member> < Layout::kFieldCount,
                  "linedb: this is no described member of the table's struct");
    return Layout::template FieldAt<Layout::template kFieldIndex<Member>>::kName;
  }
  engine::Operand operand() const { return {Expression::Column(std::string(name()))}; }

  // For Update: what the column becomes: a value, std::nullopt where the member is a
  // std::optional, or a term computed from the record as it is before.
  template <class X>
  Assignment<Member> Set(const X& value) const;
};

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

template <auto Member>
inline constexpr ColumnTerm<Member> Column{};  // Column<&Student::gpa>

// What is computed from the columns of a record. Selected it gives a std::optional: null is what
// comes of a null, and of a division by zero.
template <class RowType, class ValueType>
class Term : public engine::TermMethods<Term<RowType, ValueType>, RowType, ValueType> {
 public:
  using Result = std::optional<ValueType>;
  explicit Term(engine::Operand operand) : operand_(std::move(operand)) {}
  const engine::Operand& operand() const { return operand_; }

 private:
  engine::Operand operand_;
};

// What is true or not for a record of T; made by comparisons, or of a column that is a bool.
template <class T>
class Condition : public engine::ConditionTag {
 public:
  using Row = T;
  explicit Condition(engine::Operand operand) : operand_(std::move(operand)) {}
  template <engine::IsTerm X>
  Condition(const X& term) : operand_(term.operand()) {  // NOLINT: meant to convert
    static_assert(std::is_same_v<typename X::Row, T>,
                  "linedb: a condition or term mixes the columns of two structs");
    static_assert(std::is_same_v<typename X::Value, bool>,
                  "linedb: a term that is no bool is no condition: compare it with something");
  }
  template <class U>
  requires(!std::is_same_v<U, T>) Condition(const Condition<U>& other)
      : operand_(other.operand()) {  // NOLINT
    static_assert(engine::kNever<U>, "linedb: a condition on one struct is used with another");
  }

  const engine::Operand& operand() const { return operand_; }
  const Expression& expression() const { return operand_.expression; }
  // As linedb/expression.h reads it.
  std::string ToText() const { return operand_.expression.ToText(); }

 private:
  engine::Operand operand_;
};

namespace engine {

template <class A, class B>
Condition<typename A::Row> CombineConditions(Operator op, const A& a, const B& b) {
  using Row = typename A::Row;
  static_assert(std::is_same_v<Row, typename B::Row>,
                "linedb: a condition or term mixes the columns of two structs");
  return Condition<Row>(
      Combine(op, Condition<Row>(a).operand(), Condition<typename B::Row>(b).operand()));
}

}  // namespace engine

template <class A, class B>
requires engine::AnyTerm<A, B>
auto operator==(const A& a, const B& b) { return engine::Compare(Operator::kEqual, a, b); }
template <class A, class B>
requires engine::AnyTerm<A, B>
auto operator!=(const A& a, const B& b) { return engine::Compare(Operator::kNotEqual, a, b); }
template <class A, class B>
requires engine::AnyTerm<A, B>
auto operator<(const A& a, const B& b) { return engine::CompareOrdered(Operator::kLess, a, b); }
template <class A, class B>
requires engine::AnyTerm<A, B>
auto operator<=(const A& a, const B& b) {
  return engine::CompareOrdered(Operator::kLessEqual, a, b);
}
template <class A, class B>
requires engine::AnyTerm<A, B>
auto operator>(const A& a, const B& b) { return engine::CompareOrdered(Operator::kGreater, a, b); }
template <class A, class B>
requires engine::AnyTerm<A, B>
auto operator>=(const A& a, const B& b) {
  return engine::CompareOrdered(Operator::kGreaterEqual, a, b);
}

template <class A, class B>
requires engine::BothConditions<A, B>
auto operator&&(const A& a, const B& b) { return engine::CombineConditions(Operator::kAnd, a, b); }
template <class A, class B>
requires engine::BothConditions<A, B>
auto operator||(const A& a, const B& b) { return engine::CombineConditions(Operator::kOr, a, b); }
template <engine::IsConditionLike A>
auto operator!(const A& a) {
  using Row = typename A::Row;
  return Condition<Row>(engine::Combine(Operator::kNot, Condition<Row>(a).operand()));
}

template <class A, class B>
requires engine::AnyTerm<A, B>
auto operator+(const A& a, const B& b) { return engine::Compute(Operator::kAdd, a, b); }
template <class A, class B>
requires engine::AnyTerm<A, B>
auto operator-(const A& a, const B& b) { return engine::Compute(Operator::kSubtract, a, b); }
template <class A, class B>
requires engine::AnyTerm<A, B>
auto operator*(const A& a, const B& b) { return engine::Compute(Operator::kMultiply, a, b); }
template <class A, class B>
requires engine::AnyTerm<A, B>
auto operator/(const A& a, const B& b) { return engine::Compute(Operator::kDivide, a, b); }
template <class A, class B>
requires engine::AnyTerm<A, B>
auto operator%(const A& a, const B& b) { return engine::Compute(Operator::kModulo, a, b); }
template <engine::IsTerm A>
auto operator-(const A& a) {
  static_assert(engine::KindOf<typename A::Value>() == engine::Kind::kNumber,
                "linedb: arithmetic is for numbers only");
  return Term<typename A::Row, engine::ArithmeticOf<A, A>>(
      engine::Combine(Operator::kNegate, a.operand()));
}

}  // namespace linedb

#endif  // LINEDB_CONDITION_H_
