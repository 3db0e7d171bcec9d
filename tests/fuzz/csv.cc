// Rows of CSV are found, split and written by looking at many bytes at once. Whatever the text,
// that comes to what a plain reading byte by byte and by way of JSON comes to, and each fault has a
// place in its row.

#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exchange/csv_row.h"
#include "engine/exchange/record_reader.h"
#include "engine/exchange/record_source.h"
#include "schema/record_codec.h"
#include "tests/exchange/csv_reference.h"
#include "tests/fuzz/fuzz_schemas.h"
#include "tests/fuzz/fuzz_target.h"

namespace linedb::fuzz {
namespace {

CsvOptions OptionsOf(unsigned choice, const schema::RecordLayout& layout) {
  constexpr char kDelimiters[] = {'\0', ',', ';', '\t'};
  CsvOptions options;
  options.delimiter = kDelimiters[(choice >> 2) % 4];
  if ((choice & 16) != 0) options.quotes = CsvQuotes::kNone;
  if (options.delimiter == ';') options.nulls = {"NA", "", "\\N"};
  if ((choice & 32) != 0) {
    options.header = CsvHeader::kNone;
    for (const ColumnSchema& column : layout.schema().columns) {
      options.columns.push_back(column.name);
    }
  }
  return options;
}

// The text from a place on.
std::string_view TextAt(std::string_view text, engine::TextPosition position) {
  for (std::uint64_t line = 1; line < position.line; ++line) {
    const std::size_t newline = text.find('\n');
    Require(newline != text.npos, "a record begins in a line of the text");
    text.remove_prefix(newline + 1);
  }
  Require(position.column == 1, "a row begins a line");
  return text;
}

class RowCheck {
 public:
  RowCheck(const schema::RecordLayout& layout, const engine::CsvShape& shape)
      : layout_(layout), shape_(shape), reader_(*engine::NewRecordReader(layout, &shape)) {}

  void Check(std::string_view row, const schema::CanonicalizeOptions& options) {
    const auto fields = testing::ReferenceSplit(row, shape_.dialect);
    CheckSplit(row, fields);
    std::string line;
    std::vector<schema::FieldSpan> spans;
    schema::RecordError error;
    const bool taken = reader_->Read(row, options, &line, &spans, &error).ok();
    const auto json = fields ? testing::ReferenceJson(*fields, layout_, shape_) : std::nullopt;
    std::string expected;
    std::vector<schema::FieldSpan> expected_spans;
    const bool fits =
        json.has_value() &&
        schema::CanonicalizeRecord(layout_, *json, options, &expected, &expected_spans, nullptr)
            .ok();
    Require(taken == fits, "a row is taken if and only if its JSON is", row);
    Require(line == expected, "a row and its JSON come to one line", line + "\n" + expected);
    Require(!taken || spans == expected_spans, "the values lie where they lie", line);
    if (!taken) CheckFaults(row, options, error);
  }

 private:
  void CheckSplit(std::string_view row,
                  const std::optional<std::vector<testing::ReferenceField>>& fields) {
    schema::JsonFault fault;
    engine::CsvRow split;
    const bool is_row = engine::SplitCsvRow(row, shape_.dialect, &split, &fault);
    Require(is_row == fields.has_value(), "a row is one", row);
    Require(is_row == engine::IsCsvRow(row, shape_.dialect), "and is said to be one", row);
    if (!is_row) {
      Require(fault.byte <= row.size() && !fault.reason.empty(), "a fault has a place", row);
      return;
    }
    Require(split.fields.size() == fields->size(), "it has its fields", row);
    std::string scratch;
    for (std::size_t i = 0; i < fields->size(); ++i) {
      Require(split.fields[i].Value(&scratch) == (*fields)[i].value, "each as it is", row);
      Require(split.fields[i].quoted == (*fields)[i].quoted, "with quotes or without", row);
    }
  }

  void CheckFaults(std::string_view row, const schema::CanonicalizeOptions& options,
                   const schema::RecordError& error) {
    std::size_t before = 0;
    for (const engine::RecordFault& fault : reader_->Faults(row, options, error)) {
      Require(fault.error.byte >= before && fault.error.byte <= row.size(),
              "faults have places, in order", row);
      Require(!fault.error.reason.empty(), "a fault has a reason", row);
      before = fault.error.byte;
    }
  }

  const schema::RecordLayout& layout_;
  const engine::CsvShape& shape_;
  const std::unique_ptr<engine::RecordReader> reader_;
};

}  // namespace
}  // namespace linedb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace linedb;
  using namespace linedb::fuzz;
  std::string_view text = TextOf(data, size);
  const unsigned choice = TakeChoice(&text);
  const schema::RecordLayout& layout = LayoutOf(choice & 3);
  std::istringstream input{std::string(text)};
  const auto source = engine::OpenRecordSource(
      input, {.format = FileFormat::kCsv, .csv = OptionsOf(choice, layout)});
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // it has no column
  if (!source->status().ok()) {
    Require(absl::IsInvalidArgument(source->status()), "it is refused by the code promised");
    return 0;
  }
  schema::CanonicalizeOptions options;
  if ((size & 1) != 0) options.assigned_key = 7;
  RowCheck check(layout, *source->csv_shape());
  engine::SourceRecord record;
  std::uint64_t line = 0;
  while (source->Next(&record)) {
    Require(record.position.line > line, "rows follow each other");
    line = record.position.line;
    Require(TextAt(text, record.position).starts_with(record.text), "a row is where it is said");
    check.Check(record.text, options);
  }
  return 0;
}
