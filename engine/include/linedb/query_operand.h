// What the two sides of a condition may be, and how they become an Expression. Internal to linedb;
// in a public header only because linedb/condition.h inlines it.

#ifndef LINEDB_QUERY_OPERAND_H_
#define LINEDB_QUERY_OPERAND_H_

#include <chrono>
#include <concepts>
#include <cstdint>
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
  constexpr bool kTextWithNumber =
      (kA == Kind::kText && kB == Kind::kNumber) || (kA == Kind::kNumber && kB == Kind::kText);
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
using ArithmeticOf =
    std::conditional_t<std::floating_point<ValueTypeOf<A>> || std::floating_point<ValueTypeOf<B>>,
                       double, std::int64_t>;

template <class A, class B>
Term<CommonRow<A, B>, ArithmeticOf<A, B>> Compute(Operator op, const A& a, const B& b) {
  static_assert(CheckOneRow<A, B>());
  static_assert(
      KindOf<ValueTypeOf<A>>() == Kind::kNumber && KindOf<ValueTypeOf<B>>() == Kind::kNumber,
      "linedb: arithmetic is for numbers only");
  return Term<CommonRow<A, B>, ArithmeticOf<A, B>>(
      Combine(op, OperandFor<ValueTypeOf<B>>(a), OperandFor<ValueTypeOf<A>>(b)));
}

}  // namespace engine
}  // namespace linedb

#endif  // LINEDB_QUERY_OPERAND_H_
