#include "tests/crash/step.h"

namespace linedb::testing {
namespace {

absl::Status Do(const std::vector<Deed>& deeds, Process& process, WriteTransaction& transaction) {
  for (const Deed& deed : deeds) {
    absl::Status done = deed.act(*process.engine, transaction);
    if (!done.ok()) return done;
  }
  return absl::OkStatus();
}

absl::StatusOr<WriteTransaction> Begin(Process& process) {
  absl::StatusOr<std::unique_ptr<engine::Transaction>> begun = process.engine->Begin();
  if (!begun.ok()) return begun.status();
  return WriteTransaction(*std::move(begun));
}

}  // namespace

// Small logs, compaction of small tables, two archives, and no thread: the same operations in the
// same order each time.
absl::Status Process::Open() {
  Options options;
  options.maintenance = Maintenance::kManual;
  options.compaction_bytes_small = 512;
  options.archives_kept = 2;
  engine.reset();
  absl::StatusOr<std::unique_ptr<engine::Engine>> opened =
      engine::Engine::Open(nullptr, *disk, kDatabase, options);
  if (!opened.ok()) return opened.status();
  engine = *std::move(opened);
  return absl::OkStatus();
}

absl::Status Process::Close() {
  const std::unique_ptr<engine::Engine> closing = std::move(engine);
  return closing == nullptr ? absl::OkStatus() : closing->Close();
}

void Process::Kill() {
  machine->set_dead(true);
  engine.reset();
  machine->set_dead(false);
}

Step Commit(std::string name, std::vector<Deed> deeds) {
  Step step{"commit: " + std::move(name)};
  step.refusal_is_certain = true;
  step.act = [deeds](Process& process) {
    absl::StatusOr<WriteTransaction> transaction = Begin(process);
    if (!transaction.ok()) return transaction.status();
    absl::Status done = Do(deeds, process, *transaction);
    return done.ok() ? transaction->Commit() : done;
  };
  step.change = [deeds](Model& model) {
    for (const Deed& deed : deeds) deed.change(model);
  };
  return step;
}

Step RollBack(std::string name, std::vector<Deed> deeds) {
  return {"rollback: " + std::move(name), [deeds](Process& process) {
            absl::StatusOr<WriteTransaction> transaction = Begin(process);
            return transaction.ok() ? Do(deeds, process, *transaction) : transaction.status();
          }};
}

Step Checkpoint() {
  return {"checkpoint", [](Process& process) { return process.engine->Checkpoint().status(); }};
}

Step CloseAndOpen() {
  return {"close, open again", [](Process& process) {
            absl::Status closed = process.Close();
            absl::Status opened = process.Open();
            return closed.ok() ? opened : closed;
          }};
}

Step Close() {
  return {"close", [](Process& process) { return process.Close(); }};
}

Step KillAndOpen() {
  return {"killed, open again", [](Process& process) {
            process.Kill();
            return process.Open();
          }};
}

}  // namespace linedb::testing
