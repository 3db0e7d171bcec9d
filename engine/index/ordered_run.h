// Immutable sorted entries of one ordered index over a range of a .records file, mapped or in
// memory.

#ifndef LINEDB_ENGINE_INDEX_ORDERED_RUN_H_
#define LINEDB_ENGINE_INDEX_ORDERED_RUN_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/index/ordered_entry.h"
#include "engine/index/ordered_run_format.h"
#include "engine/storage/compared_flags.h"
#include "wal/file_system.h"

namespace linedb::engine {

// A block is compared with its checksum when it is first read. If one is damaged the run is made
// anew in memory from the records themselves (`Rebuild`), which it is a function of; so a file that
// rots costs time and never an answer.
//
// Any thread may call any const method.
class OrderedRun {
  struct Image;

 public:
  // The entries of the lines in [extent.begin, extent.end), in any order. Called in whatever thread
  // meets the damage, by one at a time.
  using Rebuild = std::function<absl::StatusOr<OrderedEntries>(const RunExtent& extent)>;

  // Reads the footer only. kDataLoss if it is not a whole run's, kFailedPrecondition if it is
  // another index's.
  static absl::StatusOr<std::shared_ptr<OrderedRun>> Open(wal::File& file, std::uint64_t index);
  // From memory; `entries` in any order.
  static std::shared_ptr<OrderedRun> Make(std::uint64_t index, const RunExtent& extent,
                                          OrderedEntries entries);

  // Before the first Walk.
  void SetRebuild(Rebuild rebuild) { rebuild_ = std::move(rebuild); }

  const RunExtent& extent() const { return extent_; }
  std::uint64_t entries() const { return image()->entries; }
  // Not in a file, or not in a whole one: it is to be written.
  bool in_memory() const { return image()->file == nullptr; }
  std::uint64_t memory_bytes() const;
  std::uint64_t file_bytes() const;
  // A block is damaged and the records did not yield another.
  bool broken() const { return broken_.load(std::memory_order_relaxed); }

  // Compares every block that was not compared yet: kDataLoss with the place of the first damaged.
  absl::Status CompareAll() const;
  // After a Walk met damage: makes the run anew in memory, for the next Walk. False if it is
  // broken.
  bool Mend() const;

  // A place among the entries. One thread; not longer than its run.
  class Walk {
   public:
    explicit Walk(const OrderedRun& run) : image_(run.image()) {}

    // Goes to the first entry that is not before (key, offset), or behind the last one.
    void Seek(std::string_view key, std::uint64_t offset);
    void SeekEnd();
    // At an entry, rather than behind the last one or before the first one.
    bool valid() const { return valid_; }
    void Next();
    void Previous();
    std::string_view key() const { return key_; }
    std::uint64_t offset() const { return offset_; }
    // How many entries lie before this place.
    std::uint64_t rank() const;
    // A block is not what was written: then it is not valid().
    bool damaged() const { return damaged_; }

   private:
    struct Block {
      std::uint64_t entries = 0;
      const char* words = nullptr;
      std::string_view shared;
      const char* rests = nullptr;

      std::uint64_t Word(std::uint64_t i) const;
      std::string_view Rest(std::uint64_t i) const;
    };

    bool Load(std::uint64_t number);
    std::uint64_t BlocksBefore(std::string_view key, std::uint64_t offset);
    std::uint64_t EntriesBefore(std::string_view key, std::uint64_t offset) const;
    void Take(std::uint64_t number, std::uint64_t entry);

    const Image* image_;
    std::uint64_t number_ = 0;  // of the block
    std::uint64_t entry_ = 0;   // in it
    std::uint64_t loaded_ = ~std::uint64_t{0};
    Block block_;  // number `loaded_`
    bool valid_ = false;
    bool damaged_ = false;
    std::string key_;
    std::uint64_t offset_ = 0;
  };

 private:
  struct Image {
    const char* bytes = nullptr;  // the blocks
    std::uint64_t byte_count = 0;
    const OrderedBlock* blocks = nullptr;
    std::uint64_t block_count = 0;
    std::uint64_t entries = 0;
    std::uint64_t seed = 0;
    std::uint64_t directory_checksum = 0;
    std::string shared;
    std::shared_ptr<const wal::Mapping> file;  // or
    std::string memory;
    std::vector<OrderedBlock> directory;
    ComparedFlags compared;  // the blocks, and behind them the directory

    std::string_view BlockBytes(std::uint64_t number) const;
  };
  friend class Walk;

  OrderedRun() = default;
  const Image* image() const { return image_.load(std::memory_order_acquire); }
  static std::unique_ptr<Image> MakeImage(std::uint64_t index, const RunExtent& extent,
                                          OrderedEntries entries);
  static bool Compare(const Image& image, std::uint64_t number);

  std::uint64_t index_ = 0;
  RunExtent extent_;
  Rebuild rebuild_;
  mutable std::atomic<const Image*> image_ = nullptr;
  mutable std::atomic<bool> broken_ = false;
  mutable std::mutex mend_mutex_;                       // guards the next
  mutable std::vector<std::unique_ptr<Image>> images_;  // the damaged one stays, somebody reads it
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_ORDERED_RUN_H_
