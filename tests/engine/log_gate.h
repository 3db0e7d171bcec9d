// A rule for RuledDisk that counts what is done to the log, lets a chosen operation wait until the
// test opens the gate, and then fail if the test says so.

#ifndef LINEDB_TESTS_ENGINE_LOG_GATE_H_
#define LINEDB_TESTS_ENGINE_LOG_GATE_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "tests/engine/ruled_disk.h"

namespace linedb::testing {

// Any thread.
class LogGate {
 public:
  struct Counts {
    int log_writes = 0;
    int log_syncs = 0;
    int records_writes = 0;
  };

  explicit LogGate(RuledDisk* disk) : disk_(*disk) {
    disk_.rule_waits = true;
    disk_.SetRule([this](std::string_view operation, const std::string& path) {
      return Ask(std::string(operation), path);
    });
  }
  ~LogGate() { disk_.SetRule(nullptr); }

  // The next such operation ("write", "sync") on the log waits for Open.
  void Shut(const std::string& operation) {
    const std::lock_guard<std::mutex> lock(mutex_);
    shut_ = operation;
  }
  void WaitUntilSomebodyWaits() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return waiting_; });
  }
  // What waits goes on and returns `outcome`; the next `shut_next`, if any, waits in turn.
  void Open(const absl::Status& outcome = absl::OkStatus(), const std::string& shut_next = "") {
    const std::lock_guard<std::mutex> lock(mutex_);
    shut_ = shut_next;
    outcome_ = outcome;
    waiting_ = false;
    ++openings_;
    changed_.notify_all();
  }
  // What the next such operation on the log returns that does not wait.
  void FailNext(const std::string& operation, const absl::Status& outcome) {
    const std::lock_guard<std::mutex> lock(mutex_);
    fails_ = operation;
    failure_ = outcome;
  }
  void WaitForRecordsWrites(int count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this, count] { return counts_.records_writes >= count; });
  }
  Counts counts() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return counts_;
  }
  void ResetCounts() {
    const std::lock_guard<std::mutex> lock(mutex_);
    counts_ = {};
  }

 private:
  absl::Status Ask(const std::string& operation, const std::string& path) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (path.find(".records") != std::string::npos) {
      if (operation == "write") ++counts_.records_writes;
      changed_.notify_all();
      return absl::OkStatus();
    }
    if (path.find("/transaction.log") == std::string::npos) return absl::OkStatus();
    if (operation == "write") ++counts_.log_writes;
    if (operation == "sync") ++counts_.log_syncs;
    if (operation == shut_) {
      waiting_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this, opened = openings_] { return openings_ > opened; });
      return std::exchange(outcome_, absl::OkStatus());
    }
    if (operation != fails_) return absl::OkStatus();
    fails_.clear();
    return failure_;
  }

  RuledDisk& disk_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Counts counts_;
  std::string shut_;
  bool waiting_ = false;
  int openings_ = 0;
  absl::Status outcome_;
  std::string fails_;
  absl::Status failure_;
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_ENGINE_LOG_GATE_H_
