// A thread's share of the random work.

#ifndef LINEDB_TESTS_MODEL_MODEL_WORKER_H_
#define LINEDB_TESTS_MODEL_MODEL_WORKER_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>

#include "absl/status/status.h"
#include "linedb/options.h"
#include "linedb/transaction.h"
#include "tests/model/model_database.h"
#include "tests/model/model_reference.h"

namespace linedb::model {

// What the threads of a run share.
struct Work {
  ModelDatabase* database = nullptr;
  Reference* reference = nullptr;
  Figures* figures = nullptr;
  std::uint64_t seed = 0;
  bool disk_fills = false;         // commits may fail for want of room
  std::atomic<bool> shaky{false};  // something on the disk failed: everything may fail
  std::atomic<bool> ended{false};  // nothing on the disk works any more
  std::atomic<bool> stop{false};
  std::atomic<bool> done{false};  // nobody writes any more
  std::mutex schema_mutex;
  // Told of each acknowledged transaction, on its thread; may be empty.
  std::function<void(std::int64_t number, Durability durability)> acknowledged;

  // Whether a status is one that this run may meet.
  bool MayFail(const absl::Status& status) const;
  void Differs(const std::string& what);
};

class Worker {
 public:
  Worker(Work* work, std::uint64_t seed) : work_(*work), random_(seed) {}
  ~Worker();

  // So many transactions, and snapshots held across them.
  void Run(std::int64_t transactions);
  // Takes snapshots as fast as it can, to meet the moment at which a transaction is published.
  void Watch();

 private:
  struct HeldSnapshot {
    ReadTransaction snapshot;
    std::shared_ptr<const State> state;
  };

  int Pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  Durability AnyDurability();
  void DoTransaction();
  void Commit(WriteTransaction transaction, const Plan& plan, std::int64_t attempt,
              Durability durability);
  std::optional<HeldSnapshot> TakeSnapshot();
  void CheckSnapshot(const HeldSnapshot& held);
  void TendSnapshots();
  void Checkpoint();
  void ChangeSchema();

  Work& work_;
  std::mt19937_64 random_;
  std::deque<HeldSnapshot> held_;
};

}  // namespace linedb::model

#endif  // LINEDB_TESTS_MODEL_MODEL_WORKER_H_
