// Brings the texts that a RecordSource gives into canonical form, and tells what is wrong with
// those that are no records of the table.

#ifndef LINEDB_ENGINE_EXCHANGE_RECORD_READER_H_
#define LINEDB_ENGINE_EXCHANGE_RECORD_READER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/exchange/csv_shape.h"
#include "engine/exchange/record_judge.h"
#include "schema/record_codec.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// What is wrong with an input as a whole.
struct InputFault {
  TextPosition position;
  RecordFault fault;
};

// One thread at a time.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  // As schema::CanonicalizeRecord, whatever the text's format.
  virtual absl::Status Read(std::string_view text, const schema::CanonicalizeOptions& options,
                            std::string* line, std::vector<schema::FieldSpan>* spans,
                            schema::RecordError* error) = 0;
  // The faults of a text that Read has refused with `first`, in order of position; those of the
  // input as a whole are not among them.
  virtual std::vector<RecordFault> Faults(std::string_view text,
                                          const schema::CanonicalizeOptions& options,
                                          const schema::RecordError& first) = 0;
  // Because of which no record may be taken in.
  virtual std::vector<InputFault> InputFaults(const schema::CanonicalizeOptions&) { return {}; }
};

// For the texts of a source with this RecordSource::csv_shape(). The arguments must outlive it.
absl::StatusOr<std::unique_ptr<RecordReader>> NewRecordReader(const schema::RecordLayout& layout,
                                                              const CsvShape* csv_shape);

// That of CSV.
std::unique_ptr<RecordReader> NewCsvReader(const schema::RecordLayout& layout, RecordJudge judge,
                                           const CsvShape& shape);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_RECORD_READER_H_
