#include "tests/crash/campaign.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/crash/workload.h"

namespace linedb::testing {
namespace {

constexpr std::size_t kFailuresKept = 5;

// The ways in which an operation fails, by the names that they have in the name of a state.
struct FaultKind {
  const char* name;
  bool for_ever;
  absl::StatusCode code;
};
constexpr FaultKind kFaultKinds[] = {
    {"eio", false, absl::StatusCode::kInternal},
    {"full", false, absl::StatusCode::kResourceExhausted},
    {"broken", true, absl::StatusCode::kInternal},
    {"stays_full", true, absl::StatusCode::kResourceExhausted},
};
constexpr char kWhole[] = "whole";

const std::vector<Effort> kWholeEfforts = {
    {.extremes = 8, .kills = 3, .cuts = 6, .recovery_every = 3},
    {.extremes = 2, .kills = 1, .cuts = 2, .recovery_every = 60},
    {.extremes = 1, .kills = 1, .cuts = 1},
};

std::vector<Effort> FaultyEfforts(const Life& life) {
  Effort effort{.extremes = 2, .kills = 1, .cuts = 2, .recovery_every = 40, .one_in = 12};
  effort.begin = life.fault_at;
  return {effort, {.extremes = 1, .kills = 1, .cuts = 1, .one_in = 3}};
}

}  // namespace

Campaign::Campaign(std::uint64_t seed, Plant plant)
    : seed_(seed), plant_(plant), explorer_(seed, plant), whole_(Live(Workload(), plant)) {
  explorer_.go_on = [this] {
    return go_on() && !(stops_at_first_failure && explorer_.failing() > 0);
  };
  Collect(kWhole, whole_);
}

void Campaign::Collect(const std::string& life_name, const Life& life) {
  if (!life.trouble.empty()) {
    ++failing_;
    failures_.push_back({life_name, "no crash at all", life.trouble, {}});
  }
  for (Failure& failure : explorer_.TakeFailures()) {
    failure.name = absl::StrCat(life_name, ":", failure.name);
    if (failures_.size() < kFailuresKept) failures_.push_back(std::move(failure));
  }
}

void Campaign::Crash(const std::string& life_name, const Life& life,
                     const std::vector<Effort>& efforts, std::uint64_t round) {
  if (stops_at_first_failure && failing() > 0) return;
  explorer_.Explore(life, efforts, round);
  Collect(life_name, {});
}

void Campaign::CrashWholeLife(std::uint64_t round) { Crash(kWhole, whole_, kWholeEfforts, round); }

const Life& Campaign::FaultyLife(const std::string& name, DiskFault fault) {
  const auto [found, is_new] = faulty_.try_emplace(name);
  if (is_new) {
    found->second = Live(Workload(), plant_, fault);
    explorer_.on_life(found->second);
    Collect(name, found->second);
  }
  return found->second;
}

void Campaign::CrashFaultyLives(std::uint64_t round, std::uint64_t one_in, const Filter& filter) {
  Dice dice(seed_ ^ (round << 20));
  int at = 0;  // in the whole life every operation is in the journal
  for (const Operation& operation : whole_.journal) {
    if (operation.action == Action::kTold) continue;
    ++at;
    for (const FaultKind& kind : kFaultKinds) {
      if (!dice.OneIn(one_in) || (filter && !filter(operation, kind.name))) continue;
      if (!go_on() || (stops_at_first_failure && failing() > 0)) return;
      const std::string name = absl::StrCat(kind.name, "@", at);
      const Life& life = FaultyLife(name, {at, kind.for_ever, kind.code});
      Crash(name, life, FaultyEfforts(life), round);
    }
  }
}

bool Campaign::Repeat(const std::string& name) {
  const std::vector<std::string> parts = absl::StrSplit(name, ':');
  if (parts.size() != 2) return false;
  const std::optional<CrashName> crash = ParseCrashName(parts[1]);
  if (!crash) return false;
  const std::vector<std::string> fault = absl::StrSplit(parts[0], '@');
  const Life* life = parts[0] == kWhole ? &whole_ : nullptr;
  for (const FaultKind& kind : kFaultKinds) {
    int at = 0;
    if (fault.size() != 2 || fault[0] != kind.name || !absl::SimpleAtoi(fault[1], &at)) continue;
    life = &FaultyLife(parts[0], {at, kind.for_ever, kind.code});
  }
  if (life == nullptr) return false;
  explorer_.Repeat(*life, *crash);
  Collect(parts[0], {});
  return true;
}

std::vector<std::string> Campaign::Report() const {
  std::vector<std::string> report;
  for (const Failure& failure : failures_) {
    report.push_back(absl::StrCat("seed ", seed_, ", state ", failure.name, ", crashed after ",
                                  failure.where, "\n  repeat: ./dev torture --seed ", seed_,
                                  " --state '", failure.name, "'\n", failure.what));
  }
  return report;
}

}  // namespace linedb::testing
