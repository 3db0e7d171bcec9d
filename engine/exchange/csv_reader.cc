// Rows of CSV become records by one of two ways. The straight way writes each field's value where
// it stands in the line, and takes nearly every row that is right. What it leaves becomes a JSON
// object whose values are what the columns' types make of the fields; what a record may hold is
// then judged by the one door through which all other records come in, which also finds the faults.

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/exchange/csv_line.h"
#include "engine/exchange/csv_row.h"
#include "engine/exchange/csv_value.h"
#include "engine/exchange/record_reader.h"
#include "linedb/text_writer.h"
#include "schema/json_reader.h"
#include "schema/json_text.h"

namespace linedb::engine {
namespace {

constexpr std::size_t kNotThere = std::string_view::npos;

bool IsNumber(std::string_view text) {
  bool is_integer = false;
  const char* const end = text.data() + text.size();
  return !text.empty() && schema::ScanNumber(text.data(), end, &is_integer) == end;
}

// "expected 3 fields, found 2"
std::string CountReason(std::size_t expected, std::size_t found) {
  return absl::StrCat("expected ", expected, expected == 1 ? " field" : " fields", ", found ",
                      found);
}

// Of each stored column among the fields.
std::vector<std::size_t> PlacesOf(const schema::RecordLayout& layout, const CsvShape& shape) {
  std::vector<std::size_t> places;
  for (const ColumnSchema& column : layout.columns()) {
    const auto found = std::find(shape.columns.begin(), shape.columns.end(), column.name);
    places.push_back(found == shape.columns.end()
                         ? kNotThere
                         : static_cast<std::size_t>(found - shape.columns.begin()));
  }
  return places;
}

class CsvReader : public RecordReader {
 public:
  CsvReader(const schema::RecordLayout& layout, RecordJudge judge, const CsvShape& shape)
      : layout_(layout),
        judge_(std::move(judge)),
        shape_(shape),
        places_(PlacesOf(layout, shape)),
        line_writer_(layout, shape, places_) {}

  absl::Status Read(std::string_view text, const schema::CanonicalizeOptions& options,
                    std::string* line, std::vector<schema::FieldSpan>* spans,
                    schema::RecordError* error) override {
    RecordFault fault;
    if (!Split(text, &fault)) return Refuse(fault.error, error);
    const bool is_utf8 = row_.ascii || schema::FindBadUtf8(text) == text.npos;
    if (is_utf8 && !options.original_format && line_writer_.Write(row_, options, spans)) {
      line->append(line_writer_.line());
      return absl::OkStatus();
    }
    if (Translate(text) > 0) return Refuse(field_faults_.front().error, error);
    return schema::CanonicalizeRecord(layout_, json_.text(), options, line, spans, error);
  }

  std::vector<RecordFault> Faults(std::string_view text, const schema::CanonicalizeOptions& options,
                                  const schema::RecordError& first) override;
  std::vector<InputFault> InputFaults(const schema::CanonicalizeOptions& options) override;

 private:
  absl::Status Refuse(const schema::RecordError& fault, schema::RecordError* error) const {
    if (error != nullptr) *error = fault;
    return absl::InvalidArgumentError(
        absl::StrCat(layout_.schema().table_name, ": ", fault.reason));
  }

  bool Split(std::string_view text, RecordFault* fault);
  std::size_t Translate(std::string_view text);
  bool WriteValue(const ColumnSchema& column, const CsvField& field, schema::JsonFault* fault);
  bool WriteJson(std::string_view value, schema::JsonFault* fault);
  // Whether a record has to have the column.
  bool IsNeeded(int column) const {
    const ColumnSchema& schema = layout_.columns()[static_cast<std::size_t>(column)];
    return !schema.nullable && !schema.default_json.has_value() &&
           !(layout_.has_row_id() && column == 0);
  }

  const schema::RecordLayout& layout_;
  RecordJudge judge_;
  const CsvShape& shape_;
  const std::vector<std::size_t> places_;
  CsvLineWriter line_writer_;

  // Of the row that was read last.
  CsvRow row_;
  schema::TextWriter json_;
  std::vector<RecordFault> field_faults_;  // of fields that have no JSON
  std::string scratch_;
};

bool CsvReader::Split(std::string_view text, RecordFault* fault) {
  schema::JsonFault split;
  fault->is_syntax = true;
  if (!SplitCsvRow(text, shape_.dialect, &row_, &split)) {
    fault->error = {split.byte, "", split.reason};
    return false;
  }
  const std::size_t expected = shape_.columns.size();
  if (row_.fields.size() == expected) return true;
  // The first that is one too many, or the end where one is missing.
  std::size_t byte = text.size();
  if (row_.fields.size() > expected) byte = OffsetIn(text, row_.fields[expected]);
  if (byte == text.size() && byte > 0 && text.back() == '\r') --byte;
  fault->error = {byte, "", CountReason(expected, row_.fields.size())};
  return false;
}

// Writes the fields that are columns into json_, in the order of columns. The number of those that
// have no JSON: they are null there.
std::size_t CsvReader::Translate(std::string_view text) {
  json_.Truncate(0);
  field_faults_.clear();
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (places_[i] == kNotThere) continue;
    std::string_view prefix = layout_.prefix(static_cast<int>(i));
    prefix.remove_prefix(1);
    json_.Append(json_.size() == 0 ? '{' : ',');
    json_.Append(prefix);
    const CsvField& field = row_.fields[places_[i]];
    const ColumnSchema& column = layout_.columns()[i];
    schema::JsonFault fault;
    const std::size_t before = json_.size();
    if (WriteValue(column, field, &fault)) continue;
    json_.Truncate(before);
    json_.Append("null");
    field_faults_.push_back(
        {.error = {OffsetIn(text, field) + fault.byte, column.name, fault.reason}});
  }
  json_.Append(json_.size() == 0 ? std::string_view("{}") : std::string_view("}"));
  return field_faults_.size();
}

// What is no value of the type is written as text, and so refused as such.
bool CsvReader::WriteValue(const ColumnSchema& column, const CsvField& field,
                           schema::JsonFault* fault) {
  if (!field.quoted && shape_.IsNull(field.text)) {
    const bool is_text = IsEmptyText(column, field);
    json_.Append(is_text ? std::string_view("\"\"") : std::string_view("null"));
    return true;
  }
  const std::string_view value = field.Value(&scratch_);
  if (column.type == Type::kJson) return WriteJson(value, fault);
  if (column.type == Type::kInt || column.type == Type::kFloat) {
    if (IsNumber(value)) {
      json_.Append(value);
      return true;
    }
  } else if (column.type == Type::kBool) {
    if (const std::optional<bool> truth = CsvBool(value); truth.has_value()) {
      schema::WriteBool(&json_, *truth);
      return true;
    }
  }
  if (schema::WriteString(&json_, value) == nullptr) return true;
  // Quotes in front of it count as they stand in the text.
  const std::size_t bad = schema::FindBadUtf8(field.text);
  *fault = {bad + (field.quoted ? 1 : 0), "the text is not UTF-8"};
  return false;
}

bool CsvReader::WriteJson(std::string_view value, schema::JsonFault* fault) {
  schema::JsonReader reader(value);
  if (reader.CheckUtf8() && reader.CopyValue(&json_) && reader.ExpectEnd()) return true;
  *fault = {0, absl::StrCat("expected json: ", reader.fault().reason)};
  return false;
}

std::vector<RecordFault> CsvReader::Faults(std::string_view text,
                                           const schema::CanonicalizeOptions& options,
                                           const schema::RecordError& first) {
  RecordFault fault;
  if (!Split(text, &fault)) return {fault};
  Translate(text);
  std::vector<RecordFault> faults = field_faults_;
  const auto is_known = [&faults](const std::string& column) {
    return std::any_of(faults.begin(), faults.end(), [&column](const RecordFault& known) {
      return known.error.column == column;
    });
  };
  const std::size_t known = faults.size();
  std::size_t of_input = 0;
  for (RecordFault& judged : judge_.Faults(json_.text(), options, first)) {
    if (known > 0 && is_known(judged.error.column)) continue;
    const int column = layout_.FindColumn(judged.error.column);
    const std::size_t place = column < 0 ? kNotThere : places_[static_cast<std::size_t>(column)];
    if (column >= 0 && place == kNotThere) {
      ++of_input;
      continue;
    }
    judged.error.byte = place == kNotThere ? 0 : OffsetIn(text, row_.fields[place]);
    faults.push_back(std::move(judged));
  }
  if (faults.empty() && of_input == 0) faults.push_back({.error = {0, "", first.reason}});
  std::stable_sort(faults.begin(), faults.end(), [](const RecordFault& a, const RecordFault& b) {
    return a.error.byte < b.error.byte;
  });
  return faults;
}

std::vector<InputFault> CsvReader::InputFaults(const schema::CanonicalizeOptions& options) {
  std::vector<InputFault> faults;
  for (std::size_t i = 0; i < shape_.columns.size() && !options.ignore_unknown_columns; ++i) {
    if (layout_.FindColumn(shape_.columns[i]) >= 0) continue;
    faults.push_back(
        {shape_.positions[i],
         {.error = {0, shape_.columns[i], "there is no such column"}, .unknown_column = true}});
  }
  for (int column = 0; column < layout_.column_count(); ++column) {
    if (places_[static_cast<std::size_t>(column)] != kNotThere || !IsNeeded(column)) continue;
    faults.push_back({shape_.positions[0],
                      {.error = {0, layout_.columns()[static_cast<std::size_t>(column)].name,
                                 "the file has no such column, and there is no default"}}});
  }
  return faults;
}

}  // namespace

std::unique_ptr<RecordReader> NewCsvReader(const schema::RecordLayout& layout, RecordJudge judge,
                                           const CsvShape& shape) {
  return std::make_unique<CsvReader>(layout, std::move(judge), shape);
}

}  // namespace linedb::engine
