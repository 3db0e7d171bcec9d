// Several key runs, and entries in memory, as one.

#ifndef LINEDB_ENGINE_INDEX_KEY_RUN_MERGE_H_
#define LINEDB_ENGINE_INDEX_KEY_RUN_MERGE_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "engine/index/key_run.h"
#include "engine/index/key_run_writer.h"

namespace linedb::engine {

// A run as far as it counts: entries of lines from `limit` on do not.
struct MergedRun {
  const KeyRun* run = nullptr;
  std::uint64_t limit = ~std::uint64_t{0};
};

// Adds the entries of the runs and `entries`, which are sorted, to the writer, all in order, but
// for those whose line `leaves_out`. kUnavailable if a run was damaged and is made anew in memory,
// for the next try; kDataLoss if it cannot be.
absl::Status MergeKeyRuns(std::span<const MergedRun> runs, const std::vector<KeyEntry>& entries,
                          absl::FunctionRef<bool(std::uint64_t)> leaves_out, KeyRunWriter& writer);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_KEY_RUN_MERGE_H_
