// What a transaction does when it grows larger than its memory: DESIGN.md, "A transaction larger
// than memory".

#include <algorithm>
#include <cassert>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "engine/transaction/table_changes.h"

namespace linedb::engine {
namespace {

// What a key's entry takes in the hash index, and as a note, about.
constexpr std::uint64_t kEntryBytes = 48;

}  // namespace

std::uint64_t TableChanges::MemoryBytes() const {
  return generation_->records.tail().size() + kEntryBytes * added_.size();
}

absl::Status TableChanges::SpillIfLarge(std::size_t more) noexcept {
  return SpillBefore(generation_->records.tail().size(), more);
}

absl::Status TableChanges::SpillBefore(std::size_t bytes, std::size_t more) {
  const bool has_room = MemoryBytes() + more <= spill_bytes_;
  if (space_ == nullptr || bytes == 0 || has_room) return absl::OkStatus();
  return Spill(bytes);
}

// First all that may fail, and that nobody sees; then the change, which does not. The entries noted
// are of just these lines: of the one begun there are none yet.
absl::Status TableChanges::Spill(std::size_t bytes) {
  assert(line_keys_.empty());
  RecordsFile& records = generation_->records;
  const std::uint64_t begin = records.stored_bytes();
  std::vector<std::vector<KeyEntry>> entries(generation_->indexes.size());
  for (const IndexEntry& entry : added_) {
    // A replay has taken what it superseded itself out of the index already.
    if (generation_->superseded.Contains(entry.location.offset())) continue;
    entries[static_cast<std::size_t>(entry.key)].push_back({entry.hash, entry.location.offset()});
  }
  std::vector<SpilledKeys::Added> added;
  absl::Status done = records.PrepareSpill(*space_, table_.name(), bytes);
  for (std::size_t key = 0; key < entries.size() && done.ok(); ++key) {
    absl::StatusOr<SpilledKeys::Added> written = generation_->indexes[key].spilled().Write(
        *space_, table_.name(), begin, begin + bytes, entries[key]);
    done = written.status();
    if (written.ok()) added.push_back(*std::move(written));
  }
  if (!done.ok()) {
    records.CancelSpill();
    return done;
  }
  const std::unique_lock<std::shared_mutex> lock(table_.mutex);
  records.AcceptSpill(bytes);
  for (std::size_t key = 0; key < entries.size(); ++key) {
    generation_->indexes[key].AdoptSpilled(std::move(added[key]), entries[key]);
  }
  line_begin_ -= std::min(line_begin_, bytes);
  added_before_ += added_.size();
  added_.clear();
  return done;
}

}  // namespace linedb::engine
