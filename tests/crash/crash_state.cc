#include "tests/crash/crash_state.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace linedb::testing {
namespace {

constexpr const char* kKindNames[] = {"kill", "extreme", "cut"};
constexpr std::uint64_t kUncountable = std::numeric_limits<std::uint64_t>::max();

Dice DiceOf(const CrashPoint& point, std::uint64_t seed) {
  Dice dice(seed ^ (point.operations << 40) ^ (static_cast<std::uint64_t>(point.kind) << 36) ^
            point.number);
  dice.Next();
  return dice;
}

PowerModel Torn(const Moment& moment, const CrashPoint& point, std::uint64_t seed) {
  Dice dice = DiceOf(point, seed);
  Operation torn = *moment.last;
  torn.bytes.resize(dice.Below(torn.bytes.size()));
  PowerModel model = moment.before;
  model.Apply(torn);
  return model;
}

// Mostly kept, mostly lost, or as it comes.
std::uint64_t SomeNames(int names, Dice& dice) {
  const std::uint64_t bits = dice.Next();
  switch (dice.Below(3)) {
    case 0:
      return bits;
    case 1:
      return bits | dice.Next() | dice.Next();
    default:
      return names == 0 ? 0 : bits & dice.Next();
  }
}

DiskImage CutByChance(const PowerModel& model, Dice& dice) {
  const std::uint64_t kept = SomeNames(model.unsynced_names(), dice);
  std::vector<FileFate> fates;
  for (std::size_t i = model.UncertainFiles().size(); i > 0; --i) {
    fates.push_back(dice.OneIn(3) ? static_cast<FileFate>(dice.Below(kExtremeFates))
                                  : FileFate::kMixed);
  }
  return model.Cut(kept, fates, dice);
}

DiskImage CutToExtreme(const PowerModel& model, std::uint64_t number, Dice& dice) {
  const std::uint64_t subsets = std::uint64_t{1} << std::min(model.unsynced_names(), 62);
  const std::uint64_t kept = number % subsets;
  number /= subsets;
  std::vector<FileFate> fates;
  for (std::size_t i = model.UncertainFiles().size(); i > 0; --i) {
    fates.push_back(static_cast<FileFate>(number % kExtremeFates));
    number /= kExtremeFates;
  }
  return model.Cut(kept, fates, dice);
}

std::optional<CrashPoint> ParsePoint(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, '/');
  CrashPoint point;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &point.operations) ||
      !absl::SimpleAtoi(parts[2], &point.number)) {
    return std::nullopt;
  }
  for (int kind = 0; kind < 3; ++kind) {
    if (parts[1] != kKindNames[kind]) continue;
    point.kind = static_cast<CrashKind>(kind);
    return point;
  }
  return std::nullopt;
}

}  // namespace

std::string FormatCrashName(const CrashName& name) {
  std::string text;
  for (const CrashPoint& point : name) {
    absl::StrAppend(&text, text.empty() ? "" : ">", point.operations, "/",
                    kKindNames[static_cast<int>(point.kind)], "/", point.number);
  }
  return text;
}

std::optional<CrashName> ParseCrashName(const std::string& text) {
  CrashName name;
  const std::vector<std::string> parts = absl::StrSplit(text, '>');
  for (const std::string& part : parts) {
    const std::optional<CrashPoint> point = ParsePoint(part);
    if (!point) return std::nullopt;
    name.push_back(*point);
  }
  return name;
}

std::uint64_t ExtremeCount(const PowerModel& model) {
  constexpr std::size_t kCountableBits = 40;
  const std::size_t bits =
      static_cast<std::size_t>(model.unsynced_names()) + 2 * model.UncertainFiles().size();
  static_assert(kExtremeFates == 4);  // two bits each
  return bits > kCountableBits ? kUncountable : std::uint64_t{1} << bits;
}

bool IsTorn(const Moment& moment, const CrashPoint& point) {
  return point.kind == CrashKind::kKill && point.number != 0 && moment.last != nullptr &&
         moment.last->action == Action::kAppend;
}

DiskImage Crash(const Moment& moment, const CrashPoint& point, std::uint64_t seed) {
  Dice dice = DiceOf(point, seed);
  switch (point.kind) {
    case CrashKind::kExtreme:
      return CutToExtreme(moment.after, point.number, dice);
    case CrashKind::kCut:
      return CutByChance(moment.after, dice);
    case CrashKind::kKill:
      break;
  }
  return IsTorn(moment, point) ? Torn(moment, point, seed).Killed() : moment.after.Killed();
}

PowerModel ModelAfterCrash(const Moment& moment, const CrashPoint& point, std::uint64_t seed,
                           const DiskImage& image) {
  if (point.kind != CrashKind::kKill) return PowerModel(image);
  return IsTorn(moment, point) ? Torn(moment, point, seed) : moment.after;
}

}  // namespace linedb::testing
