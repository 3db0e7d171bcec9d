// Conditions over the columns of a described struct, and what else a query is made of: terms,
// orders, aggregates, assignments. linedb/query.h tells what to do with them.
//
//   Column<&Student::gpa> >= 3.5 && Column<&Student::name>.StartsWith("A")
//   Column<&Student::year> % 2 == 0 || Column<&Student::email>.IsNull()
//   Column<&Student::country>.In({"DE", "FR"}) && !Column<&Student::gpa>.Between(1, 2)
//
// Both sides of a comparison are of one kind: numbers, text, bool, bytes, points in time, dates,
// values of the same enum, or of the same type that is stored as json (which are only equal or
// not). Text with a number, or columns of two structs, does not compile, with a message that begins
// with "linedb:". What compares a null is neither true nor false; linedb/expression.h has the rules.
//
// Everything here is a value: keep it, copy it, use it in any thread.

#ifndef LINEDB_CONDITION_H_
#define LINEDB_CONDITION_H_

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "linedb/expression.h"
#include "linedb/field_types_json.h"
#include "linedb/query_spec.h"
#include "linedb/struct_codec.h"
#include "linedb/value.h"

namespace linedb {

template <class T>
class Condition;
template <class RowType, class ValueType>
class Term;
template <class RowType>
class Ordering;
template <auto Member>
class Assignment;

namespace engine {

struct TermTag {};
struct ConditionTag {};

// The bases have several template parameters, so the concepts go by tags.
template <class X>
concept IsTerm = std::derived_from<std::remove_cvref_t<X>, TermTag>;
template <class X>
concept IsConditionLike = std::derived_from<std::remove_cvref_t<X>, ConditionTag> || IsTerm<X>;
template <class A, class B>
concept AnyTerm = IsTerm<A> || IsTerm<B>;
template <class A, class B>
concept BothConditions = IsConditionLike<A> && IsConditionLike<B>;

template <class X>
inline constexpr bool kNever = false;

// What compares with each other.
enum class Kind { kNumber, kText, kBool, kBytes, kTime, kDate, kEnum, kJson, kNull };

template <class X>
inline constexpr bool kIsTime = false;
template <class Duration>
inline constexpr bool kIsTime<std::chrono::sys_time<Duration>> = true;

template <class X>
constexpr Kind KindOf() {
  if constexpr (std::same_as<X, bool>) {
    return Kind::kBool;
  } else if constexpr (schema::StoredInteger<X> || std::floating_point<X>) {
    return Kind::kNumber;
  } else if constexpr (std::is_convertible_v<X, std::string_view>) {
    return Kind::kText;
  } else if constexpr (std::is_enum_v<X>) {
    return Kind::kEnum;
  } else if constexpr (kIsTime<X>) {
    return Kind::kTime;
  } else if constexpr (std::same_as<X, std::chrono::year_month_day>) {
    return Kind::kDate;
  } else if constexpr (std::same_as<X, Bytes> || std::same_as<X, std::vector<std::uint8_t>>) {
    return Kind::kBytes;
  } else if constexpr (std::same_as<X, std::nullopt_t> || schema::kIsOptional<X>) {
    return Kind::kNull;
  } else {
    return Kind::kJson;
  }
}

// The type of what a term computes, or of a literal.
template <class X>
struct OperandOf {
  using Value = std::decay_t<X>;
  using Row = void;
};
template <IsTerm X>
struct OperandOf<X> {
  using Value = typename X::Value;
  using Row = typename X::Row;
};
template <class X>
using ValueTypeOf = typename OperandOf<std::remove_cvref_t<X>>::Value;
template <class X>
using RowTypeOf = typename OperandOf<std::remove_cvref_t<X>>::Row;
template <class A, class B>
using CommonRow = std::conditional_t<std::is_void_v<RowTypeOf<A>>, RowTypeOf<B>, RowTypeOf<A>>;

// An expression, and why a literal in it cannot be one; null: it can.
struct Operand {
  Expression expression;
  const char* fault = nullptr;
};

Operand IntOperand(std::int64_t value);
Operand FloatOperand(double value);
Operand BoolOperand(bool value);
Operand TextOperand(std::string_view text);
Operand BytesOperand(const void* bytes, std::size_t size);
Operand TimeOperand(Timestamp time);
Operand DateOperand(std::chrono::year_month_day day);
Operand JsonOperand(const schema::TextWriter& text, schema::Fault fault);
Operand NullOperand();
Operand FaultyOperand(const char* fault);
Operand Combine(Operator op, const Operand& a, const Operand& b);
Operand Combine(Operator op, const Operand& a);
// `a` in the list; `list` may be empty, then nothing is.
Operand CombineList(Operator op, const Operand& a, const std::vector<Operand>& list);
// The condition that an order or a term that is a bool is.
inline const char* FirstFault(const char* a, const char* b) { return a != nullptr ? a : b; }

// The literal as a value of a column of type V, with which it compares.
template <class V, class X>
Operand LiteralOperand(const X& value) {
  using Plain = std::decay_t<X>;
  constexpr Kind kKind = KindOf<Plain>();
  if constexpr (kKind == Kind::kBool) {
    return BoolOperand(value);
  } else if constexpr (kKind == Kind::kNumber && std::floating_point<Plain>) {
    return FloatOperand(static_cast<double>(value));
  } else if constexpr (kKind == Kind::kNumber) {
    if (!std::in_range<std::int64_t>(value)) {
      return FaultyOperand("a number is out of range of a 64-bit signed integer");
    }
    return IntOperand(static_cast<std::int64_t>(value));
  } else if constexpr (kKind == Kind::kText) {
    return TextOperand(std::string_view(value));
  } else if constexpr (kKind == Kind::kTime) {
    return TimeOperand(std::chrono::floor<std::chrono::microseconds>(value));
  } else if constexpr (kKind == Kind::kDate) {
    return DateOperand(value);
  } else if constexpr (kKind == Kind::kBytes) {
    return BytesOperand(value.data(), value.size());
  } else if constexpr (kKind == Kind::kEnum && schema::NamedEnum<Plain>) {
    for (const EnumName<Plain>& known : DescribeEnum<Plain>::kNames) {
      if (known.value == value) return TextOperand(known.name);
    }
    return FaultyOperand("an enum's value has no name");
  } else if constexpr (kKind == Kind::kEnum) {
    return LiteralOperand<V>(static_cast<typename schema::MemberCodec<Plain>::Integer>(value));
  } else if constexpr (kKind == Kind::kNull) {
    return NullOperand();
  } else {
    schema::TextWriter text;
    const schema::Fault fault = schema::MemberCodec<V>::Write(&text, V(value));
    return JsonOperand(text, fault);
  }
}

template <class V, class X>
Operand OperandFor(const X& operand) {
  if constexpr (IsTerm<X>) {
    return operand.operand();
  } else {
    return LiteralOperand<V>(operand);
  }
}

// Does not compile unless values of A and B can be compared; the message says why not.
template <class A, class B>
constexpr bool CheckComparable() {
  constexpr Kind kA = KindOf<A>();
  constexpr Kind kB = KindOf<B>();
  constexpr bool kTextWithNumber = (kA == Kind::kText && kB == Kind::kNumber) ||
                                   (kA == Kind::kNumber && kB == Kind::kText);
  constexpr bool kWithNull = kA == Kind::kNull || kB == Kind::kNull;
  static_assert(!kTextWithNumber, "linedb: a string is compared with a number");
  static_assert(!kWithNull,
                "linedb: a comparison with null is never true: use IsNull() or IsNotNull(), and "
                "compare with what is in a std::optional");
  static_assert(kTextWithNumber || kWithNull || kA == kB,
                "linedb: the two sides of a comparison are not of one kind: numbers, text, bool, "
                "bytes, points in time, dates, values of an enum");
  static_assert(kA != kB || (kA != Kind::kEnum && kA != Kind::kJson) || std::is_same_v<A, B> ||
                    std::is_convertible_v<B, A> || std::is_convertible_v<A, B>,
                "linedb: the two sides of a comparison are of different types");
  return true;
}

template <class A, class B>
constexpr bool CheckOneRow() {
  static_assert(std::is_same_v<RowTypeOf<A>, RowTypeOf<B>> || std::is_void_v<RowTypeOf<A>> ||
                    std::is_void_v<RowTypeOf<B>>,
                "linedb: a condition or term mixes the columns of two structs");
  return true;
}

template <class A, class B>
Condition<CommonRow<A, B>> Compare(Operator op, const A& a, const B& b) {
  using ValueA = ValueTypeOf<A>;
  using ValueB = ValueTypeOf<B>;
  static_assert(CheckOneRow<A, B>() && CheckComparable<ValueA, ValueB>());
  return Condition<CommonRow<A, B>>(Combine(op, OperandFor<ValueB>(a), OperandFor<ValueA>(b)));
}

template <class A, class B>
Condition<CommonRow<A, B>> CompareOrdered(Operator op, const A& a, const B& b) {
  static_assert(KindOf<ValueTypeOf<A>>() != Kind::kJson && KindOf<ValueTypeOf<B>>() != Kind::kJson,
                "linedb: a member stored as json has no order: compare it with == or !=");
  return Compare(op, a, b);
}

// The type of what arithmetic gives.
template <class A, class B>
using ArithmeticOf = std::conditional_t<std::floating_point<ValueTypeOf<A>> ||
                                            std::floating_point<ValueTypeOf<B>>,
                                        double, std::int64_t>;

template <class A, class B>
Term<CommonRow<A, B>, ArithmeticOf<A, B>> Compute(Operator op, const A& a, const B& b) {
  static_assert(CheckOneRow<A, B>());
  static_assert(KindOf<ValueTypeOf<A>>() == Kind::kNumber &&
                    KindOf<ValueTypeOf<B>>() == Kind::kNumber,
                "linedb: arithmetic is for numbers only");
  return Term<CommonRow<A, B>, ArithmeticOf<A, B>>(
      Combine(op, OperandFor<ValueTypeOf<B>>(a), OperandFor<ValueTypeOf<A>>(b)));
}

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

// The column of a member: linedb::Column<&Student::gpa>.
template <auto Member>
class ColumnTerm
    : public engine::TermMethods<ColumnTerm<Member>,
                                 typename schema::MemberPointer<decltype(Member)>::Row,
                                 typename schema::WithoutOptional<typename schema::MemberPointer<
                                     decltype(Member)>::Value>::type> {
 public:
  using MemberRow = typename schema::MemberPointer<decltype(Member)>::Row;
  // What a query that selects it gives; a text of its own in place of a view.
  using Result = typename schema::MemberPointer<decltype(Member)>::Value;
  static constexpr auto kMember = Member;

  static constexpr std::string_view name() {
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

template <auto Member>
inline constexpr ColumnTerm<Member> Column{};

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

template <class X>
struct ConditionRow {
  using type = typename X::Row;
};
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

// An aggregate over the records of a query, or of each group of them; nulls do not count. Made by
// the functions below. The row type is void for Count().
template <class RowType, class ResultType>
class AggregateTerm {
 public:
  using Row = RowType;
  using Result = ResultType;
  AggregateTerm(engine::Aggregate aggregate, std::optional<engine::Operand> of)
      : aggregate_(aggregate), of_(std::move(of)) {}

  Ordering<Row> Ascending() const { return Ordering<Row>(*this); }
  Ordering<Row> Descending() const { return Ordering<Row>(*this).Descending(); }

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
using OwnedOf = std::conditional_t<
    std::is_same_v<V, std::string_view>, std::string,
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
    static_assert(KindOf<Plain>() != Kind::kNumber || !std::integral<Plain> ||
                      !std::floating_point<From>,
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

#endif  // LINEDB_CONDITION_H_
