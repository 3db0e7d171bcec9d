// Every version that one record has had, read from the logs.

#ifndef LINEDB_RECORD_HISTORY_H_
#define LINEDB_RECORD_HISTORY_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/change.h"

namespace linedb {

// A column that a change gave another value. The texts are JSON; empty: there was no such column
// before, or there is none afterwards.
struct ColumnChange {
  std::string_view column;
  std::string_view before;
  std::string_view after;
};

// What became of a record at one moment. The views are valid during the call only.
struct RecordVersion {
  // Both 0 in a log of the Python original, which has no numbers.
  std::uint64_t lsn = 0;
  std::uint64_t transaction = 0;
  std::string_view timestamp;  // RFC 3339
  // kAlterTable and kDropTable stand in it if the record was there: of the first, `record` is what
  // the new schema makes of it.
  ChangeKind kind = ChangeKind::kInsert;
  std::string_view record;      // canonical JSON; empty: there is none from here on
  std::string_view old_record;  // empty: there was none
  // Of kUpdate and kAlterTable.
  std::vector<ColumnChange> changed;
};

struct RecordHistoryReport {
  std::uint64_t versions = 0;
  // The first lsn that the logs still have; 0 if they go back to the database's beginning. What
  // happened to the record before it is not known.
  std::uint64_t first_lsn = 0;
  // About archives and logs: damaged, missing.
  std::vector<std::string> notes;
};

// Calls `visit` with every version of the record of that primary key, oldest first, until it
// returns false. `key` is JSON, a compound key an array; a string may stand without its quotes.
// Works for a record that is gone, and for a table that was altered, dropped or made anew: each
// table of that name counts whose primary key the key fits. Any thread; takes no lock, writes
// nothing, works beside a writer, whose unfinished transactions are not seen.
//
// kNotFound: no database, no such table in it or in its logs, or no version of that record (the
// message says from which lsn on); kInvalidArgument: the key fits no such table; kDataLoss: an
// archive or a schema cannot be read.
absl::StatusOr<RecordHistoryReport> ReadRecordHistory(
    const std::string& directory, std::string_view table, std::string_view key,
    const std::function<bool(const RecordVersion&)>& visit);

}  // namespace linedb

#endif  // LINEDB_RECORD_HISTORY_H_
