#include "schema/record_carrier.h"

#include <cassert>
#include <cstddef>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "linedb/text_writer.h"
#include "schema/column_match.h"
#include "schema/value_conversion.h"

namespace linedb::schema {
namespace {

constexpr std::string_view kNull = "null";

std::string TextOf(const absl::Status& status) { return std::string(status.message()); }

}  // namespace

RecordCarrier::RecordCarrier(const RecordLayout& from, const RecordLayout& to)
    : RecordCarrier(from, to, MatchColumns(from.schema(), to.schema())) {}

RecordCarrier RecordCarrier::Back(const RecordLayout& from, const RecordLayout& earlier) {
  std::vector<int> columns(earlier.schema().columns.size(), -1);
  const std::vector<int> places = MatchColumns(earlier.schema(), from.schema());
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i] >= 0) columns[static_cast<std::size_t>(places[i])] = static_cast<int>(i);
  }
  return RecordCarrier(from, earlier, columns);
}

// `columns` are those of the schemas, without a $rowid.
RecordCarrier::RecordCarrier(const RecordLayout& from, const RecordLayout& to,
                             const std::vector<int>& columns)
    : from_(from), to_(to) {
  assert(from.has_row_id() == to.has_row_id());
  const int shift = from.has_row_id() ? 1 : 0;
  if (to.has_row_id()) places_.push_back(0);
  for (const int place : columns) {
    places_.push_back(place < 0 ? -1 : place + shift);
  }
}

absl::Status RecordCarrier::AppendValue(std::size_t column, std::string_view line,
                                        const FieldSpan* spans, std::string* carried) const {
  const ColumnSchema& to = to_.columns()[column];
  const int place = places_[column];
  if (place < 0) {
    if (!to.default_json.has_value() && !to.nullable) {
      return absl::InvalidArgumentError("the value is missing and there is no default");
    }
    carried->append(to.default_json.value_or(std::string(kNull)));
    return absl::OkStatus();
  }
  const std::string_view value = spans[place].In(line);
  if (value != kNull) {
    const Type type = from_.columns()[static_cast<std::size_t>(place)].type;
    return ConvertValue(type, to.type, value, carried);
  }
  if (!to.nullable) return absl::InvalidArgumentError("null is not allowed");
  carried->append(kNull);
  return absl::OkStatus();
}

absl::Status RecordCarrier::CarryTellingAll(std::string_view line, std::string* carried,
                                            Fault fault) const {
  absl::InlinedVector<FieldSpan, 16> spans(from_.columns().size());
  const std::string& table = to_.schema().table_name;
  if (!SplitCanonical(from_, line, from_.column_count() - 1, spans.data())) {
    return absl::InvalidArgumentError(
        absl::StrCat(table, ": not a record of this table: ", std::string(line)));
  }
  absl::Status first;
  const std::size_t begin = carried->size();
  for (std::size_t i = 0; i < places_.size(); ++i) {
    carried->append(to_.prefix(static_cast<int>(i)));
    absl::Status appended = AppendValue(i, line, spans.data(), carried);
    if (appended.ok()) continue;
    fault(static_cast<int>(i), TextOf(appended));
    first.Update(absl::InvalidArgumentError(
        absl::StrCat(table, ".", to_.columns()[i].name, ": ", TextOf(appended))));
  }
  carried->push_back('}');
  if (first.ok() && carried->size() - begin > kLineBytesMax) {
    first =
        absl::InvalidArgumentError(absl::StrCat(table, ": a line of ", carried->size() - begin,
                                                " bytes, at most ", kLineBytesMax, " are allowed"));
  }
  return first;
}

absl::Status RecordCarrier::Carry(std::string_view line, std::string* carried) const {
  const std::size_t begin = carried->size();
  absl::Status fits = CarryTellingAll(line, carried, [](int, const std::string&) {});
  if (!fits.ok()) carried->resize(begin);
  return fits;
}

}  // namespace linedb::schema
