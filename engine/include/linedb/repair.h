// A new database of all that can still be read of a damaged one: what Database::Repair is told, and
// what it tells.

#ifndef LINEDB_REPAIR_H_
#define LINEDB_REPAIR_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "linedb/history.h"
#include "linedb/table_schema.h"

namespace linedb {

// What becomes of an earlier version of a record whose newest is damaged beyond recovery.
enum class PreviousVersions {
  // It is offered beside the damaged line in the rejects file. The new database then holds nothing
  // that is out of date, and lacks the record.
  kList,
  // It is put into the new database in its place, and listed.
  kKeep,
};

// What became of something that is damaged.
enum class Fate {
  // What it said is in the new database all the same, from another place, which is named.
  kRecovered,
  // It is in the new database as it stands, though nothing but its form vouches for it.
  kKept,
  // An earlier version of the record is in the new database (PreviousVersions::kKeep).
  kPrevious,
  // The new database does not have it. `record` is an earlier version, if there is one.
  kLost,
  // It is no part of what the database held: of a transaction that was never finished, or of the
  // past alone.
  kNotCounted,
};

// A line, or a file as a whole, that is not as it was written.
struct DamagedLine {
  std::string file;        // below the database directory
  std::uint64_t line = 0;  // from 1; 0: the file as a whole
  std::uint64_t byte = 0;
  std::string reason;
  std::string bytes;  // as they stand there; empty: they are gone, or it is about the file
  std::string table;
  std::string key;  // of the record, as JSON, where it can be told
  Fate fate = Fate::kLost;
  std::string record;  // the version that there is, as JSON, if there is one
  std::string source;  // where that stands: "wal/transaction.log line 17"
};

struct RepairOptions {
  PreviousVersions previous_versions = PreviousVersions::kList;
  // Gets a line of JSON for each DamagedLine; made only if there is one, and never replaced. Empty:
  // `rejects.jsonl` in the new database's directory, where it is in nobody's way.
  std::string rejects;
  // Schemas to be used for the tables of these names instead of those in the directory: where a
  // schema is lost, and nothing else tells it, its table's records are read by this one.
  std::vector<TableSchema> schemas;
  // Finds out what it would do, and writes nothing.
  bool dry_run = false;
  // Called with everything that goes into the rejects file, in dry runs, too; may be empty.
  std::function<void(const DamagedLine&)> on_damage = {};
  CopyProgress progress = {};
};

struct RepairedTable {
  std::string name;
  std::uint64_t records = 0;    // in the new database
  std::uint64_t recovered = 0;  // of them, those whose line in the table was damaged or gone
  std::uint64_t previous = 0;   // of them, earlier versions
  std::uint64_t lost = 0;       // records known to be missing from the new database
};

struct RepairReport {
  std::string database;   // the id of the new database; empty in a dry run
  std::uint64_t lsn = 0;  // it goes on behind this one, the highest that was found
  std::vector<RepairedTable> tables;
  std::uint64_t records = 0;
  // What was listed, by its fate.
  std::uint64_t recovered = 0;
  std::uint64_t kept = 0;
  std::uint64_t previous = 0;
  std::uint64_t lost = 0;
  std::uint64_t not_counted = 0;
  // Records of the new database that reference one which it has not: `verify` names them. Not
  // known of a dry run.
  std::uint64_t broken_references = 0;
  std::string rejects;  // the file that was written, if one was

  // Whether the new database is all that the damaged one held: nothing is lost, and all of it is
  // vouched for by a checksum or by the logs.
  bool complete() const { return kept + previous + lost == 0; }
};

}  // namespace linedb

#endif  // LINEDB_REPAIR_H_
