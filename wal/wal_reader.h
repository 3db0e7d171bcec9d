// Iterates over the valid lines of a log, and says why it stopped.

#ifndef LINEDB_WAL_WAL_READER_H_
#define LINEDB_WAL_WAL_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "wal/wal_format.h"

namespace linedb::wal {

// Where and why reading stopped before the end of the text. `byte` equal to the text's size and an
// empty reason: it did not.
struct LogStop {
  std::uint64_t line = 0;
  std::uint64_t byte = 0;  // of the first byte of the line that is not valid
  std::string reason;      // "checksum 1a2b…, expected 3c4d…"
};

// One thread. The text must stay while the reader and its entries are used.
class WalReader {
 public:
  // `name` stands in messages: "wal/transaction.log".
  WalReader(std::string_view text, std::string name);
  // Goes on behind `position`, the end of a line of a log read before, whose header need not be
  // read again. `text` begins kLinkBytes before it.
  WalReader(std::string_view text, std::string name, const LogPosition& position);

  // Reads the first line. kDataLoss with file, line and byte if it is torn or damaged;
  // kFailedPrecondition if its version is newer than ours, naming both; kNotFound if it is a line
  // of JSON but no header of linedb (a log of the Python original).
  absl::Status ReadHeader(LogHeader* header);
  // The next valid line. False at the end of the text or before the first line that is not valid.
  bool Next(LogEntry* entry);
  // Meaningful once Next returned false.
  const LogStop& stop() const { return stop_; }
  // After the last line read.
  const LogPosition& position() const { return position_; }

 private:
  // What a line says between its numbers and its record. Lines mostly say what the line before
  // said, and what was read once is compared, not read again.
  struct Middle {
    std::string_view timestamp;
    std::string_view rest;  // from the quote behind the time to the record
    std::string_view table;
    Operation operation = Operation::kInsert;
  };

  // Why a line is not the next valid one; empty if it is.
  std::string Judge(std::string_view line, LogEntry* entry, std::uint64_t* checksum);
  bool Parse(std::string_view body, LogEntry* entry);
  // As ParseOperationBody, of a body that may be like the one before; false also if it is not.
  bool ParseAlike(std::string_view body, LogEntry* entry) const;

  std::string_view text_;
  std::uint64_t text_begin_ = 0;  // in the log
  std::string name_;
  LogPosition position_;
  LogStop stop_;
  Middle middle_;
};

// The first line past `byte` that is valid by itself (its range begins with the digits that stand
// before it) and whose `durable` is at least `hole`: proof that what is damaged had been synced.
// Nothing if there is none.
std::optional<LogEntry> FindDurableProof(std::string_view text, std::uint64_t byte, Lsn hole);

}  // namespace linedb::wal

#endif  // LINEDB_WAL_WAL_READER_H_
