#include <cmath>

#include "tests/bench/works.h"

namespace bench {
namespace {

constexpr double kGpaMin = 3.0;

// Walks are short, so that one is easily disturbed: each side has several turns in a round.
template <class Walk>
void ForEachTurn(Bench* bench, Walk&& walk) {
  constexpr int kTurns = 3;
  for (int turn = 0; turn < kTurns; ++turn) {
    for (Side& side : bench->sides) walk(side);
  }
}

FilteredSum ExpectedSum(const Bench& bench) {
  const std::int64_t rows = bench.table.row_count();
  FilteredSum expected;
  for (std::int64_t id = 1; id <= rows; ++id) {
    const double gpa = bench.table.Gpa(id);
    if (gpa > kGpaMin) {
      expected.sum += gpa;
      ++expected.count;
    }
  }
  return expected;
}

// `sum(contender)` for each side; it is compared with the rows as they were written. Those that
// have another way to it, `other_sum`, take it as well.
using Sum = FilteredSum (Contender::*)(double gpa);
void MeasureSum(Bench* bench, const char* work, Sum sum, Sum other_sum) {
  const auto rows = static_cast<double>(bench->table.row_count());
  const FilteredSum expected = ExpectedSum(*bench);
  const auto measure = [&](const Side& side, Sum way) {
    Stopwatch watch;
    const FilteredSum found = watch.Time([&] { return (side.contender.get()->*way)(kGpaMin); });
    // The order of summing is each one's own.
    if (found.count != expected.count || std::abs(found.sum - expected.sum) > 1e-6 * expected.sum) {
      bench->FailAt(side, work);
    }
    return rows / watch.seconds();
  };
  ForEachTurn(bench, [&](const Side& side) {
    bench->Add(work, "rows/s", Better::kMore, side, measure(side, sum));
    if (other_sum == nullptr || !side.contender->has_other_ways()) return;
    bench->results.Add(work, "rows/s", Better::kMore, kWayOneThread, measure(side, other_sum));
  });
}

void MeasureColumns(Bench* bench) {
  for (const Side& side : bench->sides) {
    Stopwatch watch;
    watch.Time([&] { side.contender->HoldColumns(); });
    if (side.contender->name() != std::string("linedb")) continue;
    bench->Add("reading a column into memory", "ms", Better::kLess, side, watch.seconds() * 1000);
  }
  MeasureSum(bench, kWorkColumns, &Contender::SumAboveInMemory, nullptr);
  for (const Side& side : bench->sides) side.contender->DropColumns();
}

void MeasureRows(Bench* bench) {
  constexpr const char* kWork = "walk over whole rows";
  const std::int64_t rows = bench->table.row_count();
  std::uint64_t expected = 0;
  double line_bytes = 0;
  for (std::int64_t id = 1; id <= rows; ++id) {
    const Student row = bench->table.Row(id);
    expected += Digest(row);
    line_bytes += static_cast<double>(JsonLineOf(row).size());
  }
  ForEachTurn(bench, [&](const Side& side) {
    Stopwatch watch;
    if (watch.Time([&] { return side.contender->ReadAll(); }) != expected) {
      bench->FailAt(side, kWork);
    }
    bench->Add(kWork, "rows/s", Better::kMore, side, static_cast<double>(rows) / watch.seconds());
  });
  bench->results.Add(
      kWork, "rows/s", Better::kMore, kLimitCopy,
      bench->limits.copy_bytes_per_second / (line_bytes / static_cast<double>(rows)));
}

}  // namespace

void WorkScan(Bench* bench) {
  if (bench->options.Wants("scan")) {
    MeasureSum(bench, kWorkSum, &Contender::SumAbove, &Contender::SumAboveByOneThread);
  }
  if (bench->options.Wants("columns")) MeasureColumns(bench);
  if (bench->options.Wants("rows")) MeasureRows(bench);
}

}  // namespace bench
