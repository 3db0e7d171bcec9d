#include <cmath>

#include "tests/bench/works.h"

namespace bench {
namespace {

constexpr double kGpaMin = 3.0;

// Walks are short, so that one is easily disturbed: each side has several turns in a round.
template <class Walk>
void ForEachTurn(Bench* bench, Walk&& walk) {
  constexpr int kTurns = 5;
  for (int turn = 0; turn < kTurns; ++turn) {
    for (Side& side : bench->sides) walk(side);
  }
}

void MeasureSum(Bench* bench) {
  FilteredSum expected;
  for (std::int64_t id = 1; id <= bench->row_count; ++id) {
    const double gpa = MakeGpa(id);
    if (gpa > kGpaMin) {
      expected.sum += gpa;
      ++expected.count;
    }
  }
  ForEachTurn(bench, [&](Side& side) {
    Stopwatch watch;
    const FilteredSum found = watch.Time([&] { return side.contender->SumAbove(kGpaMin); });
    // The order of summing is each one's own.
    if (found.count != expected.count || std::abs(found.sum - expected.sum) > 1e-6 * expected.sum) {
      Fail(std::string(side.contender->name()) + ": the filtered sum is wrong");
    }
    bench->results.Add("sum(gpa) where gpa > 3.0", "rows/s", Better::kMore, side.contender->name(),
                       static_cast<double>(bench->row_count) / watch.seconds());
  });
}

void MeasureRows(Bench* bench) {
  std::uint64_t expected = 0;
  for (std::int64_t id = 1; id <= bench->row_count; ++id) expected += Digest(MakeStudent(id));
  ForEachTurn(bench, [&](Side& side) {
    Stopwatch watch;
    if (watch.Time([&] { return side.contender->ReadAll(); }) != expected) {
      Fail(std::string(side.contender->name()) + " read other rows than were written: a walk");
    }
    bench->results.Add("walk over whole rows", "rows/s", Better::kMore, side.contender->name(),
                       static_cast<double>(bench->row_count) / watch.seconds());
  });
}

}  // namespace

void WorkScan(Bench* bench) {
  if (bench->options.Wants("scan")) MeasureSum(bench);
  if (bench->options.Wants("rows")) MeasureRows(bench);
}

}  // namespace bench
