// What a transaction has put aside of a key index.

#ifndef LINEDB_ENGINE_INDEX_SPILLED_KEYS_H_
#define LINEDB_ENGINE_INDEX_SPILLED_KEYS_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/index/key_run.h"
#include "engine/index/key_run_merge.h"
#include "engine/storage/spill_space.h"

namespace linedb::engine {

// Which hashes a run may have: of those that it has not, a few in a hundred pass. So most lookups
// of new keys need no page of the run. Constant; any thread.
class HashFilter {
 public:
  explicit HashFilter(std::uint64_t entries);

  void Add(std::uint64_t hash) { words_[Place(hash)] |= Bits(hash); }
  bool MayHave(std::uint64_t hash) const {
    return (words_[Place(hash)] & Bits(hash)) == Bits(hash);
  }
  std::size_t memory_bytes() const { return words_.size() * sizeof(std::uint64_t); }

 private:
  std::size_t Place(std::uint64_t hash) const { return hash & (words_.size() - 1); }
  // Four of the word's.
  static std::uint64_t Bits(std::uint64_t hash) {
    return std::uint64_t{1} << (hash >> 58) | std::uint64_t{1} << (hash >> 52 & 63) |
           std::uint64_t{1} << (hash >> 46 & 63) | std::uint64_t{1} << (hash >> 40 & 63);
  }

  std::vector<std::uint64_t> words_;  // a power of two of them
};

// Runs in files without a name, oldest first, each about the lines behind those of the one before.
// Small ones are merged with those before them. Any number of threads may call const methods at
// once; the others need the object for themselves. Copies share the runs.
class SpilledKeys {
 public:
  struct Run {
    std::shared_ptr<const KeyRun> run;
    std::shared_ptr<const HashFilter> filter;
    std::shared_ptr<std::atomic<std::uint32_t>> lookups;  // that came to the run
    std::uint64_t limit = 0;                              // lines from here on were taken back
  };

  // As KeyRun::Find, of all of them, the newest first.
  template <class Visit>
  RecordLocation Find(std::uint64_t hash, std::uint64_t limit, Visit&& visit) const {
    RecordLocation found;
    for (auto run = runs_.rbegin(); !found && run != runs_.rend(); ++run) {
      if (!run->filter->MayHave(hash)) continue;
      found = run->run->Find(hash, std::min(limit, run->limit), visit);
      NoteLookup(*run);
    }
    return found;
  }

  bool empty() const { return runs_.empty(); }
  bool broken() const;
  std::size_t size() const;
  std::size_t memory_bytes() const;
  std::size_t file_bytes() const;
  std::vector<MergedRun> parts() const;

  // Of the entries of lines in [begin, end), in any order, makes the runs that are to come in place
  // of these from number `replaced_from` on.
  struct Added {
    Run run;
    std::size_t replaced_from = 0;
  };
  absl::StatusOr<Added> Write(const SpillSpace& space, const std::string& table,
                              std::uint64_t begin, std::uint64_t end,
                              std::vector<KeyEntry> entries) const;
  void Adopt(Added added);
  // Forgets the lines from `end` on.
  void Cut(std::uint64_t end);

 private:
  static void NoteLookup(const Run& run);

  std::vector<Run> runs_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_SPILLED_KEYS_H_
