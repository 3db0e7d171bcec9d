#include "schema/expression_lexer.h"

#include <array>
#include <utility>

#include "linedb/text_reader.h"
#include "schema/expression_words.h"
#include "schema/json_text.h"

namespace linedb::schema {
namespace {

// Longer ones first.
constexpr std::array<std::string_view, 17> kSymbols = {
    "<=", ">=", "!=", "<>", "==", "=", "<", ">", "(", ")", ",", ".", "+", "-", "*", "/", "%"};

bool IsSpace(char character) {
  return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

Token Refused(Token token, std::string expected) {
  token.kind = TokenKind::kFault;
  token.inside = std::move(expected);
  return token;
}

Token TakeQuoted(std::string_view text, Token token) {
  const char quote = text[token.byte];
  std::size_t at = token.byte + 1;
  while (at < text.size()) {
    if (text[at] == quote && (at + 1 == text.size() || text[at + 1] != quote)) {
      token.kind = quote == '"' ? TokenKind::kQuotedName : TokenKind::kText;
      token.spelled = text.substr(token.byte, at + 1 - token.byte);
      return token;
    }
    token.inside.push_back(text[at]);
    at += text[at] == quote ? 2 : 1;
  }
  token.spelled = text.substr(token.byte);
  return Refused(std::move(token), std::string("a closing ") + quote);
}

Token TakeNumber(std::string_view text, Token token) {
  const char* const begin = text.data() + token.byte;
  const char* const end = ScanNumber(begin, text.data() + text.size(), &token.is_integer);
  if (end == nullptr) {
    token.spelled = text.substr(token.byte, 1);
    return Refused(std::move(token), "a number as 17, 0.5 or 1e-05");
  }
  token.kind = TokenKind::kNumber;
  token.spelled = std::string_view(begin, static_cast<std::size_t>(end - begin));
  return token;
}

Token TakeWord(std::string_view text, Token token) {
  std::size_t end = token.byte;
  while (end < text.size() && IsWordCharacter(text[end])) ++end;
  token.kind = TokenKind::kWord;
  token.spelled = text.substr(token.byte, end - token.byte);
  return token;
}

}  // namespace

Token NextToken(std::string_view text, std::size_t byte) {
  while (byte < text.size() && IsSpace(text[byte])) ++byte;
  Token token;
  token.byte = byte;
  if (byte >= text.size()) return token;
  const char first = text[byte];
  if (first == '\'' || first == '"') return TakeQuoted(text, std::move(token));
  if (IsDigit(first)) return TakeNumber(text, std::move(token));
  if (IsWordCharacter(first)) return TakeWord(text, std::move(token));
  for (const std::string_view symbol : kSymbols) {
    if (!text.substr(byte).starts_with(symbol)) continue;
    token.kind = TokenKind::kSymbol;
    token.spelled = text.substr(byte, symbol.size());
    return token;
  }
  token.spelled = text.substr(byte, 1);
  return Refused(std::move(token), "");
}

}  // namespace linedb::schema
