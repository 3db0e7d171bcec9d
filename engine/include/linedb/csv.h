// How a CSV file is spelled, for Import, InferSchema and Export (linedb/exchange.h).
//
// RFC 4180, read strictly: engine/exchange/FORMAT.md has each rule. In short: one delimiter; a
// field in double quotes may hold anything, a quote in it is doubled; rows end with LF or CRLF.

#ifndef LINEDB_CSV_H_
#define LINEDB_CSV_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace linedb {

enum class CsvHeader {
  kFirstRow,  // the first row names the columns
  kNone,      // the first row is a record
};

enum class CsvQuotes {
  kDoubled,  // "…", and a quote in it is doubled
  kNone,     // a quote is a character like any other; a field holds neither delimiter nor line end
};

struct CsvOptions {
  // Between two fields. '\0': the first of comma, tab, semicolon and | that the first line has;
  // what is written has commas.
  char delimiter = '\0';
  CsvQuotes quotes = CsvQuotes::kDoubled;  // of what is read
  CsvHeader header = CsvHeader::kFirstRow;
  // The names of the columns of the file, in place of those of its header. Without header and names
  // they are the table's columns in their order (InferSchema: kInvalidArgument).
  std::vector<std::string> columns = {};
  // A field without quotes that is one of these is null; in quotes nothing is. An empty field of a
  // str column that cannot be null is the empty string. Written is the first. None: nothing is
  // null, and a null is not written (kInvalidArgument).
  std::vector<std::string> nulls = {""};
};

// kInvalidArgument: the delimiter is a quote, a line end, a letter, a digit or no ASCII, a null's
// text holds a delimiter, a quote or a line end, or a column is named twice.
absl::Status ValidateCsvOptions(const CsvOptions& options);

// Appends a field: as it is, or in quotes if a reader could take it for something else. Any thread.
void AppendCsvField(std::string_view text, const CsvOptions& options, std::string* row);

}  // namespace linedb

#endif  // LINEDB_CSV_H_
