// What a purge writes down about itself: in the log for ever, and in a file while it is on its way.
// Neither has a key in clear, which may be the very thing that is to be forgotten.

#ifndef LINEDB_ENGINE_HISTORY_PURGE_RECORD_H_
#define LINEDB_ENGINE_HISTORY_PURGE_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

struct PurgedKey {
  std::uint64_t hash = 0;        // XXH3-64 of the key's text
  bool live = false;             // the record was there until then
  std::uint64_t operations = 0;  // of the logs
};

// The record of a PURGE operation, canonical.
std::string FormatPurgeRecord(const std::vector<PurgedKey>& keys);
// The hashes in one. kDataLoss if it is none.
absl::StatusOr<std::vector<std::uint64_t>> ReadPurgeRecord(std::string_view record);

// wal/purge.json: a purge that was begun, and is not known to be finished.
struct PurgeMark {
  std::string table;
  std::string since;
  std::vector<std::uint64_t> hashes;  // of the keys, sorted

  // "a purge of 1 record of table student, begun 2026-01-22T20:31:17Z"
  std::string Describe() const;
};

// kNotFound if there is none. One that cannot be read counts as one of a table without a name.
absl::StatusOr<PurgeMark> ReadPurgeMark(wal::FileSystem& files, const wal::DatabasePaths& paths);
// Durable when they return.
absl::Status WritePurgeMark(wal::FileSystem& files, const wal::DatabasePaths& paths,
                            const PurgeMark& mark);
absl::Status RemovePurgeMark(wal::FileSystem& files, const wal::DatabasePaths& paths);

// kUnavailable, telling so, if there is a mark: for those who found logs that do not follow each
// other. OK if there is none.
absl::Status CheckNoPurge(wal::FileSystem& files, const wal::DatabasePaths& paths);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_PURGE_RECORD_H_
