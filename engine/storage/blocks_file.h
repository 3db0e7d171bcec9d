// What is known of a .records file beside its lines: the checksums of its blocks and which of its
// lines are superseded. A file of its own, so that opening need not read the records.
// engine/FORMAT.md describes it.

#ifndef LINEDB_ENGINE_STORAGE_BLOCKS_FILE_H_
#define LINEDB_ENGINE_STORAGE_BLOCKS_FILE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/storage/block_sums.h"
#include "engine/storage/superseded_lines.h"
#include "wal/file_system.h"

namespace linedb::engine {

struct BlockFacts {
  std::uint64_t key = 0;    // the identity of the primary key, which says what is superseded
  std::uint64_t bytes = 0;  // of the .records file; what follows is of its first `bytes` bytes
  std::uint64_t lines = 0;
  std::uint64_t live = 0;
  std::int64_t next_id = 1;
  std::uint64_t checksum = 0;  // of these bytes, as engine/FORMAT.md defines it
  BlockSums full_blocks;
  SupersededLines superseded;  // for everybody, at the time
  // Superseded too, but some snapshot still saw them at the time: offsets, in any order.
  std::vector<std::uint64_t> late;
};

// Appends the file's bytes to `file`, which is empty.
absl::Status WriteBlockFacts(const BlockFacts& facts, wal::File& file);

// Reads everything but the bits of the superseded lines, which stay in the file: `base` has them,
// and `superseded` is empty. kDataLoss if the file
// is not whole, kFailedPrecondition if it is of another key.
struct OpenedBlockFacts {
  BlockFacts facts;
  std::shared_ptr<SupersededBase> base;  // null if nothing is superseded but `late`
};
absl::StatusOr<OpenedBlockFacts> OpenBlockFacts(wal::File& file, std::uint64_t key);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_BLOCKS_FILE_H_
