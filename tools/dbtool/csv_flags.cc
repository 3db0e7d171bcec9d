#include "tools/dbtool/csv_flags.h"

#include <cctype>

#include "tools/dbtool/arguments.h"
#include "tools/dbtool/rule_options.h"

namespace linedb::dbtool {
namespace {

// In lower case; empty if there is none.
std::string Extension(const std::string& file) {
  const std::size_t dot = file.rfind('.');
  if (dot == file.npos || file.find('/', dot) != file.npos) return "";
  std::string extension = file.substr(dot + 1);
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

bool HasTabs(const std::string& extension) { return extension == "tsv" || extension == "tab"; }

absl::StatusOr<char> DelimiterOf(const std::string& word) {
  constexpr std::pair<const char*, char> kNames[] = {{"tab", '\t'},  {"\\t", '\t'},
                                                     {"comma", ','}, {"semicolon", ';'},
                                                     {"pipe", '|'},  {"space", ' '}};
  for (const auto& [name, delimiter] : kNames) {
    if (word == name) return delimiter;
  }
  if (word.size() == 1) return word[0];
  return absl::InvalidArgumentError("--delimiter: expected one character, found " + word);
}

}  // namespace

void AddCsvFlags(CLI::App* command, CsvFlags* flags) {
  command
      ->add_option("--delimiter", flags->delimiter,
                   "CSV: what stands between fields: a character, or tab")
      ->type_name("C");
  AddRepeated(command, "--null", &flags->nulls,
              "CSV: the text of null, without quotes (default: an empty field)", "TEXT");
  command->add_flag("--no-header", flags->no_header, "CSV: the first row is a record");
}

void AddCsvInputFlags(CLI::App* command, CsvFlags* flags) {
  AddCsvFlags(command, flags);
  command
      ->add_option("--columns", flags->columns,
                   "CSV: a,b,c: the names of the fields, in place of the header's")
      ->type_name("NAMES");
  command->add_flag("--no-quotes", flags->no_quotes,
                    "CSV: a quote is a character like any other, as in many TSV files");
}

absl::StatusOr<CsvOptions> CsvOptionsOf(const CsvFlags& flags, const std::string& file) {
  CsvOptions options;
  if (HasTabs(Extension(file))) options.delimiter = '\t';
  if (!flags.delimiter.empty()) {
    const absl::StatusOr<char> delimiter = DelimiterOf(flags.delimiter);
    if (!delimiter.ok()) return delimiter.status();
    options.delimiter = *delimiter;
  }
  if (!flags.nulls.empty()) options.nulls = flags.nulls;
  if (flags.no_header) options.header = CsvHeader::kNone;
  if (flags.no_quotes) options.quotes = CsvQuotes::kNone;
  if (!flags.columns.empty()) options.columns = SplitNames(flags.columns);
  if (absl::Status valid = ValidateCsvOptions(options); !valid.ok()) return valid;
  return options;
}

FileFormat FormatOf(const std::string& word, const std::string& file) {
  if (word == "json") return FileFormat::kJson;
  if (word == "jsonl") return FileFormat::kJsonLines;
  const std::string extension = Extension(file);
  const bool is_csv = word == "csv" || extension == "csv" || HasTabs(extension);
  return is_csv ? FileFormat::kCsv : FileFormat::kAuto;
}

}  // namespace linedb::dbtool
