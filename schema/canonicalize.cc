// CanonicalizeRecord: the one door through which records from outside come in.

#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/canonical_line.h"
#include "schema/column_value.h"
#include "schema/json_reader.h"
#include "schema/json_text.h"
#include "schema/record_codec.h"

namespace linedb::schema {
namespace {

constexpr std::uint32_t kNotSeen = std::numeric_limits<std::uint32_t>::max();

// Reads the members in the order of the text and keeps each value's canonical text; then lays the
// values out in the order of columns.
class Canonicalizer {
 public:
  Canonicalizer(const RecordLayout& layout, std::string_view json,
                const CanonicalizeOptions& options, std::vector<FieldSpan>* spans)
      : layout_(layout), options_(options), json_(json), reader_(json), spans_(*spans) {}

  // Appends the line, or leaves the fault in fault() and column().
  bool Run(std::string* line) {
    // A text this long cannot become a line, however many spaces it holds.
    if (json_.size() > 2 * kLineBytesMax) return FailLength(json_.size());
    spans_.assign(layout_.columns().size(), FieldSpan{kNotSeen, kNotSeen});
    return reader_.CheckUtf8() && ReadMembers() && reader_.ExpectEnd() && AddMissing() &&
           LayOut(line);
  }

  const JsonFault& fault() const { return reader_.fault(); }
  const std::string& column() const { return column_; }

 private:
  bool FailLength(std::size_t bytes) {
    return reader_.Fail(
        0, absl::StrCat("a line of ", bytes, " bytes, at most ", kLineBytesMax, " are allowed"));
  }

  bool ReadMembers() {
    object_byte_ = reader_.Offset();
    if (!reader_.EnterObject()) return false;
    std::string_view name;
    std::size_t name_byte = 0;
    while (reader_.NextMember(&name, &name_byte)) {
      const int column = FindColumn(name);
      if (column >= 0 ? !ReadColumn(column, name_byte) : !PassUnknown(name, name_byte)) {
        return false;
      }
    }
    return !reader_.failed();
  }

  // Records mostly hold their members in the order of columns.
  int FindColumn(std::string_view name) {
    if (expected_ < layout_.column_count() && layout_.columns()[Index(expected_)].name == name) {
      return expected_++;
    }
    const int column = layout_.FindColumn(name);
    if (column >= 0) expected_ = column + 1;
    return column;
  }

  bool PassUnknown(std::string_view name, std::size_t name_byte) {
    if (options_.ignore_unknown_columns) return reader_.SkipValue();
    std::string shown;
    AppendJsonString(name.substr(0, name.size() <= kColumnNameBytesMax ? name.size() : 0), &shown);
    return reader_.Fail(name_byte, absl::StrCat("there is no column ", shown));
  }

  bool ReadColumn(int column, std::size_t name_byte) {
    const ColumnSchema& schema = layout_.columns()[Index(column)];
    FieldSpan& span = spans_[Index(column)];
    if (span.begin != kNotSeen) return FailColumn(column, name_byte, "the member is doubled");
    span.begin = static_cast<std::uint32_t>(values_.size());
    const std::size_t byte = reader_.Offset();
    if (reader_.TakeNull()) {
      if (!WriteNull(column)) return FailColumn(column, byte, "null is not allowed");
    } else if (!WriteColumnValue(&reader_, schema.type, {.naive_is_utc = options_.original_format},
                                 &values_)) {
      column_ = schema.name;
      return false;
    }
    span.end = static_cast<std::uint32_t>(values_.size());
    return true;
  }

  // Null in an assigned key asks for one.
  bool WriteNull(int column) {
    if (column == layout_.assigned_column()) {
      if (!options_.assigned_key.has_value()) return false;
      WriteInt(&values_, *options_.assigned_key);
      return true;
    }
    if (!layout_.columns()[Index(column)].nullable) return false;
    values_.Append("null");
    return true;
  }

  bool AddMissing() {
    for (int column = 0; column < layout_.column_count(); ++column) {
      FieldSpan& span = spans_[Index(column)];
      if (span.begin != kNotSeen) continue;
      const ColumnSchema& schema = layout_.columns()[Index(column)];
      span.begin = static_cast<std::uint32_t>(values_.size());
      if (schema.default_json.has_value()) {
        values_.Append(*schema.default_json);
      } else if (!WriteNull(column)) {
        return FailColumn(column, object_byte_, "the value is missing and there is no default");
      }
      span.end = static_cast<std::uint32_t>(values_.size());
    }
    return true;
  }

  bool LayOut(std::string* line) {
    const std::size_t begin = line->size();
    std::size_t bytes = 1;
    for (std::size_t i = 0; i < spans_.size(); ++i) {
      bytes += layout_.prefix(static_cast<int>(i)).size() + spans_[i].end - spans_[i].begin;
    }
    if (bytes > kLineBytesMax) return FailLength(bytes);
    line->reserve(begin + bytes);
    for (std::size_t i = 0; i < spans_.size(); ++i) {
      line->append(layout_.prefix(static_cast<int>(i)));
      const std::string_view value = spans_[i].In(values_.text());
      spans_[i].begin = static_cast<std::uint32_t>(line->size() - begin);
      line->append(value);
      spans_[i].end = static_cast<std::uint32_t>(line->size() - begin);
    }
    line->push_back('}');
    return true;
  }

  bool FailColumn(int column, std::size_t byte, std::string reason) {
    column_ = layout_.columns()[Index(column)].name;
    return reader_.Fail(byte, std::move(reason));
  }

  static std::size_t Index(int column) { return static_cast<std::size_t>(column); }

  const RecordLayout& layout_;
  const CanonicalizeOptions& options_;
  const std::string_view json_;
  JsonReader reader_;
  // First where each value lies in values_, at last where it lies in the line.
  std::vector<FieldSpan>& spans_;
  TextWriter values_;
  int expected_ = 0;
  std::size_t object_byte_ = 0;
  std::string column_;
};

}  // namespace

absl::Status CanonicalizeRecord(const RecordLayout& layout, std::string_view json,
                                const CanonicalizeOptions& options, std::string* line,
                                std::vector<FieldSpan>* spans, RecordError* error) {
  spans->resize(layout.columns().size());
  if (TakeCanonical(layout, json, line, spans->data())) return absl::OkStatus();
  Canonicalizer canonicalizer(layout, json, options, spans);
  if (canonicalizer.Run(line)) return absl::OkStatus();
  const JsonFault& fault = canonicalizer.fault();
  const std::string& column = canonicalizer.column();
  if (error != nullptr) *error = {fault.byte, column, fault.reason};
  return absl::InvalidArgumentError(absl::StrCat(
      layout.schema().table_name, column.empty() ? "" : ".", column, ": ", fault.reason));
}

}  // namespace linedb::schema
