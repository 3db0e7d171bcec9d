// What is compared: one database with one table of students, opened in a directory.

#ifndef LINEDB_TESTS_BENCH_CONTENDER_H_
#define LINEDB_TESTS_BENCH_CONTENDER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "tests/bench/student.h"

namespace bench {

struct FilteredSum {
  double sum = 0.0;
  std::int64_t count = 0;
};

// What a transaction survives once it is acknowledged.
enum class Level {
  kDurable,  // a power cut
  kProcess,  // the end of the process, kill -9 too, but not of the machine
};

// One thread. Any failure prints what failed and ends the program: a benchmark that goes on after
// an error measures nothing.
//
// Inserts check both keys, the primary one and the e-mail. Reads make a whole Student for each row.
class Contender {
 public:
  virtual ~Contender() = default;

  virtual const char* name() const = 0;
  // Creates the database, and the table, if they are missing. Transactions are durable then.
  virtual void Open(const std::string& directory) = 0;
  virtual void Close() = 0;
  // Of the transactions from now on.
  virtual void SetLevel(Level level) = 0;

  // Before a load that nobody measures: until Close no transaction needs to survive anything.
  virtual void SpareSafety() { SetLevel(Level::kProcess); }

  // All rows in one transaction.
  virtual void InsertTogether(std::span<const Student> rows) = 0;
  // Each row in a transaction of its own.
  virtual void InsertEach(std::span<const Student> rows) = 0;
  // The same by so many threads, each with its share of the rows; the seconds it took.
  virtual double InsertEachByThreads(std::span<const Student> rows, int threads) = 0;

  // Gives each row's key the row's gpa, all in one transaction. The other columns are as stored: a
  // contender may write the whole row without looking (a blind put).
  virtual void UpdateTogether(std::span<const Student> rows) = 0;
  // All in one transaction. Nothing is known of a row but its primary key.
  virtual void EraseTogether(std::span<const std::int64_t> keys) = 0;
  // One row whose columns are all given, in a transaction of its own.
  virtual void ReplaceOne(const Student& row) = 0;

  // Whole rows, one lookup each; the sum of their digests.
  virtual std::uint64_t ReadByKey(std::span<const std::int64_t> keys) = 0;
  virtual std::uint64_t ReadByEmail(std::span<const std::string> emails) = 0;
  // Whole rows, in one walk.
  virtual std::uint64_t ReadAll() = 0;
  virtual FilteredSum SumAbove(double gpa) = 0;
  // Whether the side has other ways to the same, whose figures stand beside: InsertTogether row by
  // row, SumAbove without other threads, lookups of many rows in one call.
  virtual bool has_other_ways() const { return false; }
  virtual void InsertTogetherRowByRow(std::span<const Student> rows) { InsertTogether(rows); }
  virtual FilteredSum SumAboveByOneThread(double gpa) { return SumAbove(gpa); }
  virtual std::uint64_t ReadManyByKey(std::span<const std::int64_t> keys) {
    return ReadByKey(keys);
  }
  virtual std::uint64_t ReadManyByEmail(std::span<const std::string> emails) {
    return ReadByEmail(emails);
  }
  // The same from a column in memory, between the calls that hold and drop it. Those who know no
  // such thing do what they can: SumAbove.
  virtual void HoldColumns() {}
  virtual void DropColumns() {}
  virtual FilteredSum SumAboveInMemory(double gpa) { return SumAbove(gpa); }

  // Whether rows can be read in the order of their keys.
  virtual bool has_order() const = 0;
  // So many whole rows in that order, from `key` on; fewer at the end of the table.
  virtual std::uint64_t ReadInOrder(std::int64_t key, int count) = 0;

  // Moves everything from the log to where it belongs.
  virtual void Checkpoint() = 0;
  // The log's size now; 0 if there is none that could be told.
  virtual std::uint64_t LogBytes() { return 0; }
};

// Calls `insert(thread, rows)` in so many threads, with a part of the rows each; the seconds from
// the first start to the last end.
using InsertPart = std::function<void(int thread, std::span<const Student> rows)>;
double InsertByThreads(std::span<const Student> rows, int threads, const InsertPart& insert);

std::unique_ptr<Contender> MakeLinedb();
std::unique_ptr<Contender> MakeLinedbJson();
std::unique_ptr<Contender> MakeSqlite();
std::unique_ptr<Contender> MakeLmdb();
std::unique_ptr<Contender> MakeLeveldb();
std::unique_ptr<Contender> MakeRocksdb();

// In the order in which they take their turns.
inline constexpr std::string_view kSideNames[] = {"linedb", "json",    "sqlite",
                                                  "lmdb",   "leveldb", "rocksdb"};
std::unique_ptr<Contender> MakeContender(std::string_view name);

// Prints the message and ends the program.
[[noreturn]] void Fail(const std::string& message);

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_CONTENDER_H_
