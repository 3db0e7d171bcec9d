// What people type first who know other languages, and how it is written here.

#ifndef LINEDB_SCHEMA_EXPRESSION_HINTS_H_
#define LINEDB_SCHEMA_EXPRESSION_HINTS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "linedb/expression.h"
#include "schema/expression_lexer.h"

namespace linedb::schema {

// The message where "like" stands between `text` and `pattern`: what finds the same. Any thread.
std::string InPlaceOfLike(const Expression& text, const Token& pattern, bool negated);

// Of a `word` right behind a name that begins at byte `name`, to be added to the message: names
// with spaces have quotes, and so has text, which is expected behind an operator; else empty. Any
// thread.
std::string HintOfNextWord(std::string_view whole, std::size_t name, const Token& word,
                           bool is_behind_operator);

// "; text stands in single quotes: 'CA'". Any thread.
std::string HintOfText(std::string_view text);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_EXPRESSION_HINTS_H_
