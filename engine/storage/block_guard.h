// Checks the blocks of a .records file when they are first read.

#ifndef LINEDB_ENGINE_STORAGE_BLOCK_GUARD_H_
#define LINEDB_ENGINE_STORAGE_BLOCK_GUARD_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "engine/storage/block_sums.h"
#include "engine/storage/compared_flags.h"

namespace linedb::engine {

// A block whose bytes are not what was written.
struct DamagedBlock {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t checksum = 0;
  std::uint64_t expected = 0;
};

// What the writer knows of a file's blocks, and which of them readers have compared: opening has
// not read them, and an open file may rot, or be edited by somebody.
//
// Any thread, but for what says that it is the writer's.
class BlockGuard {
 public:
  // Off: nothing is compared but what is asked for `again`. Before there are readers.
  void SetEnabled(bool enabled) { enabled_ = enabled; }
  bool enabled() const { return enabled_; }

  // The writer's, while nobody is in IsCompared: takes in the full blocks of `all` that it does not
  // have yet, …
  void AddBlocks(const BlockSums& all);
  // … says what lies behind them now, up to `end`, …
  void SetRest(std::uint64_t end, std::uint64_t checksum);
  // … or forgets what lies behind `bytes`.
  void Truncate(std::uint64_t bytes);

  // Whether the blocks of [begin, end) need no look.
  bool IsCompared(std::uint64_t begin, std::uint64_t end) const;

  // Compares the blocks that hold [begin, end) of `file`, which is the file up to where it is
  // published, unless they were compared before (`again`: even then). Nothing if they are as they
  // should be. What was appended behind the last full block since opening is not compared.
  std::optional<DamagedBlock> Check(std::string_view file, std::uint64_t begin, std::uint64_t end,
                                    bool again);
  // Whether `file`, which may end anywhere in a block, is from `begin` on as it was when the
  // checksum of all its bytes (engine/FORMAT.md) was this one. Reads all of that.
  bool IsWhole(std::string_view file, std::uint64_t begin, std::uint64_t checksum);

 private:
  struct Sum {
    std::uint64_t end = 0;
    std::uint64_t checksum = 0;
  };
  // Of a block, or of the part of it that the file ended with; nothing if it is not known, or
  // compared and not to be again.
  std::optional<Sum> SumToCompare(std::uint64_t block, bool again);

  bool enabled_ = true;
  std::mutex mutex_;
  BlockSums full_blocks_;
  std::optional<Sum> rest_;
  ComparedFlags compared_;  // of full blocks
  std::atomic<bool> rest_compared_ = false;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_BLOCK_GUARD_H_
