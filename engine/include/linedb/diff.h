// What differs between two databases, or between two moments of one: schemas, and rows by key.

#ifndef LINEDB_DIFF_H_
#define LINEDB_DIFF_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "linedb/change.h"
#include "linedb/database.h"
#include "linedb/history.h"
#include "linedb/record_history.h"

namespace linedb {

// One difference. The views are valid during the call only.
struct Difference {
  // kInsert, kUpdate, kDelete of a row; kCreateTable, kAlterTable, kDropTable of a table.
  ChangeKind kind = ChangeKind::kInsert;
  std::string_view table;
  // JSON; a compound key is an array. Empty: of a table, or of a row of one without primary key.
  std::string_view key;
  // Canonical JSON, of a table its schema; empty: there is none.
  std::string_view before;
  std::string_view after;
  // Of kUpdate the columns whose values differ. Of kAlterTable the columns that are added, dropped
  // or described otherwise, by their names alone.
  std::vector<ColumnChange> columns;
};

// Returns false to end the comparison. Differences come by table, the table's own first, its rows
// in canonical order (linedb/exchange.h).
using DifferenceVisitor = std::function<bool(const Difference&)>;

struct DiffOptions {
  // This table's only; empty: all.
  std::string table;
  // Called now and then with the records or operations looked at; returning false ends it with
  // kCancelled.
  std::function<bool(std::uint64_t done)> progress = {};
};

// How much a table differs; those that do not are left out.
struct TableDifferences {
  std::string table;
  bool schema = false;
  std::uint64_t inserted = 0;
  std::uint64_t updated = 0;
  std::uint64_t deleted = 0;
};

struct DiffReport {
  std::vector<TableDifferences> tables;  // by name; empty: equal, as far as it was compared
  std::uint64_t lsn_from = 0;            // of the two states
  std::uint64_t lsn_to = 0;
  std::vector<std::string> notes;  // what could not be compared
};

// Compares two open databases, each as it is at one moment of the call, of which they may be
// handles for reading or writing. A row of a table whose schema differs is compared with what
// altering the table would make of it: so a column that was added with its default makes no row
// differ. Of a table without primary key, rows are told as deleted and inserted; of one whose key
// differs, and of one without a key whose columns differ, all are. Takes 24 bytes of memory a
// record of the larger table, in each. kNotFound (the table that is named is in neither),
// kDataLoss, kCancelled.
absl::StatusOr<DiffReport> DiffDatabases(Database& before, Database& after,
                                         const DiffOptions& options,
                                         const DifferenceVisitor& visit);

// As in RestoreOptions: an lsn, a time, or the newest state.
using Moment = std::variant<AtEnd, AtLsn, AtTime>;

// Compares the states after two moments of one database by what its logs say happened in between:
// it costs what these logs cost to read, and the memory of the rows that differ, however large the
// tables are. A row that was changed and changed back does not differ. If a table was altered in
// between, a row is compared with what the alterations made of it. The rows of a table that was
// dropped are not in the log: DiffReport::notes names it. Takes no lock, writes nothing, works
// beside a writer. kNotFound (no database or table, or logs in between are missing: the message
// says which), kInvalidArgument (no such time, or `from` is later than `to`), kFailedPrecondition
// (a directory of the Python original), kDataLoss, kCancelled.
absl::StatusOr<DiffReport> DiffMoments(const std::string& directory, const Moment& from,
                                       const Moment& to, const DiffOptions& options,
                                       const DifferenceVisitor& visit);

}  // namespace linedb

#endif  // LINEDB_DIFF_H_
