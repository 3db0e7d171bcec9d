// The text of an expression, cut into what it is made of.

#ifndef LINEDB_SCHEMA_EXPRESSION_LEXER_H_
#define LINEDB_SCHEMA_EXPRESSION_LEXER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace linedb::schema {

enum class TokenKind : std::uint8_t {
  kEnd,
  kWord,        // letters, digits and _, not first a digit
  kQuotedName,  // "a name"
  kText,        // 'a text'
  kNumber,      // without a sign
  kSymbol,      // an operator, a parenthesis, a comma, a point
  kFault,       // nothing that an expression is made of
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t byte = 0;      // where it begins
  std::string_view spelled;  // all of it
  std::string inside = {};   // of what stands in quotes, undoubled; of kFault, what was expected
  bool is_integer = false;   // of kNumber
};

// The token at `byte` or behind the spaces there. Any thread.
Token NextToken(std::string_view text, std::size_t byte);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_EXPRESSION_LEXER_H_
