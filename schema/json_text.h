// JSON strings and numbers as text, for callers that hold a std::string. The typed surface has the
// same through linedb/text_writer.h and linedb/text_reader.h. Any thread.

#ifndef LINEDB_SCHEMA_JSON_TEXT_H_
#define LINEDB_SCHEMA_JSON_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "linedb/text_reader.h"
#include "linedb/text_writer.h"

namespace linedb::schema {

// Appends `value` as a JSON string with only the escapes JSON demands: \" \\ \b \f \n \r \t, and
// \u00xx for the other control characters. False, and nothing appended, if it is not UTF-8.
bool AppendJsonString(std::string_view value, std::string* text);
void AppendJsonInt(std::int64_t value, std::string* text);
// The shortest number that reads back the same, laid out as Python does. False, and nothing
// appended, for NaN and the infinities.
bool AppendJsonDouble(double value, std::string* text);

// Where the text stops being UTF-8, or npos. Surrogates and overlong forms are not UTF-8.
std::size_t FindBadUtf8(std::string_view text);

// Appends what the inside of a JSON string stands for. Null, or where it is at fault: a raw
// control character, an unknown escape, half a surrogate pair; `text` then has part of it.
const char* Unescape(const char* at, const char* end, std::string* text);

// What became of a number that ParseJsonDouble was given.
enum class DoubleRange { kFinite, kTooLarge, kNotANumber };
// `number` by JSON's grammar, rounded to the nearest double; what is too small is zero.
DoubleRange ParseJsonDouble(std::string_view number, double* value);

// Where the number that begins at `at` ends by JSON's grammar, or null. `is_integer`: it has
// neither a point nor an exponent.
const char* ScanNumber(const char* at, const char* end, bool* is_integer);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_JSON_TEXT_H_
