#include "engine/transaction/writer_slot.h"

#include <cassert>

namespace linedb::engine {

absl::Status WriterSlot::CheckLocked() const {
  if (!held_ || holder_ != std::this_thread::get_id()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "this thread already has a transaction open: pass it to the call, or end it first");
}

absl::Status WriterSlot::CheckNotMine() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return CheckLocked();
}

absl::Status WriterSlot::Acquire() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (absl::Status mine = CheckLocked(); !mine.ok()) return mine;
  free_.wait(lock, [this] { return !held_; });
  held_ = true;
  holder_ = std::this_thread::get_id();
  return absl::OkStatus();
}

bool WriterSlot::TryAcquire() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (held_) return false;
  held_ = true;
  holder_ = std::this_thread::get_id();
  return true;
}

void WriterSlot::Release() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    assert(held_);
    held_ = false;
  }
  free_.notify_one();
}

}  // namespace linedb::engine
