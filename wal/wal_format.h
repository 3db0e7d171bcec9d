// The constants and the line of the log, shared by writer and reader. wal/FORMAT.md explains them.

#ifndef LINEDB_WAL_WAL_FORMAT_H_
#define LINEDB_WAL_WAL_FORMAT_H_

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace linedb::wal {

inline constexpr std::string_view kLogFormat = "linedb-wal";
inline constexpr int kLogVersion = 1;
inline constexpr int kChecksumDigits = 16;

// A log sequence number: operations are numbered from 1 without a gap, through all logs of a
// database.
struct Lsn {
  std::uint64_t value = 0;
  friend auto operator<=>(const Lsn&, const Lsn&) = default;
};

// A transaction's number: counted from 1 through all logs of a database.
struct TransactionId {
  std::uint64_t value = 0;
  friend auto operator<=>(const TransactionId&, const TransactionId&) = default;
};

// The names are frozen: they stand in logs.
enum class Operation {
  kInsert,
  kUpdate,
  kDelete,
  kCreateTable,
  kAlterTable,
  kDropTable,
  kPurge,   // records were purged; the record says what was done
  kPurged,  // what was done here was on a record that was purged since
};

// Whether it is on one record, and not on a table as a whole or on the log itself.
constexpr bool IsOnRecord(Operation operation) {
  return operation == Operation::kInsert || operation == Operation::kUpdate ||
         operation == Operation::kDelete;
}

// Whether it is about the log itself: no table is another one after it.
constexpr bool IsOnLog(Operation operation) {
  return operation == Operation::kPurge || operation == Operation::kPurged;
}

std::string_view OperationName(Operation operation);
std::optional<Operation> ParseOperation(std::string_view name);

// An operation to be logged. The texts are canonical JSON objects; empty stands for null.
struct LogOperation {
  Operation operation = Operation::kInsert;
  std::string_view table;
  std::string_view record;
  std::string_view old_record;
};

// A line of the log as read. The views point into the log's text.
struct LogEntry {
  Lsn lsn;
  TransactionId transaction;
  std::string_view timestamp;
  Operation operation = Operation::kInsert;
  std::string_view table;
  std::string_view record;      // empty: null
  std::string_view old_record;  // empty: null
  bool commit = false;
  Lsn durable;             // on commit lines
  std::uint64_t line = 0;  // counted from 1, the header's
  std::uint64_t byte = 0;  // of the line's first byte
};

// What a checkpoint says of a table.
struct TableCheckpoint {
  std::uint64_t bytes = 0;     // of the .records file that are durable and described here
  std::uint64_t lines = 0;     // in them
  std::uint64_t live = 0;      // records whose last line is no tombstone
  std::uint64_t checksum = 0;  // of the bytes, by blocks: engine/storage/block_checksum.h
  std::int64_t schema_version = 1;
  std::int64_t next_id = 1;           // what the next assigned key will be
  std::uint64_t schema_checksum = 0;  // XXH3-64 of the schema file's bytes
  // The bytes lie in data/<table>.records.compacted, to be renamed into place.
  bool compacted = false;

  friend bool operator==(const TableCheckpoint&, const TableCheckpoint&) = default;
};

// The first line of a log.
struct LogHeader {
  std::string database;  // 32 hex digits, made once
  std::uint64_t epoch = 1;
  Lsn first_lsn{1};
  TransactionId first_transaction{1};
  std::uint64_t previous = 0;  // the last checksum of the log before; 0 in the first log
  std::string timestamp;
  std::map<std::string, TableCheckpoint> tables;
};

// Where a log ends, or may be continued.
struct LogPosition {
  std::uint64_t bytes = 0;  // up to and with the last whole transaction's "\n"
  std::uint64_t lines = 0;
  Lsn next_lsn{1};
  TransactionId next_transaction{1};
  std::uint64_t checksum = 0;  // the last line's
  Lsn durable;                 // the highest lsn known to be synced; 0: none
};

std::uint64_t ChecksumOf(std::string_view bytes);  // XXH3-64
std::string FormatChecksum(std::uint64_t checksum);
std::optional<std::uint64_t> ParseChecksum(std::string_view digits);

// Appends a whole header line, "\n" included; returns its checksum.
std::uint64_t AppendHeaderLine(const LogHeader& header, std::string* text);

// Appends a whole operation line, "\n" included. `text` must end in the line before (with its
// "\n"), of which at least the checksum's digits and what follows are there: the checksum's range
// begins with them. `commit` makes it its transaction's last line, with `durable`.
struct LineNumbers {
  Lsn lsn;
  TransactionId transaction;
};
std::uint64_t AppendOperationLine(const LogOperation& operation, LineNumbers numbers,
                                  std::string_view timestamp, std::optional<Lsn> commit_durable,
                                  std::string* text);

}  // namespace linedb::wal

#endif  // LINEDB_WAL_WAL_FORMAT_H_
