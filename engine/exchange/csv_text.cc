// Options of CSV, and a field as it is written.

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/csv_shape.h"
#include "linedb/csv.h"

namespace linedb {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

char WrittenDelimiter(const CsvOptions& options) {
  return options.delimiter == '\0' ? engine::kCsvDelimiters.front() : options.delimiter;
}

bool IsSpecial(char character, char delimiter) {
  return character == delimiter || character == '"' || character == '\n' || character == '\r' ||
         character == '\0';
}

// What a reader could take for something else: for null, for two fields, for an end, or what other
// programs' readers trim away.
bool NeedsQuotes(std::string_view text, const CsvOptions& options) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return true;
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) return true;
  const char delimiter = WrittenDelimiter(options);
  if (std::any_of(text.begin(), text.end(),
                  [delimiter](char character) { return IsSpecial(character, delimiter); })) {
    return true;
  }
  return std::find(options.nulls.begin(), options.nulls.end(), text) != options.nulls.end();
}

absl::Status Refuse(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("CSV: ", std::string(what)));
}

}  // namespace

absl::Status ValidateCsvOptions(const CsvOptions& options) {
  const char delimiter = options.delimiter;
  if (delimiter == '"' || delimiter == '\n' || delimiter == '\r' || delimiter == '.' ||
      delimiter == '-' || static_cast<unsigned char>(delimiter) > 0x7e ||
      absl::ascii_isalnum(static_cast<unsigned char>(delimiter))) {
    return Refuse(
        "the delimiter is one ASCII character that no value begins with, as , ; | or tab");
  }
  for (const std::string& null : options.nulls) {
    const char written = WrittenDelimiter(options);
    if (std::any_of(null.begin(), null.end(),
                    [written](char c) { return IsSpecial(c, written); })) {
      return Refuse("the text of null holds a delimiter, a quote, a line end or a NUL");
    }
  }
  std::set<std::string> names;
  for (const std::string& column : options.columns) {
    if (!names.insert(column).second) {
      return Refuse(absl::StrCat("the column ", column, " is named twice"));
    }
  }
  return absl::OkStatus();
}

void AppendCsvField(std::string_view text, const CsvOptions& options, std::string* row) {
  if (!NeedsQuotes(text, options)) {
    row->append(text);
    return;
  }
  row->push_back('"');
  for (const char character : text) row->append(character == '"' ? 2 : 1, character);
  row->push_back('"');
}

}  // namespace linedb
