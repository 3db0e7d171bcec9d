// What a value of one type is as a value of another.

#ifndef LINEDB_SCHEMA_VALUE_CONVERSION_H_
#define LINEDB_SCHEMA_VALUE_CONVERSION_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "linedb/value.h"

namespace linedb::schema {

enum class Conversion {
  kSame,    // the types are one
  kWiden,   // every value is one of the other type, and no two become one
  kNarrow,  // some are
  kNone,    // a program has to say what becomes of a value
};

// schema/FORMAT.md has the table, section 13. Any thread.
Conversion ConversionOf(Type from, Type to);

// Appends the canonical text that the value, which is not null, has under the other type.
// kInvalidArgument says what was expected and found: a narrowed value that is none of the type, or
// an int that no float is exactly. Any thread.
absl::Status ConvertValue(Type from, Type to, std::string_view text, std::string* converted);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_VALUE_CONVERSION_H_
