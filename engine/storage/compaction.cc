#include "engine/storage/compaction.h"

#include <algorithm>
#include <cassert>
#include <string_view>
#include <utility>

namespace linedb::engine {
namespace {

// Lines are gathered to writes of this size.
constexpr std::size_t kWriteBytes = 1 << 20;

// Appends the live lines to the file, and fills the two lists.
absl::Status AppendLiveLines(wal::File& file, std::string_view bytes,
                             const SupersededLines& superseded,
                             std::vector<std::uint64_t>* old_offsets,
                             std::vector<std::uint64_t>* new_offsets, std::uint64_t* written) {
  std::string buffer;
  *written = 0;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = bytes.find('\n', begin) + 1;
    assert(end > begin);
    if (!superseded.Contains(begin)) {
      old_offsets->push_back(begin);
      new_offsets->push_back(*written);
      buffer.append(bytes.substr(begin, end - begin));
      *written += end - begin;
    }
    begin = end;
    if (buffer.size() < kWriteBytes && begin < bytes.size()) continue;
    if (absl::Status appended = file.Append(buffer); !appended.ok()) return appended;
    buffer.clear();
  }
  return absl::OkStatus();
}

}  // namespace

RecordLocation CompactedRecords::Remap(RecordLocation old) const {
  const auto found = std::lower_bound(old_offsets_.begin(), old_offsets_.end(), old.offset());
  assert(found != old_offsets_.end() && *found == old.offset());
  const std::size_t line = static_cast<std::size_t>(found - old_offsets_.begin());
  return RecordLocation(new_offsets_[line], old.length());
}

absl::StatusOr<CompactedRecords> WriteCompacted(wal::FileSystem& files, const std::string& path,
                                                std::string_view bytes,
                                                const SupersededLines& superseded) {
  absl::Status removed = files.Remove(path);
  if (!removed.ok() && !absl::IsNotFound(removed)) return removed;
  absl::StatusOr<std::unique_ptr<wal::File>> file = files.Open(path, wal::OpenMode::kCreateNew);
  if (!file.ok()) return file.status();
  std::vector<std::uint64_t> old_offsets, new_offsets;
  std::uint64_t written = 0;
  absl::Status done =
      AppendLiveLines(**file, bytes, superseded, &old_offsets, &new_offsets, &written);
  if (done.ok()) done = (*file)->Sync();
  absl::StatusOr<RecordsFile> compacted =
      done.ok() ? RecordsFile::Open(*std::move(file), written) : done;
  if (!compacted.ok()) {
    files.Remove(path).IgnoreError();
    return compacted.status();
  }
  compacted->ComputeChecksum();
  return CompactedRecords(*std::move(compacted), std::move(old_offsets), std::move(new_offsets));
}

}  // namespace linedb::engine
