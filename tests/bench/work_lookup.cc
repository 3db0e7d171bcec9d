#include "tests/bench/works.h"

namespace bench {
namespace {

constexpr std::int64_t kLookupsPerChunk = 10'000;

// The keys of one chunk of lookups: the same for each side.
std::vector<std::int64_t> RandomKeys(const Bench& bench, std::int64_t first) {
  std::vector<std::int64_t> keys;
  const auto seed = static_cast<std::uint64_t>(bench.round) << 40;
  for (std::int64_t i = first; i < first + kLookupsPerChunk; ++i) {
    const std::uint64_t chance = Mix(seed + static_cast<std::uint64_t>(i));
    keys.push_back(1 +
                   static_cast<std::int64_t>(chance % static_cast<std::uint64_t>(bench.row_count)));
  }
  return keys;
}

// Runs `read(contender, keys, watch)`, which returns a digest, over all chunks.
template <class Read>
void MeasureLookups(Bench* bench, const std::string& work, Read&& read) {
  for (Side& side : bench->sides) {
    Stopwatch watch;
    std::int64_t lookups = 0;
    while (lookups < bench->options.rows) {
      const std::vector<std::int64_t> keys = RandomKeys(*bench, lookups);
      std::uint64_t expected = 0;
      for (const std::int64_t key : keys) expected += Digest(MakeStudent(key));
      if (read(side.contender.get(), keys, &watch) != expected) {
        Fail(std::string(side.contender->name()) + " read other rows than were written: " + work);
      }
      lookups += kLookupsPerChunk;
    }
    bench->results.Add(work, "lookups/s", Better::kMore, side.contender->name(),
                       static_cast<double>(lookups) / watch.seconds());
  }
}

}  // namespace

void WorkLookup(Bench* bench) {
  if (bench->options.Wants("key")) {
    MeasureLookups(bench, "lookup by primary key",
                   [](Contender* contender, const auto& keys, Stopwatch* watch) {
                     return watch->Time([&] { return contender->ReadByKey(keys); });
                   });
  }
  if (bench->options.Wants("email")) {
    MeasureLookups(bench, "lookup by unique e-mail",
                   [](Contender* contender, const auto& keys, Stopwatch* watch) {
                     std::vector<std::string> emails;
                     for (const std::int64_t key : keys) emails.push_back(MakeEmail(key));
                     return watch->Time([&] { return contender->ReadByEmail(emails); });
                   });
  }
}

}  // namespace bench
