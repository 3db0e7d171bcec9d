#include <map>

#include "tests/bench/bare_log.h"
#include "tests/bench/works.h"

namespace bench {
namespace {

// Each side's share of the time, in small turns, for a disk is fast in one second and slow in the
// next. The limit appends as many bytes as linedb's log grew by.
void Measure(Bench* bench, const std::string& work, Level level, std::int64_t commits) {
  constexpr std::int64_t kTurns = 20;
  const std::int64_t turn_commits = std::max<std::int64_t>(1, commits / kTurns);
  const BareLog bare(bench->options.directory + "/bare.log");
  std::map<std::string, Stopwatch> watches;
  std::size_t line_bytes = 300;
  for (Side& side : bench->sides) side.contender->SetLevel(level);
  const std::string limit = level == Level::kDurable ? kLimitSync : kLimitAppend;
  for (std::int64_t turn = 0; turn < kTurns; ++turn) {
    const std::vector<Student> rows = bench->table.Append(turn_commits);
    for (Side& side : bench->sides) {
      const std::uint64_t log_before = side.contender->LogBytes();
      watches[side.contender->name()].Time([&] { side.contender->InsertEach(rows); });
      const std::uint64_t log_after = side.contender->LogBytes();
      if (side.contender->name() == std::string("linedb") && log_after > log_before) {
        line_bytes = (log_after - log_before) / rows.size();
      }
    }
    const std::string line(line_bytes, 'x');
    watches[limit].Time([&] {
      for (std::int64_t i = 0; i < turn_commits; ++i) bare.Append(line, level);
    });
  }
  for (Side& side : bench->sides) side.contender->SetLevel(Level::kDurable);
  const auto done = static_cast<double>(kTurns * turn_commits);
  for (const Side& side : bench->sides) {
    bench->Add(work, "commits/s", Better::kMore, side,
               done / watches[side.contender->name()].seconds());
  }
  bench->results.Add(work, "commits/s", Better::kMore, limit, done / watches[limit].seconds());
}

}  // namespace

void WorkCommit(Bench* bench) {
  const std::int64_t commits = bench->options.commits;
  if (bench->options.Wants("commit")) Measure(bench, kWorkCommit, Level::kDurable, commits);
  if (bench->options.Wants("process")) {
    Measure(bench, kWorkCommitProcess, Level::kProcess, 25 * commits);
  }
}

}  // namespace bench
