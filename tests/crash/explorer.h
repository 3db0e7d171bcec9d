// Crashes a life at each of its operations, in every way, and judges what is left.

#ifndef LINEDB_TESTS_CRASH_EXPLORER_H_
#define LINEDB_TESTS_CRASH_EXPLORER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "tests/crash/crash_state.h"
#include "tests/crash/life.h"

namespace linedb::testing {

// How many states are tried at each operation.
struct Effort {
  std::uint64_t extremes = 8;  // all of them, if there are no more
  std::uint64_t kills = 2;
  std::uint64_t cuts = 4;
  // Of so many operations one is followed by a recovery that is crashed itself; 0: none.
  std::size_t recovery_every = 0;
  // Not every operation, but about one of so many; and all of the first few from `begin` on, the
  // very first most: there a program has just learned that something failed.
  std::size_t one_in = 1;
  std::size_t begin = 0;
};

struct Failure {
  std::string name;  // as FormatCrashName
  std::string where;
  std::string what;
  DiskImage image;
};

class Explorer {
 public:
  Explorer(std::uint64_t seed, Plant plant) : seed_(seed), plant_(std::move(plant)) {}

  // `efforts`: of the life, of the recoveries from its crashes, of the recoveries from theirs. Each
  // round of the same life draws other states by chance. False: told to stop.
  bool Explore(const Life& life, const std::vector<Effort>& efforts, std::uint64_t round = 0);
  // One state of the life, by its name.
  void Repeat(const Life& life, const CrashName& name);

  // Told of every life there is, recoveries included.
  std::function<void(const Life&)> on_life = [](const Life&) {};
  // Asked after each state; false stops.
  std::function<bool()> go_on;

  std::uint64_t tried() const { return tried_; }
  std::uint64_t distinct() const { return verdicts_.size(); }
  std::uint64_t failing() const { return failing_; }
  // The first few since it was last asked.
  std::vector<Failure> TakeFailures() { return std::exchange(failures_, {}); }

 private:
  struct Known {
    std::uint64_t state = 0;
    std::string trouble;
  };
  struct Place {
    const Life& life;
    PowerModel start;
    CrashName name;  // of the crashes before this life
  };

  bool ExploreFrom(const Place& place, const std::vector<Effort>& efforts, std::size_t depth);
  std::vector<CrashPoint> PointsAt(const Moment& moment, std::size_t operations,
                                   const Effort& effort, Dice& dice) const;
  bool CrashAt(const Place& place, const Moment& moment, std::size_t operations,
               const std::vector<Effort>& efforts, std::size_t depth);
  bool Try(const Place& place, const Moment& moment, const CrashPoint& point, DiskImage* image);
  bool GoDeeper(const Place& place, const Moment& moment, const CrashPoint& point,
                const DiskImage& image, const std::vector<Effort>& efforts, std::size_t depth);
  void RepeatFrom(const Place& place, const CrashName& name);
  // Of the process that comes after the crash.
  Life LifeAfter(const Place& place, const Moment& moment, const CrashPoint& point,
                 const DiskImage& image);
  const Known& VerdictOn(const DiskImage& image, std::string* state);
  void Fail(const Place& place, const Moment& moment, const CrashPoint& point, std::string what,
            const DiskImage& image);

  const std::uint64_t seed_;
  const Plant plant_;
  std::uint64_t round_ = 0;
  std::uint64_t tried_ = 0;
  std::uint64_t failing_ = 0;
  std::vector<Failure> failures_;
  std::unordered_map<std::uint64_t, Known> verdicts_;  // by the image's hash
  std::unordered_set<std::uint64_t> recovered_;        // images whose recovery was crashed
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_EXPLORER_H_
