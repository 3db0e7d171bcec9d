// How a database is opened. Plain structs: every member has its default here, and says what follows
// from changing it.

#ifndef LINEDB_OPTIONS_H_
#define LINEDB_OPTIONS_H_

#include <chrono>
#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "linedb/value.h"

namespace linedb {

enum class Access {
  kReadWrite,  // takes the lock: one such handle at a time, in this process or any other
  // Takes no lock, writes nothing, works beside a writer; sees the state at opening, until
  // Database::Refresh, or Options::refresh_interval, lets it go on.
  kReadOnly,
};

enum class Create {
  kIfMissing,  // a directory that holds no database becomes an empty one
  kNever,      // kNotFound instead
  kAlways,     // kAlreadyExists if there is one
};

// What an acknowledged transaction survives. In every case what a crash leaves is the transactions
// up to some moment, whole ones, in the order of their commits.
enum class Durability {
  // Everything: it is synced to the disk before Commit returns. Threads that commit at the same
  // time share one write and one sync.
  kFull,
  // The end of the process, however it ends, but not of the machine: it is handed to the operating
  // system before Commit returns, and synced within Options::sync_interval, by the next kFull
  // commit, by a checkpoint and by Close.
  kProcess,
  // Nothing until it is written: that happens within Options::sync_interval, or with the next
  // commit of another level, and by a checkpoint and by Close. If that fails (a full disk), what
  // was acknowledged since is lost, and the database writes no more until it is opened again.
  kBuffered,
};

// Who does the work that keeps a database in shape: checkpoints, compaction, archives.
enum class Maintenance {
  kBackground,  // a thread of the database's own, when the options call for it
  // Nobody but the caller, in Checkpoint and Close, and in an opening that had to recover. No
  // thread is started but for the length of a call that says so: Import, Table::Reduce and Columns.
  kManual,
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

  // Of transactions that do not say otherwise.
  Durability durability = Durability::kFull;

  // How long a kProcess or kBuffered transaction may wait for its sync. Shorter: less is lost when
  // the machine stops, and the disk works more. kManual maintenance has no clock: then they wait
  // for the next kFull commit, checkpoint or Close.
  std::chrono::milliseconds sync_interval{1000};

  Maintenance maintenance = Maintenance::kBackground;

  // A log longer than this calls for a checkpoint. Larger: fewer checkpoints, and a longer replay
  // after a crash (about a second for each GiB).
  std::uint64_t log_bytes_max = std::uint64_t{64} << 20;

  // So does a log whose first transaction is older than this; 0: no age does.
  std::chrono::seconds checkpoint_interval{900};

  // Archived logs kept beside the current one, the newest; they are the history that `dbtool wal`
  // shows. Others are removed after a checkpoint: those beyond this number, ...
  int archives_kept = 10;
  // ... those that do not fit into this many bytes, compressed (0: any number does) ...
  std::uint64_t archive_bytes_max = 0;
  // ... and those older than this (0: no age is too old).
  std::chrono::seconds archive_age_max{0};

  // A checkpoint rewrites a table with superseded lines if its file is at most this large ...
  std::uint64_t compaction_bytes_small = std::uint64_t{4} << 20;
  // ... or if more than this share of its lines is superseded.
  double compaction_share_min = 0.5;

  // A checkpoint calls for the index of a table to be put into its files in index/ once the table
  // has grown by this many bytes since the last time. Opening reads what has grown since, so
  // smaller: opening is faster, and more small files are written.
  std::uint64_t index_bytes_min = std::uint64_t{256} << 10;

  // Compares the bytes of a table with their checksums, by blocks of 64 KiB, when a block is first
  // read after opening. Off: opening reads and compares all of every table instead, and what is
  // changed under the open database is returned as data.
  bool verify_blocks = true;

  // A handle for reading follows the writer: it calls Refresh so often, in a thread of its own
  // (none with kManual). 0: never.
  std::chrono::milliseconds refresh_interval{0};

  // Called when a checkpoint, compaction, a refresh by interval, late sync or the writing of an
  // index fails (the disk is full, say), on the thread at work, which must not call the database's
  // Checkpoint or Close: it would wait for itself. All but a late sync is tried again later. May be
  // empty: Statistics has the last error of the others, too.
  std::function<void(const absl::Status&)> maintenance_failed = {};

  // What time it is, for records that expire; empty: the system's clock. Any thread calls it.
  std::function<Timestamp()> clock = {};

  // Called now and then while opening takes long; may be empty.
  std::function<void(const OpenProgress&)> progress = {};
};

}  // namespace linedb

#endif  // LINEDB_OPTIONS_H_
