#include "engine/history/bisect.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/history/backup_target.h"
#include "engine/history/log_chain.h"
#include "engine/history/restore_plan.h"
#include "wal/file_steps.h"

namespace linedb::engine {
namespace {

// A moment that can be restored: behind this transaction. Of the oldest one only the last operation
// is known.
struct PastMoment {
  wal::Lsn first;
  wal::Lsn last;
  wal::TransactionId transaction;
};

absl::StatusOr<std::vector<PastMoment>> ReadMoments(wal::FileSystem& files,
                                                    const RestorePlan& plan) {
  std::vector<PastMoment> moments = {{plan.oldest, plan.oldest, {}}};
  const auto note = [&](const std::vector<wal::LogEntry>& transaction) {
    const wal::LogEntry& last = transaction.back();
    if (last.lsn > moments.back().last) {
      moments.push_back({transaction.front().lsn, last.lsn, last.transaction});
    }
    return absl::OkStatus();
  };
  const absl::Status walked = WalkChain(files, plan.chain, plan.source.log.header.database,
                                        wal::Lsn{plan.oldest.value + 1}, plan.chain.newest(), note);
  if (!walked.ok()) return walked;
  return moments;
}

// A binary search for the first moment at which the test fails. All below low_ hold, high_ fails,
// and the report has its time.
class Bisection {
 public:
  Bisection(wal::FileSystem& files, const std::string& directory, const BisectOptions& options,
            const BisectTest& test, const Restoring& restore)
      : files_(files), directory_(directory), options_(options), test_(test), restore_(restore) {}

  absl::StatusOr<BisectReport> Run();

 private:
  absl::Status FindMoments();
  absl::Status CheckScratch() const;
  absl::StatusOr<BisectVerdict> TryMoment(std::size_t moment);
  absl::Status Search();
  std::optional<std::size_t> NextMoment() const;
  std::uint64_t RunsLeft() const;
  std::string StateDirectory() const { return options_.scratch + "/database"; }

  wal::FileSystem& files_;
  const std::string& directory_;
  const BisectOptions& options_;
  const BisectTest& test_;
  const Restoring& restore_;
  std::vector<PastMoment> moments_;  // the oldest first
  std::vector<bool> skipped_;
  std::size_t low_ = 0;
  std::size_t high_ = 0;
  BisectReport report_;
};

absl::Status Bisection::FindMoments() {
  std::optional<wal::DatabasePaths> archives;
  if (!options_.archives.empty()) archives.emplace(options_.archives);
  const absl::StatusOr<RestorePlan> plan =
      PlanRestore(files_, wal::DatabasePaths(directory_), archives, {});
  if (!plan.ok()) return plan.status();
  absl::StatusOr<std::vector<PastMoment>> moments = ReadMoments(files_, *plan);
  if (!moments.ok()) return moments.status();
  moments_ = *std::move(moments);
  skipped_.resize(moments_.size());
  report_.transactions = moments_.size() - 1;
  return absl::OkStatus();
}

std::uint64_t Bisection::RunsLeft() const {
  // If even the newest state holds, there is nothing left.
  return low_ > high_ ? 0 : static_cast<std::uint64_t>(std::bit_width(high_ - low_));
}

absl::StatusOr<BisectVerdict> Bisection::TryMoment(std::size_t moment) {
  RestoreOptions options;
  options.target = AtLsn{moments_[moment].last.value};
  options.archives = options_.archives;
  const absl::StatusOr<RestoreReport> restored = restore_(directory_, StateDirectory(), options);
  const absl::StatusOr<BisectVerdict> verdict =
      restored.ok() ? test_(StateDirectory()) : restored.status();
  wal::RemoveTree(files_, StateDirectory());
  if (!verdict.ok()) return verdict;
  if (*verdict == BisectVerdict::kHolds) low_ = std::max(low_, moment + 1);
  if (*verdict == BisectVerdict::kFails) {
    high_ = moment;
    report_.timestamp = restored->timestamp;
  }
  if (*verdict == BisectVerdict::kSkipped) skipped_[moment] = true;
  ++report_.runs;
  if (options_.progress) {
    options_.progress(
        {report_.runs, RunsLeft(), moments_[moment].last.value, restored->timestamp, *verdict});
  }
  return verdict;
}

// The one in the middle of those that may be it, or the nearest to it that was not skipped.
std::optional<std::size_t> Bisection::NextMoment() const {
  const std::size_t middle = low_ + (high_ - low_) / 2;
  for (std::size_t away = 0; away <= high_ - low_; ++away) {
    if (middle + away < high_ && !skipped_[middle + away]) return middle + away;
    if (middle >= low_ + away && middle - away < high_ && !skipped_[middle - away]) {
      return middle - away;
    }
  }
  return std::nullopt;
}

absl::Status Bisection::Search() {
  high_ = moments_.size() - 1;
  const absl::StatusOr<BisectVerdict> newest = TryMoment(high_);
  if (!newest.ok()) return newest.status();
  const std::uint64_t lsn_newest = moments_.back().last.value;
  if (*newest != BisectVerdict::kFails) {
    return absl::NotFoundError(
        absl::StrCat(directory_, ": the test ",
                     *newest == BisectVerdict::kHolds ? "holds in" : "was skipped for",
                     " the newest state, lsn ", lsn_newest, ": there is nothing to search for"));
  }
  while (const std::optional<std::size_t> moment = NextMoment()) {
    if (absl::StatusOr<BisectVerdict> tried = TryMoment(*moment); !tried.ok()) {
      return tried.status();
    }
  }
  if (high_ > 0 && low_ > 0) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat(directory_, ": the test fails already in the oldest state that can be ",
                   low_ == high_ ? "restored" : "restored and was not skipped", ", lsn ",
                   moments_[high_].last.value));
}

// What stands there from now on was restored, and may be removed.
absl::Status Bisection::CheckScratch() const {
  for (const std::string& from : {directory_, options_.archives}) {
    if (from.empty()) continue;
    if (absl::Status apart = CheckApart(files_, from, StateDirectory()); !apart.ok()) return apart;
  }
  if (!files_.Stat(StateDirectory()).ok()) return absl::OkStatus();
  return absl::AlreadyExistsError(absl::StrCat(
      StateDirectory(), ": something is there, where states of the past are to be restored"));
}

absl::StatusOr<BisectReport> Bisection::Run() {
  absl::Status done = FindMoments();
  if (done.ok()) done = CheckScratch();
  if (done.ok()) done = wal::MakeDirectories(files_, options_.scratch);
  if (done.ok()) done = Search();
  if (!done.ok()) return done;
  const PastMoment& found = moments_[high_];
  report_.first_lsn = found.first.value;
  report_.last_lsn = found.last.value;
  report_.transaction = found.transaction.value;
  report_.holds_lsn = moments_[low_ - 1].last.value;
  report_.transactions_between = high_ - low_;
  return report_;
}

}  // namespace

absl::StatusOr<BisectReport> Bisect(wal::FileSystem& files, const std::string& directory,
                                    const BisectOptions& options, const BisectTest& test,
                                    const Restoring& restore) {
  if (options.scratch.empty()) {
    return absl::InvalidArgumentError("bisect: no scratch directory is named");
  }
  return Bisection(files, directory, options, test, restore).Run();
}

}  // namespace linedb::engine
