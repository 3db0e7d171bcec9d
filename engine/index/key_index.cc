#include "engine/index/key_index.h"

#include <cassert>
#include <utility>

namespace linedb::engine {

void KeyIndex::Freeze() {
  assert(frozen_ == nullptr && spilled_frozen_.empty());
  spilled_frozen_ = std::exchange(spilled_, SpilledKeys());
  frozen_ = std::make_unique<HashIndex>(std::exchange(active_, HashIndex()));
}

KeyIndex::Replaced KeyIndex::SetRuns(Runs runs) {
  return {std::move(frozen_), std::exchange(spilled_frozen_, SpilledKeys()),
          std::exchange(runs_, std::move(runs))};
}

void KeyIndex::AdoptSpilled(SpilledKeys::Added added, const std::vector<KeyEntry>& entries) {
  if (active_.size() == entries.size()) {
    active_.Clear();
  } else {
    for (const KeyEntry& entry : entries) active_.EraseAt(entry.hash, entry.offset);
  }
  spilled_.Adopt(std::move(added));
}

std::size_t KeyIndex::size() const {
  std::size_t entries = active_.size() + (frozen_ != nullptr ? frozen_->size() : 0);
  entries += spilled_.size() + spilled_frozen_.size();
  for (const std::shared_ptr<const KeyRun>& run : runs_) entries += run->entries();
  return entries;
}

std::size_t KeyIndex::memory_bytes() const {
  std::size_t bytes = active_.memory_bytes() + (frozen_ != nullptr ? frozen_->memory_bytes() : 0);
  bytes += spilled_.memory_bytes() + spilled_frozen_.memory_bytes();
  for (const std::shared_ptr<const KeyRun>& run : runs_) bytes += run->memory_bytes();
  return bytes;
}

std::size_t KeyIndex::file_bytes() const {
  std::size_t bytes = spilled_.file_bytes() + spilled_frozen_.file_bytes();
  for (const std::shared_ptr<const KeyRun>& run : runs_) bytes += run->file_bytes();
  return bytes;
}

}  // namespace linedb::engine
