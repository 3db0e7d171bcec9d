// Archived logs: listed, read, compressed, kept to a number.

#ifndef LINEDB_WAL_WAL_ARCHIVE_H_
#define LINEDB_WAL_WAL_ARCHIVE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_compression.h"

namespace linedb::wal {

struct Archive {
  ArchiveName name;
  std::string path;
  std::uint64_t bytes = 0;  // on disk
};

// Oldest first (by first lsn; the original's before ours, by time). Where a log stands there both
// plain and compressed, the compressed one.
absl::StatusOr<std::vector<Archive>> ListArchives(FileSystem& files, const DatabasePaths& paths);

// The text of an archived log. kDataLoss if it does not decompress or its trailing checksum frame
// does not fit.
absl::StatusOr<std::string> ReadArchive(FileSystem& files, const Archive& archive);

// The same beside a writer, who may have compressed it since it was listed. kNotFound if it was
// removed, as one too many.
absl::StatusOr<std::string> ReadListedArchive(FileSystem& files, const DatabasePaths& paths,
                                              const Archive& archive);

// Replaces what an archive holds by `text`, in the same form and under the same name, durably and
// at once: a crash leaves the old bytes or the new ones, and perhaps a temporary. Holding LOCK.
absl::Status ReplaceArchive(FileSystem& files, const DatabasePaths& paths, const Archive& archive,
                            std::string_view text);

// Compresses every plain archive of ours and removes the plain one; removes leftovers of a crash
// (temporaries, plain twins of compressed ones, a hard link to the current log that a crash left).
// Safe against a crash at any point, and beside a writer of the current log. `stop` is asked
// between pieces: kCancelled then, without a leftover, and what was not finished is there plain.
absl::Status CompressArchives(FileSystem& files, const DatabasePaths& paths,
                              StopPredicate stop = NeverStop);

// Whether CompressArchives has anything to compress. Reads no more than the directory.
absl::StatusOr<bool> HasPlainArchive(FileSystem& files, const DatabasePaths& paths);

// Which archives stay: the newest ones within every limit.
struct ArchiveLimits {
  int count = 0;
  std::uint64_t bytes = 0;  // in all, as they are on disk; 0: any number
  std::string time;         // not older than this, yyyymmdd_hhmmss UTC; empty: of any age
};

// Removes the archives of ours beyond the limits, the oldest first.
absl::Status RemoveOldArchives(FileSystem& files, const DatabasePaths& paths,
                               const ArchiveLimits& limits);

// A fault found by reading a log or archive from end to end.
struct LogProblem {
  std::string file;  // below the database directory
  std::uint64_t line = 0;
  std::uint64_t byte = 0;
  std::string kind;  // "torn_tail", "checksum", "chain", "archive", "header"
  std::string message;
};

// Checks all archives and the current log: every line's checksum, numbers without a gap, each log
// tied to the one before by epoch, previous and database. Reads only. `writer_alive`: a torn tail
// of the current log is a writer's line on its way, and no problem.
absl::StatusOr<std::vector<LogProblem>> VerifyLogs(FileSystem& files, const DatabasePaths& paths,
                                                   bool writer_alive);

}  // namespace linedb::wal

#endif  // LINEDB_WAL_WAL_ARCHIVE_H_
