#include <filesystem>
#include <optional>

#include "tests/bench/child.h"
#include "tests/bench/works.h"

namespace bench {
namespace {

void MeasureLargeSide(Bench* bench, const std::string& name, const std::string& directory) {
  constexpr int kTurns = 3;
  const std::int64_t rows = bench->options.open_rows;
  const std::string word = ", " + std::to_string(rows) + " rows";
  Side side{MakeContender(name), directory};
  std::fprintf(stderr, "  %s: loading %lld rows\n", name.c_str(), static_cast<long long>(rows));
  RunChild({"build", name, directory, rows}, ChildEnd::kReturned);
  const std::int64_t key = rows / 2;
  const std::uint64_t expected = Digest(MakeStudent(key));
  for (int turn = 0; turn < kTurns; ++turn) {
    bench->Add(kWorkOpenClean + word, "ms", Better::kLess, side,
               OpenToRow(*bench, side, key, expected));
    side.contender->Close();
  }
  for (int turn = 0; turn < kTurns; ++turn) {
    RunChild({"kill", name, directory, rows + turn * kCommitsBeforeKill}, ChildEnd::kKilled);
    bench->Add(kWorkOpenKilled + word, "ms", Better::kLess, side,
               OpenToRow(*bench, side, key, expected));
    side.contender->Close();
  }
  std::filesystem::remove_all(directory);
  for (const std::string work : {kWorkOpenClean, kWorkOpenKilled}) {
    const std::optional<double> small = bench->results.Median(work, name);
    const std::optional<double> large = bench->results.Median(work + word, name);
    if (!small || !large) continue;
    bench->Add(work + kLargeOverSmall, "times", Better::kLess, side, *large / *small);
  }
}

}  // namespace

double OpenToRow(const Bench& bench, const Side& side, std::int64_t key, std::uint64_t expected) {
  Stopwatch watch;
  const std::uint64_t digest = watch.Time([&] {
    side.contender->Open(side.directory);
    return side.contender->ReadByKey({&key, 1});
  });
  if (digest != expected) bench.FailAt(side, "a row after opening");
  return watch.seconds() * 1000;
}

void WorkOpen(Bench* bench) {
  if (!bench->options.Wants("open")) return;
  constexpr int kTurns = 3;
  const std::int64_t key = bench->table.row_count() / 2;
  const std::uint64_t expected = Digest(bench->table.Row(key));
  for (int turn = 0; turn < kTurns; ++turn) {
    for (Side& side : bench->sides) {
      side.contender->Close();
      bench->Add(kWorkOpenClean, "ms", Better::kLess, side, OpenToRow(*bench, side, key, expected));
    }
  }
  for (int turn = 0; turn < kTurns; ++turn) {
    const std::int64_t rows = bench->table.row_count();
    bench->table.Append(kCommitsBeforeKill);
    std::vector<std::int64_t> keys;
    std::uint64_t committed = 0;
    for (std::int64_t i = rows + 1; i <= bench->table.row_count(); ++i) {
      keys.push_back(i);
      committed += Digest(bench->table.Row(i));
    }
    for (Side& side : bench->sides) {
      side.contender->Close();
      RunChild({"kill", side.contender->name(), side.directory, rows}, ChildEnd::kKilled);
      bench->Add(kWorkOpenKilled, "ms", Better::kLess, side,
                 OpenToRow(*bench, side, key, expected));
      if (side.contender->ReadByKey(keys) != committed) {
        bench->FailAt(side, "what was committed before kill -9");
      }
    }
  }
}

void WorkOpenLarge(Bench* bench) {
  if (!bench->options.Wants("open") || bench->options.open_rows == 0) return;
  for (const Side& side : bench->sides) {
    MeasureLargeSide(bench, side.contender->name(), bench->options.directory + "/large");
  }
}

}  // namespace bench
