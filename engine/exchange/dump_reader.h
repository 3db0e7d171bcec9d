// Reads a dump: the lines of its frame, and the records of each table as those of an import.

#ifndef LINEDB_ENGINE_EXCHANGE_DUMP_READER_H_
#define LINEDB_ENGINE_EXCHANGE_DUMP_READER_H_

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/exchange/dump_format.h"
#include "engine/exchange/input_window.h"
#include "engine/exchange/record_source.h"

namespace linedb::engine {

// One thread at a time. Calls come in this order: ReadHead; then ReadTable, and Next until it is
// false for good, again and again until ReadTable gives nothing.
//
// Errors begin with "name:line:column: ": kInvalidArgument (it is no dump), kFailedPrecondition
// (of a newer version), kDataLoss (cut or changed since it was written).
class DumpReader : public RecordSource {
 public:
  DumpReader(std::istream& input, std::string name)
      : input_(input), window_(input), name_(std::move(name)) {}

  absl::StatusOr<DumpHead> ReadHead();
  // The next table; none behind the last, once the end of the dump is checked.
  absl::StatusOr<std::optional<DumpTable>> ReadTable();

  // Of the records of the table some: Next gives no more of them before Continue.
  void Continue(std::uint64_t records_max, std::uint64_t bytes_max);
  bool table_ended() const { return table_.records == 0; }

  // As of RecordSource; false also where Continue is due.
  bool Next(SourceRecord* record) override;
  const absl::Status& status() const override { return status_; }
  std::uint64_t bytes_read() const override { return window_.bytes_read(); }

  // The number of the line that was read last, from 1.
  std::uint64_t line() const { return window_.position().line; }
  // An error about the line that was read last: at byte `byte` of it.
  absl::Status ErrorAt(std::size_t byte, absl::StatusCode code, std::string_view reason) const;

 private:
  bool NextLine(std::string_view* line);
  void ConsumeLine();
  absl::Status CheckEnd(std::string_view line);
  bool FailEnded(std::string_view what);

  std::istream& input_;
  InputWindow window_;
  const std::string name_;
  StreamChecksum checksum_;
  std::size_t line_bytes_ = 0;  // of the line that was read last, with its "\n"
  absl::Status status_;

  DumpHead head_;
  DumpEnd seen_;
  DumpTable table_;  // `records` of it are still to come
  std::uint64_t records_left_ = 0;
  std::uint64_t bytes_left_ = 0;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_DUMP_READER_H_
