#include "engine/storage/spill_space.h"

#include <atomic>
#include <utility>

#include "wal/file_steps.h"
#include "wal/temporary_file.h"

namespace linedb::engine {
namespace {

std::atomic<std::uint64_t> spill_bytes = kSpillBytesDefault;

}  // namespace

std::uint64_t SpillBytes() { return spill_bytes.load(std::memory_order_relaxed); }

void SetSpillBytes(std::uint64_t bytes) { spill_bytes = bytes; }

absl::StatusOr<std::unique_ptr<wal::File>> SpillSpace::NewFile(const std::string& table) const {
  if (outside) return wal::NewTemporaryFile();
  const std::string path = paths.RecordsSpilled(table);
  if (absl::Status removed = wal::RemoveIfThere(files, path); !removed.ok()) return removed;
  absl::StatusOr<std::unique_ptr<wal::File>> file = files.Open(path, wal::OpenMode::kCreateNew);
  if (!file.ok()) return file;
  if (absl::Status unnamed = files.Remove(path); !unnamed.ok()) return unnamed;
  return file;
}

}  // namespace linedb::engine
