// A value's JSON text as people and CSV readers want it.

#ifndef LINEDB_TOOLS_DBTOOL_CELL_TEXT_H_
#define LINEDB_TOOLS_DBTOOL_CELL_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace linedb::dbtool {

// A string's characters; any other value as it is.
std::string PlainText(std::string_view json);

// The same without anything that moves a cursor or ends a line: control characters are escaped.
std::string VisibleText(std::string_view json);

// The columns UTF-8 text takes on a terminal: wide characters two, combining ones none.
std::size_t DisplayWidth(std::string_view text);

// The text cut to a width, with an ellipsis in place of what is missing.
std::string CutToWidth(std::string_view text, std::size_t width);

// As a field of a CSV file (RFC 4180): null is empty, an empty string is "".
std::string CsvField(std::string_view json);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_CELL_TEXT_H_
