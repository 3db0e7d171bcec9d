// A thread for work that nobody waits for.

#ifndef LINEDB_ENGINE_WORKER_H_
#define LINEDB_ENGINE_WORKER_H_

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/process_mark.h"
#include "linedb/options.h"

namespace linedb::engine {

// Does one piece of work, over and over, when asked to. Any thread.
class Worker {
 public:
  // The work reports its errors by itself.
  Worker(Maintenance maintenance, std::function<void()> work)
      : maintenance_(maintenance), work_(std::move(work)) {}
  // Finishes the work asked for, but for what is due later.
  ~Worker();

  // Asks for a round that begins after this call; the thread is started by the first. With kManual
  // the round is done when this returns.
  void Request();
  // Asks for a round by then at the latest. With kManual: nothing.
  void RequestWithin(std::chrono::milliseconds delay);
  // Waits until nothing asked for is left to do, but for what is due later.
  void WaitUntilIdle();
  // Finishes, and does nothing from then on. Any threads at the same time, but its own.
  void Stop();

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds::rep kNoDelay =
      std::numeric_limits<std::chrono::milliseconds::rep>::max();

  // Apart, since a forked child, which has no such thread, can neither join nor destroy it.
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool requested = false;
    std::optional<Clock::time_point> due;
    // The delay with which the round due was asked for, kNoDelay if there is none: whoever asks
    // again while it stands, for the same or longer, asks for nothing new. Changed with the mutex
    // held, read without.
    std::atomic<std::chrono::milliseconds::rep> due_delay = kNoDelay;
    bool working = false;
    bool stopping = false;
    std::thread thread;     // no other is started once it is stopping
    std::mutex join_mutex;  // of those who stop it at the same time each returns when it has ended
  };

  void StartLocked();
  void Run();

  const Maintenance maintenance_;
  const std::function<void()> work_;
  const pid_t process_ = CurrentProcess();
  std::unique_ptr<State> state_ = std::make_unique<State>();
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_WORKER_H_
