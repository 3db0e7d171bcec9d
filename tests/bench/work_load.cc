#include <filesystem>

#include "tests/bench/works.h"

namespace bench {

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
  for (Side& side : bench->sides) {
    if (bench->row_count > 0) side.contender->Close();
    EmptyDirectory(side.directory);
    side.contender->Open(side.directory);
    const double seconds = LoadRows(side.contender.get(), bench->options.rows);
    Stopwatch checkpoint;
    checkpoint.Time([&] { side.contender->Checkpoint(); });
    if (!bench->options.Wants("load")) continue;
    bench->results.Add("load, 10,000 a transaction", "rows/s", Better::kMore,
                       side.contender->name(), static_cast<double>(bench->options.rows) / seconds);
    bench->results.Add("checkpoint after the load", "ms", Better::kLess, side.contender->name(),
                       checkpoint.seconds() * 1000);
  }
  bench->row_count = bench->options.rows;
}

}  // namespace bench
