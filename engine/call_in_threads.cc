#include "linedb/call_in_threads.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace linedb::engine {
namespace {

// What the threads of one CallInThreads share.
class SharedWork {
 public:
  SharedWork(std::size_t count, absl::FunctionRef<absl::Status(std::size_t)> work)
      : count_(count), failed_(count), work_(work) {}

  // What each thread runs. Since numbers are given out in order, all below a failed one have been
  // given out, and end: the lowest failure is found whoever is first.
  void Run() {
    while (!stopped_.load(std::memory_order_relaxed)) {
      const std::size_t number = next_.fetch_add(1, std::memory_order_relaxed);
      if (number >= count_) return;
      absl::Status status;
      std::exception_ptr thrown;
      try {
        status = work_(number);
      } catch (...) {
        thrown = std::current_exception();
      }
      if (!status.ok() || thrown != nullptr) Fail(number, std::move(status), thrown);
    }
  }

  // When all threads have ended.
  absl::Status Result() {
    if (thrown_ != nullptr) std::rethrow_exception(thrown_);
    return status_;
  }

 private:
  void Fail(std::size_t number, absl::Status status, std::exception_ptr thrown) {
    stopped_.store(true, std::memory_order_relaxed);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (number >= failed_) return;
    failed_ = number;
    status_ = std::move(status);
    thrown_ = std::move(thrown);
  }

  const std::size_t count_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;
  std::size_t failed_;  // the lowest number that failed
  absl::Status status_;
  std::exception_ptr thrown_;
  absl::FunctionRef<absl::Status(std::size_t)> work_;
};

}  // namespace

absl::Status CallInThreads(int threads, std::size_t count,
                           absl::FunctionRef<absl::Status(std::size_t)> work) {
  const std::size_t wanted = threads > 0 ? static_cast<std::size_t>(threads)
                                         : std::max(1u, std::thread::hardware_concurrency());
  SharedWork shared(count, work);
  std::vector<std::thread> others;
  others.reserve(std::min(wanted, count));
  try {
    while (others.size() + 1 < std::min(wanted, count)) {
      others.emplace_back([&shared] { shared.Run(); });
    }
  } catch (const std::system_error&) {
    // No more threads to be had: those there are do it.
  }
  shared.Run();
  for (std::thread& other : others) other.join();
  return shared.Result();
}

}  // namespace linedb::engine
