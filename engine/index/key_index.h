// Where the lines of a table lie, by one of its keys.

#ifndef LINEDB_ENGINE_INDEX_KEY_INDEX_H_
#define LINEDB_ENGINE_INDEX_KEY_INDEX_H_

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/index/hash_index.h"
#include "engine/index/key_run.h"
#include "engine/index/spilled_keys.h"
#include "engine/storage/record_location.h"

namespace linedb::engine {

// A multimap from the hash of a key's text to the locations of its lines, in layers:
//
//   active   a hash table in memory: the lines since the last checkpoint that froze it
//   frozen   the one before, while it is being written to a run
//   spilled  of either, what a large transaction has put aside in files of its own: older than the
//            rest of its layer
//   runs     immutable, in files: all lines before, each run for a range of the .records file
//
// It keeps no keys: who looks up compares the line at the location found. A key has several entries
// where several versions of its record are about; lines that are superseded for everybody may still
// have entries (a run never forgets), so who looks up asks for that, too.
//
// Any number of threads may call const methods at once; the others need the index for themselves.
class KeyIndex {
 public:
  // Which of them a lookup is about: all, or all but the runs.
  enum class Layers { kAll, kOutsideRuns };

  void Reserve(std::size_t entries) { active_.Reserve(entries); }
  void ReserveMore(std::size_t entries) { active_.Reserve(active_.size() + entries); }
  void Insert(std::uint64_t hash, RecordLocation location) { active_.Insert(hash, location); }
  // Forgets an entry that is not frozen yet; false if there is none.
  bool Erase(std::uint64_t hash, RecordLocation location) { return active_.Erase(hash, location); }

  // A location of this hash that lies below `limit` and that `accept(location)` takes; nothing if
  // there is none, or if the index is broken(). `locate(offset)` is the location of the line that
  // begins there. Lines of another hash may be asked for, too.
  template <class Locate, class Accept>
  RecordLocation Find(Layers layers, std::uint64_t hash, std::uint64_t limit, Locate&& locate,
                      Accept&& accept) const {
    const auto visit = [&](std::uint64_t offset) {
      const RecordLocation location = locate(offset);
      return accept(location) ? location : RecordLocation();
    };
    RecordLocation found = active_.Find(hash, limit, accept);
    if (!found && !spilled_.empty()) found = spilled_.Find(hash, limit, visit);
    if (!found && frozen_ != nullptr) found = frozen_->Find(hash, limit, accept);
    if (!found && !spilled_frozen_.empty()) found = spilled_frozen_.Find(hash, limit, visit);
    if (layers == Layers::kOutsideRuns) return found;
    for (auto run = runs_.rbegin(); !found && run != runs_.rend(); ++run) {
      found = (*run)->Find(hash, limit, visit);
    }
    return found;
  }

  // Brings what Find will look at to the processor ahead of its use, all layers at once.
  void Prefetch(std::uint64_t hash) const {
    active_.Prefetch(hash);
    if (frozen_ != nullptr) frozen_->Prefetch(hash);
    for (const std::shared_ptr<const KeyRun>& run : runs_) run->Prefetch(hash);
  }

  // A run is damaged and could not be made anew: what Find does not find may be there all the same.
  bool broken() const {
    return std::any_of(runs_.begin(), runs_.end(),
                       [](const std::shared_ptr<const KeyRun>& run) { return run->broken(); }) ||
           spilled_.broken() || spilled_frozen_.broken();
  }

  // A run is in memory only.
  bool in_memory() const {
    return std::any_of(runs_.begin(), runs_.end(),
                       [](const std::shared_ptr<const KeyRun>& run) { return run->in_memory(); });
  }

  // Of one that has nothing frozen; the runs are shared.
  KeyIndex Copy() const {
    assert(frozen_ == nullptr);
    KeyIndex copy;
    copy.active_ = active_;
    copy.spilled_ = spilled_;
    copy.runs_ = runs_;
    return copy;
  }

  // Puts the active entries aside, to be written while others come. Nothing must be frozen.
  void Freeze();
  const HashIndex* frozen() const { return frozen_.get(); }
  const SpilledKeys& spilled_frozen() const { return spilled_frozen_; }

  // Goes on with these entries of the open transaction in files: `entries` are those that leave the
  // active layer for it.
  const SpilledKeys& spilled() const { return spilled_; }
  void AdoptSpilled(SpilledKeys::Added added, const std::vector<KeyEntry>& entries);
  // Forgets what was spilled of lines from `end` on.
  void CutSpilled(std::uint64_t end) { spilled_.Cut(end); }

  // Goes on with these runs, oldest first; what was frozen is among them. Returns what they
  // replace, which takes its time to free.
  using Runs = std::vector<std::shared_ptr<const KeyRun>>;
  struct Replaced {
    std::unique_ptr<HashIndex> frozen;
    SpilledKeys spilled;
    Runs runs;
  };
  Replaced SetRuns(Runs runs);
  const Runs& runs() const { return runs_; }

  // Entries of all layers.
  std::size_t size() const;
  std::size_t memory_bytes() const;
  std::size_t file_bytes() const;

 private:
  HashIndex active_;
  SpilledKeys spilled_;
  std::unique_ptr<HashIndex> frozen_;
  SpilledKeys spilled_frozen_;
  Runs runs_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_KEY_INDEX_H_
