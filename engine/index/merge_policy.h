// Which runs of a key index are merged with new entries.

#ifndef LINEDB_ENGINE_INDEX_MERGE_POLICY_H_
#define LINEDB_ENGINE_INDEX_MERGE_POLICY_H_

#include <cstddef>
#include <cstdint>

namespace linedb::engine {

// A run is merged with what follows it unless it is more than so many times as large: a line is
// written anew about that often while its table grows tenfold, and a table of any size has a few
// runs.
inline constexpr std::uint64_t kMergeRatio = 4;

// From which of the runs, oldest first, all are merged with `entries` new ones; `runs` if none is.
// `entries_of(number)` is how many a run has.
template <class EntriesOf>
std::size_t FirstMergedRun(std::size_t runs, std::uint64_t entries, EntriesOf&& entries_of) {
  std::size_t from = runs;
  while (from > 0 && entries_of(from - 1) <= kMergeRatio * entries) entries += entries_of(--from);
  return from;
}

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_MERGE_POLICY_H_
