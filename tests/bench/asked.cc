#include "tests/bench/asked.h"

#include <algorithm>
#include <cstdio>
#include <span>

#include "tests/bench/works.h"

namespace bench {
namespace {

// With whom linedb is compared.
enum class Against {
  kSqlite,
  kStores,  // the best of LMDB, LevelDB and RocksDB
  kLsm,     // the better of LevelDB and RocksDB
  kBare,    // append and sync, without a database
  kItself,  // the figure itself is bounded
};

// How the ratio is told.
enum class Bound {
  kAtLeast,  // linedb must be so many times as good
  kAtMost,   // linedb may take so many times as much
};

struct Asked {
  const char* what;
  std::string work;
  Against against;
  Bound bound;
  double limit;
};

const Asked kAsked[] = {
    {"durable commits of one row, 1 thread", kWorkCommit, Against::kSqlite, Bound::kAtLeast, 1.4},
    {"", kWorkCommit, Against::kStores, Bound::kAtLeast, 1.1},
    {"", kWorkCommit, Against::kBare, Bound::kAtLeast, 0.9},
    {"durable commits, 8 threads", kWorkCommit8, Against::kSqlite, Bound::kAtLeast, 5},
    {"", kWorkCommit8, Against::kStores, Bound::kAtLeast, 1.2},
    {"commits of one row in kProcess", kWorkCommitProcess, Against::kSqlite, Bound::kAtLeast, 8},
    {"", kWorkCommitProcess, Against::kStores, Bound::kAtLeast, 0.9},
    {"load, two keys checked", kWorkLoad, Against::kSqlite, Bound::kAtLeast, 8},
    {"", kWorkLoad, Against::kStores, Bound::kAtLeast, 2},
    {"lookup by primary key", kWorkKey, Against::kSqlite, Bound::kAtLeast, 7},
    {"", kWorkKey, Against::kStores, Bound::kAtLeast, 1.4},
    {"lookup by unique key", kWorkEmail, Against::kSqlite, Bound::kAtLeast, 7},
    {"", kWorkEmail, Against::kStores, Bound::kAtLeast, 2},
    {"scan, filter, sum (from text)", kWorkSum, Against::kSqlite, Bound::kAtLeast, 2.5},
    {"", kWorkSum, Against::kStores, Bound::kAtLeast, 1.7},
    {"the same, columns in memory", kWorkColumns, Against::kSqlite, Bound::kAtLeast, 25},
    {"", kWorkColumns, Against::kStores, Bound::kAtLeast, 15},
    {"updates of one column", kWorkUpdate, Against::kSqlite, Bound::kAtLeast, 8},
    {"", kWorkUpdate, Against::kStores, Bound::kAtLeast, 0.6},
    {"deletes", kWorkErase, Against::kSqlite, Bound::kAtLeast, 8},
    {"", kWorkErase, Against::kStores, Bound::kAtLeast, 0.6},
    {"open and first lookup, after the load", kWorkOpenFirst, Against::kLsm, Bound::kAtLeast, 20},
    {"open and first lookup, clean", kWorkOpenClean, Against::kSqlite, Bound::kAtMost, 3},
    {"  beside it: not after a load", kWorkOpenClean, Against::kLsm, Bound::kAtLeast, 20},
    {"  many rows over few", kWorkOpenClean + std::string(kLargeOverSmall), Against::kItself,
     Bound::kAtMost, 1.5},
    {"open and first lookup, kill -9", kWorkOpenKilled, Against::kSqlite, Bound::kAtMost, 3},
    {"", kWorkOpenKilled, Against::kLsm, Bound::kAtLeast, 20},
    {"  many rows over few", kWorkOpenKilled + std::string(kLargeOverSmall), Against::kItself,
     Bound::kAtMost, 1.5},
    {"bytes on disk, without archives", kWorkDisk, Against::kSqlite, Bound::kAtMost, 1.25},
    {"peak memory of the load", kWorkMemory, Against::kSqlite, Bound::kAtMost, 1.5},
    {"import by the command line", kWorkImport, Against::kSqlite, Bound::kAtLeast, 3},
    {"where by an index, ten rows", kWorkWhere, Against::kSqlite, Bound::kAtLeast, 2},
    {"range of 100 by an index", kWorkRange, Against::kSqlite, Bound::kAtLeast, 2},
    {"top 10 by an index", kWorkTopIndexed, Against::kSqlite, Bound::kAtLeast, 2},
    {"top 10 without an index", kWorkTopScanned, Against::kSqlite, Bound::kAtLeast, 2},
    {"group by, 100 groups", kWorkGroups, Against::kSqlite, Bound::kAtLeast, 2},
    {"join with 1,000 rows", kWorkJoin, Against::kSqlite, Bound::kAtLeast, 2},
    {"replay of the log, MB/s", kWorkReplay, Against::kItself, Bound::kAtLeast, 150},
};

struct Found {
  std::string side;
  std::optional<double> lead;
};

// The side that linedb is the least ahead of.
Found LeastLead(const Results& results, const std::string& work,
                std::span<const char* const> sides) {
  Found least;
  for (const char* side : sides) {
    const std::optional<double> lead = results.Lead(work, side);
    if (lead && (!least.lead || *lead < *least.lead)) least = {side, lead};
  }
  return least;
}

Found Find(const Results& results, const Asked& asked) {
  constexpr const char* kStores[] = {"lmdb", "leveldb", "rocksdb"};
  switch (asked.against) {
    case Against::kSqlite:
      return {"sqlite", results.Lead(asked.work, "sqlite")};
    case Against::kStores:
      return LeastLead(results, asked.work, kStores);
    case Against::kLsm:
      return LeastLead(results, asked.work, std::span(kStores).subspan(1));
    case Against::kBare:
      return {kLimitSync, results.Lead(asked.work, kLimitSync)};
    case Against::kItself:
      break;
  }
  return {"", results.Median(asked.work, "linedb")};
}

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", value < 0.1 ? 4 : value < 100 ? 2 : 0, value);
  return text;
}

}  // namespace

std::string AskedTable(const Results& results) {
  std::vector<std::vector<std::string>> rows = {{"asked", "against", "bound", "found", ""}};
  for (const Asked& asked : kAsked) {
    const bool at_least = asked.bound == Bound::kAtLeast;
    const Found found = Find(results, asked);
    std::vector<std::string> row = {asked.what, found.side,
                                    (at_least ? ">= " : "<= ") + Number(asked.limit)};
    if (found.lead) {
      const bool is_share = !at_least && asked.against != Against::kItself;
      const double value = is_share ? 1 / *found.lead : *found.lead;
      const bool reached = at_least ? value >= asked.limit : value <= asked.limit;
      row.push_back(Number(value));
      row.push_back(reached ? "reached" : "NOT REACHED");
    } else {
      row.push_back("-");
      row.push_back("not measured");
    }
    rows.push_back(std::move(row));
  }
  return Aligned(rows);
}

}  // namespace bench
