#include <map>
#include <utility>

#include "tests/bench/bare_log.h"
#include "tests/bench/works.h"

namespace bench {
namespace {

constexpr int kThreadCounts[] = {1, 2, 4, 8, 16};

struct Turns {
  double seconds = 0.0;
  std::int64_t commits = 0;
};

}  // namespace

void WorkThreads(Bench* bench) {
  if (!bench->options.Wants("threads")) return;
  // In small turns, for a disk is fast in one second and slow in the next.
  constexpr std::int64_t kTurns = 10;
  const std::int64_t turn_commits = std::max<std::int64_t>(16, bench->options.commits / kTurns);
  const BareLog bare(bench->options.directory + "/bare.log");
  std::map<std::pair<int, std::string>, Turns> turns;
  std::size_t line_bytes = 300;
  for (std::int64_t turn = 0; turn < kTurns; ++turn) {
    for (const int threads : kThreadCounts) {
      std::vector<Student> rows;
      for (std::int64_t i = 1; i <= turn_commits; ++i) {
        rows.push_back(MakeStudent(bench->row_count + i));
      }
      for (Side& side : bench->sides) {
        const std::string name = side.contender->name();
        const std::uint64_t log_before = side.contender->LogBytes();
        Turns& mine = turns[{threads, name}];
        mine.seconds += side.contender->InsertEachByThreads(rows, threads);
        mine.commits += turn_commits;
        const std::uint64_t log_after = side.contender->LogBytes();
        if (name == "linedb" && log_after > log_before) {
          line_bytes = (log_after - log_before) / rows.size();
        }
      }
      bench->row_count += turn_commits;
      if (threads > 1) continue;
      Stopwatch watch;
      const std::string line(line_bytes, 'x');
      watch.Time([&] {
        for (std::int64_t i = 0; i < turn_commits; ++i) bare.Append(line);
      });
      Turns& limit = turns[{threads, "bare"}];
      limit.seconds += watch.seconds();
      limit.commits += turn_commits;
    }
  }
  for (const auto& [key, done] : turns) {
    const auto& [threads, side] = key;
    bench->results.Add("durable commits by " + std::to_string(threads) + " threads", "commits/s",
                       Better::kMore, side, static_cast<double>(done.commits) / done.seconds);
  }
}

}  // namespace bench
