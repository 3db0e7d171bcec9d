// Where the lines of a table lie, in the order of one of its ordered indexes.

#ifndef LINEDB_ENGINE_INDEX_ORDERED_INDEX_H_
#define LINEDB_ENGINE_INDEX_ORDERED_INDEX_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "engine/index/ordered_run.h"
#include "engine/index/ordered_set.h"

namespace linedb::engine {

// Pairs of an order key and the offset of a line, sorted, in layers as those of KeyIndex:
//
//   active   a tree in memory: the lines since the last checkpoint that froze it
//   frozen   the one before, while it is being written to a run
//   runs     immutable, in files: all lines before, each run for a range of the .records file
//
// A line stands in one layer. Lines that are superseded for everybody may still have entries (a run
// never forgets), so who reads asks for that, too.
//
// Any number of threads may call const methods at once; the others need the index for themselves.
class OrderedIndex {
 public:
  using Runs = std::vector<std::shared_ptr<const OrderedRun>>;

  void Insert(std::string_view key, std::uint64_t offset) { active_.Insert(key, offset); }
  void InsertAll(OrderedEntries entries) { active_.InsertAll(std::move(entries)); }
  // Forgets an entry that is not frozen yet; false if there is none.
  bool Erase(std::string_view key, std::uint64_t offset) { return active_.Erase(key, offset); }

  // A run is damaged and could not be made anew: what is not found may be there all the same.
  bool broken() const {
    return std::any_of(runs_.begin(), runs_.end(),
                       [](const std::shared_ptr<const OrderedRun>& run) { return run->broken(); });
  }
  // A run is in memory only.
  bool in_memory() const {
    return std::any_of(
        runs_.begin(), runs_.end(),
        [](const std::shared_ptr<const OrderedRun>& run) { return run->in_memory(); });
  }

  // Of one that has nothing frozen; the runs are shared.
  OrderedIndex Copy() const;

  // Puts the active entries aside, to be written while others come. Nothing must be frozen.
  void Freeze();
  const OrderedSet* frozen() const { return frozen_.get(); }
  const OrderedSet& active() const { return active_; }
  // Goes on with these runs, oldest first; what was frozen is among them. Returns what they
  // replace, which takes its time to free.
  struct Replaced {
    std::unique_ptr<OrderedSet> frozen;
    Runs runs;
  };
  Replaced SetRuns(Runs runs);
  const Runs& runs() const { return runs_; }

  // About how many entries lie in low <= key < high (or to the end).
  std::uint64_t Estimate(std::string_view low, const std::optional<std::string>& high) const;

  // Entries of all layers.
  std::size_t size() const;
  std::size_t memory_bytes() const;
  std::size_t file_bytes() const;

 private:
  OrderedSet active_;
  std::unique_ptr<OrderedSet> frozen_;
  Runs runs_;
};

enum class WalkOrder { kAscending, kDescending };

// Entries of several layers as one sorted sequence. One thread; nobody changes the layers
// meanwhile.
class OrderedWalk {
 public:
  explicit OrderedWalk(WalkOrder order) : order_(order) {}

  // The layers to walk, before the first Seek.
  void Add(const OrderedSet& set);
  void Add(const OrderedRun& run);
  void AddAll(const OrderedIndex& index);

  // Where to begin: ascending with the first entry that is not before (key, offset), descending
  // with the last one that is before it.
  void Seek(std::string_view key, std::uint64_t offset);
  // Descending, with the last of all.
  void SeekEnd();

  // The next entry; its key is valid until the next call. False at the end, and at damage.
  bool Next(std::string_view* key, std::uint64_t* offset);
  // A run met damage: mended, it is to be walked anew; false if it is broken.
  bool damaged() const;
  bool Mend() const;

 private:
  struct Source {
    const OrderedSet* set = nullptr;  // or
    std::optional<OrderedRun::Walk> walk;
    const OrderedRun* run = nullptr;
    OrderedSet::Iterator at;  // of a set: the next entry; descending, the one behind it
    bool valid = false;
    std::string_view key;
    std::uint64_t offset = 0;
  };

  void Settle(Source& source) const;
  void Step(Source& source) const;
  bool IsBefore(const Source& a, const Source& b) const;

  const WalkOrder order_;
  absl::InlinedVector<Source, 4> sources_;
  Source* given_ = nullptr;  // whose entry was given last
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_ORDERED_INDEX_H_
