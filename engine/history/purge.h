// The files' side of a purge: the logs, the archived and the one in force, and what lies beside
// them. engine/FORMAT.md has its steps and crash cases.

#ifndef LINEDB_ENGINE_HISTORY_PURGE_H_
#define LINEDB_ENGINE_HISTORY_PURGE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/history/key_tracker.h"
#include "linedb/purge.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_archive.h"
#include "wal/wal_recovery.h"
#include "wal/wal_rewrite.h"

namespace linedb::engine {

enum class PurgeStep {
  kCount,    // reads, and writes nothing
  kRewrite,  // holding LOCK, the writer's slot, and the archives
};

// One walk over everything but the table's index and what is in memory. One use, one thread. What
// it is made with outlives it.
class FilesPurge {
 public:
  // `unfinished`: a purge was stopped, so that logs need not follow each other.
  FilesPurge(wal::FileSystem& files, const wal::DatabasePaths& paths, std::string_view table,
             const std::vector<std::string>& keys, const PurgeProgress& progress, bool unfinished)
      : files_(files),
        paths_(paths),
        tracker_(table, keys),
        progress_(progress),
        unfinished_(unfinished) {
    for (const std::string& key : keys) report_.records.push_back({.key = key});
  }

  // Counts; rewriting, every archive that has to be another is replaced, oldest first, and the
  // files kept for a person. kNotFound and kInvalidArgument as KeyTracker::CheckKeys; kDataLoss if
  // a log is damaged, or does not go on where the one before ends: nothing of it is rewritten.
  // kCancelled, from a count alone, as PurgeProgress says.
  absl::Status Run(PurgeStep step);

  PurgeReport& report() { return report_; }
  const KeyTracker& tracker() const { return tracker_; }
  // What the log in force has to become, if it is to be another: the caller puts it into its place.
  const std::optional<wal::RewrittenLog>& log() const { return log_; }

 private:
  absl::Status Tell(PurgeStep step, std::uint64_t bytes_done, std::uint64_t bytes_total) const;
  absl::Status RewriteArchive(const wal::Archive& archive, PurgeStep step);
  absl::StatusOr<wal::RewrittenLog> RewriteNext(std::string_view text, const std::string& name,
                                                bool is_archive);
  absl::Status EditHeader(const std::string& name, bool is_archive, wal::LogHeader* header);
  absl::StatusOr<bool> TableBeginsWith(std::uint64_t bytes, std::uint64_t checksum);
  absl::Status RewriteOriginal(const wal::Archive& archive, PurgeStep step);
  absl::StatusOr<std::string> PurgeOriginal(std::string_view text, const std::string& name);
  absl::StatusOr<std::string> PurgedOriginalLine(std::string_view line, const std::string& place);
  absl::Status TakeLog(const wal::RecoveredLog& recovered);
  absl::Status CountLines();
  absl::Status TakeSurplus(PurgeStep step);
  absl::Status TakeSurplusFile(const std::string& path, bool is_log, PurgeStep step);
  bool IsSurplusOfKey(std::string_view line, bool is_log, const std::string& place);
  void Note(const std::string& place) {
    report_.notes.push_back(place + ": cannot be read, and stays as it is");
  }
  std::string Short(const std::string& path) const { return wal::ShortName(paths_, path); }

  wal::FileSystem& files_;
  const wal::DatabasePaths& paths_;
  KeyTracker tracker_;
  const PurgeProgress& progress_;
  const bool unfinished_;
  bool is_original_ = false;  // the directory is the Python original's
  PurgeReport report_;
  // How a log ends, as it is going to be and as it was.
  struct End {
    wal::LogHeader header;
    std::uint64_t checksum = 0;
    std::uint64_t old_checksum = 0;
  };
  std::map<wal::Lsn, End> ends_;  // by the next lsn
  std::optional<wal::RewrittenLog> log_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_PURGE_H_
