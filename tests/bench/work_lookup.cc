#include "tests/bench/works.h"

namespace bench {
namespace {

constexpr std::int64_t kLookupsPerChunk = 10'000;

// Looks the rows of all chunks up: `keys_of(ids)` are the keys, `read` looks them up one by one,
// and `read_many` is the other way of those that have one. The digests are compared with the rows'.
template <class Keys, class Read>
void MeasureLookups(Bench* bench, const std::string& work, Keys&& keys_of, Read read,
                    Read read_many) {
  std::vector<Stopwatch> watches(bench->sides.size());
  std::vector<Stopwatch> watches_many(bench->sides.size());
  std::int64_t lookups = 0;
  while (lookups < bench->options.rows) {
    std::vector<std::int64_t> ids;
    std::uint64_t expected = 0;
    for (std::int64_t i = 0; i < kLookupsPerChunk; ++i) {
      ids.push_back(bench->RandomKey(lookups + i));
      expected += Digest(bench->table.Row(ids.back()));
    }
    const auto keys = keys_of(ids);
    const auto measure = [&](const Side& side, Read way, Stopwatch* watch) {
      const std::uint64_t digest = watch->Time([&] { return (side.contender.get()->*way)(keys); });
      if (digest != expected) bench->FailAt(side, work);
    };
    for (std::size_t i = 0; i < bench->sides.size(); ++i) {
      measure(bench->sides[i], read, &watches[i]);
      if (!bench->sides[i].contender->has_other_ways()) continue;
      measure(bench->sides[i], read_many, &watches_many[i]);
    }
    lookups += kLookupsPerChunk;
  }
  const auto add = [&](const char* side, double seconds) {
    bench->results.Add(work, "lookups/s", Better::kMore, side,
                       static_cast<double>(lookups) / seconds);
  };
  for (std::size_t i = 0; i < bench->sides.size(); ++i) {
    add(bench->sides[i].contender->name(), watches[i].seconds());
    if (bench->sides[i].contender->has_other_ways()) add(kWayMany, watches_many[i].seconds());
  }
  add(kLimitRead, static_cast<double>(lookups) * bench->limits.random_read_seconds);
}

}  // namespace

void WorkLookup(Bench* bench) {
  if (bench->options.Wants("key")) {
    MeasureLookups(
        bench, kWorkKey, [](const std::vector<std::int64_t>& ids) { return ids; },
        &Contender::ReadByKey, &Contender::ReadManyByKey);
  }
  if (bench->options.Wants("email")) {
    const auto emails_of = [](const std::vector<std::int64_t>& ids) {
      std::vector<std::string> emails;
      for (const std::int64_t id : ids) emails.push_back(MakeEmail(id));
      return emails;
    };
    MeasureLookups(bench, kWorkEmail, emails_of, &Contender::ReadByEmail,
                   &Contender::ReadManyByEmail);
  }
}

}  // namespace bench
