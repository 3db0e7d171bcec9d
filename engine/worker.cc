#include "engine/worker.h"

#include <system_error>
#include <utility>

namespace linedb::engine {

Worker::~Worker() {
  if (CurrentProcess() == process_) {
    Stop();
  } else {
    static_cast<void>(state_.release());
  }
}

void Worker::Request() {
  if (maintenance_ == Maintenance::kManual) {
    work_();
    return;
  }
  const std::lock_guard<std::mutex> lock(state_->mutex);
  if (state_->stopping) return;
  state_->requested = true;
  StartLocked();
}

void Worker::RequestWithin(std::chrono::milliseconds delay) {
  if (maintenance_ == Maintenance::kManual) return;
  // Commits ask for this one after the other. A round that has not begun yet sees what was done
  // before this call: it resets the delay before it looks.
  if (state_->due_delay <= delay.count()) return;
  const std::lock_guard<std::mutex> lock(state_->mutex);
  if (state_->stopping || state_->requested) return;
  const Clock::time_point due = Clock::now() + delay;
  if (state_->due && *state_->due <= due) return;
  state_->due = due;
  state_->due_delay = delay.count();
  StartLocked();
}

void Worker::WaitUntilIdle() {
  std::unique_lock<std::mutex> lock(state_->mutex);
  state_->changed.wait(lock, [this] { return !state_->requested && !state_->working; });
}

void Worker::Stop() {
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  const std::lock_guard<std::mutex> one_joins(state_->join_mutex);
  if (state_->thread.joinable()) state_->thread.join();
}

// If there is no thread to be had now, the next request tries again.
void Worker::StartLocked() {
  try {
    if (!state_->thread.joinable()) state_->thread = std::thread([this] { Run(); });
  } catch (const std::system_error&) {
    state_->requested = false;
  }
  state_->changed.notify_all();
}

void Worker::Run() {
  std::unique_lock<std::mutex> lock(state_->mutex);
  for (;;) {
    const auto called = [this] {
      return state_->requested || state_->stopping || state_->due.has_value();
    };
    state_->changed.wait(lock, called);
    while (!state_->requested && !state_->stopping && Clock::now() < *state_->due) {
      state_->changed.wait_until(lock, *state_->due);
    }
    if (!state_->requested && state_->stopping) return;
    state_->requested = false;
    state_->due.reset();
    state_->due_delay = kNoDelay;
    state_->working = true;
    lock.unlock();
    work_();
    lock.lock();
    state_->working = false;
    state_->changed.notify_all();
  }
}

}  // namespace linedb::engine
