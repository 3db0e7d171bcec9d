#include "engine/index/key_index.h"

#include <cassert>
#include <utility>

namespace linedb::engine {

void KeyIndex::Freeze() {
  assert(frozen_ == nullptr);
  frozen_ = std::make_unique<HashIndex>(std::exchange(active_, HashIndex()));
}

KeyIndex::Replaced KeyIndex::SetRuns(Runs runs) {
  return {std::move(frozen_), std::exchange(runs_, std::move(runs))};
}

std::size_t KeyIndex::size() const {
  std::size_t entries = active_.size() + (frozen_ != nullptr ? frozen_->size() : 0);
  for (const std::shared_ptr<const KeyRun>& run : runs_) entries += run->entries();
  return entries;
}

std::size_t KeyIndex::memory_bytes() const {
  std::size_t bytes = active_.memory_bytes() + (frozen_ != nullptr ? frozen_->memory_bytes() : 0);
  for (const std::shared_ptr<const KeyRun>& run : runs_) bytes += run->memory_bytes();
  return bytes;
}

std::size_t KeyIndex::file_bytes() const {
  std::size_t bytes = 0;
  for (const std::shared_ptr<const KeyRun>& run : runs_) bytes += run->file_bytes();
  return bytes;
}

}  // namespace linedb::engine
