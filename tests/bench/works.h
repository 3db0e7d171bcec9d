// The kinds of work that are measured, one file for each family. A work does the same with each
// contender in turn, and ends the program if they do not agree.

#ifndef LINEDB_TESTS_BENCH_WORKS_H_
#define LINEDB_TESTS_BENCH_WORKS_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/contender.h"
#include "tests/bench/results.h"

namespace bench {

struct BenchOptions {
  std::int64_t rows = 1'000'000;
  bool processor_time = false;
  std::int64_t commits = 2'000;
  int rounds = 3;
  std::string directory = "bench";
  std::string json_path;          // empty: bench.json in `directory`
  std::vector<std::string> only;  // empty: every work

  bool Wants(const std::string& work) const {
    return only.empty() || std::find(only.begin(), only.end(), work) != only.end();
  }
};

// One contender with its database, which stays open between works.
struct Side {
  std::unique_ptr<Contender> contender;
  std::string directory;
};

struct Bench {
  BenchOptions options;
  std::vector<Side> sides;
  Results results;
  int round = 0;
  std::int64_t row_count = 0;  // keys 1 to row_count are in every side's table
};

// Adds up the time in which it runs, so that making the input stays outside.
class Stopwatch {
 public:
  // Processor time of this program instead of time passed, for all of them: on a machine that
  // others keep busy it is the steadier figure for work that does not wait for the disk.
  static void UseProcessorTime();

  template <class Work>
  auto Time(Work&& work) {
    const Running running(this);
    return work();
  }
  double seconds() const { return seconds_; }

 private:
  struct Running {
    explicit Running(Stopwatch* watch) : owner(watch) {}
    ~Running() { owner->seconds_ += Now() - start; }
    Stopwatch* owner;
    double start = Now();
  };

  static double Now();  // in seconds

  double seconds_ = 0.0;
};

// Empties each side's directory and loads it in transactions of 10,000 rows: "load".
void WorkLoad(Bench* bench);
// As many lookups as rows, whole rows, in random order: "key", "email".
void WorkLookup(Bench* bench);
// A filtered sum over one column, and a walk over whole rows: "scan", "rows".
void WorkScan(Bench* bench);
// Single rows, each in a durable transaction, beside the same bytes appended and synced: "commit".
void WorkCommit(Bench* bench);
// The same by several threads, one row each at a time: "threads".
void WorkThreads(Bench* bench);
// The longest commit beside a checkpoint, and beside one that compacts a large table: "pause".
void WorkPause(Bench* bench);
// From a closed database to the first row: "open".
void WorkOpen(Bench* bench);
// Memory and disk after a load and lookups, in a process of its own for each: "memory".
void WorkMemory(Bench* bench);
// The child process of WorkMemory; prints its figures.
void RunMemoryChild(const BenchOptions& options, const std::string& contender);

// Loads keys 1 to `rows` into an empty table; the seconds it took without making the rows.
double LoadRows(Contender* contender, std::int64_t rows);

// A fresh, empty folder there.
void EmptyDirectory(const std::string& directory);

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_WORKS_H_
