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

void MeasureRowByRow(Bench* bench, const Side& side) {
  const std::string directory = bench->options.directory + "/row_by_row";
  EmptyDirectory(directory);
  const std::unique_ptr<Contender> contender = MakeContender(side.contender->name());
  contender->Open(directory);
  const double seconds =
      LoadRows(contender.get(), bench->options.rows, &Contender::InsertTogetherRowByRow);
  contender->Close();
  std::filesystem::remove_all(directory);
  bench->results.Add(kWorkLoad, "rows/s", Better::kMore, kWayRowByRow,
                     static_cast<double>(bench->options.rows) / seconds);
}

}  // namespace

void EmptyDirectory(const std::string& directory) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
}

double LoadRows(Contender* contender, std::int64_t rows, Insert insert) {
  constexpr std::int64_t kRowsPerTransaction = 10'000;
  Stopwatch watch;
  std::vector<Student> batch;
  for (std::int64_t first = 1; first <= rows; first += kRowsPerTransaction) {
    batch.clear();
    const std::int64_t end = std::min(first + kRowsPerTransaction, rows + 1);
    for (std::int64_t id = first; id < end; ++id) batch.push_back(MakeStudent(id));
    watch.Time([&] { (contender->*insert)(batch); });
  }
  return watch.seconds();
}

void WorkLoad(Bench* bench) {
  const bool load = bench->options.Wants("load");
  const std::int64_t rows = bench->options.rows;
  const std::int64_t key = rows / 2;
  for (Side& side : bench->sides) {
    if (bench->table.row_count() > 0) side.contender->Close();
    EmptyDirectory(side.directory);
    side.contender->Open(side.directory);
    const double seconds = LoadRows(side.contender.get(), rows);
    // Some put things in order when they are closed, some when they are opened the next time.
    Stopwatch ordering;
    ordering.Time([&] { side.contender->Close(); });
    const double opening = OpenToRow(*bench, side, key, Digest(MakeStudent(key)));
    ordering.Time([&] { side.contender->Checkpoint(); });
    if (bench->options.Wants("open")) {
      bench->Add(kWorkOpenFirst, "ms", Better::kLess, side, opening);
    }
    if (!load) continue;
    bench->Add(kWorkLoad, "rows/s", Better::kMore, side, static_cast<double>(rows) / seconds);
    bench->Add("close and checkpoint after the load", "ms", Better::kLess, side,
               ordering.seconds() * 1000);
    if (side.contender->has_other_ways()) MeasureRowByRow(bench, side);
  }
  bench->table.Reset(rows);
  if (load) {
    bench->results.Add(kWorkLoad, "rows/s", Better::kMore, kLimitWrite,
                       bench->limits.write_bytes_per_second / LineBytes(*bench));
  }
}

}  // namespace bench
