#include "tests/model/model_worker.h"

#include <cstdio>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace linedb::model {
namespace {

constexpr std::size_t kHeldMax = 3;

}  // namespace

bool Work::MayFail(const absl::Status& status) const {
  if (status.ok() || shaky || ended) return true;
  return disk_fills && (absl::IsResourceExhausted(status) || absl::IsAborted(status));
}

void Work::Differs(const std::string& what) {
  ++figures->differences;
  stop = true;
  std::fprintf(stderr, "difference: %s\n", what.c_str());
}

Worker::~Worker() {
  for (const HeldSnapshot& held : held_) CheckSnapshot(held);
}

void Worker::Run(std::int64_t transactions) {
  for (std::int64_t i = 0; i < transactions && !work_.stop && !work_.ended; ++i) {
    DoTransaction();
    TendSnapshots();
    if (Pick(100) == 0) Checkpoint();
    if (Pick(60) == 0) ChangeSchema();
  }
}

void Worker::Watch() {
  while (!work_.done && !work_.stop) {
    const std::optional<HeldSnapshot> taken = TakeSnapshot();
    if (!taken) return;
    const std::string wrong = work_.database->CompareSizes(taken->snapshot, *taken->state);
    if (!wrong.empty()) return work_.Differs(wrong);
  }
}

Durability Worker::AnyDurability() {
  // What is acknowledged before it is written ends writing if the disk is full then.
  switch (Pick(work_.disk_fills ? 2 : 3)) {
    case 0:
      return Durability::kFull;
    case 1:
      return Durability::kProcess;
    default:
      return Durability::kBuffered;
  }
}

void Worker::DoTransaction() {
  const Durability durability = AnyDurability();
  absl::StatusOr<WriteTransaction> transaction = work_.database->Begin(durability);
  if (!transaction.ok()) {
    if (!work_.MayFail(transaction.status())) work_.Differs(transaction.status().ToString());
    return;
  }
  // From here to Commit no other thread writes: what is there is what the one before left.
  const Moment before = work_.database->MomentOf(*transaction);
  const std::shared_ptr<const State> base = work_.reference->At(before.number);
  if (base == nullptr) {
    return work_.Differs(absl::StrCat("a writer sees moment ", before.number));
  }
  const bool in_vain = Pick(6) == 0;
  const Plan plan = MakePlan(*base, in_vain ? random_() : SeedOf(work_.seed, before.number + 1));
  const auto attempt = static_cast<std::int64_t>(random_() >> 2);
  const std::string wrong = work_.database->Do(*transaction, plan, attempt, work_.reference);
  if (!wrong.empty()) return work_.Differs(wrong);
  if (!in_vain) return Commit(*std::move(transaction), plan, attempt, durability);
  work_.reference->NoteFailed(attempt);
  ++work_.figures->rolled_back;
}

void Worker::Commit(WriteTransaction transaction, const Plan& plan, std::int64_t attempt,
                    Durability durability) {
  const std::int64_t number = plan.after.number;
  work_.reference->Record(std::make_shared<const State>(plan.after));
  const absl::Status committed = transaction.Commit();
  if (committed.ok()) {
    work_.reference->Acknowledge(number, durability);
    ++work_.figures->transactions;
    if (work_.acknowledged) work_.acknowledged(number, durability);
    return;
  }
  if (!work_.MayFail(committed)) return work_.Differs(committed.ToString());
  // Unless the message says that nobody knows, nothing of it happened.
  if (absl::StrContains(committed.message(), "unknown")) return;
  work_.reference->NoteFailed(attempt);
  ++work_.figures->failed;
}

std::optional<Worker::HeldSnapshot> Worker::TakeSnapshot() {
  const std::int64_t acknowledged = work_.reference->Pin();
  absl::StatusOr<ReadTransaction> snapshot = work_.database->BeginRead();
  std::shared_ptr<const State> state;
  std::int64_t number = -1;
  if (snapshot.ok()) {
    number = work_.database->MomentOf(*snapshot).number;
    state = work_.reference->At(number);
  }
  work_.reference->Unpin(acknowledged);
  if (number < acknowledged || state == nullptr) {
    work_.Differs(absl::StrCat("a snapshot shows moment ", number, ", acknowledged was ",
                               acknowledged, ": ", snapshot.status().ToString()));
    return std::nullopt;
  }
  ++work_.figures->snapshots;
  return HeldSnapshot{*std::move(snapshot), std::move(state)};
}

void Worker::CheckSnapshot(const HeldSnapshot& held) {
  if (work_.reference->IsFailed(work_.database->MomentOf(held.snapshot).attempt)) {
    return work_.Differs(absl::StrCat("moment ", held.state->number,
                                      ": a snapshot shows a transaction that failed"));
  }
  const std::string wrong = work_.database->Compare(held.snapshot, *held.state, *work_.reference);
  if (!wrong.empty()) return work_.Differs(wrong);
  ++work_.figures->snapshot_checks;
}

void Worker::TendSnapshots() {
  if (held_.size() < kHeldMax && Pick(4) == 0) {
    if (std::optional<HeldSnapshot> taken = TakeSnapshot()) held_.push_back(*std::move(taken));
  }
  if (held_.empty() || Pick(4) > 0) return;
  const auto which = held_.begin() + Pick(static_cast<int>(held_.size()));
  CheckSnapshot(*which);
  if (Pick(4) == 0) held_.erase(which);
}

void Worker::Checkpoint() {
  const absl::Status done = work_.database->engine().Checkpoint().status();
  if (!work_.MayFail(done)) return work_.Differs(absl::StrCat("checkpoint: ", done.ToString()));
  if (done.ok()) ++work_.figures->checkpoints;
}

void Worker::ChangeSchema() {
  const std::lock_guard<std::mutex> lock(work_.schema_mutex);
  const absl::Status done = work_.database->ChangeExtra(random_());
  if (!work_.MayFail(done)) return work_.Differs(absl::StrCat("schema: ", done.ToString()));
  if (done.ok()) ++work_.figures->schema_changes;
}

}  // namespace linedb::model
