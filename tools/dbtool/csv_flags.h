// How files of records are spelled, by flags and by their names: of import and of export.

#ifndef LINEDB_TOOLS_DBTOOL_CSV_FLAGS_H_
#define LINEDB_TOOLS_DBTOOL_CSV_FLAGS_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "linedb/exchange.h"

namespace linedb::dbtool {

// The flags, as given.
struct CsvFlags {
  std::string delimiter;
  std::vector<std::string> nulls;
  bool no_header = false;
  bool no_quotes = false;
  std::string columns;

  bool any() const {
    return !delimiter.empty() || !nulls.empty() || no_header || no_quotes || !columns.empty();
  }
};

// --delimiter, --null and --no-header; the same with what is for reading only.
void AddCsvFlags(CLI::App* command, CsvFlags* flags);
void AddCsvInputFlags(CLI::App* command, CsvFlags* flags);

// Of a file of this name; a .tsv has tabs. kInvalidArgument says what is wrong.
absl::StatusOr<CsvOptions> CsvOptionsOf(const CsvFlags& flags, const std::string& file);

// By the word, or, if that is "auto", by the file's name; kAuto if neither says it.
FileFormat FormatOf(const std::string& word, const std::string& file);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_CSV_FLAGS_H_
