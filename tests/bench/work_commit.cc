#include <map>

#include "tests/bench/bare_log.h"
#include "tests/bench/works.h"

namespace bench {
void WorkCommit(Bench* bench) {
  if (!bench->options.Wants("commit")) return;
  // In small turns, for a disk is fast in one second and slow in the next.
  constexpr std::int64_t kTurns = 20;
  const std::int64_t turn_commits = std::max<std::int64_t>(1, bench->options.commits / kTurns);
  const BareLog bare(bench->options.directory + "/bare.log");
  std::map<std::string, Stopwatch> watches;
  std::size_t line_bytes = 300;
  for (std::int64_t turn = 0; turn < kTurns; ++turn) {
    std::vector<Student> rows;
    for (std::int64_t i = 1; i <= turn_commits; ++i) {
      rows.push_back(MakeStudent(bench->row_count + i));
    }
    for (Side& side : bench->sides) {
      const std::uint64_t log_before = side.contender->LogBytes();
      watches[side.contender->name()].Time([&] { side.contender->InsertEach(rows); });
      const std::uint64_t log_after = side.contender->LogBytes();
      if (side.contender->name() == std::string("linedb") && log_after > log_before) {
        line_bytes = (log_after - log_before) / rows.size();
      }
    }
    const std::string line(line_bytes, 'x');
    watches["bare"].Time([&] {
      for (std::int64_t i = 0; i < turn_commits; ++i) bare.Append(line);
    });
    bench->row_count += turn_commits;
  }
  for (const auto& [side, watch] : watches) {
    bench->results.Add("durable commits of one row", "commits/s", Better::kMore, side,
                       static_cast<double>(kTurns * turn_commits) / watch.seconds());
  }
}

}  // namespace bench
