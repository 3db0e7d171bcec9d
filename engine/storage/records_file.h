// The bytes of a table: its .records file, mapped, and behind it a tail in memory.

#ifndef LINEDB_ENGINE_STORAGE_RECORDS_FILE_H_
#define LINEDB_ENGINE_STORAGE_RECORDS_FILE_H_

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/storage/block_checksum.h"
#include "engine/storage/block_guard.h"
#include "engine/storage/record_location.h"
#include "engine/storage/spill_space.h"
#include "wal/file_system.h"

namespace linedb::engine {

// One address space: [0, file_bytes) lies in the file and is mapped, [file_bytes, end) is the tail.
// A transaction's lines grow in the tail; its commit appends the tail to the file (WriteTail) and
// goes on from there (AcceptTail), or drops it. A database opened for reading has the same lines
// from the log, and keeps them in memory that goes on where the mapped file ends (KeepTail): what
// the file has there is not vouched for, and the next writer may cut it off.
//
// A tail that grows large goes piece by piece to a file without a name (PrepareSpill, AcceptSpill),
// which is mapped behind the table's file: then [0, stored_bytes) is mapped, and the tail is
// [stored_bytes, end).
//
// View may be called by any thread for bytes that are published; the owner's lock keeps AcceptTail
// away from it meanwhile. Sync may be called by any thread, beside the writer. All else is the
// writer's.
class RecordsFile {
 public:
  // A table without a file: everything is in the tail.
  RecordsFile() = default;

  // The first `bytes` of the file; kDataLoss if it is shorter. `file` may have been opened for
  // reading only, if WriteTail is never called.
  static absl::StatusOr<RecordsFile> Open(std::unique_ptr<wal::File> file, std::uint64_t bytes);

  // Another object for the same file, which this one does not write to from now on. The tail is
  // empty.
  RecordsFile Share() const;

  std::string_view View(RecordLocation location) const {
    const std::uint64_t offset = location.offset();
    if (offset < stored_bytes_) return {data_ + offset, location.length()};
    return std::string_view(tail_).substr(offset - stored_bytes_, location.length());
  }
  std::string_view file_view() const {
    return file_bytes_ == 0 ? std::string_view() : std::string_view(data_, file_bytes_);
  }
  // With what was spilled behind it.
  std::string_view stored_view() const {
    return stored_bytes_ == 0 ? std::string_view() : std::string_view(data_, stored_bytes_);
  }
  // Of the line that begins there. If its end is damaged: of some bytes from there.
  RecordLocation LocationAt(std::uint64_t offset) const {
    const bool stored = offset < stored_bytes_;
    assert(stored || offset < end());  // a reader must not look at the tail, which grows meanwhile
    const char* const line = stored ? data_ + offset : tail_.data() + (offset - stored_bytes_);
    const std::uint64_t bytes_max =
        std::min((stored ? stored_bytes_ : end()) - offset, RecordLocation::kLengthMax);
    const void* newline = std::memchr(line, '\n', bytes_max);
    if (newline == nullptr) return RecordLocation(offset, bytes_max);
    const auto length = static_cast<std::uint64_t>(static_cast<const char*>(newline) - line);
    return RecordLocation(offset, std::max<std::uint64_t>(length, 1));
  }
  const std::shared_ptr<const wal::Mapping>& mapping() const { return mapping_; }
  // What a reader may look at for as long as it likes, whatever becomes of the open transaction.
  struct Mapped {
    std::shared_ptr<const wal::Mapping> mapping;
    std::string_view bytes;        // up to where it sees the stored ones
    std::uint64_t file_bytes = 0;  // so far the mapping has the file's own, behind `bytes`, too
  };
  Mapped MappedUpTo(std::uint64_t limit) const;
  void NoteRename(const std::string& path) { file_->NoteRename(path); }
  bool has_file() const { return file_ != nullptr; }
  std::uint64_t file_bytes() const { return file_bytes_; }
  // Where the tail begins.
  std::uint64_t stored_bytes() const { return stored_bytes_; }
  bool spilled() const { return stored_bytes_ > file_bytes_; }
  std::uint64_t end() const { return stored_bytes_ + tail_.size(); }
  // Lets go of memory that mapped bytes take: they are read again when they are looked at.
  void ReleasePages() const {
    if (mapping_ != nullptr) mapping_->ReleasePages();
  }
  std::string& tail() { return tail_; }
  const std::string& tail() const { return tail_; }

  // Writes the first `bytes` bytes of the tail, whole lines, to the spilled ones. Nobody sees any
  // of it before AcceptSpill, which takes them off the tail. CancelSpill takes it back, after an
  // error, too.
  absl::Status PrepareSpill(const SpillSpace& space, const std::string& table, std::size_t bytes);
  void AcceptSpill(std::size_t bytes);
  void CancelSpill();
  // Cuts off what lies behind `end`, which is not in the file.
  void CutTail(std::uint64_t end);

  // Appends what was spilled and the tail to the file. An error leaves the file as it was
  // (truncated back); a kInternal error says that it could not be.
  absl::Status WriteTail();
  // Makes sure that AcceptTail will find the written tail mapped; may take memory, may fail.
  absl::Status MapTail();
  // Instead of both: puts the tail behind the bytes that the file was opened with, in memory.
  absl::Status KeepTail();
  // The written and mapped tail, or the kept one, is part of the file from now on.
  void AcceptTail();
  // Cuts the file back to what it was, before the tails accepted since.
  absl::Status Unaccept(std::uint64_t file_bytes);
  // Takes the bytes that WriteTail appended off the file again.
  absl::Status UnwriteTail();

  // Whether the file goes on behind file_bytes() exactly with the tail, and ends there.
  absl::StatusOr<bool> FileHoldsTail();
  // What the file holds behind file_bytes(), and how much that is.
  absl::StatusOr<std::uint64_t> SurplusBytes();
  absl::StatusOr<std::string> ReadSurplus();
  // Cuts the file to file_bytes().
  absl::Status CutSurplus();

  // Makes durable what was written before this call, if anything was since the last time. A sync
  // that failed is never tried again: kInternal from then on.
  absl::Status Sync();

  // Of the file's bytes, without the tail.
  std::uint64_t Checksum() const { return checksum_.Total(); }
  const BlockSums& full_blocks() const { return checksum_.full_blocks(); }
  // Takes the file's bytes into the checksum, once, after opening.
  void ComputeChecksum();
  // The same, knowing the checksums of the full blocks among the first `bytes` bytes, which are not
  // read. False, and nothing is taken, unless these bytes have the checksum `checksum`.
  bool ComputeChecksumFrom(const BlockSums& full_blocks, std::uint64_t bytes,
                           std::uint64_t checksum);
  // As if nothing had been taken into the checksum.
  void ForgetChecksum();

  // Compares what was written with what is there, where it was not done before: see BlockGuard.
  BlockGuard& guard() const { return *guard_; }
  const std::shared_ptr<BlockGuard>& shared_guard() const { return guard_; }

 private:
  // What was put aside: the file that holds it, behind a copy of the bytes before it.
  struct Spill {
    std::unique_ptr<wal::File> file;
    std::uint64_t written = 0;  // of that file; a tail that was cut leaves more than counts
    std::shared_ptr<const wal::Mapping> joined_next;
    std::shared_ptr<const wal::Mapping> unjoined;  // of the table's file alone
    // Those that were the newest, while somebody may look at them.
    std::vector<std::weak_ptr<const wal::Mapping>> joined_before;
  };
  absl::StatusOr<std::unique_ptr<wal::File>> NewSpillFile(const SpillSpace& space,
                                                          const std::string& table);
  absl::Status MakeSpillEndAt(std::uint64_t bytes, const SpillSpace& space,
                              const std::string& table);
  bool IsSpillLookedAt() const;
  absl::Status AppendSpilled();
  void ForgetSpill();
  // Behind which of the file's bytes the spilled ones are mapped: not behind what KeepTail has put
  // there, which the file lacks. That is in the spilled bytes' file, too.
  std::uint64_t spilled_behind() const { return room_ == nullptr ? file_bytes_ : opened_bytes_; }
  // Of the spilled bytes, in their file.
  std::uint64_t SpillPlaceOf(std::uint64_t offset) const {
    return wal::JoinedBegin(spilled_behind()) + (offset - spilled_behind());
  }

  // Apart, since it is shared between threads and does not move.
  struct SyncState {
    std::mutex mutex;
    // What an earlier process wrote may be in the page cache only, so a file starts dirty.
    std::atomic<bool> dirty = true;
    absl::Status failure;
  };

  std::shared_ptr<wal::File> file_;
  std::shared_ptr<const wal::Mapping> mapping_;
  const char* data_ = nullptr;                        // the mapping's
  std::shared_ptr<const wal::Mapping> mapping_next_;  // MapTail's, if the old one is too small
  char* room_ = nullptr;            // KeepTail's, in the newest mapping: what follows opened_bytes_
  std::uint64_t opened_bytes_ = 0;  // of the file, when it was opened
  std::uint64_t file_bytes_ = 0;
  std::uint64_t stored_bytes_ = 0;  // and what was spilled
  std::string tail_;
  std::unique_ptr<Spill> spill_;  // null unless something is spilled, or about to be
  BlockChecksum checksum_;
  std::shared_ptr<BlockGuard> guard_ = std::make_shared<BlockGuard>();
  std::shared_ptr<SyncState> sync_ = std::make_shared<SyncState>();
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_RECORDS_FILE_H_
