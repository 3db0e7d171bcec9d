#include "engine/storage/compacted_file.h"

#include <cstdint>
#include <memory>
#include <utility>

#include "engine/storage/records_file.h"

namespace linedb::engine {

absl::StatusOr<bool> CompactedAwaitsRename(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                           std::string_view table,
                                           const wal::TableCheckpoint& checkpoint) {
  if (!checkpoint.compacted) return false;
  absl::StatusOr<std::unique_ptr<wal::File>> file =
      files.Open(paths.RecordsCompacted(table), wal::OpenMode::kRead);
  if (absl::IsNotFound(file.status())) return false;
  if (!file.ok()) return file.status();
  absl::StatusOr<std::uint64_t> size = (*file)->Size();
  if (!size.ok()) return size.status();
  if (*size != checkpoint.bytes) return false;
  absl::StatusOr<RecordsFile> records = RecordsFile::Open(*std::move(file), checkpoint.bytes);
  if (!records.ok()) return records.status();
  records->ComputeChecksum();
  return records->Checksum() == checkpoint.checksum;
}

}  // namespace linedb::engine
