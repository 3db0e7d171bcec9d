// All the crashes of all the lives: one that nothing disturbs, and one for each operation that
// fails.

#ifndef LINEDB_TESTS_CRASH_CAMPAIGN_H_
#define LINEDB_TESTS_CRASH_CAMPAIGN_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/crash/explorer.h"
#include "tests/crash/life.h"

namespace linedb::testing {

class Campaign {
 public:
  Campaign(std::uint64_t seed, Plant plant);

  // Asked after each state; false stops.
  std::function<bool()> go_on = [] { return true; };
  bool stops_at_first_failure = false;
  // Told of every life there is, recoveries included.
  void set_on_life(std::function<void(const Life&)> on_life) {
    explorer_.on_life = std::move(on_life);
    explorer_.on_life(whole_);
  }

  // The life without faults, in that round of states by chance.
  void CrashWholeLife(std::uint64_t round);
  // The lives with a fault: at each operation, of each kind ("eio", "full", "broken", "stays_full")
  // that the filter accepts, one in so many.
  using Filter = std::function<bool(const Operation& operation, std::string_view kind)>;
  void CrashFaultyLives(std::uint64_t round, std::uint64_t one_in, const Filter& filter = {});
  // False if there is no state of that name.
  bool Repeat(const std::string& name);

  std::size_t operations() const { return whole_.journal.size(); }
  std::uint64_t tried() const { return explorer_.tried(); }
  std::uint64_t distinct() const { return explorer_.distinct(); }
  std::uint64_t failing() const { return failing_ + explorer_.failing(); }
  // What failed, the first few, each with how to repeat it.
  std::vector<std::string> Report() const;
  const std::vector<Failure>& failures() const { return failures_; }

 private:
  void Crash(const std::string& life_name, const Life& life, const std::vector<Effort>& efforts,
             std::uint64_t round);
  void Collect(const std::string& life_name, const Life& life);
  const Life& FaultyLife(const std::string& name, DiskFault fault);

  const std::uint64_t seed_;
  const Plant plant_;
  Explorer explorer_;
  const Life whole_;
  std::map<std::string, Life> faulty_;
  std::uint64_t failing_ = 0;  // lives that went wrong without a crash
  std::vector<Failure> failures_;
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_CAMPAIGN_H_
