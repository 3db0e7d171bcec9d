// Removing records for good, from the table and from all that the logs tell of the past: what
// Database::Purge is told, and what it tells.

#ifndef LINEDB_PURGE_H_
#define LINEDB_PURGE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace linedb {

enum class PurgePhase {
  kReading,  // finds out what there is to purge, and writes nothing
  kWriting,  // rewrites the logs
};

// How far a phase is, in bytes of the logs. Called now and then on the thread that purges.
// Returning false while it reads ends it with kCancelled, and nothing is done. Once it writes it
// goes on to its end, whatever is returned.
using PurgeProgress =
    std::function<bool(PurgePhase phase, std::uint64_t bytes_done, std::uint64_t bytes_total)>;

struct PurgeOptions {
  // Counts what it would remove, and writes nothing. Works on a handle for reading, too, beside a
  // writer.
  bool dry_run = false;
  PurgeProgress progress = {};
};

struct PurgedRecord {
  std::string key;               // as it was given
  bool live = false;             // the table had the record
  std::uint64_t lines = 0;       // of the table's file: it, its earlier versions, tombstones
  std::uint64_t operations = 0;  // of the logs, archived and current
};

struct PurgeReport {
  bool dry_run = false;
  bool resumed = false;               // one that had been stopped was finished
  std::vector<PurgedRecord> records;  // in the order of the keys
  std::uint64_t logs = 0;             // in which there were such operations
  std::uint64_t logs_rewritten = 0;   // these, and those after them; 0 of a dry run
  std::uint64_t surplus_lines = 0;    // in files kept for a person (.surplus)
  std::uint64_t lsn = 0;              // of the operation that records the purge; 0 of a dry run
  // One sentence for each line that may be of such a record and could not be read: it stays.
  std::vector<std::string> notes;
};

}  // namespace linedb

#endif  // LINEDB_PURGE_H_
