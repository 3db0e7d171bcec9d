// Random choices that come out nearly the same when the bytes chosen among are a few more or less:
// a log line carries the time, so two runs of one seed have lines of slightly different lengths.

#ifndef LINEDB_TESTS_CRASH_DICE_H_
#define LINEDB_TESTS_CRASH_DICE_H_

#include <cstdint>

namespace linedb::testing {

// splitmix64: cheap to seed, which is done for each crash state.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    return mixed ^ (mixed >> 31);
  }

  // In [0, bound): the same share of the bound, whatever the bound is. `bound` is below 2^32.
  std::uint64_t Below(std::uint64_t bound) { return ((Next() >> 32) * bound) >> 32; }
  // In [begin, end].
  std::uint64_t Between(std::uint64_t begin, std::uint64_t end) {
    return begin + Below(end - begin + 1);
  }
  bool OneIn(std::uint64_t count) { return Below(count) == 0; }

 private:
  std::uint64_t state_;
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_DICE_H_
