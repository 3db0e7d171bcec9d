#include "tests/crash/explorer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/crash/judge.h"

#define XXH_INLINE_ALL
#include "xxhash.h"

namespace linedb::testing {
namespace {

constexpr std::size_t kFailuresKept = 5;
constexpr std::uint64_t kCutsWhereItFailed = 5;  // times as many as elsewhere

std::uint64_t HashOf(const std::string& text) { return XXH3_64bits(text.data(), text.size()); }

const Operation* LastOf(const Life& life, std::size_t operations) {
  return operations == 0 ? nullptr : &life.journal[operations - 1];
}

// What holds once so many operations are done: all that was acknowledged before the next began; and
// if the last of them never ended, before that one.
Promise PromiseAt(const Life& life, const Moment& moment, const CrashPoint& point) {
  if (IsTorn(moment, point)) return moment.last->promise;
  return point.operations < life.journal.size() ? life.journal[point.operations].promise
                                                : life.last;
}

std::vector<std::string> StatesOf(const Life& life, int first, int last) {
  return {life.states.begin() + first, life.states.begin() + last + 1};
}

}  // namespace

bool Explorer::Explore(const Life& life, const std::vector<Effort>& efforts, std::uint64_t round) {
  round_ = round;
  return ExploreFrom({life, PowerModel({}), {}}, efforts, 0);
}

bool Explorer::ExploreFrom(const Place& place, const std::vector<Effort>& efforts,
                           std::size_t depth) {
  constexpr std::size_t kAllAtFirst = 4;
  const Effort& effort = efforts[depth];
  Dice dice(seed_ ^ round_);
  Moment moment{place.start, nullptr, place.start};
  for (std::size_t operations = 0; operations <= place.life.journal.size(); ++operations) {
    if (operations > 0) {
      moment.last = LastOf(place.life, operations);
      moment.before = moment.after;
      moment.after.Apply(*moment.last);
    }
    if (operations < effort.begin) continue;
    if (operations >= effort.begin + kAllAtFirst && !dice.OneIn(effort.one_in)) continue;
    if (!CrashAt(place, moment, operations, efforts, depth)) return false;
  }
  return true;
}

std::vector<CrashPoint> Explorer::PointsAt(const Moment& moment, std::size_t operations,
                                           const Effort& effort, Dice& dice) const {
  std::vector<CrashPoint> points;
  const std::uint64_t extremes = ExtremeCount(moment.after);
  const bool all = extremes <= effort.extremes;
  for (std::uint64_t i = 0; i < std::min(extremes, effort.extremes); ++i) {
    if (all && round_ > 0) break;  // known
    points.push_back({operations, CrashKind::kExtreme, all ? i : dice.Next() % extremes});
  }
  // Nothing but a write can be torn.
  const bool torn = moment.last != nullptr && moment.last->action == Action::kAppend;
  for (std::uint64_t i = 0; i < (torn ? effort.kills : 1); ++i) {
    points.push_back({operations, CrashKind::kKill, round_ * effort.kills + i});
  }
  const bool most = effort.begin != 0 && operations == effort.begin;
  const std::uint64_t cuts = most ? kCutsWhereItFailed * effort.cuts : effort.cuts;
  for (std::uint64_t i = 0; i < cuts; ++i) {
    points.push_back({operations, CrashKind::kCut, round_ * cuts + i});
  }
  return points;
}

bool Explorer::CrashAt(const Place& place, const Moment& moment, std::size_t operations,
                       const std::vector<Effort>& efforts, std::size_t depth) {
  const Effort& effort = efforts[depth];
  Dice dice(seed_ + operations + (round_ << 32));
  const std::vector<CrashPoint> points = PointsAt(moment, operations, effort, dice);
  // One of them is recovered from on a disk that keeps a journal, so as to crash the recovery.
  const bool deeper =
      effort.recovery_every != 0 && depth + 1 < efforts.size() && dice.OneIn(effort.recovery_every);
  const std::size_t chosen = deeper ? dice.Below(points.size()) : points.size();
  for (std::size_t i = 0; i < points.size(); ++i) {
    DiskImage image;
    if (!Try(place, moment, points[i], &image)) return false;
    if (i == chosen && !GoDeeper(place, moment, points[i], image, efforts, depth)) return false;
  }
  return true;
}

const Explorer::Known& Explorer::VerdictOn(const DiskImage& image, std::string* state) {
  const auto [found, is_new] = verdicts_.try_emplace(image.Hash());
  if (is_new) {
    Verdict verdict = Judge(image);
    *state = std::move(verdict.state);
    found->second = {HashOf(*state), std::move(verdict.trouble)};
  }
  return found->second;
}

bool Explorer::Try(const Place& place, const Moment& moment, const CrashPoint& point,
                   DiskImage* image) {
  *image = Crash(moment, point, seed_);
  ++tried_;
  std::string state = "a state seen before";
  const Known& verdict = VerdictOn(*image, &state);
  const Promise promise = PromiseAt(place.life, moment, point);
  const std::vector<std::string> allowed =
      StatesOf(place.life, point.kind == CrashKind::kKill ? promise.written : promise.synced,
               promise.attempted);
  const bool fits = std::any_of(allowed.begin(), allowed.end(), [&](const std::string& text) {
    return HashOf(text) == verdict.state;
  });
  if (!verdict.trouble.empty()) {
    Fail(place, moment, point, verdict.trouble, *image);
  } else if (!fits) {
    Fail(place, moment, point,
         absl::StrCat("found:\n", state, "\nexpected:\n", allowed.front(),
                      "or, if it is another:\n", allowed.back()),
         *image);
  }
  return !go_on || go_on();
}

Life Explorer::LifeAfter(const Place& place, const Moment& moment, const CrashPoint& point,
                         const DiskImage& image) {
  // What a kill has left may still be lost, should the power fail in the recovery.
  const Promise before = PromiseAt(place.life, moment, point);
  Promise promise{0, 0, before.attempted - before.synced};
  if (point.kind == CrashKind::kKill) promise.written = before.written - before.synced;
  Life life = Recover(image, StatesOf(place.life, before.synced, before.attempted), promise,
                      static_cast<int>(place.name.size()) + 1, plant_);
  on_life(life);
  if (!life.trouble.empty()) Fail(place, moment, point, life.trouble, image);
  return life;
}

bool Explorer::GoDeeper(const Place& place, const Moment& moment, const CrashPoint& point,
                        const DiskImage& image, const std::vector<Effort>& efforts,
                        std::size_t depth) {
  // Another process on the same image does the same, but for the time in its lines.
  if (!recovered_.insert(image.Hash()).second) return true;
  const Life life = LifeAfter(place, moment, point, image);
  Place deeper{life, ModelAfterCrash(moment, point, seed_, image), place.name};
  deeper.name.push_back(point);
  return ExploreFrom(deeper, efforts, depth + 1);
}

void Explorer::Repeat(const Life& life, const CrashName& name) {
  RepeatFrom({life, PowerModel({}), {}}, name);
}

void Explorer::RepeatFrom(const Place& place, const CrashName& name) {
  const CrashPoint& point = name[place.name.size()];
  Moment moment{place.start, nullptr, place.start};
  for (std::size_t i = 0; i < std::min(point.operations, place.life.journal.size()); ++i) {
    moment.last = &place.life.journal[i];
    moment.before = moment.after;
    moment.after.Apply(*moment.last);
  }
  DiskImage image;
  Try(place, moment, point, &image);
  if (place.name.size() + 1 == name.size()) return;
  const Life next = LifeAfter(place, moment, point, image);
  Place deeper{next, ModelAfterCrash(moment, point, seed_, image), place.name};
  deeper.name.push_back(point);
  RepeatFrom(deeper, name);
}

void Explorer::Fail(const Place& place, const Moment& moment, const CrashPoint& point,
                    std::string what, const DiskImage& image) {
  ++failing_;
  if (failures_.size() >= kFailuresKept) return;
  CrashName name = place.name;
  name.push_back(point);
  const std::string where =
      moment.last == nullptr
          ? "nothing"
          : absl::StrCat("operation ", point.operations, " (", Describe(*moment.last), ")");
  failures_.push_back({FormatCrashName(name), where, std::move(what), image});
}

}  // namespace linedb::testing
