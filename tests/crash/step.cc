#include "tests/crash/step.h"

#include "absl/strings/str_cat.h"

namespace linedb::testing {
namespace {

Survives WhatSurvives(Durability durability) {
  switch (durability) {
    case Durability::kFull:
      return Survives::kPowerCut;
    case Durability::kProcess:
      return Survives::kKill;
    case Durability::kBuffered:
      break;
  }
  return Survives::kNothing;
}

std::function<void(Model&)> ChangeOf(const std::vector<Deed>& deeds) {
  return [deeds](Model& model) {
    for (const Deed& deed : deeds) deed.change(model);
  };
}

}  // namespace

// Small logs, compaction of small tables, two archives, and no thread: the same operations in the
// same order each time.
absl::Status Process::Open() {
  Options options;
  options.maintenance = Maintenance::kManual;
  options.compaction_bytes_small = 512;
  options.archives_kept = 2;
  check_snapshot = {};
  engine.reset();
  absl::StatusOr<std::unique_ptr<engine::Engine>> opened =
      engine::Engine::Open(nullptr, *disk, kDatabase, options);
  if (!opened.ok()) return opened.status();
  engine = *std::move(opened);
  return absl::OkStatus();
}

absl::Status Process::Close() {
  check_snapshot = {};
  const std::unique_ptr<engine::Engine> closing = std::move(engine);
  return closing == nullptr ? absl::OkStatus() : closing->Close();
}

void Process::Kill() {
  machine->set_dead(true);
  check_snapshot = {};
  engine.reset();
  machine->set_dead(false);
}

absl::StatusOr<WriteTransaction> Process::Begin(Durability durability) {
  absl::StatusOr<std::unique_ptr<engine::Transaction>> begun = engine->Begin(durability);
  if (!begun.ok()) return begun.status();
  return WriteTransaction(*std::move(begun));
}

absl::Status Do(const std::vector<Deed>& deeds, Process& process, WriteTransaction& transaction) {
  for (const Deed& deed : deeds) {
    absl::Status done = deed.act(*process.engine, transaction);
    if (!done.ok()) return done;
  }
  return absl::OkStatus();
}

Step Commit(std::string name, std::vector<Deed> deeds, Durability durability) {
  Step step{"commit: " + std::move(name)};
  step.refusal_is_certain = true;
  step.survives = WhatSurvives(durability);
  step.changes = {ChangeOf(deeds)};
  step.act = [deeds = std::move(deeds), durability](Process& process) {
    absl::StatusOr<WriteTransaction> transaction = process.Begin(durability);
    if (!transaction.ok()) return transaction.status();
    absl::Status done = Do(deeds, process, *transaction);
    return done.ok() ? transaction->Commit() : done;
  };
  return step;
}

Step RollBack(std::string name, std::vector<Deed> deeds) {
  return {"rollback: " + std::move(name), [deeds = std::move(deeds)](Process& process) {
            absl::StatusOr<WriteTransaction> transaction = process.Begin();
            return transaction.ok() ? Do(deeds, process, *transaction) : transaction.status();
          }};
}

Step CommitWithSavepoint(std::string name, std::vector<Deed> kept, std::vector<Deed> undone,
                         std::vector<Deed> then) {
  Step step{"savepoint: " + std::move(name)};
  step.refusal_is_certain = true;
  step.survives = Survives::kPowerCut;
  step.changes = {[first = ChangeOf(kept), second = ChangeOf(then)](Model& model) {
    first(model);
    second(model);
  }};
  step.act = [=](Process& process) {
    absl::StatusOr<WriteTransaction> transaction = process.Begin();
    if (!transaction.ok()) return transaction.status();
    absl::Status done = Do(kept, process, *transaction);
    if (!done.ok()) return done;
    const absl::StatusOr<Savepoint> savepoint = transaction->SetSavepoint();
    if (!savepoint.ok()) return savepoint.status();
    done = Do(undone, process, *transaction);
    if (done.ok()) done = transaction->RollbackTo(*savepoint);
    if (done.ok()) done = Do(then, process, *transaction);
    return done.ok() ? transaction->Commit() : done;
  };
  return step;
}

Step Checkpoint() {
  Step step{"checkpoint", [](Process& process) { return process.engine->Checkpoint().status(); }};
  step.survives = Survives::kPowerCut;
  return step;
}

Step CloseAndOpen() {
  Step step{"close, open again", [](Process& process) {
              absl::Status closed = process.Close();
              absl::Status opened = process.Open();
              return closed.ok() ? opened : closed;
            }};
  step.reopens = true;
  return step;
}

Step Close() {
  Step step{"close", [](Process& process) { return process.Close(); }};
  step.survives = Survives::kPowerCut;
  return step;
}

Step KillAndOpen() {
  Step step{"killed, open again", [](Process& process) {
              process.Kill();
              return process.Open();
            }};
  step.reopens = true;
  return step;
}

Step HoldSnapshot() {
  return {"a snapshot is taken", [](Process& process) {
            absl::StatusOr<std::shared_ptr<const engine::Snapshot>> taken =
                process.engine->TakeSnapshot();
            if (!taken.ok()) return taken.status();
            const auto held =
                std::make_shared<ReadTransaction>(process.engine.get(), *std::move(taken));
            const std::vector<engine::TableCore> tables = TablesOf(*process.engine);
            const std::string first = Observe(tables, *held);
            process.check_snapshot = [held, tables, first] {
              const std::string now = Observe(tables, *held);
              return now == first ? absl::OkStatus()
                                  : absl::DataLossError(absl::StrCat("the snapshot showed:\n",
                                                                     first, "and now:\n", now));
            };
            return absl::OkStatus();
          }};
}

Step ReadSnapshot() {
  return {"the snapshot is read", [](Process& process) {
            const std::function<absl::Status()> check = std::move(process.check_snapshot);
            process.check_snapshot = {};
            return check ? check() : absl::OkStatus();  // none: it ended with a process
          }};
}

}  // namespace linedb::testing
