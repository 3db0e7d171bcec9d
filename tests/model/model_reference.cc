#include "tests/model/model_reference.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace linedb::model {
namespace {

// Moments behind the newest that somebody may still look up: the base of a transaction that follows
// those which failed.
constexpr std::int64_t kKeptMin = 100;
// Dropped versions of `extra` that snapshots may still see.
constexpr std::size_t kExtrasMax = 20;

}  // namespace

std::string Figures::Text() const {
  return absl::StrCat(transactions.load(), " transactions, ", rolled_back.load(), " rolled back, ",
                      failed.load(), " failed, ", snapshots.load(), " snapshots, checked ",
                      snapshot_checks.load(), " times, ", checkpoints.load(),
                      " checkpoints by call, ", schema_changes.load(), " changes of a schema, ",
                      reopenings.load(), " reopenings, ", kills.load(),
                      " kills, differences: ", differences.load());
}

void Reference::Record(std::shared_ptr<const State> state) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::int64_t number = state->number;
  history_[number] = std::move(state);
  std::int64_t keep = std::min(number, acknowledged_) - kKeptMin;
  if (!pins_.empty()) keep = std::min(keep, *pins_.begin());
  history_.erase(history_.begin(), history_.lower_bound(keep));
}

void Reference::Acknowledge(std::int64_t number, Durability durability) {
  const std::lock_guard<std::mutex> lock(mutex_);
  acknowledged_ = std::max(acknowledged_, number);
  if (durability != Durability::kBuffered) survives_process_ = std::max(survives_process_, number);
  if (durability == Durability::kFull) survives_power_cut_ = std::max(survives_power_cut_, number);
}

void Reference::NoteFailed(std::int64_t attempt) {
  const std::lock_guard<std::mutex> lock(mutex_);
  failed_.insert(attempt);
}

bool Reference::IsFailed(std::int64_t attempt) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failed_.contains(attempt);
}

std::shared_ptr<const State> Reference::At(std::int64_t number) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = history_.find(number);
  return found == history_.end() ? nullptr : found->second;
}

std::shared_ptr<const State> Reference::Newest() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return history_.rbegin()->second;
}

std::int64_t Reference::Pin() {
  const std::lock_guard<std::mutex> lock(mutex_);
  pins_.insert(acknowledged_);
  return acknowledged_;
}

void Reference::Unpin(std::int64_t number) {
  const std::lock_guard<std::mutex> lock(mutex_);
  pins_.erase(pins_.find(number));
}

std::int64_t Reference::acknowledged() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return acknowledged_;
}

std::int64_t Reference::survives_process() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return survives_process_;
}

std::int64_t Reference::survives_power_cut() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return survives_power_cut_;
}

void Reference::Restart(const State& first) {
  const std::lock_guard<std::mutex> lock(mutex_);
  history_.clear();
  history_[first.number] = std::make_shared<const State>(first);
  acknowledged_ = survives_process_ = survives_power_cut_ = first.number;
  failed_.clear();
}

void Reference::ForgetExtras() {
  const std::lock_guard<std::mutex> lock(mutex_);
  extras_.clear();
}

void Reference::NoteExtra(const engine::TableCore& core) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const engine::TableCore& known : extras_) {
    if (known.table() == core.table()) return;
  }
  if (extras_.size() == kExtrasMax) extras_.erase(extras_.begin());
  extras_.push_back(core);
}

std::vector<engine::TableCore> Reference::extras() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return extras_;
}

}  // namespace linedb::model
