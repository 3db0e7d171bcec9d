#include "tests/bench/works.h"

namespace bench {
namespace {

constexpr std::int64_t kLookupsPerChunk = 10'000;

// Runs `read(contender, keys, watch)`, which returns a digest, over all chunks.
template <class Read>
void MeasureLookups(Bench* bench, const std::string& work, Read&& read) {
  std::vector<Stopwatch> watches(bench->sides.size());
  std::int64_t lookups = 0;
  while (lookups < bench->options.rows) {
    std::vector<std::int64_t> keys;
    std::uint64_t expected = 0;
    for (std::int64_t i = 0; i < kLookupsPerChunk; ++i) {
      keys.push_back(bench->RandomKey(lookups + i));
      expected += Digest(bench->table.Row(keys.back()));
    }
    for (std::size_t i = 0; i < bench->sides.size(); ++i) {
      const Side& side = bench->sides[i];
      if (read(side.contender.get(), keys, &watches[i]) != expected) bench->FailAt(side, work);
    }
    lookups += kLookupsPerChunk;
  }
  for (std::size_t i = 0; i < bench->sides.size(); ++i) {
    bench->Add(work, "lookups/s", Better::kMore, bench->sides[i],
               static_cast<double>(lookups) / watches[i].seconds());
  }
  bench->results.Add(work, "lookups/s", Better::kMore, kLimitRead,
                     1 / bench->limits.random_read_seconds);
}

}  // namespace

void WorkLookup(Bench* bench) {
  if (bench->options.Wants("key")) {
    MeasureLookups(bench, kWorkKey, [](Contender* contender, const auto& keys, Stopwatch* watch) {
      return watch->Time([&] { return contender->ReadByKey(keys); });
    });
  }
  if (bench->options.Wants("email")) {
    MeasureLookups(bench, kWorkEmail, [](Contender* contender, const auto& keys, Stopwatch* watch) {
      std::vector<std::string> emails;
      for (const std::int64_t key : keys) emails.push_back(MakeEmail(key));
      return watch->Time([&] { return contender->ReadByEmail(emails); });
    });
  }
}

}  // namespace bench
