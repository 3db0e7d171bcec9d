#include "tests/crash/group_step.h"

#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "tests/crash/path_kind.h"
#include "wal/file_names.h"
#include "wal/file_steps.h"

namespace linedb::testing {
namespace {

class Together {
 public:
  Together(Process& process, const std::vector<Deed>& deeds)
      : process_(process), deeds_(deeds), outcomes_(deeds.size()) {}

  absl::Status Run();

 private:
  absl::Status CommitOne(std::size_t number, std::promise<void>* begun);
  void QueueOthers();

  Process& process_;
  const std::vector<Deed>& deeds_;
  std::vector<std::optional<absl::Status>> outcomes_;  // each its thread's
  bool queued_ = false;
  std::vector<std::thread> threads_;
};

absl::Status Together::CommitOne(std::size_t number, std::promise<void>* begun) {
  absl::StatusOr<WriteTransaction> transaction = process_.Begin();
  absl::Status done =
      transaction.ok() ? deeds_[number].act(*process_.engine, *transaction) : transaction.status();
  if (begun != nullptr) begun->set_value();
  return done.ok() ? transaction->Commit() : done;
}

// Called while the first one, which leads, is about to sync: the slot is free, and those that wait
// behind it are led by one of their own when it is done.
void Together::QueueOthers() {
  if (std::exchange(queued_, true)) return;
  for (std::size_t i = 1; i < deeds_.size(); ++i) {
    const auto begun = std::make_shared<std::promise<void>>();
    threads_.emplace_back([this, i, begun] { outcomes_[i] = CommitOne(i, begun.get()); });
    begun->get_future().wait();
    // The slot is free again as soon as it is queued, or has failed.
    process_.Begin().IgnoreError();
  }
}

absl::Status Together::Run() {
  process_.machine->before_sync = [this](const std::string& path) {
    if (KindOfPath(path) == "log") QueueOthers();
  };
  outcomes_[0] = CommitOne(0, nullptr);
  for (std::thread& thread : threads_) thread.join();
  process_.machine->before_sync = {};
  for (std::size_t i = 0; i < deeds_.size(); ++i) {
    if (!outcomes_[i]) outcomes_[i] = CommitOne(i, nullptr);  // a disk that never syncs
    if (!outcomes_[i]->ok()) return *outcomes_[i];
    ++process_.acknowledged;
  }
  return absl::OkStatus();
}

absl::Status CommitDeed(const Deed& deed, Process& process) {
  absl::StatusOr<WriteTransaction> transaction = process.Begin();
  if (!transaction.ok()) return transaction.status();
  absl::Status done = deed.act(*process.engine, *transaction);
  return done.ok() ? transaction->Commit() : done;
}

absl::Status CheckpointAndCommit(const std::string& table, const Deed& deed, Process& process) {
  const std::string compacted =
      wal::TemporaryOf(wal::DatabasePaths(kDatabase).RecordsCompacted(table));
  std::optional<absl::Status> committed;
  process.machine->before_sync = [&](const std::string& path) {
    if (path != compacted || committed) return;
    committed = absl::OkStatus();  // its own syncs do not count
    committed = CommitDeed(deed, process);
  };
  absl::Status done = process.engine->Checkpoint().status();
  process.machine->before_sync = {};
  if (done.ok() && !committed) committed = CommitDeed(deed, process);
  if (committed && !committed->ok()) return *committed;
  process.acknowledged = committed ? 1 : 0;
  return done;
}

}  // namespace

Step CheckpointBeside(std::string table, Deed deed) {
  Step step{"checkpoint beside a commit"};
  step.refusal_is_certain = true;
  step.survives = Survives::kPowerCut;
  step.changes = {deed.change};
  step.act = [table = std::move(table), deed = std::move(deed)](Process& process) {
    return CheckpointAndCommit(table, deed, process);
  };
  return step;
}

Step CommitTogether(std::string name, std::vector<Deed> deeds) {
  Step step{"together: " + std::move(name)};
  step.refusal_is_certain = true;
  step.survives = Survives::kPowerCut;
  for (const Deed& deed : deeds) step.changes.push_back(deed.change);
  step.act = [deeds = std::move(deeds)](Process& process) {
    return Together(process, deeds).Run();
  };
  return step;
}

}  // namespace linedb::testing
