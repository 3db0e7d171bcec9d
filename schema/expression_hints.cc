#include "schema/expression_hints.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "schema/expression_words.h"

namespace linedb::schema {
namespace {

// Of longer ones the reader has to find the place themselves.
constexpr std::size_t kTextBytesMax = 60;

bool TakeWildcard(std::string_view* text, bool at_begin) {
  if (text->empty() || (at_begin ? text->front() : text->back()) != '%') return false;
  at_begin ? text->remove_prefix(1) : text->remove_suffix(1);
  return true;
}

// What finds the same as the pattern, or nothing.
std::optional<Expression> OfPattern(const Expression& text, std::string_view pattern) {
  const bool at_end = TakeWildcard(&pattern, /*at_begin=*/false);
  const bool at_begin = TakeWildcard(&pattern, /*at_begin=*/true);
  if (pattern.empty() || pattern.find_first_of("%_") != pattern.npos) return std::nullopt;
  const Operator found = at_end ? Operator::kStartsWith : Operator::kEqual;
  const Operator found_behind = at_end ? Operator::kContains : Operator::kEndsWith;
  return Expression::Of(at_begin ? found_behind : found,
                        {text, Expression::Literal(Value::String(std::string(pattern)))});
}

Token Following(std::string_view whole, const Token& token) {
  return NextToken(whole, token.byte + token.spelled.size());
}

bool IsBareName(const Token& token) {
  return token.kind == TokenKind::kWord && !IsReserved(token.spelled);
}

}  // namespace

std::string InPlaceOfLike(const Expression& text, const Token& pattern, bool negated) {
  std::optional<Expression> same;
  if (pattern.kind == TokenKind::kText) same = OfPattern(text, pattern.inside);
  if (same && negated) same = Expression::Of(Operator::kNot, {*std::move(same)});
  const std::string written = same ? same->ToText() : "";
  if (!written.empty() && written.size() <= kTextBytesMax) {
    return absl::StrCat("there is no like: write ", written);
  }
  return "there is no like: starts_with(a, b), ends_with(a, b) and contains(a, b) look for parts "
         "of "
         "a text";
}

std::string HintOfNextWord(std::string_view whole, std::size_t name, const Token& word,
                           bool is_behind_operator) {
  if (!IsBareName(word)) return "";
  if (FindOperator(kFunctions, LowerCase(word.spelled))) {
    return absl::StrCat("; a function stands first: ", LowerCase(word.spelled), "(a, b)");
  }
  Token last = word;
  Token next = Following(whole, last);
  while (IsBareName(next)) next = Following(whole, last = next);
  // A value behind the words: they are an operator of some other language.
  const bool is_name = next.kind == TokenKind::kSymbol || next.kind == TokenKind::kWord;
  if (!is_name && !(is_behind_operator && next.kind == TokenKind::kEnd)) return "";
  const std::string words(whole.substr(name, last.byte + last.spelled.size() - name));
  if (words.size() > kTextBytesMax) return "";
  if (is_behind_operator) return HintOfText(words);
  return absl::StrCat("; a name with spaces stands in double quotes: \"", words, "\"");
}

std::string HintOfText(std::string_view text) {
  if (text.size() > kTextBytesMax) return "";
  return absl::StrCat("; text stands in single quotes: ",
                      Expression::Literal(Value::String(std::string(text))).ToText());
}

}  // namespace linedb::schema
