#include <map>
#include <utility>

#include "tests/bench/works.h"

namespace bench {
namespace {

constexpr int kThreadCounts[] = {2, 8};

}  // namespace

void WorkThreads(Bench* bench) {
  if (!bench->options.Wants("threads")) return;
  // In small turns, for a disk is fast in one second and slow in the next.
  constexpr std::int64_t kTurns = 10;
  const std::int64_t turn_commits = std::max<std::int64_t>(16, bench->options.commits / kTurns);
  std::map<std::pair<int, std::string>, double> seconds;
  for (std::int64_t turn = 0; turn < kTurns; ++turn) {
    for (const int threads : kThreadCounts) {
      const std::vector<Student> rows = bench->table.Append(turn_commits);
      for (Side& side : bench->sides) {
        seconds[{threads, side.contender->name()}] +=
            side.contender->InsertEachByThreads(rows, threads);
      }
    }
  }
  for (const int threads : kThreadCounts) {
    for (const Side& side : bench->sides) {
      bench->Add(
          "durable commits of one row by " + std::to_string(threads) + " threads", "commits/s",
          Better::kMore, side,
          static_cast<double>(kTurns * turn_commits) / seconds[{threads, side.contender->name()}]);
    }
  }
}

}  // namespace bench
