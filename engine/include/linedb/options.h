// How a database is opened. Plain structs: every member has its default here, and says what follows
// from changing it.

#ifndef LINEDB_OPTIONS_H_
#define LINEDB_OPTIONS_H_

#include <cstdint>
#include <functional>

namespace linedb {

enum class Access {
  kReadWrite,  // takes the lock: one such handle at a time, in this process or any other
  kReadOnly,   // takes no lock, writes nothing, works beside a writer; sees the state at opening
};

enum class Create {
  kIfMissing,  // a directory that holds no database becomes an empty one
  kNever,      // kNotFound instead
  kAlways,     // kAlreadyExists if there is one
};

// Who does the work that keeps a database in shape: checkpoints, compaction, archives.
enum class Maintenance {
  kBackground,  // a thread of the database's own, when the options call for it
  kManual,      // nobody but the caller, in Checkpoint and Close; no thread is ever started
};

// What opening is doing, for a progress display. Called on the opening thread.
struct OpenProgress {
  const char* step = "";  // the file that is read, "data/student.records"
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

struct Options {
  Access access = Access::kReadWrite;
  Create create = Create::kIfMissing;

  Maintenance maintenance = Maintenance::kBackground;

  // A commit that finds the log longer than this runs a checkpoint. Larger: fewer pauses, and a
  // longer replay after a crash (about a second for each GiB).
  std::uint64_t log_bytes_max = std::uint64_t{64} << 20;

  // Archived logs kept beside the current one; older ones are removed. They are the history that
  // `dbtool wal` shows.
  int archives_kept = 10;

  // A checkpoint rewrites a table with superseded lines if its file is at most this large ...
  std::uint64_t compaction_bytes_small = std::uint64_t{4} << 20;
  // ... or if more than this share of its lines is superseded.
  double compaction_share_min = 0.5;

  // Called now and then while opening takes long; may be empty.
  std::function<void(const OpenProgress&)> progress = {};
};

}  // namespace linedb

#endif  // LINEDB_OPTIONS_H_
