// Rounds of random work by several threads on a disk in memory, each from an opening to a closing
// or to the end of the process.

#ifndef LINEDB_TESTS_MODEL_MODEL_RUN_H_
#define LINEDB_TESTS_MODEL_MODEL_RUN_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <random>

#include "linedb/options.h"
#include "tests/engine/page_cache_disk.h"
#include "tests/engine/ruled_disk.h"
#include "tests/model/model_database.h"
#include "tests/model/model_reference.h"
#include "tests/model/model_worker.h"
#include "wal/file_system.h"

namespace linedb::model {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr int kSlowness = 8;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
inline constexpr int kSlowness = 8;
#else
inline constexpr int kSlowness = 1;
#endif
#else
inline constexpr int kSlowness = 1;
#endif

// Whether a test that has done `rounds` of at least `rounds_min` goes on: LINEDB_MODEL_MINUTES lets
// each run for so long, else the number counts.
bool GoesOn(int rounds, int rounds_min, std::chrono::steady_clock::time_point start);

// Everything small, so that checkpoints, compactions and late syncs are under way all the time.
Options SmallOptions(std::mt19937_64* random);

// Runs the threads; what they find is in the figures.
void RunThreads(Work* work, int threads, std::int64_t transactions, std::mt19937_64* random);

// What befalls the disk: every other round ends with the process, or with the power; or writes find
// no room now and then.
enum class Trouble { kCrashes, kPowerCuts, kFullDisk };

class MemoryRun {
 public:
  MemoryRun(std::uint64_t seed, int threads, Trouble trouble);

  // Opens, compares with what the round before must have left, works, and closes or crashes.
  void Round(std::int64_t transactions);
  Figures& figures() { return figures_; }

 private:
  void OpenAndCompare(const Options& options);
  void SetDiskRule(std::int64_t operations, bool crashes);
  void CrashAway();
  void CutPower();
  void CloseAndVerify();

  const std::uint64_t seed_;
  const int threads_;
  const Trouble trouble_;
  std::mt19937_64 random_;
  Figures figures_;
  Reference reference_{State{}};
  std::unique_ptr<wal::FileSystem> disk_;
  testing::PageCacheDisk* page_cache_ = nullptr;  // the disk, if the power may be cut
  std::unique_ptr<testing::RuledDisk> ruled_;
  std::unique_ptr<ModelDatabase> database_;
  Work work_;
};

}  // namespace linedb::model

#endif  // LINEDB_TESTS_MODEL_MODEL_RUN_H_
