// Figures and findings that a database reports about itself.

#ifndef LINEDB_STATISTICS_H_
#define LINEDB_STATISTICS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace linedb {

// An ordered index.
struct IndexStatistics {
  std::string name;               // its columns, joined by ","
  std::uint64_t entries = 0;      // of superseded lines, too, until they are dropped
  std::uint64_t index_bytes = 0;  // as TableStatistics has them of all indexes
  std::uint64_t index_file_bytes = 0;
};

struct TableStatistics {
  std::string name;
  std::uint64_t records = 0;           // live ones
  std::uint64_t lines = 0;             // in the .records file
  std::uint64_t lines_superseded = 0;  // versions and tombstones that a compaction would drop
  std::uint64_t file_bytes = 0;
  std::uint64_t index_bytes = 0;  // memory of keys, indexes and of which lines are superseded
  // Of the index in its files, of which only the pages in use are in memory, and shared with other
  // processes.
  std::uint64_t index_file_bytes = 0;
  std::uint64_t column_bytes = 0;  // memory of columns that somebody holds (linedb/columnar.h)
  std::int64_t next_id = 1;        // the next assigned key
  std::vector<IndexStatistics> indexes;
};

struct Statistics {
  std::string directory;                // empty for a database in memory
  std::string database;                 // its id, 32 hex digits
  std::vector<TableStatistics> tables;  // by name
  std::uint64_t log_bytes = 0;
  std::uint64_t log_lines = 0;       // operations since the last checkpoint
  std::uint64_t last_lsn = 0;        // 0: none yet
  std::uint64_t checkpoint_lsn = 0;  // the last one before the current log
  std::string checkpoint_time;
  std::uint64_t epoch = 1;
  std::uint64_t archive_count = 0;
  std::uint64_t archive_bytes = 0;
  std::uint64_t commits = 0;      // of this handle
  std::uint64_t checkpoints = 0;  // of this handle
  bool unsynced = false;          // a kProcess or kBuffered transaction waits for its sync
  // Why the last work in the background (a checkpoint, a compaction, an index, the archives, a late
  // sync) failed; empty if it did not.
  std::string maintenance_failure;
};

// What opening found and did.
struct OpenReport {
  bool created = false;
  bool original_format = false;             // a directory of the Python original
  bool recovered = false;                   // it was not closed properly, or needed mending
  std::uint64_t transactions_replayed = 0;  // after the last checkpoint
  std::uint64_t operations_replayed = 0;
  std::uint64_t torn_bytes = 0;  // cut from the log's end: nothing acknowledged
  // One sentence for each thing a person should know: the torn tail with file, line and byte, bytes
  // cut from a .records file, a finished rename.
  std::vector<std::string> notes;
};

struct CheckpointReport {
  bool needed = false;  // false: nothing was done since the last one
  std::uint64_t lsn = 0;
  std::uint64_t log_bytes_before = 0;
  std::uint64_t log_bytes_after = 0;
  std::string archive;  // the name the old log got, empty if it held no operation
  std::vector<std::string> tables_compacted;
  std::uint64_t lines_dropped = 0;
};

// One thing that is wrong with the files.
struct Problem {
  std::string file;        // below the database directory
  std::uint64_t line = 0;  // from 1; 0: the file as a whole
  std::uint64_t byte = 0;
  std::string kind;  // "checksum", "record", "duplicate_key", "missing_file", "reference" …
  std::string key;   // of the record, as JSON, where it is known
  std::string message;
};

struct VerifyReport {
  std::uint64_t tables = 0;
  std::uint64_t records = 0;
  std::uint64_t log_lines = 0;
  std::uint64_t archives = 0;
  std::vector<Problem> problems;  // empty: all is well
};

}  // namespace linedb

#endif  // LINEDB_STATISTICS_H_
