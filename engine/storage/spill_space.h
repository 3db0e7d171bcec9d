// Where a transaction puts aside what it has no memory for.

#ifndef LINEDB_ENGINE_STORAGE_SPILL_SPACE_H_
#define LINEDB_ENGINE_STORAGE_SPILL_SPACE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

// A transaction whose lines and index entries of a table take this much memory spills: DESIGN.md,
// "A transaction larger than memory".
inline constexpr std::uint64_t kSpillBytesDefault = std::uint64_t{48} << 20;

// Any thread; both references outlive it.
struct SpillSpace {
  wal::FileSystem& files;
  const wal::DatabasePaths& paths;
  bool outside = false;  // among the system's temporary files: the database's are not to be touched

  // A new file for what is put aside of the table. It has no name any more, so nobody else finds
  // it, and it is gone with the process, however that ends.
  absl::StatusOr<std::unique_ptr<wal::File>> NewFile(const std::string& table) const;
};

// How much is kept in memory, in this process, by transactions that begin from now on. Any thread.
std::uint64_t SpillBytes();
void SetSpillBytes(std::uint64_t bytes);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_SPILL_SPACE_H_
