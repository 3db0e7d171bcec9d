// The words of expressions, which parser and printer share.

#ifndef LINEDB_SCHEMA_EXPRESSION_WORDS_H_
#define LINEDB_SCHEMA_EXPRESSION_WORDS_H_

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "linedb/expression.h"

namespace linedb::schema {

// No column stands bare under one of these, in any case. Other words of the language (date, length)
// are told from columns by what follows them.
inline constexpr std::array<std::string_view, 9> kReservedWords = {
    "and", "between", "false", "in", "is", "not", "null", "or", "true"};

inline constexpr std::array<std::pair<Operator, std::string_view>, 4> kFunctions = {
    {{Operator::kStartsWith, "starts_with"},
     {Operator::kEndsWith, "ends_with"},
     {Operator::kContains, "contains"},
     {Operator::kLength, "length"}}};

// The first of an operator's spellings is the one that is written.
inline constexpr std::array<std::pair<Operator, std::string_view>, 8> kComparisons = {
    {{Operator::kEqual, "="},
     {Operator::kNotEqual, "!="},
     {Operator::kLessEqual, "<="},
     {Operator::kGreaterEqual, ">="},
     {Operator::kLess, "<"},
     {Operator::kGreater, ">"},
     {Operator::kEqual, "=="},
     {Operator::kNotEqual, "<>"}}};

inline constexpr std::array<std::pair<Operator, std::string_view>, 2> kSums = {
    {{Operator::kAdd, "+"}, {Operator::kSubtract, "-"}}};
inline constexpr std::array<std::pair<Operator, std::string_view>, 3> kProducts = {
    {{Operator::kMultiply, "*"}, {Operator::kDivide, "/"}, {Operator::kModulo, "%"}}};

// The operator of that spelling, or nothing.
template <std::size_t kCount>
std::optional<Operator> FindOperator(
    const std::array<std::pair<Operator, std::string_view>, kCount>& all,
    std::string_view spelling) {
  for (const auto& [op, known] : all) {
    if (known == spelling) return op;
  }
  return std::nullopt;
}

inline bool IsWordCharacter(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '_';
}

inline bool IsWord(std::string_view text) {
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') &&
         std::all_of(text.begin(), text.end(), IsWordCharacter);
}

inline std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& character : lower) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character + 32);
  }
  return lower;
}

inline bool IsReserved(std::string_view word) {
  const std::string lower = LowerCase(word);
  return std::find(kReservedWords.begin(), kReservedWords.end(), lower) != kReservedWords.end();
}

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_EXPRESSION_WORDS_H_
