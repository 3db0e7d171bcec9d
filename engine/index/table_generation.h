// The records of a table in one file, and where each lies, by key.

#ifndef LINEDB_ENGINE_INDEX_TABLE_GENERATION_H_
#define LINEDB_ENGINE_INDEX_TABLE_GENERATION_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/index/key_index.h"
#include "engine/index/ordered_index.h"
#include "engine/storage/blocks_file.h"
#include "engine/storage/record_location.h"
#include "engine/storage/records_file.h"
#include "engine/storage/retained_lines.h"
#include "engine/storage/superseded_lines.h"
#include "linedb/struct_codec.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// The spans of a line's fields; tables of up to sixteen columns need no allocation for them.
using FieldSpans = absl::InlinedVector<schema::FieldSpan, 16>;

// The limit of who sees every line there is: the open transaction.
inline constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// What `next_id` is once the largest possible key was used.
inline constexpr std::int64_t kKeysExhausted = std::numeric_limits<std::int64_t>::min();

// Of two next keys the later one.
inline std::int64_t LaterKey(std::int64_t a, std::int64_t b) {
  return a == kKeysExhausted || b == kKeysExhausted ? kKeysExhausted : std::max(a, b);
}

// So many keys are looked up together: enough for what the first one needs to have come from
// memory, and few enough for what the last one needs not to have left the cache again.
inline constexpr std::size_t kKeysTogether = 32;

std::uint64_t HashKeyText(std::string_view text);

// The number of the ordered index over exactly these columns (names joined by ","), or -1.
int FindIndex(const schema::RecordLayout& layout, std::string_view name);

// How far a table's history goes, at some moment of it.
struct TableExtent {
  std::uint64_t bytes = 0;  // of the file; lines from here on are not seen
  std::uint64_t lines = 0;
  std::uint64_t live = 0;  // records
  std::int64_t next_id = 1;
};

// A table's file and what is known about its lines. A compaction writes the next generation while
// this one is in use; snapshots keep theirs for as long as they live.
//
// The writer (the holder of the slot) alone changes it, under the table's mutex where readers look;
// it reads without. `written` is the writer's; what others see is `published()`.
class TableGeneration {
 public:
  using Layers = KeyIndex::Layers;

  explicit TableGeneration(std::shared_ptr<const schema::RecordLayout> layout);

  const schema::RecordLayout& layout() const { return *layout_; }
  std::shared_ptr<const schema::RecordLayout> shared_layout() const { return layout_; }

  // The line whose key number `key` has this text, as seen by who sees the file up to `limit`. A
  // line that was found by its hash and has another key is compared with its checksum: of one that
  // is damaged, and perhaps was the one looked for, `doubt` tells if nothing is found.
  RecordLocation Find(int key, std::uint64_t hash, std::string_view text, std::uint64_t limit,
                      absl::Status* doubt = nullptr, Layers layers = Layers::kAll) const {
    return FindIn(layers, key, hash, limit, [&](RecordLocation location) {
      return !IsSuperseded(location.offset(), limit) && HasKey(key, location, text, doubt);
    });
  }
  bool IsSuperseded(std::uint64_t offset, std::uint64_t limit) const {
    return superseded.Contains(offset) || retained.IsSuperseded(offset, limit);
  }
  // What Find finds, or does not find, need not be true: a file of the index is damaged, and so are
  // the records that it could be made from. kDataLoss; OK otherwise.
  absl::Status CheckIndex(int key) const {
    const bool broken = superseded.broken() || indexes[static_cast<std::size_t>(key)].broken();
    return broken ? IndexError() : absl::OkStatus();
  }
  // The same of an ordered index.
  absl::Status CheckOrdered(int index) const {
    const bool broken = superseded.broken() || ordered[static_cast<std::size_t>(index)].broken();
    return broken ? IndexError() : absl::OkStatus();
  }
  absl::Status IndexError() const;
  // As Find for the open transaction, passing over one line: whether another has the key.
  // That line is not read, and the transaction that replaces it has looked at it already.
  RecordLocation FindOther(int key, std::uint64_t hash, std::string_view text,
                           RecordLocation passed_over, absl::Status* doubt, Layers layers) const {
    return FindIn(layers, key, hash, kNoLimit, [&](RecordLocation location) {
      return location != passed_over && !IsSuperseded(location.offset(), kNoLimit) &&
             HasKey(key, location, text, doubt);
    });
  }
  // As Find, having compared the bytes that it relies on with their checksums: those of the line
  // found, and those of a line that should be it by its hash and is not. kDataLoss with file, line
  // and byte.
  absl::StatusOr<RecordLocation> FindChecked(int key, std::string_view text,
                                             std::uint64_t limit) const;
  absl::StatusOr<RecordLocation> FindChecked(int key, std::uint64_t hash, std::string_view text,
                                             std::uint64_t limit) const;
  // Has the processor fetch what lookups of up to kKeysTogether keys will read, for all of them at
  // once. As for Find, writers are kept away.
  void Fetch(int key, std::span<const std::uint64_t> hashes) const;
  // OK if the blocks that hold the line are as they were written. As for Find, writers are kept
  // away.
  absl::Status CheckLine(RecordLocation location) const {
    const std::uint64_t end = location.offset() + location.length();
    if (records.guard().IsCompared(location.offset(), end)) return absl::OkStatus();
    return CompareBlocks(records.file_view(), location.offset(), end, /*again=*/false);
  }
  // Compares the blocks of [begin, end) of the file, as far as it is published, and, with `again`,
  // also those that were compared before. Any thread that has the file's bytes.
  absl::Status CompareBlocks(std::string_view file, std::uint64_t begin, std::uint64_t end,
                             bool again) const;

  bool LineHasKey(int key, RecordLocation location, std::string_view text) const;

  // The next assigned key after `value` was used.
  static void NoteKeyUsed(std::int64_t value, std::int64_t* next);

  // Enters a line that follows all others into the indexes and into `written`, superseding the line
  // of its primary key; a tombstone removes. For a generation without readers. False if the line
  // has another shape than this table's, or a unique value that another record has which no
  // run has: `clash` is then that record's location, if any. The runs are vouched for together with
  // the line, and asking them would read a page of them for each key: they are asked for the old
  // line alone, and not even for that with kOutsideRuns, of a line that is known to supersede none.
  bool LoadLine(RecordLocation location, RecordLocation* clash, Layers old_in = Layers::kAll);

  // Until EnterHeld, LoadLine holds back what it has for the ordered indexes: in order that goes
  // faster. For a generation without readers, and lines of which few supersede another.
  void HoldOrdered() { held_.resize(ordered.size()); }
  void EnterHeld();

  // Takes the entries of the lines from `begin` on out of the ordered indexes: they are about to be
  // cut off. The caller has it for itself.
  void TakeBackOrdered(std::uint64_t begin);
  // Whether any line before `end` was taken back since cuts() was `cuts_before`.
  bool WasCutBefore(std::uint64_t end, std::uint64_t cuts_before) const;
  std::uint64_t cuts() const { return cut_count_; }
  // Nobody asks about earlier cuts any more.
  void ForgetCuts() { cuts_.clear(); }

  // Forgets every line, as if none had been loaded. For a generation without readers.
  void ForgetLines();

  // Forgets up to `count_max` retained lines that nobody who sees the file up to `limit` or further
  // sees. The caller has it for itself.
  void Settle(std::uint64_t limit, std::uint64_t count_max);

  // The index's files hold what the first indexed_bytes() bytes say, whose checksum this is.
  std::uint64_t indexed_bytes() const { return indexed_bytes_; }
  std::uint64_t indexed_checksum() const { return indexed_checksum_; }
  // How much of the file the index's files say nothing about; all of it if a part of the index is
  // in memory only, as one that was damaged is from then on.
  std::uint64_t unwritten_index_bytes() const;
  // Puts aside what is to be written to the index's files next: everything up to here. With nothing
  // on its way, and nothing frozen; the caller has it for itself.
  void FreezeIndex();
  const BlockFacts* frozen() const { return frozen_ ? &*frozen_ : nullptr; }
  // The records as they were mapped then: a writer goes on to map more.
  const std::shared_ptr<const wal::Mapping>& frozen_mapping() const { return frozen_mapping_; }
  // Goes on with an index whose runs, a list for each key and for each ordered index, cover the
  // first `facts.bytes` bytes of the file. `base` has the superseded lines of `facts`. What was
  // frozen is among it.
  struct Index {
    BlockFacts facts;
    std::shared_ptr<SupersededBase> base;
    std::vector<KeyIndex::Runs> runs;
    std::vector<OrderedIndex::Runs> ordered;
  };
  // Returns what it replaces, to be freed where nobody waits. The caller has it for itself.
  struct Replaced {
    std::optional<BlockFacts> frozen;
    std::vector<KeyIndex::Replaced> keys;
    std::vector<OrderedIndex::Replaced> ordered;
  };
  Replaced AdoptIndex(Index index);
  // Lets a part of an index be made anew from the records, mapped here, when it turns out to be
  // damaged. Before it is adopted.
  using Mapped = std::shared_ptr<const wal::Mapping>;
  void MakeMendable(int key, const Mapped& mapping, KeyRun& run) const;
  void MakeMendable(int index, const Mapped& mapping, OrderedRun& run) const;
  void MakeMendable(const BlockFacts& facts, const Mapped& mapping, SupersededBase& base) const;

  // The same lines under a layout that differs in keys and indexes only; what this one does not
  // have of them is empty. With nothing on its way, and nothing frozen. This one is not changed any
  // more if the other one is gone on with.
  std::shared_ptr<TableGeneration> WithLayout(
      std::shared_ptr<const schema::RecordLayout> layout) const;

  // What is committed. Any thread; figures of one moment only together with the publisher's lock.
  TableExtent published() const;
  std::uint64_t published_bytes() const { return bytes_.load(std::memory_order_acquire); }
  void Publish(const TableExtent& extent);

  RecordsFile records;
  std::vector<KeyIndex> indexes;      // one for each key of the layout
  std::vector<OrderedIndex> ordered;  // one for each of its indexes
  SupersededLines superseded;         // for everybody
  RetainedLines retained;             // for some
  TableExtent written;                // what commits on their way to the disk have added, too

 private:
  template <class Accept>
  RecordLocation FindIn(Layers layers, int key, std::uint64_t hash, std::uint64_t limit,
                        Accept&& accept) const {
    return indexes[static_cast<std::size_t>(key)].Find(
        layers, hash, limit, [this](std::uint64_t offset) { return records.LocationAt(offset); },
        accept);
  }
  bool HasKey(int key, RecordLocation location, std::string_view text, absl::Status* doubt) const {
    if (LineHasKey(key, location, text)) return true;
    if (doubt != nullptr && location.offset() < records.file_bytes()) {
      doubt->Update(CheckLine(location));
    }
    return false;
  }
  bool LoadTombstone(RecordLocation location, std::string_view line);
  void Forget(RecordLocation location);
  void EraseEntries(RecordLocation location);
  void EnterOrdered(std::string_view line, const schema::FieldSpan* spans, std::uint64_t offset);
  void EraseOrdered(std::string_view line, const schema::FieldSpan* spans, std::uint64_t offset);
  void TakeBackOrdered(std::string_view lines, std::uint64_t begin);

  std::shared_ptr<const schema::RecordLayout> layout_;
  int last_key_column_ = 0;           // of all keys and indexes
  std::vector<OrderedEntries> held_;  // for the ordered indexes, if anything is held back
  // Where lines were cut off, one of several cuts only if it is further ahead than those after it.
  struct Cut {
    std::uint64_t number = 0;
    std::uint64_t begin = 0;
  };
  std::vector<Cut> cuts_;
  std::uint64_t cut_count_ = 0;
  std::uint64_t indexed_bytes_ = 0;
  std::uint64_t indexed_checksum_ = BlockChecksumOf("");
  std::optional<BlockFacts> frozen_;
  std::shared_ptr<const wal::Mapping> frozen_mapping_;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::atomic<std::uint64_t> lines_ = 0;
  std::atomic<std::uint64_t> live_ = 0;
  std::atomic<std::int64_t> next_id_ = 1;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_TABLE_GENERATION_H_
