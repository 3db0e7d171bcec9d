// Operations by time.

#include <algorithm>
#include <array>
#include <cmath>

#include "tools/dbtool/context.h"
#include "tools/dbtool/ui/pictures.h"
#include "tools/dbtool/ui/svg.h"

namespace linedb::dbtool {
namespace {

constexpr std::size_t kBars = 120;
constexpr double kWidth = 1000;
constexpr double kHeight = 100;
constexpr double kBarWidth = kWidth / kBars;
constexpr double kHeightLeast = 1.5;

constexpr std::size_t kKinds = 4;
constexpr std::array<const char*, kKinds> kClasses = {"insert", "update", "delete", "other"};
constexpr std::array<const char*, kKinds> kNames = {"inserted", "updated", "deleted",
                                                    "tables and purges"};

// "2026-01-22 20:31:17"
std::string ShortTime(std::string time) {
  constexpr std::size_t kDateBytes = 10;
  constexpr std::size_t kSecondsEnd = 19;
  if (time.size() < kSecondsEnd) return time;
  time[kDateBytes] = ' ';
  return time.substr(0, kSecondsEnd);
}

struct Bar {
  std::array<std::uint64_t, kKinds> counts = {};
  std::uint64_t transactions = 0;
  std::string first_time;

  std::uint64_t sum() const { return counts[0] + counts[1] + counts[2] + counts[3]; }
};

struct Bars {
  std::array<Bar, kBars> bars;
  std::int64_t begin = 0;  // microseconds
  std::int64_t length = 1;
  std::uint64_t highest = 0;

  std::size_t Place(std::int64_t time) const {
    const auto place = static_cast<std::int64_t>(kBars) * (time - begin) / length;
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(place, 0, static_cast<std::int64_t>(kBars) - 1));
  }
};

Bars Collect(const std::vector<TransactionNote>& transactions) {
  Bars bars;
  bars.begin = MicrosecondsOf(transactions.front().timestamp);
  std::int64_t end = bars.begin;
  for (const TransactionNote& note : transactions) {
    const std::int64_t time = MicrosecondsOf(note.timestamp);
    bars.begin = std::min(bars.begin, time);  // a clock may have been set back
    end = std::max(end, time);
  }
  bars.length = std::max<std::int64_t>(end - bars.begin, 1'000'000);
  for (const TransactionNote& note : transactions) {
    Bar& bar = bars.bars[bars.Place(MicrosecondsOf(note.timestamp))];
    if (bar.transactions++ == 0) bar.first_time = note.timestamp;
    const std::array<std::uint64_t, kKinds> counts = {note.inserts, note.updates, note.deletes,
                                                      note.others};
    for (std::size_t kind = 0; kind < kKinds; ++kind) bar.counts[kind] += counts[kind];
    bars.highest = std::max(bars.highest, bar.sum());
  }
  return bars;
}

std::string TitleOf(const Bar& bar) {
  std::string title = bar.first_time + ": " + Counted(bar.transactions, "transaction");
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    if (bar.counts[kind] == 0) continue;
    title += ", " + WithThousands(bar.counts[kind]) + " " + kNames[kind];
  }
  return title;
}

// Heights by the root: one import does not flatten all the rest.
void DrawBar(const Bar& bar, std::size_t place, std::uint64_t highest, SvgWriter& svg) {
  if (bar.sum() == 0) return;
  const double share = static_cast<double>(bar.sum()) / static_cast<double>(highest);
  const double height = std::max(std::sqrt(share) * kHeight, kHeightLeast);
  const std::string title = TitleOf(bar);
  double y = kHeight;
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    const double part =
        height * static_cast<double>(bar.counts[kind]) / static_cast<double>(bar.sum());
    y -= part;
    svg.Rectangle({static_cast<double>(place) * kBarWidth, y, kBarWidth - 1, part}, kClasses[kind],
                  title);
  }
}

void DrawCheckpoints(const std::vector<LogFile>& logs, const Bars& bars, SvgWriter& svg) {
  for (const LogFile& log : logs) {
    const std::int64_t time = MicrosecondsOf(log.time);
    if (time < bars.begin || time > bars.begin + bars.length) continue;
    const double x = static_cast<double>(time - bars.begin) / static_cast<double>(bars.length);
    svg.Line(x * kWidth, 0, kHeight, "checkpoint", "checkpoint " + log.time);
  }
}

}  // namespace

Picture DrawTimeline(const std::vector<TransactionNote>& transactions,
                     const std::vector<LogFile>& logs) {
  Picture picture;
  picture.size = "chart";
  if (transactions.empty()) {
    picture.label = "no operations";
    SvgWriter svg(kWidth, kHeight, picture.label);
    svg.Rectangle({0, 0, kWidth, kHeight}, "ground");
    picture.svg = svg.Finish();
    return picture;
  }
  const Bars bars = Collect(transactions);
  std::array<std::uint64_t, kKinds> sums = {};
  for (const Bar& bar : bars.bars) {
    for (std::size_t kind = 0; kind < kKinds; ++kind) sums[kind] += bar.counts[kind];
  }
  picture.label = "operations by time, " + transactions.front().timestamp + " to " +
                  transactions.back().timestamp;
  SvgWriter svg(kWidth, kHeight, picture.label);
  svg.Rectangle({0, 0, kWidth, kHeight}, "ground");
  for (std::size_t i = 0; i < kBars; ++i) DrawBar(bars.bars[i], i, bars.highest, svg);
  DrawCheckpoints(logs, bars, svg);
  picture.svg = svg.Finish();
  picture.axis_begin = ShortTime(transactions.front().timestamp);
  picture.axis_end = ShortTime(transactions.back().timestamp);
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    picture.legend.push_back({kClasses[kind], WithThousands(sums[kind]) + " " + kNames[kind]});
  }
  picture.legend.push_back({"checkpoint", "checkpoint"});
  return picture;
}

}  // namespace linedb::dbtool
