#include <filesystem>

#include "tests/bench/works.h"

namespace bench {
namespace {

double LineBytes(const Bench& bench) {
  double bytes = 0;
  constexpr int kSamples = 1'000;
  for (int i = 0; i < kSamples; ++i) {
    bytes += static_cast<double>(JsonLineOf(MakeStudent(bench.RandomKey(i))).size());
  }
  return bytes / kSamples;
}

}  // namespace

void EmptyDirectory(const std::string& directory) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
}

double LoadRows(Contender* contender, std::int64_t rows) {
  constexpr std::int64_t kRowsPerTransaction = 10'000;
  Stopwatch watch;
  std::vector<Student> batch;
  for (std::int64_t first = 1; first <= rows; first += kRowsPerTransaction) {
    batch.clear();
    const std::int64_t end = std::min(first + kRowsPerTransaction, rows + 1);
    for (std::int64_t id = first; id < end; ++id) batch.push_back(MakeStudent(id));
    watch.Time([&] { contender->InsertTogether(batch); });
  }
  return watch.seconds();
}

void WorkLoad(Bench* bench) {
  const bool measured = bench->options.Wants("load");
  const auto rows = static_cast<double>(bench->options.rows);
  for (Side& side : bench->sides) {
    if (bench->table.row_count() > 0) side.contender->Close();
    EmptyDirectory(side.directory);
    side.contender->Open(side.directory);
    const double seconds = LoadRows(side.contender.get(), bench->options.rows);
    Stopwatch checkpoint;
    checkpoint.Time([&] { side.contender->Checkpoint(); });
    if (!measured) continue;
    bench->Add(kWorkLoad, "rows/s", Better::kMore, side, rows / seconds);
    bench->Add("checkpoint after the load", "ms", Better::kLess, side, checkpoint.seconds() * 1000);
  }
  bench->table.Reset(bench->options.rows);
  if (measured) {
    bench->results.Add(kWorkLoad, "rows/s", Better::kMore, kLimitWrite,
                       bench->limits.write_bytes_per_second / LineBytes(*bench));
  }
}

}  // namespace bench
