// An immutable hash table of one key over a range of a .records file, mapped or in memory.

#ifndef LINEDB_ENGINE_INDEX_KEY_RUN_H_
#define LINEDB_ENGINE_INDEX_KEY_RUN_H_

#include <atomic>
#include <bit>
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

  // Calls `visit(offset)` for the lines that may have this hash (it has all that do, and few
  // others) and begin below `limit`, until it returns a location, and returns that. None also if
  // the run is broken.
  template <class Visit>
  RecordLocation Find(std::uint64_t hash, std::uint64_t limit, Visit&& visit) const {
    const Image* image = image_.load(std::memory_order_acquire);
    RunPlace sought = RunPlaceOf(hash, image->homes);
    std::uint64_t slot = sought.home;
    for (std::uint64_t page = slot / kRunPageSlots; page < image->pages; ++page) {
      const std::uint64_t number = SlotPageNumber(page);
      if (!image->compared.Has(number) && !Compare(*image, number)) {
        image = Mend(image);
        if (image == nullptr) return {};
        sought = RunPlaceOf(hash, image->homes);
        slot = sought.home;
        page = slot / kRunPageSlots - 1;
        continue;
      }
      const RunPage& slots = image->page[number];
      for (std::uint64_t i = slot - page * kRunPageSlots; i < kRunPageSlots; ++i, ++slot) {
        const auto found = std::bit_cast<RunSlot>(slots.words[i]);
        if (found.is_free()) return {};
        if (!found.is_far()) {
          const std::uint64_t home = slot - found.distance();
          if (home < sought.home) continue;
          if (home > sought.home || found.fraction() > sought.fraction) return {};
        }
        if (found.fraction() != sought.fraction || found.offset() >= limit) continue;
        if (const RecordLocation location = visit(found.offset()); location) return location;
      }
    }
    return {};
  }

  // Brings a hash's slot to the processor ahead of its use.
  void Prefetch(std::uint64_t hash) const {
    const Image* image = image_.load(std::memory_order_acquire);
    const std::uint64_t slot = RunPlaceOf(hash, image->homes).home;
    const RunPage& page = image->page[SlotPageNumber(slot / kRunPageSlots)];
    __builtin_prefetch(&page.words[slot % kRunPageSlots]);
  }

  const RunExtent& extent() const { return extent_; }
  std::uint64_t entries() const { return image_.load(std::memory_order_acquire)->entries; }
  // Not in a file, or not in a whole one: it is to be written.
  bool in_memory() const { return image_.load(std::memory_order_acquire)->file == nullptr; }
  std::uint64_t memory_bytes() const;
  std::uint64_t file_bytes() const;
  // Lets go of memory that pages of the file take.
  void ReleasePages() const {
    const Image* image = image_.load(std::memory_order_acquire);
    if (image->file != nullptr) image->file->ReleasePages();
  }
  // Not OK if a page is damaged and the records did not yield another.
  bool broken() const { return broken_.load(std::memory_order_relaxed); }

  // Compares every page that was not compared yet: kDataLoss with the number of the first damaged.
  absl::Status CompareAll() const;

  // Walks the entries in their order, reading the hashes, too.
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
    bool PageIsWhole(std::uint64_t number) const;

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
    std::uint64_t pages = 0;  // of slots; there are as many of hashes
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
