// Rewriting a .records file without its superseded lines.

#ifndef LINEDB_ENGINE_STORAGE_COMPACTION_H_
#define LINEDB_ENGINE_STORAGE_COMPACTION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/storage/record_location.h"
#include "engine/storage/records_file.h"
#include "engine/storage/superseded_lines.h"
#include "wal/file_system.h"

namespace linedb::engine {

// A compacted file, durable under its own name, and how old locations map to its.
class CompactedRecords {
 public:
  CompactedRecords(RecordsFile records, std::vector<std::uint64_t> old_offsets,
                   std::vector<std::uint64_t> new_offsets)
      : records_(std::move(records)),
        old_offsets_(std::move(old_offsets)),
        new_offsets_(std::move(new_offsets)) {}

  RecordsFile& records() { return records_; }
  std::uint64_t lines() const { return new_offsets_.size(); }
  // Where the line at an old location, which is not superseded, lies now.
  RecordLocation Remap(RecordLocation old) const;

 private:
  RecordsFile records_;
  std::vector<std::uint64_t> old_offsets_;  // ascending
  std::vector<std::uint64_t> new_offsets_;
};

// Writes the lines of `bytes` that are not in `superseded`, in order, to a new file at `path` and
// syncs it. What is there under that name is replaced. An error removes the new file.
absl::StatusOr<CompactedRecords> WriteCompacted(wal::FileSystem& files, const std::string& path,
                                                std::string_view bytes,
                                                const SupersededLines& superseded);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_COMPACTION_H_
