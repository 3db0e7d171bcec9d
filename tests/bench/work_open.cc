#include "tests/bench/works.h"

namespace bench {

void WorkOpen(Bench* bench) {
  if (!bench->options.Wants("open")) return;
  constexpr int kTurns = 5;
  const std::int64_t key = bench->row_count / 2;
  const std::uint64_t expected = Digest(MakeStudent(key));
  for (int turn = 0; turn < kTurns; ++turn) {
    for (Side& side : bench->sides) {
      side.contender->Close();
      Stopwatch watch;
      const std::uint64_t digest = watch.Time([&] {
        side.contender->Open(side.directory);
        return side.contender->ReadByKey({&key, 1});
      });
      if (digest != expected) {
        Fail(std::string(side.contender->name()) + " read another row after opening");
      }
      bench->results.Add("open to the first row", "ms", Better::kLess, side.contender->name(),
                         watch.seconds() * 1000);
    }
  }
}

}  // namespace bench
