// Splits an input into the texts of its records, without judging them: JSON Lines, JSON and CSV
// come out alike, and a broken record never takes its neighbours with it.

#ifndef LINEDB_ENGINE_EXCHANGE_RECORD_SOURCE_H_
#define LINEDB_ENGINE_EXCHANGE_RECORD_SOURCE_H_

#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "engine/exchange/csv_shape.h"
#include "engine/exchange/input_window.h"
#include "linedb/exchange.h"

namespace linedb::engine {

struct SourceRecord {
  // As it stands in the input; valid until the next call. Empty if it was too long to be kept.
  std::string_view text;
  TextPosition position;  // of the text's first byte
  // Not empty: the text is no record, and why. Then `fault_position` is where.
  std::string fault;
  TextPosition fault_position;
};

// One thread.
class RecordSource {
 public:
  virtual ~RecordSource() = default;
  // False at the end, or when the input is not of the format at all: see status().
  virtual bool Next(SourceRecord* record) = 0;
  // kInvalidArgument, with line and column, if the input is not of the format.
  virtual const absl::Status& status() const = 0;
  virtual std::uint64_t bytes_read() const = 0;
  // Null: the texts are JSON.
  virtual const CsvShape* csv_shape() const { return nullptr; }
  // Writes a text that Next gave so that what is written can be read as such an input again.
  virtual void WriteRejected(std::string_view text, std::ostream& output);
};

struct SourceOptions {
  FileFormat format = FileFormat::kAuto;
  CsvOptions csv = {};
  // Gets the text of records that are too long to be kept, a line each; null: nobody does.
  std::ostream* overlong = nullptr;
};

// An input that is not of the format at all gives no record, and a status.
std::unique_ptr<RecordSource> OpenRecordSource(std::istream& input, const SourceOptions& options);

// The kinds of JSON that OpenRecordSource chooses from; the window stands behind any byte order
// mark.
std::unique_ptr<RecordSource> NewLineSource(std::unique_ptr<InputWindow> window,
                                            std::ostream* overlong);
std::unique_ptr<RecordSource> NewJsonSource(std::unique_ptr<InputWindow> window,
                                            std::ostream* overlong);

// "record of more than 16777215 bytes"
std::string OverlongReason();

// Writes text that may hold newlines as a part of one line.
void WriteOnOneLine(std::string_view text, std::ostream& output);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_RECORD_SOURCE_H_
