// Which lines of a .records file no longer are a record's last word: older versions, deleted
// records and tombstones.

#ifndef LINEDB_ENGINE_STORAGE_SUPERSEDED_LINES_H_
#define LINEDB_ENGINE_STORAGE_SUPERSEDED_LINES_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/storage/compared_flags.h"

namespace linedb::engine {

// The shortest line there can be is `{"a":1}` and its "\n", eight bytes, so no two lines begin in
// the same eight bytes and one bit for each eight bytes of file is exact. A chunk has the bits of
// 64 KiB of file, the block that also has a checksum of its own.
inline constexpr std::uint64_t kLineBytesMin = 8;
inline constexpr std::uint64_t kSupersededChunkBits = 8192;
using SupersededChunk = std::array<std::uint64_t, kSupersededChunkBits / 64>;

// Chunks that lie in a mapped file. One is compared with its checksum when it is first read; if it
// is damaged all are made anew from the records. Never changes; any thread.
class SupersededBase {
 public:
  struct Entry {
    std::uint64_t chunk = 0;  // its number in the .records file
    std::uint64_t checksum = 0;
  };
  // The chunks from 0 on.
  using Rebuild = std::function<absl::StatusOr<std::vector<SupersededChunk>>()>;

  // `chunks[i]` is the chunk of `entries[i]`; `owner` keeps both alive. The entries ascend.
  SupersededBase(std::shared_ptr<const void> owner, const SupersededChunk* chunks,
                 std::span<const Entry> entries);
  void SetRebuild(Rebuild rebuild) { rebuild_ = std::move(rebuild); }

  // Null if none of its lines is superseded. If it is broken() all of them are: what is not known
  // to be a record's last word is nobody's.
  const SupersededChunk* Find(std::uint64_t chunk) const;
  bool broken() const { return broken_.load(std::memory_order_relaxed); }
  // One more than the last chunk's number.
  std::uint64_t chunk_end() const { return places_.size(); }
  // Compares every chunk that was not compared yet: false if one is damaged.
  bool CompareAll() const;

 private:
  bool Compare(std::uint32_t place) const;
  void Mend() const;

  std::shared_ptr<const void> owner_;
  const SupersededChunk* chunks_;
  std::span<const Entry> entries_;
  std::vector<std::uint32_t> places_;  // by chunk: its place in `chunks_`, plus one; 0: none
  ComparedFlags compared_;
  Rebuild rebuild_;
  mutable std::mutex mend_mutex_;
  mutable std::atomic<bool> broken_ = false;
  mutable std::atomic<const std::vector<SupersededChunk>*> mended_ = nullptr;
  mutable std::unique_ptr<std::vector<SupersededChunk>> mended_owner_;
};

// A set of line offsets. Chunks are made when first needed, so a table without superseded lines
// costs nothing; those that were not changed since they were written to a file stay there.
//
// Copies share chunks until one of them changes (copy on write): a scan copies the set and is not
// disturbed by what is superseded while it runs. A single object is for one thread at a time.
class SupersededLines {
 public:
  // What SharesChunk and BlockHasAny answer for: that many bytes of file, from a multiple of it.
  static constexpr std::uint64_t kBlockBytes = kSupersededChunkBits * kLineBytesMin;

  void Insert(std::uint64_t offset);
  // Whether the lines of the file's 64 KiB number `index` are certainly the same in a copy: neither
  // has changed there since. The number of stretches that may hold lines is chunk_end().
  bool SharesChunk(const SupersededLines& other, std::uint64_t index) const {
    return FindChunk(index) == other.FindChunk(index);
  }
  bool Contains(std::uint64_t offset) const {
    const std::uint64_t bit = offset / kLineBytesMin;
    const SupersededChunk* chunk = FindChunk(bit / kSupersededChunkBits);
    if (chunk == nullptr) return false;
    return ((*chunk)[bit % kSupersededChunkBits / 64] >> (bit % 64) & 1) != 0;
  }
  // Brings what Contains will read to the processor ahead of its use.
  void Prefetch(std::uint64_t offset) const {
    const std::uint64_t bit = offset / kLineBytesMin;
    const SupersededChunk* chunk = FindChunk(bit / kSupersededChunkBits);
    if (chunk != nullptr) __builtin_prefetch(&(*chunk)[bit % kSupersededChunkBits / 64]);
  }
  // False only if no line that begins in the block of this byte is superseded.
  bool BlockHasAny(std::uint64_t offset) const {
    return FindChunk(offset / kBlockBytes) != nullptr;
  }

  // The bits of a chunk; null if none is set.
  const SupersededChunk* FindChunk(std::uint64_t number) const {
    if (number < chunks_.size() && chunks_[number] != nullptr) return chunks_[number].get();
    return base_ == nullptr ? nullptr : base_->Find(number);
  }
  // One more than the last chunk's number.
  std::uint64_t chunk_end() const;

  // A mapped chunk is damaged and could not be made anew: what is said to be superseded is not all.
  bool broken() const { return base_ != nullptr && base_->broken(); }

  // Goes on with what `written`, an earlier copy, was written to; what changed since stays.
  void Rebase(std::shared_ptr<const SupersededBase> base, const SupersededLines& written);

  std::uint64_t memory_bytes() const;

 private:
  std::shared_ptr<const SupersededBase> base_;
  std::vector<std::shared_ptr<SupersededChunk>> chunks_;  // instead of the base's; null: as there
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_SUPERSEDED_LINES_H_
