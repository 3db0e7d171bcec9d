// An immutable hash table of one key over a range of a .records file, mapped or in memory.

#ifndef LINEDB_ENGINE_INDEX_KEY_RUN_H_
#define LINEDB_ENGINE_INDEX_KEY_RUN_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/index/key_run_format.h"
#include "engine/storage/compared_flags.h"
#include "engine/storage/record_location.h"
#include "wal/file_system.h"

namespace linedb::engine {

// Where a hash would stand if nothing were in its way.
inline std::uint64_t RunHome(std::uint64_t hash, std::uint64_t homes) {
  return static_cast<std::uint64_t>(static_cast<unsigned __int128>(hash) * homes >> 64);
}

// What the pages of a run's file are checked with: pages of another run do not pass.
std::uint64_t RunSeed(std::uint64_t key, const RunExtent& extent, std::uint64_t homes);
std::uint64_t RunPageChecksum(const RunPage& page, std::uint64_t seed);

// A page is compared with its checksum when it is first read. If it is damaged the run is made anew
// in memory from the records themselves (`Rebuild`), which it is a function of; so a file that
// rots costs time and never an answer. Pages of several processes are the same memory.
//
// Any thread may call any const method.
class KeyRun {
  struct Image;

 public:
  // The entries of the lines in [extent.begin, extent.end), in any order. Called in whatever thread
  // meets the damage, by one at a time.
  using Rebuild = std::function<absl::StatusOr<std::vector<KeyEntry>>(const RunExtent& extent)>;

  // Reads the footer only. kDataLoss if it is not a whole run's, kFailedPrecondition if it is
  // another key's.
  static absl::StatusOr<std::shared_ptr<KeyRun>> Open(wal::File& file, std::uint64_t key);
  // From memory; `entries` in any order.
  static std::shared_ptr<KeyRun> Make(std::uint64_t key, const RunExtent& extent,
                                      std::vector<KeyEntry> entries);

  // Before the first Find.
  void SetRebuild(Rebuild rebuild) { rebuild_ = std::move(rebuild); }

  // The first location of this hash that lies below `limit` and that `accept(location)` takes. None
  // also if the run is broken.
  template <class Accept>
  RecordLocation Find(std::uint64_t hash, std::uint64_t limit, Accept&& accept) const {
    const Image* image = image_.load(std::memory_order_acquire);
    std::uint64_t slot = RunHome(hash, image->homes);
    for (std::uint64_t number = slot / kRunPageSlots; number < image->pages; ++number) {
      if (!image->compared.Has(number) && !Compare(*image, number)) {
        image = Mend(image);
        if (image == nullptr) return {};
        slot = RunHome(hash, image->homes);
        number = slot / kRunPageSlots;
      }
      const RunPage& page = image->page[number];
      for (std::uint64_t i = slot - number * kRunPageSlots; i < kRunPageSlots; ++i, ++slot) {
        const KeyEntry& entry = page.slots[i];
        if (!entry.location || entry.hash > hash) return {};
        if (entry.hash == hash && entry.location.offset() < limit && accept(entry.location)) {
          return entry.location;
        }
      }
    }
    return {};
  }

  // Brings a hash's slot to the processor ahead of its use.
  void Prefetch(std::uint64_t hash) const {
    const Image* image = image_.load(std::memory_order_acquire);
    const std::uint64_t slot = RunHome(hash, image->homes);
    const RunPage& page = image->page[slot / kRunPageSlots];
    __builtin_prefetch(&page.slots[slot % kRunPageSlots]);
  }

  const RunExtent& extent() const { return extent_; }
  std::uint64_t entries() const { return image_.load(std::memory_order_acquire)->entries; }
  // Not in a file, or not in a whole one: it is to be written.
  bool in_memory() const { return image_.load(std::memory_order_acquire)->file == nullptr; }
  std::uint64_t memory_bytes() const;
  std::uint64_t file_bytes() const;
  // Not OK if a page is damaged and the records did not yield another.
  bool broken() const { return broken_.load(std::memory_order_relaxed); }

  // Compares every page that was not compared yet: kDataLoss with the number of the first damaged.
  absl::Status CompareAll() const;

  // Walks the entries in their order.
  class Reader {
   public:
    explicit Reader(const KeyRun& run)
        : run_(run), image_(run.image_.load(std::memory_order_acquire)) {}
    // False at the end, and at damage.
    bool Next(KeyEntry* entry);
    bool damaged() const { return damaged_; }

   private:
    const KeyRun& run_;
    const Image* image_;
    std::uint64_t slot_ = 0;
    bool damaged_ = false;
  };
  // After a Reader met damage: makes the run anew in memory, for the next Reader.
  void MendAll() const {
    if (!in_memory()) Mend(image_.load(std::memory_order_acquire));
  }

 private:
  struct Image {
    const RunPage* page = nullptr;
    std::uint64_t pages = 0;
    std::uint64_t homes = 0;
    std::uint64_t entries = 0;
    std::uint64_t seed = 0;
    std::shared_ptr<const wal::Mapping> file;  // or
    std::vector<RunPage> memory;
    ComparedFlags compared;
  };
  friend class Reader;

  KeyRun() = default;
  static std::unique_ptr<Image> MakeImage(std::uint64_t key, const RunExtent& extent,
                                          std::vector<KeyEntry> entries);
  // Whether the page is as it was written.
  bool Compare(const Image& image, std::uint64_t number) const;
  // Makes the image anew, unless another thread has; null if that is impossible.
  const Image* Mend(const Image* damaged) const;

  std::uint64_t key_ = 0;
  RunExtent extent_;
  Rebuild rebuild_;
  mutable std::atomic<const Image*> image_ = nullptr;
  mutable std::atomic<bool> broken_ = false;
  mutable std::mutex mend_mutex_;                       // guards the next
  mutable std::vector<std::unique_ptr<Image>> images_;  // the damaged one stays, somebody reads it
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_KEY_RUN_H_
