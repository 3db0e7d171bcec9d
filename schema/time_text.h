// RFC 3339 <-> time points, to the microsecond.

#ifndef LINEDB_SCHEMA_TIME_TEXT_H_
#define LINEDB_SCHEMA_TIME_TEXT_H_

#include <optional>
#include <string>
#include <string_view>

#include "linedb/value.h"

namespace linedb::schema {

// "2026-01-22T20:31:17.592172Z", always with six digits of a second. Years 0000 to 9999.
void AppendTimestamp(Timestamp time, std::string* text);
std::string FormatTimestamp(Timestamp time);
// The canonical text and any other RFC 3339 time: 'T' or ' ', 0 to 9 digits of a second (those past
// the sixth are dropped), 'Z' or an offset. `naive_is_utc` also takes a time without one.
std::optional<Timestamp> ParseTimestamp(std::string_view text, bool naive_is_utc);

// Whether text is a day of the calendar as "2026-01-22".
bool IsDate(std::string_view text);

// Now, by the system's clock.
Timestamp Now();

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_TIME_TEXT_H_
