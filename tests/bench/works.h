// The kinds of work that are measured, one file for each family. A work does the same with each
// contender in turn, and ends the program if one of them answers wrongly.

#ifndef LINEDB_TESTS_BENCH_WORKS_H_
#define LINEDB_TESTS_BENCH_WORKS_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/contender.h"
#include "tests/bench/expected.h"
#include "tests/bench/limits.h"
#include "tests/bench/results.h"
#include "tests/bench/stopwatch.h"

namespace bench {

struct BenchOptions {
  std::int64_t rows = 1'000'000;
  std::int64_t open_rows = 0;  // for one more measurement of opening; 0: none
  bool processor_time = false;
  std::int64_t commits = 2'000;
  int rounds = 3;
  std::string directory = "bench";
  std::string json_path;           // empty: bench.json in `directory`
  std::vector<std::string> only;   // empty: every work
  std::vector<std::string> sides;  // empty: every side

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
  Limits limits;
  int round = 0;
  Expected table;  // what is in every side's

  // A measurement of one side.
  void Add(const std::string& work, const std::string& unit, Better better, const Side& side,
           double value) {
    results.Add(work, unit, better, side.contender->name(), value);
  }
  // Ends the program: the side's answer was wrong.
  [[noreturn]] void FailAt(const Side& side, const std::string& work) const {
    Fail(std::string(side.contender->name()) + " answers wrongly: " + work);
  }
  // One of the table's keys for each number, the same for all sides and another in each round.
  std::int64_t RandomKey(std::int64_t number) const {
    const auto seed = static_cast<std::uint64_t>(round) << 40;
    const std::uint64_t chance = Mix(seed + static_cast<std::uint64_t>(number));
    return 1 + static_cast<std::int64_t>(chance % static_cast<std::uint64_t>(table.row_count()));
  }
};

// The names of works; the asked-for figures refer to them.
inline constexpr const char* kWorkLoad = "load, 10,000 a transaction";
inline constexpr const char* kWorkKey = "lookup by primary key";
inline constexpr const char* kWorkEmail = "lookup by unique e-mail";
inline constexpr const char* kWorkSum = "sum(gpa) where gpa > 3.0";
inline constexpr const char* kWorkColumns = "sum(gpa) where gpa > 3.0, columns in memory";
inline constexpr const char* kWorkCommit = "durable commits of one row";
inline constexpr const char* kWorkCommitProcess = "commits of one row that survive the process";
inline constexpr const char* kWorkCommit8 = "durable commits of one row by 8 threads";
inline constexpr const char* kWorkUpdate = "updates of one column, 1,000 a transaction";
inline constexpr const char* kWorkErase = "deletes, 1,000 a transaction";
inline constexpr const char* kWorkOpenFirst = "open to the first row, after the load";
inline constexpr const char* kWorkOpenClean = "open to the first row, after a close";
inline constexpr const char* kWorkOpenKilled = "open to the first row, after kill -9";
inline constexpr const char* kWorkDisk = "on disk after a checkpoint";
inline constexpr const char* kWorkMemory = "memory at most, loading";
inline constexpr const char* kWorkImport = "import of a file by the command line";
inline constexpr const char* kWorkReplay = "replay of the log on opening";
inline constexpr const char* kWorkWhere = "query: ten rows by an index";
inline constexpr const char* kWorkRange = "query: a range of 100 by an index";
inline constexpr const char* kWorkTopIndexed = "query: top 10 by an index";
inline constexpr const char* kWorkTopScanned = "query: top 10 without an index";
inline constexpr const char* kWorkGroups = "query: 100 groups";
inline constexpr const char* kWorkJoin = "query: join with 1,000 rows";
inline constexpr const char* kLargeOverSmall = ", large over small";

// The names of the machine's limits, which stand beside the sides.
inline constexpr const char* kLimitSync = "append+sync";
inline constexpr const char* kLimitAppend = "append";
inline constexpr const char* kLimitWrite = "write";
inline constexpr const char* kLimitCopy = "memcpy";
inline constexpr const char* kLimitRead = "one random read";

// linedb's other ways to a work, which stand beside the sides as well.
inline constexpr const char* kWayRowByRow = "row by row";
inline constexpr const char* kWayOneThread = "one thread";
inline constexpr const char* kWayMany = "many at once";

// The limits, once for each round.
void WorkLimits(Bench* bench);
// Empties each side's directory and loads it in transactions of 10,000 rows, closes it and opens it
// again: "load", and the opening for "open".
void WorkLoad(Bench* bench);
// As many lookups as rows, whole rows, in random order: "key", "email".
void WorkLookup(Bench* bench);
// A filtered sum over one column, from text and from columns in memory, and a walk over whole rows:
// "scan", "columns", "rows".
void WorkScan(Bench* bench);
// Single rows, each in a transaction, beside the same bytes appended, and synced: "commit",
// "process".
void WorkCommit(Bench* bench);
// The same by several threads, one row each at a time: "threads".
void WorkThreads(Bench* bench);
// Updates of one column and deletes, random keys: "update", "delete".
void WorkChange(Bench* bench);
// YCSB's A to F: "ycsb".
void WorkYcsb(Bench* bench);
// Lookups and commits beside a writer, a checkpoint and a compaction: "latency".
void WorkLatency(Bench* bench);
// From a closed or killed database to the first row: "open".
void WorkOpen(Bench* bench);
// The milliseconds from the side's closed database to the row with that key, which is compared.
double OpenToRow(const Bench& bench, const Side& side, std::int64_t key, std::uint64_t expected);
// The same with options.open_rows rows, in databases of its own, once.
void WorkOpenLarge(Bench* bench);
// Memory and disk after a load and lookups, in a process of its own for each: "memory".
void WorkMemory(Bench* bench);
// A file of rows through the command lines of linedb and SQLite: "import".
void WorkImport(Bench* bench);
// Opening a database whose log was never checkpointed: "replay".
void WorkReplay(Bench* bench);

// Loads keys 1 to `rows` into an empty table; the seconds it took without making the rows.
using Insert = void (Contender::*)(std::span<const Student> rows);
double LoadRows(Contender* contender, std::int64_t rows,
                Insert insert = &Contender::InsertTogether);

// A fresh, empty folder there.
void EmptyDirectory(const std::string& directory);

// Queries over tables of their own, linedb's and SQLite's alone: "query".
void WorkQuery(Bench* bench);

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_WORKS_H_
