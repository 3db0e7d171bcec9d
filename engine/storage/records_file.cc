#include "engine/storage/records_file.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/strings/str_cat.h"

namespace linedb::engine {
namespace {

// For the lines that a log holds between two checkpoints.
constexpr std::uint64_t kRoomBytesMin = std::uint64_t{1} << 20;

// What was spilled is copied so many bytes at a time.
constexpr std::uint64_t kCopiedBytes = std::uint64_t{1} << 20;

}  // namespace

absl::StatusOr<RecordsFile> RecordsFile::Open(std::unique_ptr<wal::File> file,
                                              std::uint64_t bytes) {
  absl::StatusOr<std::uint64_t> size = file->Size();
  if (!size.ok()) return size.status();
  if (*size < bytes) {
    return absl::DataLossError(
        absl::StrCat("the file has ", *size, " bytes, the checkpoint says ", bytes));
  }
  absl::StatusOr<std::shared_ptr<const wal::Mapping>> mapping = file->Map(bytes);
  if (!mapping.ok()) return mapping.status();
  RecordsFile records;
  records.file_ = std::move(file);
  records.mapping_ = *std::move(mapping);
  records.data_ = records.mapping_->data();
  records.file_bytes_ = records.stored_bytes_ = bytes;
  records.opened_bytes_ = bytes;
  return records;
}

RecordsFile RecordsFile::Share() const {
  assert(tail_.empty() && !spilled() && mapping_next_ == nullptr);
  RecordsFile other;
  other.file_ = file_;
  other.mapping_ = mapping_;
  other.data_ = data_;
  other.room_ = room_;
  other.opened_bytes_ = opened_bytes_;
  other.file_bytes_ = other.stored_bytes_ = file_bytes_;
  other.sync_ = sync_;
  // A guard of its own: it grows while readers of this one look.
  other.guard_->SetEnabled(guard_->enabled());
  other.checksum_.TakeBlocks(full_blocks());
  other.ComputeChecksum();
  return other;
}

// What is spilled lies behind the file's bytes for as long as its transaction is open, so that it
// is not shown to who does not see it; and the file's next bytes will never stand in its place.
RecordsFile::Mapped RecordsFile::MappedUpTo(std::uint64_t limit) const {
  const bool sees_spilled = spilled() && limit > file_bytes_;
  Mapped mapped;
  mapped.mapping = spilled() && !sees_spilled ? spill_->unjoined : mapping_;
  if (mapped.mapping == nullptr) return mapped;
  mapped.bytes = {mapped.mapping->data(), std::min(limit, stored_bytes_)};
  const bool grows = !sees_spilled && mapped.mapping->grows_with_file();
  mapped.file_bytes = grows ? mapped.mapping->capacity() : file_bytes_;
  return mapped;
}

absl::StatusOr<std::unique_ptr<wal::File>> RecordsFile::NewSpillFile(const SpillSpace& space,
                                                                     const std::string& table) {
  absl::StatusOr<std::unique_ptr<wal::File>> file = space.NewFile(table);
  if (!file.ok()) return file;
  const std::uint64_t begin = spilled_behind() - wal::JoinedBegin(spilled_behind());
  if (begin == file_bytes_) return file;
  absl::Status copied = (*file)->Append({data_ + begin, file_bytes_ - begin});
  if (!copied.ok()) return copied;
  return file;
}

// Whether somebody, as a scan of the transaction, may look at what stands in the spilled bytes'
// file.
bool RecordsFile::IsSpillLookedAt() const {
  if (spilled() && mapping_.use_count() > 1) return true;
  return std::any_of(spill_->joined_before.begin(), spill_->joined_before.end(),
                     [](const auto& mapping) { return !mapping.expired(); });
}

// After a cut, or an error, the spilled bytes' file has more than counts. If somebody still looks
// at that it is left as it is, and the rest goes on in a copy.
absl::Status RecordsFile::MakeSpillEndAt(std::uint64_t bytes, const SpillSpace& space,
                                         const std::string& table) {
  if (spill_->written == bytes) return absl::OkStatus();
  absl::Status done;
  if (!IsSpillLookedAt()) {
    done = spill_->file->Truncate(bytes);
  } else {
    absl::StatusOr<std::unique_ptr<wal::File>> copy = NewSpillFile(space, table);
    if (!copy.ok()) return copy.status();
    for (std::uint64_t at = file_bytes_; at < stored_bytes_ && done.ok(); at += kCopiedBytes) {
      done = (*copy)->Append(stored_view().substr(at, kCopiedBytes));
    }
    if (done.ok()) {
      spill_->file = *std::move(copy);
      spill_->joined_before.clear();
    }
  }
  if (done.ok()) spill_->written = bytes;
  return done;
}

absl::Status RecordsFile::PrepareSpill(const SpillSpace& space, const std::string& table,
                                       std::size_t bytes) {
  assert(file_ != nullptr && bytes > 0 && bytes <= tail_.size() && tail_[bytes - 1] == '\n');
  if (spill_ == nullptr) {
    absl::StatusOr<std::unique_ptr<wal::File>> file = NewSpillFile(space, table);
    if (!file.ok()) return file.status();
    spill_ = std::make_unique<Spill>();
    spill_->file = *std::move(file);
    spill_->written = SpillPlaceOf(file_bytes_);
    spill_->unjoined = mapping_;
  }
  absl::Status done = MakeSpillEndAt(SpillPlaceOf(stored_bytes_), space, table);
  if (!done.ok()) return done;
  spill_->written += bytes;  // or a part of them, after an error
  done = spill_->file->Append(std::string_view(tail_).substr(0, bytes));
  if (!done.ok()) return done;
  absl::StatusOr<std::shared_ptr<const wal::Mapping>> joined =
      file_->MapJoined(spilled_behind(), *spill_->file);
  if (!joined.ok()) return joined.status();
  spill_->joined_next = *std::move(joined);
  return done;
}

void RecordsFile::AcceptSpill(std::size_t bytes) {
  assert(spill_->joined_next != nullptr);
  std::erase_if(spill_->joined_before, [](const auto& mapping) { return mapping.expired(); });
  if (spilled()) spill_->joined_before.emplace_back(mapping_);
  mapping_ = std::exchange(spill_->joined_next, nullptr);
  data_ = mapping_->data();
  stored_bytes_ += bytes;
  tail_.erase(0, bytes);
  assert(stored_bytes_ <= mapping_->capacity());
}

void RecordsFile::CancelSpill() {
  if (spill_ == nullptr) return;
  spill_->joined_next = nullptr;
  if (!spilled()) spill_.reset();  // made for the file as it is now, which may change
}

void RecordsFile::CutTail(std::uint64_t end) {
  assert(end >= file_bytes_ && end <= this->end());
  if (end >= stored_bytes_) {
    tail_.resize(end - stored_bytes_);
    return;
  }
  tail_.clear();
  stored_bytes_ = end;
  if (end == file_bytes_) ForgetSpill();
}

void RecordsFile::ForgetSpill() {
  if (spill_ == nullptr) return;
  mapping_ = spill_->unjoined;
  data_ = mapping_->data();
  stored_bytes_ = file_bytes_;
  spill_.reset();
}

// Takes them into the checksum by the way, while they are at hand.
absl::Status RecordsFile::AppendSpilled() {
  for (std::uint64_t at = file_bytes_; at < stored_bytes_;) {
    const std::uint64_t bytes = std::min(kCopiedBytes, stored_bytes_ - at);
    const absl::StatusOr<std::string> copied = spill_->file->ReadAt(SpillPlaceOf(at), bytes);
    if (!copied.ok()) return copied.status();
    if (copied->size() != bytes) return absl::InternalError("what was put aside is cut off");
    if (absl::Status appended = file_->Append(*copied); !appended.ok()) return appended;
    checksum_.Append(*copied);
    at += bytes;
  }
  return absl::OkStatus();
}

absl::Status RecordsFile::WriteTail() {
  assert(file_ != nullptr);
  if (tail_.empty() && !spilled()) return absl::OkStatus();
  absl::Status appended = spilled() ? AppendSpilled() : absl::OkStatus();
  if (appended.ok()) appended = file_->Append(tail_);
  sync_->dirty = true;
  if (appended.ok()) return appended;
  if (absl::Status cut = UnwriteTail(); !cut.ok()) {
    return absl::InternalError(
        absl::StrCat(std::string(appended.message()), "; and then ", std::string(cut.message())));
  }
  return appended;
}

absl::Status RecordsFile::MapTail() {
  const wal::Mapping& mapped = spill_ != nullptr ? *spill_->unjoined : *mapping_;
  if (end() <= mapped.capacity()) return absl::OkStatus();
  absl::StatusOr<std::shared_ptr<const wal::Mapping>> mapping = file_->Map(end());
  if (!mapping.ok()) return mapping.status();
  mapping_next_ = *std::move(mapping);
  return absl::OkStatus();
}

absl::Status RecordsFile::KeepTail() {
  const std::uint64_t kept = file_bytes_ - opened_bytes_;
  if (room_ == nullptr || end() > mapping_->capacity()) {
    const std::uint64_t room_bytes = std::max(kRoomBytesMin, 2 * (kept + tail_.size()));
    absl::StatusOr<std::shared_ptr<wal::RoomyMapping>> mapping =
        file_ == nullptr ? wal::NewRoomyMapping("", room_bytes)
                         : file_->MapWithRoom(opened_bytes_, room_bytes);
    if (!mapping.ok()) return mapping.status();
    char* const room = (*mapping)->room();
    if (kept > 0) std::memcpy(room, room_, kept);
    room_ = room;
    mapping_next_ = *std::move(mapping);
  }
  std::memcpy(room_ + kept, tail_.data(), tail_.size());
  return absl::OkStatus();
}

void RecordsFile::AcceptTail() {
  // Unless WriteTail has done it.
  const std::uint64_t bytes = end();
  if (spilled() && checksum_.bytes() < stored_bytes_) {
    checksum_.Append(stored_view().substr(checksum_.bytes()));
  }
  ForgetSpill();
  if (mapping_next_ != nullptr) {
    mapping_ = std::exchange(mapping_next_, nullptr);
    data_ = mapping_->data();
  }
  assert(bytes <= mapping_->capacity());
  checksum_.Append(tail_);
  guard_->AddBlocks(checksum_.full_blocks());
  file_bytes_ = stored_bytes_ = bytes;
  tail_.clear();
}

void RecordsFile::ComputeChecksum() {
  checksum_.Append(file_view().substr(checksum_.bytes()));
  guard_->AddBlocks(checksum_.full_blocks());
  guard_->SetRest(checksum_.bytes(), checksum_.Rest());
}

bool RecordsFile::ComputeChecksumFrom(const BlockSums& full_blocks, std::uint64_t bytes,
                                      std::uint64_t checksum) {
  assert(checksum_.bytes() == 0 && full_blocks.size() == bytes / kChecksumBlockBytes);
  if (bytes > file_bytes_) return false;
  const std::uint64_t begin = full_blocks.size() * kChecksumBlockBytes;
  checksum_.TakeBlocks(full_blocks);
  checksum_.Append(file_view().substr(begin, bytes - begin));
  if (checksum_.Total() != checksum) {
    checksum_ = BlockChecksum();
    return false;
  }
  ComputeChecksum();
  return true;
}

void RecordsFile::ForgetChecksum() {
  checksum_ = BlockChecksum();
  guard_->Truncate(0);
}

absl::Status RecordsFile::Unaccept(std::uint64_t file_bytes) {
  assert(tail_.empty() && spill_ == nullptr && file_bytes <= file_bytes_);
  if (file_bytes == file_bytes_) return absl::OkStatus();
  const std::uint64_t block = file_bytes - file_bytes % kChecksumBlockBytes;
  checksum_.Truncate(file_bytes, file_view().substr(block, file_bytes - block));
  guard_->Truncate(file_bytes);
  file_bytes_ = stored_bytes_ = file_bytes;
  sync_->dirty = true;
  return file_->Truncate(file_bytes_);
}

absl::Status RecordsFile::UnwriteTail() {
  mapping_next_ = nullptr;
  if (checksum_.bytes() > file_bytes_) {
    const std::uint64_t block = file_bytes_ - file_bytes_ % kChecksumBlockBytes;
    checksum_.Truncate(file_bytes_, file_view().substr(block));
  }
  return file_->Truncate(file_bytes_);
}

absl::StatusOr<bool> RecordsFile::FileHoldsTail() {
  absl::StatusOr<std::uint64_t> size = file_->Size();
  if (!size.ok()) return size.status();
  if (*size != end()) return false;
  if (tail_.empty() && !spilled()) return true;
  if (absl::Status mapped = MapTail(); !mapped.ok()) return mapped;
  const wal::Mapping& mapped = spill_ != nullptr ? *spill_->unjoined : *mapping_;
  const wal::Mapping& mapping = mapping_next_ != nullptr ? *mapping_next_ : mapped;
  const std::uint64_t spilled_bytes = stored_bytes_ - file_bytes_;
  return std::string_view(mapping.data() + file_bytes_, spilled_bytes) ==
             stored_view().substr(file_bytes_) &&
         std::string_view(mapping.data() + stored_bytes_, tail_.size()) == tail_;
}

absl::StatusOr<std::uint64_t> RecordsFile::SurplusBytes() {
  absl::StatusOr<std::uint64_t> size = file_->Size();
  if (!size.ok()) return size.status();
  return *size - std::min(*size, file_bytes_);
}

absl::StatusOr<std::string> RecordsFile::ReadSurplus() {
  absl::StatusOr<std::uint64_t> bytes = SurplusBytes();
  if (!bytes.ok()) return bytes.status();
  return *bytes == 0 ? std::string() : file_->ReadAt(file_bytes_, *bytes);
}

absl::Status RecordsFile::CutSurplus() {
  sync_->dirty = true;
  return file_->Truncate(file_bytes_);
}

absl::Status RecordsFile::Sync() {
  const std::lock_guard<std::mutex> lock(sync_->mutex);
  // Taken back before the sync: what is written meanwhile calls for another.
  if (!sync_->failure.ok() || !sync_->dirty.exchange(false)) return sync_->failure;
  absl::Status synced = file_->Sync();
  // Whatever the reason, a full disk included: what was written may be lost, and a second sync that
  // succeeds would prove nothing.
  if (!synced.ok()) sync_->failure = absl::InternalError(std::string(synced.message()));
  return sync_->failure;
}

}  // namespace linedb::engine
