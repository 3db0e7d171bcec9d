#include "absl/container/flat_hash_set.h"
#include "tests/bench/works.h"

namespace bench {
namespace {

constexpr std::int64_t kRowsPerTransaction = 1'000;

// Different keys, so that one can be erased once.
std::vector<std::int64_t> DifferentKeys(const Bench& bench, std::int64_t first) {
  absl::flat_hash_set<std::int64_t> seen;
  std::vector<std::int64_t> keys;
  for (std::int64_t i = first; keys.size() < kRowsPerTransaction; ++i) {
    const std::int64_t key = bench.RandomKey(i);
    if (seen.insert(key).second) keys.push_back(key);
  }
  return keys;
}

void RequireRows(const Bench& bench, const std::vector<std::int64_t>& keys, const char* work) {
  std::uint64_t expected = 0;
  for (const std::int64_t key : keys) expected += Digest(bench.table.Row(key));
  for (const Side& side : bench.sides) {
    if (side.contender->ReadByKey(keys) != expected) bench.FailAt(side, work);
  }
}

// Runs `change(contender, keys, watch)` for a tenth of the rows.
template <class Make, class Change>
void Measure(Bench* bench, const char* work, std::int64_t seed, Make&& make, Change&& change) {
  const std::int64_t transactions =
      std::max<std::int64_t>(1, bench->options.rows / 10 / kRowsPerTransaction);
  std::vector<Stopwatch> watches(bench->sides.size());
  for (std::int64_t turn = 0; turn < transactions; ++turn) {
    const std::vector<std::int64_t> keys =
        DifferentKeys(*bench, seed + turn * 2 * kRowsPerTransaction);
    const std::vector<Student> rows = make(keys);
    for (std::size_t i = 0; i < bench->sides.size(); ++i) {
      change(bench->sides[i].contender.get(), keys, rows, &watches[i]);
    }
    RequireRows(*bench, keys, work);
  }
  for (std::size_t i = 0; i < bench->sides.size(); ++i) {
    bench->Add(work, "rows/s", Better::kMore, bench->sides[i],
               static_cast<double>(transactions * kRowsPerTransaction) / watches[i].seconds());
  }
}

}  // namespace

void WorkChange(Bench* bench) {
  Expected& table = bench->table;
  if (bench->options.Wants("update")) {
    Measure(
        bench, kWorkUpdate, std::int64_t{1} << 36,
        [&](const auto& keys) {
          std::vector<Student> rows;
          for (const std::int64_t key : keys) rows.push_back(table.Change(key));
          return rows;
        },
        [](Contender* contender, const auto&, const auto& rows, Stopwatch* watch) {
          watch->Time([&] { contender->UpdateTogether(rows); });
        });
  }
  if (bench->options.Wants("delete")) {
    // The rows are inserted again, outside of the measurement: that fails if they are still there.
    Measure(
        bench, kWorkErase, std::int64_t{1} << 37,
        [&](const auto& keys) {
          std::vector<Student> rows;
          for (const std::int64_t key : keys) rows.push_back(table.Row(key));
          return rows;
        },
        [](Contender* contender, const auto& keys, const auto& rows, Stopwatch* watch) {
          watch->Time([&] { contender->EraseTogether(keys); });
          contender->InsertTogether(rows);
        });
  }
}

}  // namespace bench
