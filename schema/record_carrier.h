// What a record of a table is after the table was altered.

#ifndef LINEDB_SCHEMA_RECORD_CARRIER_H_
#define LINEDB_SCHEMA_RECORD_CARRIER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "schema/record_codec.h"
#include "schema/record_layout.h"

namespace linedb::schema {

// Carries records over from one layout of a table to another: a column keeps its value, converted
// if its type changes, under its new name; a new one gets its default, or null; a dropped one goes.
// Both layouts outlive it. Any number of threads may carry at once.
class RecordCarrier {
 public:
  RecordCarrier(const RecordLayout& from, const RecordLayout& to);
  // From the later layout to the one that it was altered from.
  static RecordCarrier Back(const RecordLayout& from, const RecordLayout& earlier);

  // Appends what the canonical line becomes. kInvalidArgument, "table.column: reason", of the first
  // column that has no value under the new layout, or if the line is none of the old one.
  absl::Status Carry(std::string_view line, std::string* carried) const;
  // The same, and tells every column that has none; `carried` is then of no use.
  using Fault = absl::FunctionRef<void(int column, const std::string& reason)>;
  absl::Status CarryTellingAll(std::string_view line, std::string* carried, Fault fault) const;

 private:
  RecordCarrier(const RecordLayout& from, const RecordLayout& to, const std::vector<int>& columns);

  absl::Status AppendValue(std::size_t column, std::string_view line, const FieldSpan* spans,
                           std::string* carried) const;

  const RecordLayout& from_;
  const RecordLayout& to_;
  std::vector<int> places_;  // for each stored column of `to` the one of `from`, or -1
};

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_RECORD_CARRIER_H_
