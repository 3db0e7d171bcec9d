// Rewriting tables without the lines that others supersede, when the caller says so and not when a
// checkpoint finds it worth the while (Options::compaction_share_min).
//
//   for (const linedb::CompactionPlan& plan : *linedb::PlanCompaction(*db)) {
//     std::cout << plan.table << ": " << plan.bytes_before - plan.bytes_after << " bytes less\n";
//   }
//   absl::StatusOr<linedb::CheckpointReport> done = linedb::Compact(*db, {"student"});

#ifndef LINEDB_COMPACT_H_
#define LINEDB_COMPACT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/database.h"
#include "linedb/options.h"
#include "linedb/statistics.h"

namespace linedb {

// What a compaction now would make of a table.
struct CompactionPlan {
  std::string table;
  std::uint64_t lines_before = 0;
  std::uint64_t lines_after = 0;  // the live records; equal to the former: it would be left alone
  std::uint64_t bytes_before = 0;
  std::uint64_t bytes_after = 0;
};

// Of these tables, or of all if none is named, by name; changes nothing, and works on a handle for
// reading. Reads the records to count their bytes. What has expired is counted as gone: a
// compaction deletes it first. kNotFound (no such table; with a suggestion), kDataLoss (the table
// is damaged: file, line and byte), kFailedPrecondition (closed). Any thread.
absl::StatusOr<std::vector<CompactionPlan>> PlanCompaction(
    Database& database, const std::vector<std::string>& tables = {});

// What the next checkpoint of a handle with these options would make of all tables, in the same
// words: of one that it leaves alone the figures stay. Errors as of PlanCompaction. Any thread.
absl::StatusOr<std::vector<CompactionPlan>> PlanCheckpoint(Database& database,
                                                           const Options& options = {});

// A checkpoint that rewrites these tables, or all if none is named, if they have but one superseded
// line. Who reads or writes goes on meanwhile; the history in the logs stays. Takes room on the
// disk for the new files beside the old ones. Errors as Database::Checkpoint, and kNotFound as
// above. Any thread.
absl::StatusOr<CheckpointReport> Compact(Database& database,
                                         const std::vector<std::string>& tables = {});

}  // namespace linedb

#endif  // LINEDB_COMPACT_H_
