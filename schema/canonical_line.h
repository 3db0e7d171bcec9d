// The fast way in for records that are in canonical form already, as exports and most programs
// write them: one pass that compares, instead of the general reader's tokens and copies.

#ifndef LINEDB_SCHEMA_CANONICAL_LINE_H_
#define LINEDB_SCHEMA_CANONICAL_LINE_H_

#include <string>
#include <string_view>

#include "linedb/text_writer.h"
#include "schema/record_layout.h"

namespace linedb::schema {

// Appends the canonical line of a record that has all columns in their order and their values in
// canonical form; spaces around them may stand where JSON has them, but not before the first brace.
// Fills `spans`, one per stored column, relative to the line's first byte. False, and nothing
// appended, for any other text, right or wrong, and for some that would do (escapes, numbers with
// an exponent or more than 15 digits, bytes, JSON): the general reader judges those. Any thread.
bool TakeCanonical(const RecordLayout& layout, std::string_view json, std::string* line,
                   FieldSpan* spans);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_CANONICAL_LINE_H_
