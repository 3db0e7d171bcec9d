#include "engine/worker.h"

#include <utility>

namespace linedb::engine {

void Worker::Request() {
  if (maintenance_ == Maintenance::kManual) {
    work_();
    return;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (stopping_) return;
  requested_ = true;
  StartLocked();
}

void Worker::RequestWithin(std::chrono::milliseconds delay) {
  if (maintenance_ == Maintenance::kManual) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (stopping_ || requested_) return;
  const Clock::time_point due = Clock::now() + delay;
  if (due_ && *due_ <= due) return;
  due_ = due;
  StartLocked();
}

void Worker::WaitUntilIdle() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return !requested_ && !working_; });
}

void Worker::Stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Worker::StartLocked() {
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  changed_.notify_all();
}

void Worker::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    const auto called = [this] { return requested_ || stopping_ || due_.has_value(); };
    changed_.wait(lock, called);
    while (!requested_ && !stopping_ && Clock::now() < *due_) changed_.wait_until(lock, *due_);
    if (!requested_ && stopping_) return;
    requested_ = false;
    due_.reset();
    working_ = true;
    lock.unlock();
    work_();
    lock.lock();
    working_ = false;
    changed_.notify_all();
  }
}

}  // namespace linedb::engine
