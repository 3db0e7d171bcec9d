// Values as bytes whose order is the values' order: the keys of ordered indexes.

#ifndef LINEDB_SCHEMA_ORDER_KEY_H_
#define LINEDB_SCHEMA_ORDER_KEY_H_

#include <optional>
#include <string>
#include <string_view>

#include "linedb/struct_codec.h"
#include "linedb/value.h"
#include "schema/record_layout.h"

namespace linedb::schema {

// Appends the bytes of a value given by its canonical text. As memcmp compares them, null comes
// first, numbers and times follow by size (-0.0 is 0.0), strings and bytes by their bytes, false
// before true. No value's bytes begin with those of another value of the type, so keys of several
// columns, one behind the other, compare column after column. `type` is not kJson. Any thread.
//
//   null 00 | 01 and then: int, timestamp (microseconds), date (days): 8 bytes, the highest first,
//   sign bit flipped | float: IEEE 754, the highest byte first, all bits flipped if negative, else
//   the sign bit | bool: 00 or 01 | string, bytes: the bytes, 00 written 00 FF; behind them 00 00
void AppendOrderKey(Type type, std::string_view canonical_text, std::string* key);
// The same of a value of the column's type, or of null.
void AppendOrderKey(const Value& value, std::string* key);

// Appends what the bytes of all strings that begin with `text` begin with, and of no others.
void AppendOrderKeyPrefix(std::string_view text, std::string* key);

// The smallest bytes greater than all that begin with `prefix`; nothing if there are none.
std::optional<std::string> OrderKeyEnd(std::string_view prefix);

// Appends the key of a record in an index: of its canonical line, with the spans of at least the
// index's columns.
void AppendOrderKeyOf(const RecordLayout& layout, const IndexLayout& index, std::string_view line,
                      const FieldSpan* spans, std::string* key);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_ORDER_KEY_H_
