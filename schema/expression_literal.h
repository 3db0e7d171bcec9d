// Literals that stand as text: timestamps, dates, bytes and json.

#ifndef LINEDB_SCHEMA_EXPRESSION_LITERAL_H_
#define LINEDB_SCHEMA_EXPRESSION_LITERAL_H_

#include <optional>
#include <string>
#include <string_view>

#include "linedb/value.h"

namespace linedb::schema {

// The value of a literal of one of these types; nothing if the text is none. Any thread.
std::optional<Value> LiteralOfText(Type type, std::string_view text);

// What such a literal looks like, for those who wrote another.
std::string_view LiteralExample(Type type);

// The literal as an expression has it: 17, 'text', date '2026-01-22'.
void AppendLiteral(const Value& value, std::string* text);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_EXPRESSION_LITERAL_H_
