// Which record a line is.

#ifndef LINEDB_SCHEMA_PRIMARY_KEY_H_
#define LINEDB_SCHEMA_PRIMARY_KEY_H_

#include <optional>
#include <string>
#include <string_view>

#include "schema/record_layout.h"

namespace linedb::schema {

// The text of a canonical line's primary key, as KeyTextOf gives it; nothing if it is no line of
// this layout. For whoever needs no more of the line than that. Any thread.
std::optional<std::string> PrimaryKeyOf(const RecordLayout& layout, std::string_view line);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_PRIMARY_KEY_H_
